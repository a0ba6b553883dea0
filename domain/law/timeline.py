"""The timeline law: state, decisions, clocks and metrics fold the facts of one engagement that were not voided, in the
order of (``occurred_at``, ``place``, ``version``); a timeline is lawful when every fact obeys the rules in the state
just before it, and a fact whose effect already stands changes nothing (domain.md section 3)."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from domain.engagement.lifecycle import EngagementEndedAlready, EngagementOpened, EngagementSuspendedNow
from domain.engagement.seats.agreeing import new_seat
from domain.engagement.state import State
from domain.engagement.terms.policy import Terms
from domain.law.event import Event
from domain.law.notes import FactVoided
from domain.law.recorded import Recorded
from domain.law.rejection import ContradictsLaterFact, Rejection

_key = attrgetter("key")


def event_of(fact: Recorded) -> Event:
    event = fact.event
    assert isinstance(event, Event)
    return event


def opened(fact: Recorded) -> State:
    """The state an opening makes."""
    opening = fact.event
    assert isinstance(opening, EngagementOpened)
    return State(
        opening=opening,
        opened_at=fact.occurred_at,
        terms=Terms(policy=opening.policy, calendar=opening.calendar),
        seats={spec.seat_id: new_seat(spec, fact.occurred_at) for spec in opening.seats},
    )


def permit(state: State, fact: Recorded) -> Rejection | None:
    """The rule that forbids a fact whose effect does not stand yet, if any."""
    event = event_of(fact)
    try:
        if state.suspension and not event.while_suspended:
            return EngagementSuspendedNow(f"the engagement waits on {state.suspension.waiting_on}")
        if state.ended_at and not event.after_end:
            return EngagementEndedAlready("the engagement has ended")
        event.permit(state, fact)
    except Rejection as forbidden:
        return forbidden
    return None


def judged(state: State, fact: Recorded) -> State:
    """The state after a fact. Raises the Rejection that forbids it."""
    event = event_of(fact)
    if event.stands(state, fact):
        return state
    forbidden = permit(state, fact)
    if forbidden:
        raise forbidden
    return event.evolve(state, fact)


def trusted(state: State, fact: Recorded) -> State:
    """The state after a fact of a lawful timeline."""
    event = event_of(fact)
    return state if event.stands(state, fact) else event.evolve(state, fact)


def tolerant(state: State, fact: Recorded) -> State:
    """The state after a fact that counts only if it is lawful: half-way through a correction it may not be."""
    try:
        return judged(state, fact)
    except Rejection:
        return state


def fold(timeline: Iterable[Recorded]) -> State | None:
    """The state at the end of a lawful timeline; None before the opening."""
    state: State | None = None
    for fact in timeline:
        if state is None:
            state = opened(fact)
        elif event_of(fact).ordered:
            state = trusted(state, fact)
    return state


def effective(timeline: Iterable[Recorded]) -> Iterator[tuple[Recorded, State | None, State]]:
    """The facts that changed something or set no order, each with the state before and after it."""
    state: State | None = None
    for fact in timeline:
        before = state
        if state is None:
            state = opened(fact)
        elif event_of(fact).ordered:
            if event_of(fact).stands(state, fact):
                continue
            state = event_of(fact).evolve(state, fact)
        yield fact, before, state


def check(timeline: Sequence[Recorded], new: frozenset[int], start: int = 1, state: State | None = None) -> State:
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
    return {version: fact for fact in facts if isinstance(fact.event, FactVoided) for version in fact.event.voids}


@dataclass(frozen=True)
class History:
    """All that was recorded about one engagement, in order of version."""

    facts: tuple[Recorded, ...]
    timeline: tuple[Recorded, ...] = field(repr=False)
    state: State = field(repr=False)
    ids: Mapping[tuple[str, str], str | None] = field(repr=False)
    """Every id ever introduced, by kind, with the seat it is tied to."""

    @staticmethod
    def of(facts: Sequence[Recorded]) -> "History":
        """The history that these facts make; the first is the opening."""
        voided = voided_by(facts)
        timeline = tuple(sorted((fact for fact in facts if fact.version not in voided), key=_key))
        state = fold(timeline)
        assert state is not None, "a history begins with its opening"
        return History(tuple(facts), timeline, state, dict(introduced(facts)))

    def extended(self, facts: Sequence[Recorded]) -> "History":
        """The history with more facts. Where nothing later exists only these are folded."""
        later = all(fact.key > self.timeline[-1].key for fact in facts)
        if not later or any(isinstance(fact.event, FactVoided) for fact in facts):
            return History.of((*self.facts, *facts))
        new = sorted(facts, key=_key)
        state = self.state
        for fact in new:
            if event_of(fact).ordered:
                state = trusted(state, fact)
        ids = {**self.ids, **found} if (found := dict(introduced(facts))) else self.ids
        return History((*self.facts, *facts), (*self.timeline, *new), state, ids)

    def stored(self, facts: Sequence[Recorded]) -> "History":
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
    def version(self) -> int:
        return len(self.facts)

    @cached_property
    def voided(self) -> Mapping[int, Recorded]:
        return voided_by(self.facts)

    def before(self, key: tuple[datetime, int, int]) -> State:
        """The state just before a place in the timeline (at the earliest just after the opening)."""
        if key > self.timeline[-1].key:
            return self.state
        end = max(1, bisect_left(self.timeline, key, key=_key))
        state = fold(self.timeline[:end])
        assert state is not None
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


def introduced(facts: Iterable[Recorded]) -> Iterator[tuple[tuple[str, str], str | None]]:
    """The ids that facts introduce, with their seats."""
    for fact in facts:
        event = event_of(fact)
        if event.creates:
            yield (event.creates, getattr(event, f"{event.creates}_id")), getattr(event, "seat_id", None)
