"""What an id is of, in words: ``replacement on backend-1, for mei.tanaka``."""

from collections.abc import Callable, Mapping
from typing import Final

from api.pages.formats import short_day, words
from domain.engagement.state import State
from domain.engagement.terms.policy import Obligation
from domain.lanes.marks import SUBJECTS_OF_CLOCKS

NOUNS: Final[Mapping[str, str]] = {
    "seat_id": "seats",
    "assignment_id": "assignments",
    "from_assignment_id": "assignments",
    "to_assignment_id": "assignments",
    "concern_id": "concerns",
    "case_id": "cases",
    "proposal_id": "proposals",
    "plan_id": "plans",
    "absence_id": "absences",
}
"""Of what each field holds the id, under the name it has in the state."""


def said_of(state: State, field: str, identity: str) -> str:
    """What the id in a field is of; the id itself where there is no such thing."""
    say = SAID.get(field)
    told = say(state, identity) if say else None
    return told or identity


def of_clock(state: State, clock: Obligation, subject_id: str) -> str:
    """What a clock is about."""
    if subject_id == "exit":
        return "exit of the engagement"
    field = f"{SUBJECTS_OF_CLOCKS.get(clock, 'case')}_id"
    told = said_of(state, field, subject_id)
    return said_of(state, "case_id", subject_id) if told == subject_id else told


def _seat(state: State, identity: str) -> str | None:
    seat = state.seats.get(identity)
    return f"{identity} ({seat.spec.role})" if seat else None


def _assignment(state: State, identity: str) -> str | None:
    found = state.assignments.get(identity)
    return f"{found.professional_id} on {found.seat_id}" if found else None


def _who(state: State, assignment_id: str | None) -> str:
    found = state.assignments.get(assignment_id or "")
    return found.professional_id if found else "somebody"


def _concern(state: State, identity: str) -> str | None:
    found = state.concerns.get(identity)
    return f"{found.severity} {words(found.category)} of {_who(state, found.assignment_id)}" if found else None


def _case(state: State, identity: str) -> str | None:
    found = state.cases.get(identity)
    return f"replacement on {found.seat_id}, for {_who(state, found.outgoing_assignment_id)}" if found else None


def _proposal(state: State, identity: str) -> str | None:
    found = state.proposals.get(identity)
    return f"{found.professional_id} for {found.seat_id}" if found else None


def _plan(state: State, identity: str) -> str | None:
    found = state.plans.get(identity)
    if found is None:
        return None
    if found.purpose == "exit":
        return "transfer at the exit"
    to = f" to {_who(state, found.to_assignment_id)}" if found.to_assignment_id else ""
    return f"transfer from {_who(state, found.from_assignment_id)}{to}"


def _absence(state: State, identity: str) -> str | None:
    found = state.absences.get(identity)
    if found is None:
        return None
    return f"{words(found.cause)} of {_who(state, found.assignment_id)} from {short_day(found.from_)}"


SAID: Final[Mapping[str, Callable[[State, str], str | None]]] = {
    "seat_id": _seat,
    "assignment_id": _assignment,
    "from_assignment_id": _assignment,
    "to_assignment_id": _assignment,
    "concern_id": _concern,
    "case_id": _case,
    "proposal_id": _proposal,
    "plan_id": _plan,
    "absence_id": _absence,
}
"""How the thing that each field names is told; None where there is none."""
