"""Two processes whose clocks differ by five minutes, and one whose clock steps back.

What is proven: `recorded_at` rises strictly from command to command, in the order of positions. On SQLite the clocks
are the processes' own; PostgreSQL has one clock, which is made wrong here session by session, as after a fail-over to
another machine. The control takes the clock as it is: then `recorded_at` falls.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL

from application.ports.log import Receipt
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.database.instants import process_clock
from infrastructure.database.tables import events
from infrastructure.log.ledger import Entry
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.sqlite.ledger import SqliteLedger
from tests.faults import decisions
from tests.faults.controls import altered
from tests.faults.crew import Crew
from tests.faults.keeping import assert_kept
from tests.faults.opening import open_engagements, shop
from tests.store import samples

FIVE_MINUTES = timedelta(minutes=5)
STEPS = (0, 300_000_000, -300_000_000, 1_000, -2_000, 0, 600_000_000, -600_000_000)
"""How far a clock is from the right time, append by append, in microseconds."""

SERVERS_CLOCK = "extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
WRONG_CLOCK = f"{SERVERS_CLOCK} + current_setting('faults.ahead')::bigint"


def test_processes_whose_clocks_differ_by_five_minutes(database_url: URL, crew: Crew) -> None:
    address = database_url.render_as_string(hide_password=False)
    with shop(database_url) as opened:
        open_engagements(opened.marketplace, 5)
    workers = [
        crew.start(address, f"w{number}", threads=2, commands=40, engagements=5, ahead=ahead)
        for number, ahead in enumerate((timedelta(0), FIVE_MINUTES, -FIVE_MINUTES))
    ]
    for worker in workers:
        worker.ended(60)
    database = Database(database_url)
    assert assert_kept(database, decisions.read(crew.diaries)) > 20
    database.close()


def append_with_steps(recorder: LogRecorder) -> None:
    for _ in STEPS:
        recorder.append(samples.append(uuid4(), 1, count=2))


def stepping(database: Database, ledger: type[SqliteLedger]) -> LogRecorder:
    """A recorder on SQLite whose clock steps forth and back."""
    steps = iter(STEPS)
    recorder = LogRecorder(database)
    recorder.writer._settlement._ledger = ledger(database, lambda: process_clock() + next(steps))
    return recorder


class Trusting(SqliteLedger):
    """Takes the clock as it is: the last instant is forgotten before each append."""

    def _insert(self, cursor: Any, entries: Sequence[Entry]) -> list[Receipt]:
        cursor.execute("UPDATE head SET recorded_at = 0")
        return super()._insert(cursor, entries)


@pytest.mark.parametrize("ledger", [SqliteLedger, Trusting], ids=["as it is", "control"])
def test_a_clock_that_steps_back_on_sqlite(sqlite_url: URL, ledger: type[SqliteLedger]) -> None:
    database = Database(sqlite_url)
    schema.upgrade(database)
    recorder = stepping(database, ledger)
    append_with_steps(recorder)
    recorder.close()
    assert rises(database) is (ledger is SqliteLedger)
    database.close()


@pytest.mark.parametrize("protected", [True, False], ids=["as it is", "control"])
def test_a_clock_that_steps_back_on_postgresql(postgres_url: URL, protected: bool) -> None:
    database = Database(postgres_url)
    schema.upgrade(database)
    altered(database, "append_events", SERVERS_CLOCK, WRONG_CLOCK)
    if not protected:
        altered(database, "append_events", "last_at + 1)", "0)")
    for step in STEPS:
        session = Database(postgres_url.update_query_dict({"options": f"-c faults.ahead={step}"}))
        recorder = LogRecorder(session)
        recorder.append(samples.append(uuid4(), 1, count=2))
        recorder.close()
        session.close()
    assert rises(database) is protected
    database.close()


def rises(database: Database) -> bool:
    """Whether `recorded_at` rises strictly from command to command."""
    with database.reading() as connection:
        query = select(events.c.recorded_at).where(events.c.ordinal == 0).order_by(events.c.position)
        instants = connection.execute(query).scalars().all()
    assert len(instants) == len(STEPS)
    return all(one < after for one, after in pairwise(instants))
