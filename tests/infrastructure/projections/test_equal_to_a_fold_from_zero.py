"""However the log grows and whoever projects it, the projections are what a fold of the log from zero gives."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Literal, TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from infrastructure.projections import projector as projecting
from infrastructure.projections.generations import Overtaken
from infrastructure.projections.projector import Projector, caught_up
from infrastructure.projections.rebuild.rebuild import Rebuild
from tests.infrastructure.projections.harness import (
    Bench,
    Command,
    bench,
    commands,
    copy_of,
    engagement,
    history,
    prepared,
)

AHEAD = timedelta(minutes=5)
"""How far ahead a fact may be dated."""

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is told as it is found: making it smaller would take minutes."""

When: TypeAlias = Literal["lifelike", "ahead", "late"]


@dataclass(frozen=True, slots=True)
class Append:
    """The next commands of an engagement, recorded when they were, five minutes ahead, or whenever the log stands."""

    whose: int
    many: int
    when: When

    def on(self, table: "Table") -> None:
        for command in table.next_of(self.whose, self.many):
            table.bench.append(command, self.instant(command))

    def instant(self, command: Command) -> datetime:
        fact = command[0]
        if self.when == "late":
            return fact.occurred_at - timedelta(days=300)  # the log does not go back: right after its last one
        return fact.recorded_at if self.when == "lifelike" else fact.occurred_at - AHEAD


@dataclass(frozen=True, slots=True)
class Step:
    """One of the projectors takes in a batch of some size, or finds that the other one was quicker."""

    who: int
    batch: int

    def on(self, table: "Table") -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(projecting, "BATCH", self.batch)
            projector = table.projectors[self.who]
            try:
                projector.step()
            except Overtaken:
                assert projector.standing is None, "it looks again where they stand"


@dataclass(frozen=True, slots=True)
class Follow:
    """One of the projectors takes in, command by command, what is recorded of all engagements."""

    who: int
    many: int

    def on(self, table: "Table") -> None:
        for number in range(self.many):
            Append(number % 3, 1, "lifelike").on(table)
            Step(self.who, 500).on(table)


@dataclass(frozen=True, slots=True)
class Restart:
    """A process is started anew, with room for some facts."""

    who: int
    most_facts: int

    def on(self, table: "Table") -> None:
        table.projectors[self.who] = table.bench.projector(self.most_facts)


@dataclass(frozen=True, slots=True)
class MakeAnew:
    """All is rebuilt, proved to agree and swapped, beside projectors that know nothing of it."""

    def on(self, table: "Table") -> None:
        bench = table.bench
        rebuilt = Rebuild(source=bench.recorder.log, of=bench.database, database=bench.kept).run()
        assert not rebuilt.differences


@dataclass(frozen=True, slots=True)
class Look:
    """What stands is right, wherever it stands."""

    def on(self, table: "Table") -> None:
        table.projectors[0].make_room()
        table.bench.assert_equal_to_a_fold_from_zero()


Action: TypeAlias = Append | Step | Follow | Restart | MakeAnew | Look


@dataclass(slots=True)
class Table:
    """A log that grows by some histories, and two projectors at it."""

    bench: Bench
    waiting: Sequence[Iterator[Command]]
    projectors: list[Projector] = field(default_factory=list)

    def next_of(self, whose: int, many: int) -> Iterator[Command]:
        return islice(self.waiting[whose], many)


_who = st.integers(0, 1)
_whens: list[When] = ["lifelike", "lifelike", "ahead", "late"]
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Append, st.integers(0, 2), st.integers(1, 12), st.sampled_from(_whens)),
    st.builds(Append, st.integers(0, 2), st.integers(1, 12), st.sampled_from(_whens)),
    st.builds(Step, _who, st.integers(1, 15)),
    st.builds(Step, _who, st.integers(1, 15)),
    st.builds(Follow, _who, st.integers(10, 60)),
    st.builds(Restart, _who, st.sampled_from([0, 20, 1_000_000])),
    st.builds(MakeAnew),
    st.builds(Look),
)
_names = count()


def play(prepared_url: URL, seeds: Sequence[int], done: Sequence[Action]) -> None:
    """Does it all on a new log, then takes in what is left with both projectors in turns."""
    with copy_of(prepared_url, f"run_{next(_names)}") as url, bench(url) as made:
        waiting = [iter(commands(history(seed), engagement(number))) for number, seed in enumerate(seeds)]
        table = Table(made, waiting, [made.projector(), made.projector()])
        for action in done:
            action.on(table)
        for projector in table.projectors:
            with suppress(Overtaken):
                caught_up(projector)
            caught_up(projector)
        made.assert_all_taken_in()
        for projector in table.projectors:
            with suppress(Overtaken):
                assert projector.step() == 0


def few(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


seeds = st.lists(st.integers(0, 9), min_size=3, max_size=3)
plays = given(seeds=seeds, done=st.lists(actions, min_size=8, max_size=30))


def test_on_sqlite(sqlite_url: URL) -> None:
    prepared(sqlite_url)

    @few(4)
    @plays
    def check(seeds: list[int], done: list[Action]) -> None:
        play(sqlite_url, seeds, done)

    check()


def test_on_postgresql(postgres_url: URL) -> None:
    prepared(postgres_url)

    @few(2)
    @plays
    def check(seeds: list[int], done: list[Action]) -> None:
        play(postgres_url, seeds, done)

    check()
