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
    kind = type(fact.event)
    for mark, facts in _stretches(history, fact):
        if _stands(fact, mark.state) and not any(type(each.event) is kind for each in facts):
            continue
        return _made_in(facts, fact, mark.state) or (history.timeline[0] if mark.count == 1 else None)
    return history.timeline[0]


def _stretches(history: History[Any], fact: Recorded) -> Iterator[tuple[Mark[Any], list[Recorded]]]:
    """The marks before the place of a fact, the last one first, each with the facts from it to the next one."""
    end = history.marked.place(fact.key)
    for mark in reversed(history.marked.marks):
        if mark.count <= end:
            yield mark, history.timeline[mark.count : end]
            end = mark.count


def _made_in(facts: list[Recorded], fact: Recorded, state: Any) -> Recorded | None:
    found = None
    for each in facts:
        event = event_of(each)
        if event.ordered:
            met = event.reached(state, each.occurred_at)
            state = met if event.stands(met, each) else event.evolve(met, each)
            if state is not met and _stands(fact, state) and not _stands(fact, met):
                found = each
    return found


def _stands(fact: Recorded, state: Any) -> bool:
    try:
        return event_of(fact).stands(state, fact)
    except NotFound:
        return False
