"""What can be chosen in a field of a command: the ids of things in this engagement, and of those only what fits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.formats import words
from api.pages.subjects import NOUNS, said_of
from domain.engagement.state import State
from domain.language.words import field_names
from domain.register import COMMANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A value, and what it is in words."""

    value: str
    name: str


Options = Mapping[str, Sequence[Option]]

NEW_IDS: Final = frozenset({("add-seat", "seat_id")})
"""Ids that a command introduces, and whoever issues it chooses."""


def choices_of(command: str, state: State, offered: Sequence[Mapping[str, str]], chosen: Mapping[str, str]) -> Options:
    """What fits in each field that holds an id, or an item of the chosen assignment.

    What the command is about fits where it is offered; anything else that there is fits elsewhere.
    """
    found: dict[str, Sequence[Option]] = {}
    for field in field_names(COMMANDS[command]):
        name = field.rstrip("_")
        subjects = list(dict.fromkeys(each[name] for each in offered if name in each))
        if name == "item_id" and subjects:
            found[name] = tuple(_items(state, offered))
        elif subjects:
            found[name] = tuple(_options(state, name, subjects))
        elif name in NOUNS and (command, name) not in NEW_IDS and name != COMMANDS[command].makes:
            found[name] = tuple(_options(state, name, _those_open(state, name)))
    if command in ("complete-onboarding-item", "waive-onboarding-item"):
        found["item"] = tuple(_onboarding(state, chosen.get("assignment_id", "")))
    return {name: options for name, options in found.items() if options or name in NOUNS}


def suggestions_of(state: State) -> Mapping[str, Sequence[str]]:
    """What is often said in fields that may hold anything."""
    assignments, proposals = state.assignments.values(), state.proposals.values()
    partners = {*(each.partner_id for each in assignments), *(each.partner_id for each in proposals)}
    return {"partner_id": sorted(filter(None, partners))}


def _options(state: State, name: str, ids: Iterable[str]) -> Iterator[Option]:
    return (Option(value=each, name=said_of(state, name, each)) for each in ids)


def _those_open(state: State, name: str) -> Iterable[str]:
    """What of a noun is not over."""
    kind = NOUNS[name]
    if kind == "seats":
        return [each for each, seat in state.seats.items() if seat.closed_at is None]
    if kind == "assignments":
        return [each for each, assignment in state.assignments.items() if assignment.live]
    if kind == "cases":
        return [each for each, case in state.cases.items() if case.open]
    if kind == "concerns":
        return [each for each, concern in state.concerns.items() if concern.outcome is None]
    found: Mapping[str, object] = getattr(state, kind)
    return found


def _items(state: State, offered: Iterable[Mapping[str, str]]) -> Iterator[Option]:
    """The items of plans, each with its kind; where they are of several plans, with the plan."""
    subjects = list(offered)
    several = len({each["plan_id"] for each in subjects}) > 1
    for each in subjects:
        plan = state.plans[each["plan_id"]]
        item = plan.items[each["item_id"]]
        where = f", {said_of(state, 'plan_id', plan.plan_id)}" if several else ""
        yield Option(value=each["item_id"], name=f"{words(item.planned.kind)} ({each['item_id']}{where})")


def _onboarding(state: State, assignment_id: str) -> Iterator[Option]:
    """What is still to be done before somebody begins, what is mandatory first."""
    assignment = state.assignments.get(assignment_id)
    if assignment is None:
        return
    mandatory = state.terms.policy.onboarding_items
    for item in mandatory:
        if item not in assignment.onboarding:
            yield Option(value=item, name=words(item))
