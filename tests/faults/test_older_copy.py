"""An older copy is put in the place of the log while a process holds what came after it.

What is proven: no version is left out, the engagement goes on from what is there, whichever way the process comes to
the log next, and also where the copy has grown to the same versions since; the process notices, and forgets what it
kept. The controls take the proof out of the append, and out of the reads that answer from memory.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import structlog
from eventsourcing.persistence import StoredEvent
from sqlalchemy.engine import URL

from application.commands.request import Outcome, Request
from application.many_commands import record_all
from application.marketplace import Marketplace
from application.ports.log import Followed
from infrastructure.database.database import Database
from infrastructure.log.continuity import Mark
from infrastructure.log.reading import Log
from infrastructure.log.sqlite import ledger as sqlite_ledger
from tests.faults import wishes
from tests.faults.controls import altered
from tests.faults.keeping import assert_clean
from tests.faults.older_copy import older_copy
from tests.faults.opening import Opened, engagement, open_engagements, shop

KEPT, LOST = 2, 4
"""Versions that the copy has, and versions that only the process under test has seen."""

Way = Callable[[Marketplace, Request], Outcome]


@pytest.fixture(autouse=True)
def told() -> Iterator[list[structlog.typing.EventDict]]:
    """The lines of the log."""
    with structlog.testing.capture_logs() as lines:
        yield lines


def in_a_thread(marketplace: Marketplace, request: Request) -> Outcome:
    return marketplace.record(request)


def in_a_loop(marketplace: Marketplace, request: Request) -> Outcome:
    return asyncio.run(marketplace.record_async(request))


def after_a_read(marketplace: Marketplace, request: Request) -> Outcome:
    assert marketplace.history(request.engagement_id).version >= KEPT
    return marketplace.record(request)


def by_an_import(marketplace: Marketplace, request: Request) -> Outcome:
    [outcome] = record_all(marketplace, [request])
    assert isinstance(outcome, Outcome)
    return outcome


ways = pytest.mark.parametrize("way", [in_a_thread, in_a_loop, after_a_read, by_an_import])


@contextmanager
def put_back(url: URL, *, grown: bool = False) -> Iterator[Opened]:
    """A process with four versions at hand that the log under it has lost; `grown`: it has four others since."""
    with shop(url) as before:
        open_engagements(before.marketplace, 1)
        remark(before, "kept")
    with older_copy(url) as put, shop(url) as opened:
        for number in range(LOST):
            remark(opened, f"lost {number}")
        put()
        with shop(url) as other:
            for number in range(LOST if grown else 0):
                remark(other, f"instead {number}")
        yield opened


def remark(opened: Opened, text: str) -> Outcome:
    return opened.marketplace.record(wishes.remark(text, engagement(0)))


@ways
@pytest.mark.parametrize("grown", [False, True])
def test_the_engagement_goes_on_from_what_is_there(
    started_url: URL, way: Way, grown: bool, told: list[structlog.typing.EventDict]
) -> None:
    expected = KEPT + (LOST if grown else 0) + 1
    with put_back(started_url, grown=grown) as opened:
        outcome = way(opened.marketplace, wishes.remark("after", engagement(0)))
        assert (outcome.version, outcome.position) == (expected, expected)
        assert opened.marketplace.history(engagement(0)).version == expected
        replacement = opened.recorder.continuity.replacement
        assert replacement is not None
        assert replacement.last_seen == KEPT + LOST
        assert "the log was replaced" in {line["event"] for line in told}
        assert_clean(opened.database)


def test_what_was_lost_is_not_told_any_more(started_url: URL) -> None:
    with put_back(started_url) as opened:
        notes = [fact.type for fact in opened.marketplace.history(engagement(0)).facts]
        assert notes == ["EngagementOpened", "EventAnnotated"]
        again = opened.marketplace.record(wishes.remark("lost 0", engagement(0)))
        assert again.version == KEPT + 1, "its key is lost with it, so it is a new command"


def test_many_at_once_go_on_from_what_is_there(started_url: URL, told: list[structlog.typing.EventDict]) -> None:
    async def at_once(marketplace: Marketplace) -> list[Outcome]:
        requests = [wishes.remark(f"r {number}", engagement(0)) for number in range(50)]
        return await asyncio.gather(*map(marketplace.record_async, requests))

    with put_back(started_url) as opened:
        versions = sorted(outcome.version for outcome in asyncio.run(at_once(opened.marketplace)))
        assert versions == list(range(KEPT + 1, KEPT + 51))
        assert [line["event"] for line in told].count("the log was replaced") == 1
        assert_clean(opened.database)


@ways
def test_control_without_the_proof_of_the_append_versions_are_left_out(
    started_url: URL, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_ledger, "_prove", lambda *_: None)
    if started_url.get_backend_name() == "postgresql":
        database = Database(started_url)
        altered(
            database, "append_events", "f.salt IS NULL OR f.salt IS DISTINCT FROM", "false AND f.salt IS DISTINCT FROM"
        )
        database.close()
    _believe_what_is_at_hand(monkeypatch)
    with put_back(started_url) as opened:
        outcome = way(opened.marketplace, wishes.remark("after", engagement(0)))
        assert (outcome.version, outcome.position) == (KEPT + LOST + 1, KEPT + 1)
        with pytest.raises(AssertionError):
            assert_clean(opened.database)


def test_control_without_the_proof_of_reads_what_was_lost_is_told(
    started_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    _believe_what_is_at_hand(monkeypatch)
    with put_back(started_url) as opened:
        assert opened.marketplace.history(engagement(0)).version == KEPT + LOST


def _believe_what_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def since(_: Log, mark: Mark, last: Followed, rows: Sequence[StoredEvent]) -> list[StoredEvent]:
        return [row for row in rows if row.originator_version > last.version]

    monkeypatch.setattr(Log, "since", since)
    monkeypatch.setattr(Log, "ending_with", lambda _, lasts: {last.engagement_id for last in lasts})
