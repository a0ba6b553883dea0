"""The timeline law: state, decisions, clocks and metrics fold the facts of one stream that were not voided, in the
order of (``occurred_at``, ``place``, ``version``); a timeline is lawful when every fact obeys the rules in the state
just before it, and a fact whose effect already stands changes nothing
(docs/rules.md, *The timeline law*)."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from domain.language.saying import said
from domain.law.event import Event, S, Tie, event_of, opening_of
from domain.law.recorded import Recorded
from domain.law.rejection import ContradictsLaterFact, Rejection

_key = attrgetter("key")


def opened(fact: Recorded) -> Any:
    """The state an opening makes."""
    return opening_of(fact).begin(fact)


def judged(state: S, fact: Recorded) -> S:
    """The state after a fact. Raises the Rejection that forbids it."""
    event: Event[S] = event_of(fact)
    state = event.reached(state, fact.occurred_at)
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
    state = event.reached(state, fact.occurred_at)
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
                broken.judge(fact.occurred_at)
                broken.of_version = fact.version
                raise
            raise ContradictsLaterFact(
                f"{fact.type} at {said(fact.occurred_at)} (version {fact.version}) would break {broken.rule()}: "
                f"{broken.detail}",
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


def introduced(facts: Iterable[Recorded]) -> Iterator[Tie]:
    """The ids that facts introduce, with what they are tied to."""
    return filter(None, (event_of(fact).introduces() for fact in facts))
