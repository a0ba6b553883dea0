"""The history of one stream: everything that was recorded, what of it counts, and what it comes to."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, Generic
from uuid import UUID

from domain.law.event import S, Thing, event_of, opening_of
from domain.law.growing import Growing
from domain.law.marked import Change, Marked
from domain.law.recorded import Key, Recorded
from domain.law.timeline import introduced, timeline_of, voided_by

_key = attrgetter("key")

MANY: Final = 1_000
"""From how many facts on it is quicker to look through a timeline than to look each of them up."""


@dataclass(frozen=True)
class History(Generic[S]):
    """All that was recorded in one stream, in order of version."""

    facts: Growing[Recorded]
    marked: Marked[S] = field(repr=False)
    ids: Mapping[Thing, str | None] = field(repr=False)
    """Every id ever introduced, by kind, with what it is tied to."""
    placed: int = field(repr=False, compare=False)
    """Up to which version the facts are known to be as the store placed them, in the timeline too."""

    @staticmethod
    def of(facts: Iterable[Recorded]) -> "History[Any]":
        """The history that these facts make; the first is the opening."""
        recorded = Growing(facts)
        placed = len(recorded) if recorded[-1].position else 0
        return History(recorded, Marked.of(timeline_of(recorded)), dict(introduced(recorded)), placed)

    def tolerant(self) -> "History[S]":
        """The same history, to which more may come that is not lawful: such a fact counts only where it is."""
        return replace(self, marked=self.marked.tolerant())

    def extended(self, facts: Sequence[Recorded]) -> "History[S]":
        """The history with more facts."""
        if not facts:
            return self
        marked = with_recorded(self.marked, self.facts, facts)
        ids = {**self.ids, **found} if (found := dict(introduced(facts))) else self.ids
        recorded = self.facts.grown(facts)
        placed = len(recorded) if self.placed == self.version and facts[-1].position else self.placed
        return History(recorded, marked, ids, placed)

    def stored(self, facts: Sequence[Recorded]) -> "History[S]":
        """The same history with its last facts as the store placed them: position and instant decide nothing.

        Those before them may have been placed since this was made of them.
        """
        for fact in facts:
            self.facts.settle(fact.version - 1, fact)
        for index, fact in self._unplaced():
            self.timeline.settle(index, self.facts[fact.version - 1])
        placed = self.version if all(fact.position for fact in self.facts[self.placed :]) else self.placed
        return History(self.facts, self.marked, self.ids, placed)

    def _unplaced(self) -> Iterator[tuple[int, Recorded]]:
        """The facts of the timeline that were not placed when it was made, and where they stand in it."""
        if self.version - self.placed > MANY:
            yield from ((index, fact) for index, fact in enumerate(self.timeline) if not fact.position)
            return
        for fact in self.facts[self.placed :]:
            index = bisect_left(self.timeline, fact.key, key=_key)
            if index < len(self.timeline) and self.timeline[index].version == fact.version:
                yield index, fact

    def as_known(self, version: int) -> "History[S]":
        """The history as it was when it had so many facts, one at least."""
        if version >= self.version:
            return self
        facts = self.facts.first(version)
        return History(facts, self.timeline_known(version), dict(introduced(facts)), min(self.placed, version))

    def timeline_known(self, version: int) -> Marked[S]:
        """The timeline as it was when the history had so many facts."""
        later = self.facts[version:]
        if not later:
            return self.marked
        revived = [self.facts[each - 1] for fact in later for each in event_of(fact).takes_back() if each <= version]
        shared = self.marked.place(Change(later, revived).first)
        kept = [fact for fact in self.timeline[shared:] if fact.version <= version]
        return self.marked.first(shared).grown(sorted((*kept, *revived), key=_key))

    @property
    def timeline(self) -> Growing[Recorded]:
        """The facts that were not taken back, in the order of the timeline."""
        return self.marked.facts

    @property
    def state(self) -> S:
        return self.marked.state

    @property
    def stream_id(self) -> UUID:
        return self.facts[0].stream_id

    @property
    def version(self) -> int:
        return len(self.facts)

    @cached_property
    def voided(self) -> Mapping[int, Recorded]:
        return voided_by(self.facts)

    def before(self, key: Key) -> S:
        """The state that a fact at this place meets (at the earliest just after the opening)."""
        return self._reached(self.marked.before(key), key[0])

    def until(self, as_of: datetime) -> Sequence[Recorded]:
        """The timeline of what had happened by ``as_of``."""
        return self.timeline.first(self.marked.until(as_of))

    def state_at(self, as_of: datetime) -> S | None:
        """The state at ``as_of``; None before the opening."""
        count = self.marked.until(as_of)
        return self._reached(self.marked.first(count).state, as_of) if count else None

    def _reached(self, state: S, at: datetime) -> S:
        found: S = opening_of(self.facts[0]).reached(state, at)
        return found

    def judge(self, new: Sequence[Recorded], gone: Sequence[Recorded] = ()) -> S:
        """The state with these facts in the timeline, and others taken back. Raises the Rejection that forbids it."""
        return self.marked.judged(Change(new, gone)) if new or gone else self.state


def with_recorded(marked: Marked[S], known: Sequence[Recorded], facts: Sequence[Recorded]) -> Marked[S]:
    """The timeline of the known facts, marked, with more that was recorded; what is taken back leaves it."""
    gone = {version for fact in facts for version in event_of(fact).takes_back()}
    change = Change(
        [fact for fact in facts if fact.version not in gone],
        [known[version - 1] for version in gone if version <= len(known)],
    )
    if change.first > marked.last:
        return marked.grown(sorted(change.new, key=_key))
    return marked.changed(change)
