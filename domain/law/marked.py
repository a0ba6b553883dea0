"""A timeline with the state it comes to, kept every few hundred facts along the way.

What comes late, is taken back or is asked for as of an earlier instant so folds only what lies behind the last mark
before it; and only as far as it makes a difference: where the state at a later mark is what it was, all behind it is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from math import ceil
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple

from domain.language.alike import alike
from domain.law.event import S, event_of
from domain.law.growing import Growing
from domain.law.recorded import Key, Recorded
from domain.law.timeline import check, opened, tolerant, trusted

EVERY: Final = 256
"""How many facts lie between two marks; up to twice as many where some came late."""

Take = Callable[[Any, Recorded], Any]
"""How a state takes a fact in: trusted, or tolerant where half of a correction may be missing."""

_key = attrgetter("key")
_occurred_at = attrgetter("occurred_at")
_count = attrgetter("count")


@dataclass(frozen=True, slots=True)
class Mark(Generic[S]):
    """The state after so many facts of the timeline."""

    count: int
    state: S


@dataclass(frozen=True)
class Change:
    """Facts that come into a timeline, and others that are taken back from it; at least one."""

    new: Sequence[Recorded]
    gone: Sequence[Recorded] = ()

    @cached_property
    def first(self) -> Key:
        return min(fact.key for fact in (*self.new, *self.gone))

    @cached_property
    def last(self) -> Key:
        return max(fact.key for fact in (*self.new, *self.gone))


class Stretch(NamedTuple):
    """The facts up to a mark, the change among them; ``settled``: nothing of it comes behind that mark."""

    facts: list[Recorded]
    until: Mark[Any]
    settled: bool


@dataclass(frozen=True)
class Marked(Generic[S]):
    """The facts of a timeline, beginning with the opening, their marks, and the state at the end."""

    facts: Growing[Recorded]
    marks: Growing[Mark[S]] = field(repr=False, compare=False)
    state: S
    take: Take = field(repr=False, compare=False, default=trusted)

    @staticmethod
    def of(timeline: Sequence[Recorded]) -> "Marked[Any]":
        """A lawful timeline with its marks."""
        state = opened(timeline[0])
        begun = Marked(Growing(timeline[:1]), Growing([Mark(1, state)]), state)
        return begun.grown(timeline[1:])

    def tolerant(self) -> "Marked[S]":
        """This, to which more may come that is not lawful: such a fact counts only where it is."""
        return replace(self, take=tolerant)

    @property
    def last(self) -> Key:
        return self.facts[-1].key

    def grown(self, facts: Sequence[Recorded], every: int | None = None) -> "Marked[S]":
        """This with facts behind all others, in their order."""
        every = every or EVERY
        take, state, marks, last = self.take, self.state, list[Mark[S]](), self.marks[-1].count
        for count, fact in enumerate(facts, len(self.facts) + 1):
            if event_of(fact).ordered:
                state = take(state, fact)
            if count - last >= every:
                marks.append(Mark(count, state))
                last = count
        return self._with(self.facts.grown(facts), self.marks.grown(marks), state)

    def changed(self, change: Change) -> "Marked[S]":
        """This with a change in it."""
        made = self.first(self.place(change.first))
        for stretch in self._stretches(change):
            tail = stretch.until.count == len(self.facts)
            made = made.grown(stretch.facts) if tail else made._up_to_a_mark(stretch.facts)
            if stretch.settled and alike(made.state, stretch.until.state):
                return made._followed_by(self, stretch.until.count)
        return made

    def judged(self, change: Change) -> S:
        """The state at the end with a change in it. Raises the Rejection that forbids the change."""
        versions = frozenset(fact.version for fact in change.new)
        state = self.before(change.first)
        for stretch in self._stretches(change):
            state = check(stretch.facts, versions, 0, state)
            if stretch.settled and alike(state, stretch.until.state):
                return self.state
        return state

    def before(self, key: Key) -> S:
        """The state just before a place (at the earliest just after the opening)."""
        return self.first(self.place(key)).state

    def place(self, key: Key) -> int:
        """How many facts lie before it; the opening always does."""
        return len(self.facts) if key > self.last else max(1, bisect_left(self.facts, key, key=_key))

    def until(self, as_of: datetime) -> int:
        """How many facts had happened by then."""
        return bisect_right(self.facts, as_of, key=_occurred_at)

    def first(self, count: int) -> "Marked[S]":
        """The first facts alone, one at least."""
        if count == len(self.facts):
            return self
        marks = self.marks.first(bisect_right(self.marks, count, key=_count))
        mark = marks[-1]
        state = mark.state
        for fact in self.facts[mark.count : count]:
            if event_of(fact).ordered:
                state = self.take(state, fact)
        return self._with(self.facts.first(count), marks, state)

    def _with(self, facts: Growing[Recorded], marks: Growing[Mark[S]], state: S) -> "Marked[S]":
        return Marked(facts, marks, state, self.take)

    def _up_to_a_mark(self, facts: Sequence[Recorded]) -> "Marked[S]":
        """This with facts behind all others, and marks evenly among them, the last one at their end."""
        total = len(self.facts) - self.marks[-1].count + len(facts)
        made = self.grown(facts, ceil(total / max(1, total // EVERY)))
        if made.marks[-1].count == len(made.facts):
            return made
        return replace(made, marks=made.marks.grown([Mark(len(made.facts), made.state)]))

    def _followed_by(self, other: "Marked[S]", count: int) -> "Marked[S]":
        """This, and behind it what another has behind so many facts."""
        later = len(self.facts) - count
        marks = [Mark(mark.count + later, mark.state) for mark in other.marks if mark.count > count]
        return self._with(self.facts.grown(other.facts[count:]), self.marks.grown(marks), other.state)

    def _stretches(self, change: Change) -> Iterator[Stretch]:
        """The timeline with a change in it, from the first difference on, mark by mark."""
        gone, new = {fact.version for fact in change.gone}, sorted(change.new, key=_key)
        at = self.place(change.first)
        ends = [mark for mark in self.marks[bisect_right(self.marks, at, key=_count) :] if mark.count < len(self.facts)]
        for end in [*ends, Mark(len(self.facts), self.state)]:
            old = self.facts[at : end.count]
            coming = len(new) if end.count == len(self.facts) else bisect_left(new, old[-1].key, key=_key)
            kept = [fact for fact in old if fact.version not in gone]
            here, new = sorted((*kept, *new[:coming]), key=_key), new[coming:]
            yield Stretch(here, end, settled=not old or change.last <= old[-1].key)
            at = end.count
