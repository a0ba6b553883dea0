"""The columns asked by several threads at once while events come in: each question reads one state of them."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Final

import duckdb
import pytest

from application.ports.fleet import FleetWanted
from domain.access.reach import EVERYTHING
from infrastructure.fleet.columns import Columns, Reading
from infrastructure.fleet.fleet import ColumnFleet
from tests.infrastructure.fleet.harness import Fleet, of_the_fleet
from tests.infrastructure.projections.harness import Command, history

ASKING: Final = 2
OPENED: Final = 3
COMMANDS: Final = 4
COUNTED: Final = """
    SELECT (SELECT count(*) FROM engagements), (SELECT sum(version) FROM engagements), (SELECT count(*) FROM seats)"""


def counted(reading: Reading) -> tuple[int, ...]:
    """How many engagements, events of theirs, and seats."""
    found = reading.cursor.execute(COUNTED).fetchone()
    assert found
    return tuple(int(each or 0) for each in found)


@contextmanager
def asked_meanwhile(columns: Columns) -> Iterator[list[tuple[int, tuple[int, ...]]]]:
    """What threads read all the while, with the position of each reading; every reading stays as it is."""
    ended, found = Event(), list[tuple[int, tuple[int, ...]]]()

    def ask() -> None:
        last = 0
        while not ended.is_set():
            with columns.reading() as reading:
                first = counted(reading)
                ended.wait(0.02)
                assert counted(reading) == first, "one reading is of one state"
                assert reading.position >= last, "and none is older than the one before"
                last = reading.position
                found.append((reading.position, first))

    with ThreadPoolExecutor(ASKING) as threads:
        asking = [threads.submit(ask) for _ in range(ASKING)]
        try:
            yield found
        finally:
            ended.set()
        for each in asking:
            each.result()


def test_every_thread_reads_one_state_while_events_come_in(fleet: Fleet) -> None:
    fleet.project()
    right: dict[int, tuple[int, ...]] = {}
    with asked_meanwhile(fleet.columns) as found:
        for command in played():
            fleet.append(command)
            fleet.project()
            with fleet.columns.reading() as reading:
                right[reading.position] = counted(reading)
    assert len({position for position, _ in found}) > 3, "they were read while events came in"
    for position, told in found:
        assert told == right.get(position, told)
        assert told[1] == position, "all events up to the position are in it, and no other"
    assert_as_from_zero(fleet, right)


def played() -> Iterator[Command]:
    """Some engagements, a command of each in turns."""
    waiting = [of_the_fleet(history(seed), seed)[:COMMANDS] for seed in range(OPENED)]
    for turn in range(COMMANDS):
        yield from (each[turn] for each in waiting if turn < len(each))


def assert_as_from_zero(fleet: Fleet, right: Mapping[int, tuple[int, ...]]) -> None:
    """The columns say what others say that are read now for the first time."""
    anew = Columns(fleet.bench.reader, fleet.bench.recorder.log)
    try:
        with anew.reading() as reading:
            assert counted(reading) == right[reading.position]
    finally:
        anew.close()
    head = max(fact.recorded_at for each in fleet.histories().values() for fact in each.facts)
    fleet.assert_told(FleetWanted(group_by="client"), head + timedelta(days=1))


def test_a_question_is_ended_from_outside_and_the_next_one_is_not(sqlite_fleet: Fleet) -> None:
    """Again and again, since a question is many queries."""
    for command in of_the_fleet(history(3), 0):
        sqlite_fleet.append(command)
    sqlite_fleet.project()
    head = max(fact.recorded_at for each in sqlite_fleet.histories().values() for fact in each.facts)
    calendars = sqlite_fleet.calendars.__getitem__
    ending = ColumnFleet(sqlite_fleet.columns, lambda: head, calendars, lambda _: 0.0, ended_at_once)
    with pytest.raises(duckdb.InterruptException):
        ending.groups(FleetWanted(group_by="month"), EVERYTHING)
    sqlite_fleet.assert_told(FleetWanted(group_by="month"), head)


@contextmanager
def ended_at_once(stop: Callable[[], object]) -> Iterator[None]:
    """Calls it all the while."""
    left = Event()

    def stopping() -> None:
        while not left.is_set():
            stop()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(stopping)
        try:
            yield
        finally:
            left.set()


def test_a_reading_stays_though_all_columns_are_read_anew(sqlite_fleet: Fleet) -> None:
    """So much comes in at once that nothing of them is kept."""
    for command in of_the_fleet(history(3), 0):
        sqlite_fleet.append(command)
    sqlite_fleet.project()
    with sqlite_fleet.columns.reading() as before:
        first = counted(before)
        for number in (1, 2, 3):
            for command in of_the_fleet(history(3), number):
                sqlite_fleet.append(command)
        sqlite_fleet.project()
        with sqlite_fleet.columns.reading() as after:
            assert after.position > before.position
            assert counted(after)[0] == 4
        assert counted(before) == first
        sqlite_fleet.columns.close()
        assert counted(before) == first, "also once they are closed"
