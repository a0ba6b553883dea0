"""Several processes on one SQLite file, some of them killed, one of them in the middle of a transaction.

What is proven: every acknowledged command is there once, and the file is whole. The control writes without a
transaction: killed at the same point, it leaves events that the head knows nothing of.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from application.ports.log import Receipt
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.database.instants import process_clock
from infrastructure.log import verify
from infrastructure.log.ledger import Entry, sealed
from infrastructure.log.sqlite.ledger import SqliteLedger
from tests.faults import decisions
from tests.faults.crew import Crew
from tests.faults.keeping import assert_kept
from tests.faults.opening import open_engagements, shop
from tests.forked import PROCESSES
from tests.store import samples

TOGETHER = 3


def kill_some(crew: Crew, url: URL, kills: int) -> int:
    chosen = random.Random(kills)
    with shop(url) as opened:
        open_engagements(opened.marketplace, 20)
    running = [crew.start(str(url), f"w{number}", threads=2) for number in range(TOGETHER)]
    for kill in range(kills):
        victim = running.pop(chosen.randrange(TOGETHER))
        victim.at_work()
        time.sleep(chosen.uniform(0, 0.2))
        victim.kill()
        running.append(crew.start(str(url), f"w{kill + TOGETHER}", threads=2))
    for worker in running:
        worker.at_work()
        worker.terminate(60)
    database = Database(url)
    kept = assert_kept(database, decisions.read(crew.diaries))
    database.close()
    return kept


def test_processes_on_one_file_lose_nothing_when_some_are_killed(sqlite_url: URL, crew: Crew) -> None:
    assert kill_some(crew, sqlite_url, 3) > 10


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_hundred_killed_processes_on_one_file(sqlite_url: URL, crew: Crew) -> None:
    kept = kill_some(crew, sqlite_url, 100)
    print(f"SQLite, 100 kills: {kept} acknowledged commands kept")


class Dying(SqliteLedger):
    """Is killed when its events are written and the head is not."""

    def _insert(self, cursor: Any, entries: Sequence[Entry]) -> list[Receipt]:
        return super()._insert(_Fatal(cursor), entries)


class Careless(Dying):
    """Writes without a transaction, and is killed at the same point."""

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        yield self._cursor()


class _Fatal:
    """A cursor that kills its process when the head is to be updated."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def execute(self, statement: str, *parameters: Any) -> Any:
        if statement.startswith("UPDATE head"):
            os.kill(os.getpid(), signal.SIGKILL)
        return self._cursor.execute(statement, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def die_in_the_middle(url: str, kind: Callable[..., SqliteLedger]) -> None:
    database = Database(url)
    kind(database, process_clock).write(sealed([samples.append(uuid4(), 1, count=3)]))


def findings_after(url: URL, kind: Callable[..., SqliteLedger]) -> set[str]:
    database = Database(url)
    schema.upgrade(database)
    process = PROCESSES.Process(target=die_in_the_middle, args=(str(url), kind), daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    findings = {finding.check for finding in verify.store(database)}
    with database.reading() as connection:
        if connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one():
            findings.add("half-written")
    database.close()
    return findings


def test_a_process_killed_in_the_middle_of_a_transaction_leaves_nothing_of_it(sqlite_url: URL) -> None:
    assert findings_after(sqlite_url, Dying) == set()


def test_control_without_a_transaction_it_leaves_half_of_it(sqlite_url: URL) -> None:
    assert "half-written" in findings_after(sqlite_url, Careless)
