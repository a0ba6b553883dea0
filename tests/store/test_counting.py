"""What the log counts of its appends."""

from datetime import UTC, datetime
from uuid import uuid4

from application.ports.log import NotTaken, Receipt, VersionTaken
from infrastructure.log.counting import count
from infrastructure.process.telemetry import Counters

AT = datetime(2026, 1, 2, tzinfo=UTC)


def counted(*batches: list[Receipt | Exception]) -> dict[str, float]:
    counters = Counters()
    for batch in batches:
        count(counters, batch)
    return {name: value for name, _, value in counters.samples()}


def receipt(events: int) -> Receipt:
    return Receipt(first_position=1, count=events, recorded_at=AT)


def test_a_commit_counts_its_appends_and_their_events() -> None:
    assert counted([receipt(2), receipt(3)], [receipt(1)]) == {
        "standfast_commits_total": 2,
        "standfast_appends_total": 3,
        "standfast_events_total": 6,
    }


def test_a_conflict_is_counted_and_what_records_nothing_is_no_append() -> None:
    assert counted([VersionTaken(uuid4(), 2), NotTaken("full"), receipt(0)]) == {"standfast_conflicts_total": 1}
