"""Reading the log: pages, what was known when, instants at the edges, subscriptions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest

from application.ports.log import Append
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.events.rows import EnvelopedEvent, PlacedEvent
from infrastructure.log.reading import Log, Page
from infrastructure.log.recorder import LogRecorder
from tests.store import samples


def ids(page: Page) -> list[int]:
    return [event.id for event in page.events]


def test_the_envelope_comes_back_as_it_was_written(recorder: LogRecorder) -> None:
    written = samples.event(uuid4(), 1)
    receipt = recorder.append(Append(events=(written,)))
    [read] = recorder.log.of_command(written.command_id)
    assert isinstance(read, PlacedEvent)
    given = {"recorded_at": to_micros(receipt.recorded_at), "id": 1, "salt": read.salt}
    assert len(read.salt or b"") == 16
    assert vars(read) == {**vars(written), **given}
    assert recorder.select_events(written.originator_id) == [read]


@pytest.mark.parametrize("year", [1, 1969, 1970, 2038, 9999])
def test_instants_keep_their_microseconds(recorder: LogRecorder, year: int) -> None:
    occurred_at = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    fields = {**vars(samples.event(uuid4(), 1)), "occurred_at": to_micros(occurred_at)}
    recorder.append(Append(events=(EnvelopedEvent(**fields),)))
    [read] = recorder.log.of_command(fields["command_id"])
    assert isinstance(read, PlacedEvent)
    assert from_micros(read.occurred_at) == occurred_at


def test_a_page_tells_what_was_scanned(recorder: LogRecorder) -> None:
    one, other = uuid4(), uuid4()
    for version in range(1, 4):
        recorder.append(samples.append(one, version))
        recorder.append(samples.append(other, version))
    log = recorder.log
    first = log.page(after=0, limit=2, engagement_ids=[one])
    assert (ids(first), first.scanned) == ([1, 3], 3)
    rest = log.page(after=first.scanned, limit=2, engagement_ids=[one])
    assert (ids(rest), rest.scanned) == ([5], 6)
    nothing = log.page(after=0, limit=2, types=["EngagementOpened"])
    assert (ids(nothing), nothing.scanned) == ([], 6)
    assert log.page(after=9, limit=2).scanned == 9


def test_a_stream_after_a_version_and_as_known(recorder: LogRecorder) -> None:
    stream = uuid4()
    for version in range(1, 6):
        recorder.append(samples.append(stream, version))
    read = recorder.log.stream(stream, after=1, until_position=4, limit=2)
    assert [event.originator_version for event in read] == [2, 3]


def test_what_was_known_is_a_prefix_of_the_log() -> None:
    times = iter([1_000, 2_000, 2_000, 9_000])
    log = filled(times)
    assert log.position_at(from_micros(999)).position == 0
    assert log.position_at(from_micros(1_000)) == log.position_at(from_micros(1_999))
    assert log.position_at(from_micros(2_000)).position == 4
    assert log.position_at(from_micros(2_001)).position == 6
    end = log.position_at(from_micros(10**15))
    assert (end.position, end.recorded_at) == (8, from_micros(9_000))
    assert log.position_at(end.recorded_at) == end == log.head()


def filled(times: Iterator[int]) -> Log:
    database = Database("sqlite://")
    schema.upgrade(database)
    recorder = LogRecorder(database, clock=lambda: next(times))
    for _ in range(4):
        recorder.append(samples.append(uuid4(), 1, count=2))
    return recorder.log


def test_all_engagements_by_pages(recorder: LogRecorder) -> None:
    streams = sorted(uuid4() for _ in range(5))
    for stream in streams:
        recorder.append(samples.append(stream, 1, count=2))
    first = recorder.log.engagement_ids(limit=3)
    assert first + recorder.log.engagement_ids(after=first[-1]) == streams


def test_a_subscription_waits_for_what_comes(recorder: LogRecorder) -> None:
    recorder.append(samples.append(uuid4(), 1))
    seen: list[int] = []

    def follow() -> None:
        with recorder.subscribe(gt=0) as subscription:
            for event in subscription:
                seen.append(event.id)
                if len(seen) == 3:
                    return

    follower = Thread(target=follow)
    follower.start()
    for _ in range(2):
        recorder.append(samples.append(uuid4(), 1))
    follower.join(10)
    assert seen == [1, 2, 3]


def test_the_instants_of_a_receipt_and_of_the_clock_agree(recorder: LogRecorder) -> None:
    before = datetime.now(UTC)
    receipt = recorder.append(samples.append(UUID(int=1), 1))
    assert before - timedelta(seconds=5) <= receipt.recorded_at <= datetime.now(UTC) + timedelta(seconds=5)
    assert recorder.log.head().recorded_at == receipt.recorded_at
