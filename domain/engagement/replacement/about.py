"""What the deeds about one replacement case share: how it stands, and who is to follow whom."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from domain.engagement.deed import about
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.case import Case, CaseState
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.state import State
from domain.language.saying import said
from domain.law.command import Subject
from domain.law.rejection import Rejection


class CaseClosed(Rejection):
    """The case is closed: replaced, withdrawn or cancelled."""

    remedy: ClassVar = "Request a new replacement where one is wanted, or say an instant at which this case is open."


class NoActiveSuccessor(Rejection):
    """Replaced means that an accepted successor is active on the seat."""

    remedy: ClassVar = "Have a successor proposed, accepted and onboarded first, then let them take over."


def open_case(state: State, case_id: str) -> Case:
    """Raises UnknownCase or CaseClosed."""
    case = state.case(case_id)
    if case.closed_at:
        raise CaseClosed(f"case {case_id} has been {case.outcome} since {said(case.closed_at)}", field="case_id")
    return case


def open_cases(state: State) -> Iterator[Case]:
    return (case for case in state.cases.values() if case.open)


def each_of(cases: Iterable[Case]) -> Iterable[Subject]:
    """The cases as subjects of a command."""
    return about("case_id", (each.case_id for each in cases))


def proposals_of(state: State, case: Case) -> Iterator[Proposal]:
    return (state.proposals[each] for each in case.proposal_ids)


def last_proposal(state: State, case: Case) -> Proposal | None:
    return state.proposals[case.proposal_ids[-1]] if case.proposal_ids else None


def open_proposal(state: State, case: Case) -> Proposal | None:
    last = last_proposal(state, case)
    return last if last and last.decided is None else None


def successor_of(state: State, case: Case) -> Assignment | None:
    """The accepted successor, matched or active."""
    last = last_proposal(state, case)
    found = state.assignments[last.assignment_id] if last and last.assignment_id else None
    return found if found and found.live else None


def standing_of(state: State, case: Case) -> CaseState:
    """What an open case waits for, or how it ended."""
    if case.outcome:
        return case.outcome
    if successor_of(state, case):
        return "onboarding"
    return "awaiting" if open_proposal(state, case) else "searching"


def active_on(state: State, seat_id: str) -> Assignment | None:
    """Whom the seat's work is done by."""
    return next((each for each in state.on_seat(seat_id) if each.active), None)
