"""An append whose transaction commits late, while others want to overtake it: a follower misses nothing.

The head row makes the others wait, so positions become visible in their order. The control takes positions from a
sequence instead: the late one's position is visible after a later one was followed, and the follower never sees it.
"""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from application.ports.log import Receipt
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log.ledger import Entry
from infrastructure.log.postgresql.ledger import PostgresLedger
from infrastructure.log.recorder import LogRecorder
from tests.faults.controls import altered
from tests.store import samples

FROM_THE_HEAD = "FROM public.head AS h ORDER BY h.id DESC LIMIT 1 FOR UPDATE;"
FROM_A_SEQUENCE = """FROM public.head AS h ORDER BY h.id DESC LIMIT 1;
    base := nextval('public.careless') - 1;"""
HEAD_KEPT = "UPDATE public.head AS h SET position = base + added, recorded_at = base_at + appends - 1"
HEAD_LEFT = "UPDATE public.head AS h SET position = h.position WHERE false; PERFORM 1 FROM public.head AS h"


class LateLedger(PostgresLedger):
    """Its transactions stay open for a while after their positions are taken."""

    def __init__(self, database: Database, late: Callable[[], float]) -> None:
        super().__init__(database)
        self._late = late

    def write(self, entries: Sequence[Entry]) -> list[Receipt]:
        with self._connected().transaction():
            receipts = super().write(entries)
            time.sleep(self._late())
        return receipts


class Follower(Thread):
    """Reads on from the last position it saw, as every subscription does."""

    def __init__(self, recorder: LogRecorder) -> None:
        super().__init__(daemon=True)
        self.seen: list[int] = []
        self.enough = Event()
        self._recorder = recorder

    def run(self) -> None:
        last = False
        while not last:
            last = self.enough.is_set()
            after = self.seen[-1] if self.seen else 0
            page = self._recorder.select_notifications(after, 50, inclusive_of_start=False)
            self.seen.extend(each.id for each in page)
            last = last and not page


def follow_late_commits(database: Database, writers: int, appends: int) -> tuple[list[int], list[int]]:
    """Let writers append, each commit a little late; what a follower saw, and what it should have seen."""
    chosen = random.Random(writers)
    recorders = [LogRecorder(database) for _ in range(writers)]
    for recorder in recorders:
        recorder.writer._settlement._ledger = LateLedger(database, lambda: chosen.choice((0, 0, 0.002, 0.02)))
    reader = LogRecorder(database)
    follower = Follower(reader)
    follower.start()

    def write(recorder: LogRecorder) -> None:
        stream = uuid4()
        for version in range(1, appends + 1):
            recorder.append(samples.append(stream, version))

    with ThreadPoolExecutor(writers) as threads:
        list(threads.map(write, recorders))
    follower.enough.set()
    follower.join(60)
    everything = [each.id for each in reader.select_notifications(1, writers * appends + 1)]
    for recorder in (*recorders, reader):
        recorder.close()
    return follower.seen, everything


@pytest.fixture
def database(postgres_url: URL) -> Database:
    opened = Database(postgres_url)
    schema.upgrade(opened)
    return opened


def test_a_follower_misses_no_late_commit(database: Database) -> None:
    seen, everything = follow_late_commits(database, writers=4, appends=25)
    assert seen == everything == list(range(1, 101))
    database.close()


@pytest.mark.long
def test_a_follower_misses_none_of_many_late_commits(database: Database) -> None:
    seen, everything = follow_late_commits(database, writers=8, appends=500)
    assert seen == everything == list(range(1, 4001))
    database.close()


def test_control_with_a_sequence_the_follower_misses_some(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("CREATE SEQUENCE public.careless"))
    altered(database, "append_events", FROM_THE_HEAD, FROM_A_SEQUENCE)
    altered(database, "append_events", HEAD_KEPT, HEAD_LEFT)
    seen, everything = follow_late_commits(database, writers=4, appends=25)
    assert len(everything) == 100
    assert set(seen) < set(everything)
    database.close()
