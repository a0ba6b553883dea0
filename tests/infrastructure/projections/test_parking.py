"""What cannot be read or folded waits, in order, alone; once it can be, it moves on and is as if nothing had been."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from infrastructure.database.tables import events
from infrastructure.projections.generations import Overtaken
from infrastructure.projections.parking import Parked
from infrastructure.projections.projection import Projection
from infrastructure.projections.projector import Projector, caught_up
from infrastructure.projections.proof import differing
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.clocks import CLOCKS
from tests.infrastructure.projections.harness import Bench, Command, Tables, commands, engagement, history
from tests.store.verify.tampering import tamper

STUCK, OTHER = engagement(0), engagement(1)
ALL = sorted(each.name for each in PROJECTIONS)


@dataclass(slots=True)
class Story:
    """A projected log of two engagements, each with as much again to come."""

    bench: Bench
    projector: Projector
    to_come: dict[UUID, list[Command]]

    def goes_on(self, commands: int = 5) -> None:
        """Something more of each is recorded."""
        for waiting in self.to_come.values():
            for command in waiting[:commands]:
                self.bench.append(command)
            del waiting[:commands]

    def rows(self, engagement_id: UUID) -> Tables:
        return of(engagement_id, self.bench.standing()[1])

    def right(self, engagement_id: UUID) -> Tables:
        """What an engagement's rows ought to be. It must be readable."""
        return of(engagement_id, self.bench.from_zero(self.bench.standing()[0]))

    def parked(self) -> Sequence[Parked]:
        live = self.projector.generations.live()
        assert live is not None
        return self.projector.parking.of(live.number)


def of(engagement_id: UUID, tables: Tables) -> Tables:
    return {name: frozenset(row for row in rows if row[0] == engagement_id) for name, rows in tables.items()}


@pytest.fixture
def story(bench: Bench) -> Story:
    to_come = {each: commands(history(number + 3), each) for number, each in enumerate((STUCK, OTHER))}
    made = Story(bench, bench.projector(), to_come)
    made.goes_on(15)
    caught_up(made.projector)
    return made


@contextmanager
def unfoldable(projection: Projection, engagement_id: UUID) -> Iterator[None]:
    """Meanwhile one projection fails on one engagement."""
    fold = projection.fold

    def failing(seen: Seen) -> Any:
        if seen.engagement_id == engagement_id:
            raise ArithmeticError("this fold is wrong")
        return fold(seen)

    object.__setattr__(projection, "fold", failing)
    try:
        yield
    finally:
        object.__setattr__(projection, "fold", fold)


@contextmanager
def unreadable(bench: Bench, position: int) -> Iterator[None]:
    """Meanwhile the bytes of one event are others."""
    query = select(events.c.state).where(events.c.position == position)
    with bench.database.reading() as connection:
        state: bytes = connection.execute(query).scalar_one()
    tamper(bench.database, f"UPDATE events SET state = x'00' WHERE position = {position}")
    yield
    written = f"'\\x{state.hex()}'::bytea" if bench.database.is_postgresql else f"x'{state.hex()}'"
    tamper(bench.database, f"UPDATE events SET state = {written} WHERE position = {position}")


def test_what_cannot_be_read_waits_for_all_projections_and_nothing_else_does(story: Story) -> None:
    before, position = story.rows(STUCK), story.bench.recorder.log.head().position
    story.goes_on()
    with unreadable(story.bench, position + 1):
        caught_up(story.projector)
        assert [(each.projection, each.engagement_id, each.position) for each in story.parked()] == [
            (name, STUCK, position + 1) for name in ALL
        ]
        assert all("cannot be read" in each.error for each in story.parked())
        assert len(list(differing(story.bench.reader, story.bench.recorder.log))) == len(PROJECTIONS)
        story.goes_on()
        caught_up(story.projector)
        assert story.rows(STUCK) == before
        assert story.projector.retry() == 0, "it still cannot be read"
    assert story.rows(OTHER) == story.right(OTHER)
    assert story.rows(STUCK) == before
    assert story.projector.retry() == 1
    assert not story.parked()
    story.bench.assert_all_taken_in()


def test_what_one_projection_cannot_fold_waits_for_it_alone(story: Story) -> None:
    before = story.rows(STUCK)
    with unfoldable(CLOCKS, STUCK):
        for _ in range(2):
            story.goes_on()
            caught_up(story.projector)
        [parked] = story.parked()
        assert (parked.projection, parked.engagement_id) == ("clocks", STUCK)
        assert parked.error == "ArithmeticError: this fold is wrong"
        assert story.projector.retry() == 0
    right, told = story.right(STUCK), story.rows(STUCK)
    assert told["clocks"] == before["clocks"] != right["clocks"]
    assert {**told, "clocks": None} == {**right, "clocks": None}
    assert story.rows(OTHER) == story.right(OTHER)
    assert story.projector.retry() == 1
    story.bench.assert_all_taken_in()


def test_it_waits_across_a_restart(story: Story) -> None:
    with unfoldable(CLOCKS, STUCK):
        story.goes_on()
        caught_up(story.projector)
    told = story.rows(STUCK)["clocks"]
    story.goes_on()
    again = story.bench.project()
    assert again.parked == {STUCK: {"clocks"}}
    assert story.rows(STUCK)["clocks"] == told
    assert again.retry() == 1
    story.goes_on()
    caught_up(again)
    story.bench.assert_all_taken_in()


def test_what_another_process_let_go_on_is_not_left_waiting_by_this_one(story: Story) -> None:
    """Nothing moves when an engagement is let go, so this one has to notice by itself."""
    with unfoldable(CLOCKS, STUCK):
        story.goes_on()
        caught_up(story.projector)
    other = story.bench.projector()
    other.begin()
    assert other.retry() == 1
    story.goes_on()
    with suppress(Overtaken):
        caught_up(story.projector)
    caught_up(story.projector)
    story.bench.assert_all_taken_in()


def test_an_engagement_whose_opening_cannot_be_read_has_no_rows_until_it_can(bench: Bench) -> None:
    first, *rest = commands(history(3), STUCK)
    position = bench.append(first).first_position
    with unreadable(bench, position):
        projector = bench.project()
        assert not any(bench.standing()[1].values())
        for command in rest[:4]:
            bench.append(command)
        caught_up(projector)
    assert projector.retry() == 1
    bench.assert_all_taken_in()
