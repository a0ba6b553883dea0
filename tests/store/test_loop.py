"""The store as the coroutines of an event loop have it: the same promises as for threads."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from application.ports.log import Append, OutcomeUnknown, Receipt, StoreClosed, StoreUnavailable
from infrastructure.database.database import Database
from infrastructure.log.reading import STREAMS_AT_ONCE
from infrastructure.log.recorder import LogRecorder
from tests.store import samples
from tests.store.test_order import assert_whole

pytestmark = pytest.mark.anyio


@pytest.fixture
def postgresql(database: Database) -> Database:
    if not database.is_postgresql:
        pytest.skip("SQLite is served by the thread of the writer")
    return database


def lose_connections(database: Database) -> None:
    """What a restart of the server does to everybody else's connections."""
    with database.reading() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            )
        )


async def test_each_append_of_a_round_is_accepted_or_refused_on_its_own(recorder: LogRecorder) -> None:
    taken, key, again = uuid4(), uuid4(), uuid4()
    await recorder.append_async(samples.append(taken, 1, key=key))
    reused = Append(events=(samples.event(uuid4(), 1, command_id=key),))
    batch = [
        samples.append(uuid4(), 1, count=3),
        samples.append(taken, 1),
        samples.append(uuid4(), 1, key=key),
        samples.append(uuid4(), 1, key=again),
        samples.append(uuid4(), 7, key=again),
        reused,
        samples.append(taken, 2),
        samples.append(taken, 2),
    ]
    outcomes = await asyncio.gather(*map(recorder.append_async, batch), return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "Receipt", "VersionTaken", "KeyAnswered", "Receipt", "KeyAnswered", "CommandRecorded", "Receipt",
        "VersionTaken",
    ]  # fmt: skip


async def test_streams_that_are_read_together_are_told_apart(recorder: LogRecorder) -> None:
    short, long, nothing = uuid4(), uuid4(), uuid4()
    await recorder.append_async(samples.append(short, 1))
    await recorder.append_async(samples.append(long, 1, count=4))
    found = await asyncio.gather(
        recorder.stream_async(long),
        recorder.stream_async(short),
        recorder.stream_async(long, after=3),
        recorder.stream_async(nothing),
    )
    log = recorder.log
    assert list(found) == [log.stream(long), log.stream(short), log.stream(long, after=3), []]
    assert [len(events) for events in found] == [4, 1, 1, 0]


async def test_more_streams_than_one_query_takes(recorder: LogRecorder) -> None:
    streams = [uuid4() for _ in range(STREAMS_AT_ONCE + 1)]
    await asyncio.gather(*(recorder.append_async(samples.append(one, 1)) for one in streams))
    found = await asyncio.gather(*map(recorder.stream_async, streams))
    assert [[event.originator_id for event in events] for events in found] == [[one] for one in streams]
    together = recorder.log.streams([*streams, nothing := uuid4()])
    assert together == {**{one: list(events) for one, events in zip(streams, found, strict=True)}, nothing: []}


async def test_more_appends_than_may_wait_are_refused_as_busy(database: Database) -> None:
    small = LogRecorder(database, capacity=5)
    appends = [small.append_async(samples.append(uuid4(), 1)) for _ in range(12)]
    outcomes = await asyncio.gather(*appends, return_exceptions=True)
    kinds = Counter(type(outcome).__name__ for outcome in outcomes)
    await asyncio.to_thread(small.close)
    assert set(kinds) == {"Receipt", "StoreBusy"}
    assert assert_whole(database) == kinds["Receipt"]


async def test_lost_connections_are_made_again(postgresql: Database, recorder: LogRecorder) -> None:
    stream = uuid4()
    await recorder.append_async(samples.append(stream, 1))
    assert len(await recorder.stream_async(stream)) == 1
    lose_connections(postgresql)
    assert len(await recorder.stream_async(stream)) == 1
    assert isinstance(await recorder.append_async(samples.append(stream, 2)), Receipt)
    lose_connections(postgresql)
    assert isinstance(await recorder.append_async(samples.append(stream, 3)), Receipt)
    assert assert_whole(postgresql) == 3


async def test_where_the_database_is_gone_the_append_is_refused(postgresql: Database) -> None:
    nowhere = LogRecorder(postgresql, patience=0)
    postgresql_url, postgresql.url = postgresql.url, postgresql.url.set(query={"host": "/nowhere"})
    try:
        with pytest.raises(StoreUnavailable) as refused:
            await nowhere.append_async(samples.append(uuid4(), 1))
        assert not isinstance(refused.value, OutcomeUnknown)
    finally:
        postgresql.url = postgresql_url
        nowhere.close()


async def test_closing_in_a_thread_finishes_what_was_accepted(recorder: LogRecorder, database: Database) -> None:
    appends = [asyncio.create_task(recorder.append_async(samples.append(uuid4(), 1))) for _ in range(50)]
    await asyncio.sleep(0)
    await asyncio.to_thread(recorder.close)
    assert all(isinstance(receipt, Receipt) for receipt in await asyncio.gather(*appends))
    assert assert_whole(database) == 50
    with pytest.raises(StoreClosed):
        await recorder.append_async(samples.append(uuid4(), 1))


async def test_a_loop_does_not_wait_for_itself(postgresql: Database, recorder: LogRecorder) -> None:
    append = asyncio.create_task(recorder.append_async(samples.append(uuid4(), 1)))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="in a thread"):
        recorder.close()
    assert isinstance(await append, Receipt)


def test_each_loop_after_the_other_and_two_at_once_are_served(recorder: LogRecorder, database: Database) -> None:
    async def append(count: int) -> None:
        for _ in range(count):
            await recorder.append_async(samples.append(uuid4(), 1))

    for _ in range(3):
        asyncio.run(append(2))
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: asyncio.run(append(10)), range(3)))
    assert assert_whole(database) == 36


async def test_appends_of_threads_and_of_the_loop_stand_in_one_order(recorder: LogRecorder, database: Database) -> None:
    def in_a_thread() -> None:
        for _ in range(20):
            recorder.append(samples.append(uuid4(), 1))

    async def in_the_loop() -> None:
        for _ in range(20):
            await recorder.append_async(samples.append(uuid4(), 1))

    await asyncio.gather(asyncio.to_thread(in_a_thread), in_the_loop(), in_the_loop())
    assert assert_whole(database) == 60
