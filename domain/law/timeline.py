"""The timeline law: state, decisions, clocks and metrics fold the facts of one stream that were not voided, in the
order of (``occurred_at``, ``place``, ``version``); a timeline is lawful when every fact obeys the rules in the state
just before it, and a fact whose effect already stands changes nothing
(docs/rules.md, *The timeline law*)."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, Generic
from uuid import UUID

from domain.law.event import Event, S, Thing, Tie, event_of, opening_of
from domain.law.recorded import Recorded
from domain.law.rejection import ContradictsLaterFact, Rejection

_key = attrgetter("key")


def opened(fact: Recorded) -> Any:
    """The state an opening makes."""
    return opening_of(fact).begin(fact)


def judged(state: S, fact: Recorded) -> S:
    """The state after a fact. Raises the Rejection that forbids it."""
    event: Event[S] = event_of(fact)
    if event.stands(state, fact):
        return state
    forbidden = event.guard(state)
    if forbidden:
        raise forbidden
    event.permit(state, fact)
    return event.evolve(state, fact)


def trusted(state: S, fact: Recorded) -> S:
    """The state after a fact of a lawful timeline."""
    event: Event[S] = event_of(fact)
    return state if event.stands(state, fact) else event.evolve(state, fact)


def tolerant(state: S, fact: Recorded) -> S:
    """The state after a fact that counts only if it is lawful: half-way through a correction it may not be."""
    try:
        return judged(state, fact)
    except Rejection:
        return state


def fold(timeline: Iterable[Recorded]) -> Any:
    """The state at the end of a lawful timeline; None before the opening."""
    state: Any = None
    for fact in timeline:
        if state is None:
            state = opened(fact)
        elif event_of(fact).ordered:
            state = trusted(state, fact)
    return state


def effective(timeline: Iterable[Recorded]) -> Iterator[tuple[Recorded, Any, Any]]:
    """The facts that changed something or set no order, each with the state before and after it."""
    state: Any = None
    for fact in timeline:
        before = state
        if state is None:
            state = opened(fact)
        elif event_of(fact).ordered:
            if event_of(fact).stands(state, fact):
                continue
            state = event_of(fact).evolve(state, fact)
        yield fact, before, state


def check(timeline: Sequence[Recorded], new: frozenset[int], start: int = 1, state: Any = None) -> Any:
    """Judges a timeline from ``start`` on, from ``state`` just before it; the state at its end.

    Raises the rule that forbids one of the ``new`` versions, or ContradictsLaterFact for another.
    """
    state = state or opened(timeline[0])
    for fact in timeline[start:]:
        if not event_of(fact).ordered:
            continue
        try:
            state = judged(state, fact)
        except Rejection as broken:
            if fact.version in new:
                raise
            raise ContradictsLaterFact(
                f"{fact.type} at {fact.occurred_at.isoformat()} (version {fact.version}) would break: {broken.detail}",
                version=fact.version,
                type_name=fact.type,
                broken=broken.rule(),
            ) from broken
    return state


def voided_by(facts: Iterable[Recorded]) -> dict[int, Recorded]:
    """The voided versions, each with the voiding."""
    return {version: fact for fact in facts for version in event_of(fact).takes_back()}


def timeline_of(facts: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """What of these facts counts, in the order of the timeline."""
    voided = voided_by(facts)
    return tuple(sorted((fact for fact in facts if fact.version not in voided), key=_key))


@dataclass(frozen=True)
class History(Generic[S]):
    """All that was recorded in one stream, in order of version."""

    facts: tuple[Recorded, ...]
    timeline: tuple[Recorded, ...] = field(repr=False)
    state: S = field(repr=False)
    ids: Mapping[Thing, str | None] = field(repr=False)
    """Every id ever introduced, by kind, with what it is tied to."""

    @staticmethod
    def of(facts: Sequence[Recorded]) -> "History[Any]":
        """The history that these facts make; the first is the opening."""
        timeline = timeline_of(facts)
        state = fold(timeline)
        assert state is not None, "a history begins with its opening"
        return History(tuple(facts), timeline, state, dict(introduced(facts)))

    def extended(self, facts: Sequence[Recorded]) -> "History[S]":
        """The history with more facts. Where nothing later exists only these are folded."""
        later = all(fact.key > self.timeline[-1].key for fact in facts)
        if not later or any(event_of(fact).takes_back() for fact in facts):
            return History.of((*self.facts, *facts))
        new = sorted(facts, key=_key)
        state = self.state
        for fact in new:
            if event_of(fact).ordered:
                state = trusted(state, fact)
        ids = {**self.ids, **found} if (found := dict(introduced(facts))) else self.ids
        return History((*self.facts, *facts), (*self.timeline, *new), state, ids)

    def stored(self, facts: Sequence[Recorded]) -> "History[S]":
        """The same history with its last facts as the store placed them: position and instant decide nothing."""
        placed = {fact.version: fact for fact in facts}
        count = len(facts)
        tail = self.timeline[-count:]
        if all(fact.version in placed for fact in tail):
            timeline = (*self.timeline[:-count], *(placed[fact.version] for fact in tail))
        else:
            timeline = tuple(placed.get(fact.version, fact) for fact in self.timeline)
        return History((*self.facts[:-count], *facts), timeline, self.state, self.ids)

    @property
    def stream_id(self) -> UUID:
        return self.facts[0].stream_id

    @property
    def version(self) -> int:
        return len(self.facts)

    @cached_property
    def voided(self) -> Mapping[int, Recorded]:
        return voided_by(self.facts)

    def before(self, key: tuple[datetime, int, int]) -> S:
        """The state just before a place in the timeline (at the earliest just after the opening)."""
        if key > self.timeline[-1].key:
            return self.state
        end = max(1, bisect_left(self.timeline, key, key=_key))
        state: S = fold(self.timeline[:end])
        return state

    def until(self, as_of: datetime) -> tuple[Recorded, ...]:
        """The timeline of what had happened by ``as_of``."""
        if self.timeline[-1].occurred_at <= as_of:
            return self.timeline
        return tuple(fact for fact in self.timeline if fact.occurred_at <= as_of)

    def accept(self, new: Sequence[Recorded]) -> None:
        """Judges the law for new facts. Raises the Rejection that forbids them."""
        versions = frozenset(fact.version for fact in new)
        first = min((fact.key for fact in new), default=None)
        if first is None:
            return
        at_the_end = first > self.timeline[-1].key
        start = len(self.timeline) if at_the_end else max(1, bisect_left(self.timeline, first, key=_key))
        merged = sorted((*self.timeline[start:], *new), key=_key)
        check(merged, versions, 0, self.before(first))


def introduced(facts: Iterable[Recorded]) -> Iterator[Tie]:
    """The ids that facts introduce, with what they are tied to."""
    return filter(None, (event_of(fact).introduces() for fact in facts))
