"""Somebody holds a snapshot open for minutes while 16 callers append: at least 80 % of the undisturbed rate.

The snapshot keeps every old version of the head row from being cleared away. The long test measures in turns a
database where it is held and one beside it where none is, since other work on the machine comes and goes. The sample
counts the pages that an append looks at to find the head row. The control looks the row up as any statement would: it
has to walk over all old versions.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from application.ports.log import Append
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.databases import fresh_database
from tests.faults.controls import altered
from tests.store import samples

CALLERS = 16
HELD_SECONDS = float(os.environ.get("STANDFAST_FAULTS_HELD_SECONDS", "240"))
SLICE_SECONDS = 5.0
ENOUGH = 0.8
ENGAGEMENTS = 50

FROM_THE_END = "ORDER BY h.id DESC LIMIT 1 FOR UPDATE"
FROM_ANYWHERE = "WHERE h.id = 1 FOR UPDATE"


@contextmanager
def held(database: Database) -> Iterator[None]:
    """A snapshot that somebody took and does not let go."""
    with database.own_connection() as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT count(*) FROM events")
        yield


@pytest.fixture
def database(postgres_url: URL) -> Iterator[Database]:
    opened = Database(postgres_url)
    schema.upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def beside(postgres_server: URL) -> Iterator[Database]:
    """Another database of the same server: a snapshot keeps old rows in its own database only."""
    with fresh_database(postgres_server) as url:
        opened = Database(url)
        schema.upgrade(opened)
        yield opened
        opened.close()


async def append(recorder: LogRecorder, until: float) -> int:
    """Appends of one caller, each with a key; how many."""
    streams = [uuid4() for _ in range(ENGAGEMENTS)]
    version = done = 0
    while time.monotonic() < until:
        version += 1
        for stream in streams:
            plain = samples.append(stream, version, key=uuid4())
            await recorder.append_async(Append(events=plain.events, key=plain.key))
            done += 1
    return done


def rate(recorder: LogRecorder, seconds: float) -> float:
    """Appends a second of all callers."""

    async def all_of_them() -> int:
        until = time.monotonic() + seconds
        return sum(await asyncio.gather(*(append(recorder, until) for _ in range(CALLERS))))

    started = time.monotonic()
    return asyncio.run(all_of_them()) / (time.monotonic() - started)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_held_snapshot_leaves_the_rate(database: Database, beside: Database) -> None:
    recorders = LogRecorder(database), LogRecorder(beside)
    for recorder in recorders:
        rate(recorder, SLICE_SECONDS)
    disturbed: list[float] = []
    undisturbed: list[float] = []
    with held(database):
        started = time.monotonic()
        while time.monotonic() < started + HELD_SECONDS:
            for recorder, rates in zip(recorders, (disturbed, undisturbed), strict=True):
                rates.append(rate(recorder, SLICE_SECONDS))
    for recorder in recorders:
        recorder.close()
    later = len(disturbed) // 2
    share = median(disturbed[later:]) / median(undisturbed[later:])
    print(
        f"appends/s with a snapshot held for {HELD_SECONDS:.0f} s: {[round(each) for each in disturbed]}, "
        f"undisturbed: {[round(each) for each in undisturbed]}, in the later half {share:.0%}"
    )
    assert share >= ENOUGH


def pages_to_find_the_head(database: Database) -> int:
    """Pages that locking the head row looks at."""
    query = "SELECT sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read) FROM pg_statio_user_tables "
    with database.own_connection() as connection:
        looked_at = []
        for _ in range(3):
            connection.execute("SELECT public.lock_head()")
            connection.execute("SELECT pg_stat_force_next_flush()")
            row = connection.execute((query + "WHERE relname = 'head'").encode()).fetchone()
            assert row is not None
            looked_at.append(int(row[0]))
    return looked_at[2] - looked_at[1]


@pytest.mark.parametrize("protected", [True, False], ids=["as it is", "control"])
def test_the_head_row_is_found_as_quickly_while_a_snapshot_is_held(database: Database, protected: bool) -> None:
    if not protected:
        altered(database, "lock_head", FROM_THE_END, FROM_ANYWHERE)
    recorder, stream = LogRecorder(database), uuid4()
    with held(database):
        before = pages_to_find_the_head(database)
        for version in range(1, 1_501):
            recorder.append(samples.append(stream, version))
        after = pages_to_find_the_head(database)
    recorder.close()
    assert (after <= before + 3) is protected, f"{before} pages before, {after} after"
