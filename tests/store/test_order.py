"""Positions and versions under many writers: no gap, no repetition, nothing missed by a follower."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL

from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.database.tables import events
from infrastructure.log.recorder import LogRecorder
from tests.store import samples
from tests.store.follower import Follower
from tests.store.writing_process import stream, write


def assert_whole(database: Database) -> int:
    """Positions 1..n, versions 1..m in every stream, recorded_at rising from command to command; returns n."""
    columns = (events.c.position, events.c.originator_id, events.c.originator_version, events.c.recorded_at)
    with database.reading() as connection:
        rows = connection.execute(select(*columns, events.c.command_id).order_by(events.c.position)).all()
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    versions: dict[object, int] = {}
    for row in rows:
        versions[row.originator_id] = versions.get(row.originator_id, 0) + 1
        assert row.originator_version == versions[row.originator_id]
    for one, next_one in pairwise(rows):
        same = one.command_id == next_one.command_id
        assert one.recorded_at == next_one.recorded_at if same else one.recorded_at < next_one.recorded_at
    return len(rows)


def test_threads_leave_no_gap_and_a_follower_misses_nothing(database: Database, recorder: LogRecorder) -> None:
    url = database.url.render_as_string(hide_password=False)
    follower = Follower(recorder.log)
    follower.start()
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(write, url, seed, 25, 5) for seed in range(8)]:
            done.result()
    last = assert_whole(database)
    assert last >= 200
    assert follower.finish(last) == list(range(1, last + 1))


def test_threads_on_one_recorder_leave_no_gap(database: Database, recorder: LogRecorder) -> None:
    def work(seed: int) -> None:
        for version in range(1, 51):
            recorder.append(samples.append(stream(seed), version))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert assert_whole(database) == 400


def test_processes_leave_no_gap_and_a_follower_misses_nothing(database: Database, recorder: LogRecorder) -> None:
    url = database.url.render_as_string(hide_password=False)
    follower = Follower(recorder.log)
    follower.start()
    command = [sys.executable, "-m", "tests.store.writing_process", url]
    processes = [subprocess.Popen([*command, str(seed), "60", "6"]) for seed in range(3)]
    assert [process.wait(100) for process in processes] == [0, 0, 0]
    last = assert_whole(database)
    assert last >= 180
    assert follower.finish(last) == list(range(1, last + 1))


@pytest.mark.parametrize("steps", [(0, 0, 0), (10, -5_000_000, -300_000_000), (1_000, 3, 2)])
def test_recorded_at_rises_when_the_clock_does_not(steps: tuple[int, ...]) -> None:
    database = Database("sqlite://")
    schema.upgrade(database)
    times = iter([1_000_000_000_000_000 + step for step in steps])
    recorder = LogRecorder(database, clock=lambda: next(times))
    for number in range(3):
        recorder.append(samples.append(stream(number), 1, count=2))
    assert assert_whole(database) == 6
    database.close()


def test_a_held_snapshot_does_not_make_the_head_slower_to_find(postgres_url: URL) -> None:
    """Old versions of the head row stay while a snapshot is held: finding the newest must not mean reading them all."""
    database = Database(postgres_url)
    schema.upgrade(database)
    recorder = LogRecorder(database)
    held = database.own_connection()
    held.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    held.execute("SELECT count(*) FROM head")
    for version in range(1, 1_501):
        recorder.append(samples.append(stream(1), version))
    with database.own_connection() as connection:
        connection.execute("SELECT public.lock_head()")  # plan and catalogue are read once
        before = _blocks_read(connection)
        connection.execute("SELECT public.lock_head()")
        assert _blocks_read(connection) - before < 30
        read_by_a_scan = connection.execute("SELECT pg_relation_size('head') / 8192").fetchone()
        assert read_by_a_scan is not None
        assert read_by_a_scan[0] >= 10  # the control: the old versions are there
    held.close()
    recorder.close()
    database.close()


def _blocks_read(connection: psycopg.Connection[Any]) -> int:
    """Pages of the head table and its index that every session has looked at so far, this one's reported first."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    query = (
        "SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit "
        "FROM pg_statio_user_tables WHERE relname = 'head'"
    )
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])
