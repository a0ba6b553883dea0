"""What made it so: the fact whose effect another one would only repeat."""

from collections.abc import Iterator
from typing import Any

from domain.law.event import event_of
from domain.law.history import History
from domain.law.marked import Mark
from domain.law.recorded import Recorded
from domain.law.rejection import NotFound


def made_so(history: History[Any], fact: Recorded) -> Recorded | None:
    """The last fact before the place of another one that made its effect stand.

    None where no fact did that another of its kind could repeat: a pause that was over with its case, or by itself.
    """
    found = _made_so(history, fact)
    return found if found and event_of(fact).owed_to(event_of(found)) else None


def _made_so(history: History[Any], fact: Recorded) -> Recorded | None:
    stands = _stands(fact, history.marked.before(fact.key))
    for mark, facts in _stretches(history, fact):
        stood = _stands(fact, mark.state)
        if not (stood and stands) or any(_about_the_same(each, fact) for each in facts):
            made, stood = _made_in(facts, fact, mark.state)
            if made or not stood:
                return made
        stands = stood
    return history.timeline[0]


def _stretches(history: History[Any], fact: Recorded) -> Iterator[tuple[Mark[Any], list[Recorded]]]:
    """The marks before the place of a fact, the last one first, each with the facts from it to the next one."""
    end = history.marked.place(fact.key)
    for mark in reversed(history.marked.marks):
        if mark.count <= end:
            yield mark, history.timeline[mark.count : end]
            end = mark.count


def _made_in(facts: list[Recorded], fact: Recorded, state: Any) -> tuple[Recorded | None, bool]:
    """The last of these facts that made the effect stand; else whether it stood before them, and all along."""
    made, stands = None, _stands(fact, state)
    stood = stands
    for each in facts:
        event = event_of(each)
        if event.ordered:
            met = event.reached(state, each.occurred_at)
            state = met if event.stands(met, each) else event.evolve(met, each)
            before, stands = stands, _stands(fact, state)
            stood = stood and stands
            if not stands:
                made = None
            elif not before:
                made = each if not _stands(fact, met) or _says_the_same(each, fact) else None
    return made, stood


def _about_the_same(one: Recorded, other: Recorded) -> bool:
    event, about = event_of(one), event_of(other)
    if not about.subject:
        return event.ordered and not event.subject
    return all(getattr(event, name, None) == getattr(about, name) for name in about.subject)


def _says_the_same(one: Recorded, other: Recorded) -> bool:
    """Whether two facts are of one kind, about the same: a pause that is over by itself may be resumed all the same."""
    return type(one.event) is type(other.event) and _about_the_same(one, other)


def _stands(fact: Recorded, state: Any) -> bool:
    try:
        return event_of(fact).stands(state, fact)
    except NotFound:
        return False
