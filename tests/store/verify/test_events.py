"""A log whose events, head or id are not as they were."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from application.ports.log import Append
from infrastructure.database.database import Database
from infrastructure.events.mapper import enveloped
from infrastructure.log import verify
from infrastructure.log.recorder import LogRecorder
from tests.store.test_mapper import in_its_place
from tests.store.verify.tampering import tamper

STREAM = UUID("00000000-0000-4000-8000-00000000000a")


@pytest.fixture(autouse=True)
def _recorded(recorder: LogRecorder) -> None:
    for stream in (STREAM, uuid4(), uuid4()):
        first = replace(in_its_place(), stream_id=stream, command_id=uuid4())
        second = replace(first, version=2, place=2, command_id=uuid4())
        for one in (first, second):
            recorder.append(Append(events=(enveloped(one),)))


def test_a_whole_store_has_no_finding(database: Database) -> None:
    progress: list[tuple[int, int]] = []
    assert verify.store(database, lambda done, total: progress.append((done, total))) == []
    assert progress == [(6, 6)]


def test_what_is_damaged_here_is_put_back_otherwise(database: Database) -> None:
    """The control: to tamper without a change leaves nothing to find."""
    tamper(database)
    assert verify.store(database) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM events WHERE position = 4", {"positions: 5 follows 3"}),
        ("DELETE FROM events WHERE position = 6", {"positions: the head says 6, the last event is 5"}),
        (
            "UPDATE events SET originator_version = 3 WHERE position = 2",
            {f"versions: {STREAM}/3 where 2 was due"},
        ),
        (
            "UPDATE events SET recorded_at = 1 WHERE position = 4",
            {"recorded_at: event 4 is not later than the one before"},
        ),
        ("UPDATE head SET position = 9", {"positions: the head says 9, the last event is 6"}),
        ("UPDATE head SET position = 3", {"positions: the head says 3, the last event is 6"}),
        ("DELETE FROM head", {"head: the log has no head"}),
        ("DELETE FROM log_identity", {"identity: the log has 0 ids"}),
    ],
)  # fmt: skip
def test_damage_is_named(database: Database, statement: str, found: set[str]) -> None:
    tamper(database, statement)
    assert {f"{finding.check}: {finding.detail}" for finding in verify.store(database)} == found


def test_an_event_that_cannot_be_read_is_named(database: Database) -> None:
    tamper(database, "UPDATE events SET topic = 'NeverHeardOf' WHERE position = 4")
    [finding] = verify.store(database)
    assert finding.check == "events"
    assert finding.detail.startswith("event 4 (NeverHeardOf) cannot be read")


@pytest.mark.parametrize("step", ["+ 1000000", "- 1"])
def test_a_head_of_another_instant_than_the_last_event_is_named(database: Database, step: str) -> None:
    tamper(database, f"UPDATE head SET recorded_at = recorded_at {step}")
    [finding] = verify.store(database)
    assert finding.check == "recorded_at"
    assert finding.detail.startswith("the head says ")
