"""What two states of an engagement do not have in common, seat by seat: the rest of a large one is not compared."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from domain.engagement.state import State

SEAT_OF: Final[Mapping[str, Callable[[State, Any], str | None]]] = {
    "seats": lambda _, seat: seat.seat_id,
    "assignments": lambda _, assignment: assignment.seat_id,
    "absences": lambda state, absence: state.assignments[absence.assignment_id].seat_id,
    "concerns": lambda state, concern: state.assignments[concern.assignment_id].seat_id,
    "cases": lambda _, case: case.seat_id,
    "proposals": lambda _, proposal: proposal.seat_id,
    "plans": lambda _, plan: plan.seat_id,
}
"""On which seat each noun of a state lies: what is said of one depends on its own seat, and on the terms, alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some seats of a state and what lies on them, with where each noun stands among all of its kind."""

    state: State
    places: Mapping[str, Sequence[int]]

    @staticmethod
    def whole(state: State) -> "Part":
        return Part(state, {})

    @staticmethod
    def of(state: State, seats: Collection[str | None]) -> "Part":
        kept: dict[str, Any] = {}
        places: dict[str, list[int]] = {}
        for name, seat_of in SEAT_OF.items():
            kept[name], places[name] = {}, []
            for place, (key, noun) in enumerate(getattr(state, name).items()):
                if seat_of(state, noun) in seats:
                    kept[name][key] = noun
                    places[name].append(place)
        return Part(replace(state, **kept), places)


def touched(before: State, after: State) -> tuple[Part, Part]:
    """Of both states what may differ."""
    if before.terms != after.terms:
        return Part.whole(before), Part.whole(after)
    seats = {*_seats_alone_in(before, after), *_seats_alone_in(after, before)}
    return Part.of(before, seats), Part.of(after, seats)


def _seats_alone_in(state: State, other: State) -> Iterator[str | None]:
    """The seats of what the other state has not, or not as it is here."""
    for name, seat_of in SEAT_OF.items():
        here, there = getattr(state, name), getattr(other, name)
        if here is not there:
            yield from (seat_of(state, noun) for key, noun in here.items() if there.get(key) is not noun)
