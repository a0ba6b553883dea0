"""The coalescing writer: appends share commits, each is accepted or refused on its own, nothing accepted is lost."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from application.ports.log import (
    Append,
    CommandRecorded,
    KeyAnswered,
    NotTaken,
    OutcomeUnknown,
    Receipt,
    StoreBusy,
    StoreClosed,
    StoreStandby,
    VersionTaken,
)
from infrastructure.database.database import Database
from infrastructure.log.ledger import Entry, Interrupted, Outcome, Unavailable, sealed
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.settlement import Settlement
from infrastructure.log.signal import Signal
from infrastructure.log.writer import Writer
from tests.store import samples
from tests.store.test_order import assert_whole


class SlowLedger:
    """A ledger in memory whose commits wait until they are let go."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.go = threading.Event()
        self.started = threading.Event()
        self.closed = False

    def write(self, entries: Sequence[Entry]) -> list[Receipt]:
        self.started.set()
        self.go.wait(10)
        self.batches.append(len(entries))
        return [Receipt(1, len(entry.append.events), datetime.now(UTC)) for entry in entries]

    def write_carefully(self, entries: Sequence[Entry]) -> list[Outcome]:
        raise AssertionError("nothing here needs care")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def slow() -> Iterator[tuple[SlowLedger, Writer]]:
    ledger = SlowLedger()
    writer = Writer(Settlement(ledger), Signal(), capacity=5)
    yield ledger, writer
    ledger.go.set()
    writer.close()


def test_appends_that_arrive_during_a_commit_share_the_next(slow: tuple[SlowLedger, Writer]) -> None:
    ledger, writer = slow
    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(writer.append, samples.append(uuid4(), 1))
        ledger.started.wait(5)
        others = [threads.submit(writer.append, samples.append(uuid4(), 1)) for _ in range(5)]
        while writer.waiting < 5:
            threading.Event().wait(0.001)
        ledger.go.set()
        assert all(done.result(5) for done in [first, *others])
    assert ledger.batches == [1, 5]


def test_a_full_queue_refuses_as_busy(slow: tuple[SlowLedger, Writer]) -> None:
    ledger, writer = slow

    async def flood() -> list[Receipt | BaseException]:
        first = asyncio.create_task(writer.append_async(samples.append(uuid4(), 1)))
        await asyncio.to_thread(ledger.started.wait, 5)
        rest = [asyncio.create_task(writer.append_async(samples.append(uuid4(), 1))) for _ in range(7)]
        await asyncio.sleep(0)
        ledger.go.set()
        return await asyncio.gather(first, *rest, return_exceptions=True)

    outcomes = asyncio.run(flood())
    refused = [outcome for outcome in outcomes if isinstance(outcome, StoreBusy)]
    assert len(refused) == 2
    assert refused[0].retry_after == 1
    assert sum(isinstance(outcome, Receipt) for outcome in outcomes) == 6


def test_closing_finishes_what_was_accepted(slow: tuple[SlowLedger, Writer]) -> None:
    ledger, writer = slow
    with ThreadPoolExecutor(6) as threads:
        accepted = [threads.submit(writer.append, samples.append(uuid4(), 1))]
        ledger.started.wait(5)
        accepted += [threads.submit(writer.append, samples.append(uuid4(), 1)) for _ in range(4)]
        while writer.waiting < 4:
            threading.Event().wait(0.001)
        closing = threads.submit(writer.close)
        while not writer.closing:
            threading.Event().wait(0.001)
        with pytest.raises(StoreClosed):
            writer.append(samples.append(uuid4(), 1))
        ledger.go.set()
        assert all(isinstance(done.result(5), Receipt) for done in accepted)
        closing.result(5)
    assert ledger.closed


def test_a_cancelled_coroutine_leaves_its_append_to_its_fate(slow: tuple[SlowLedger, Writer]) -> None:
    ledger, writer = slow

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await writer.append_async(samples.append(uuid4(), 1))
        ledger.go.set()
        await writer.append_async(samples.append(uuid4(), 1))

    asyncio.run(give_up())
    assert ledger.batches == [1, 1]


def test_each_append_of_a_batch_is_accepted_or_refused_on_its_own(database: Database, recorder: LogRecorder) -> None:
    taken, key, again = uuid4(), uuid4(), uuid4()
    recorder.append(samples.append(taken, 1, key=key))
    twice = samples.append(uuid4(), 1, key=again)
    reused = Append(events=(samples.event(uuid4(), 1, command_id=key),))
    batch = [
        samples.append(uuid4(), 1, count=3),
        samples.append(taken, 1),
        samples.append(uuid4(), 1, key=key),
        twice,
        samples.append(uuid4(), 7, key=again),
        reused,
        samples.append(taken, 2),
        samples.append(taken, 2),
        Append(events=(samples.event(uuid4(), 1, topic="bad \x00 text"),)),
    ]
    kinds = [type(outcome).__name__ for outcome in recorder.append_all(batch)]
    broken = "DataError" if database.is_postgresql else "Receipt"  # SQLite keeps a NUL in a text
    assert kinds == [
        "Receipt", "VersionTaken", "KeyAnswered", "Receipt", "KeyAnswered", "CommandRecorded", "Receipt",
        "VersionTaken", broken,
    ]  # fmt: skip


def test_many_coroutines_and_threads_at_once(database: Database, recorder: LogRecorder) -> None:
    streams = [uuid4() for _ in range(8)]

    async def work(stream: object) -> None:
        for version in range(1, 26):
            await recorder.append_async(samples.append(stream, version, key=uuid4()))  # type: ignore[arg-type]

    async def all_of_them() -> None:
        await asyncio.gather(*(work(stream) for stream in streams[:4]))

    def threaded(stream: object) -> None:
        asyncio.run(work(stream))

    with ThreadPoolExecutor(5) as threads:
        together = threads.submit(asyncio.run, all_of_them())
        list(threads.map(threaded, streams[4:]))
        together.result(30)
    assert assert_whole(database) == 200


class Faulty:
    """A ledger that fails as often as it is told, and then answers what it is told."""

    def __init__(self, *failures: Exception, outcome: Outcome) -> None:
        self._failures = list(failures)
        self._outcome = outcome

    def _fail(self) -> None:
        if self._failures:
            raise self._failures.pop(0)

    def write(self, entries: Sequence[Entry]) -> list[Receipt]:
        self._fail()
        return [self._outcome for _ in entries if isinstance(self._outcome, Receipt)]

    def write_carefully(self, entries: Sequence[Entry]) -> list[Outcome]:
        self._fail()
        return [self._outcome for _ in entries]

    def close(self) -> None: ...


def lost(*, unknown: bool) -> Interrupted:
    return Interrupted(OSError("gone"), unknown=unknown)


RECEIPT = Receipt(1, 1, datetime(2025, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("failures", "patience", "expected"),
    [
        ([lost(unknown=True), lost(unknown=False)], 5.0, Receipt),
        ([lost(unknown=False)] * 9, 0.0, NotTaken),
        ([lost(unknown=True)] * 9, 0.0, OutcomeUnknown),
        ([lost(unknown=True), Unavailable(OSError("disk full"))], 5.0, OutcomeUnknown),
        ([Unavailable(OSError("disk full"))], 5.0, NotTaken),
        ([Unavailable(OSError("a standby"), StoreStandby)], 5.0, StoreStandby),
        ([lost(unknown=True), Unavailable(OSError("a standby"), StoreStandby)], 5.0, OutcomeUnknown),
    ],
)
def test_what_a_lost_connection_becomes(failures: list[Exception], patience: float, expected: type) -> None:
    settlement = Settlement(Faulty(*failures, outcome=RECEIPT), patience=patience, sleep=lambda _: None)
    [outcome] = settlement.settle(sealed([samples.append(uuid4(), 1)]))
    assert type(outcome) is expected


def test_an_append_that_landed_knows_itself_when_it_is_sent_again(recorder: LogRecorder) -> None:
    [entry] = sealed([samples.append(uuid4(), 1, count=2, key=uuid4())])
    ledger = recorder.ledger
    [receipt] = ledger.write([entry])
    assert ledger.write_carefully([entry]) == [receipt]
    [other] = ledger.write_carefully(sealed([entry.append]))
    assert isinstance(other, KeyAnswered)
    [keyless] = ledger.write_carefully(sealed([Append(events=entry.append.events)]))
    assert isinstance(keyless, CommandRecorded | VersionTaken)
