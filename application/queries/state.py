"""The state of an engagement as it is answered: every part under the name it has in the interface."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from application.queries.as_of import AboutEngagement, EngagementAsOf
from application.queries.parts.assignments import AssignmentAnswer, assignment_answer
from application.queries.parts.cases import CaseAnswer, case_answer
from application.queries.parts.concerns import ConcernAnswer, concern_answer
from application.queries.parts.pauses import PauseAnswer, pause_answer
from application.queries.parts.plans import PlanAnswer, plan_answer
from application.queries.parts.seats import SeatAnswer, seat_answer
from domain.access.may import commands_of
from domain.engagement.nouns.absence import Absence
from domain.engagement.state import State, Status, WorkClass
from domain.engagement.terms.policy import Terms
from domain.language.bounds import DESCRIBED
from domain.language.words import Instant, Model
from domain.metrics.uncovered import uncovered_seats

NOT_TOLD: Final[Mapping[str, datetime]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAnswer:
    """The policy and calendar in force, as ``code@n``; ``zone`` is the calendar's, an IANA name."""

    policy: str
    calendar: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class StateAnswer(AboutEngagement):
    """An engagement at ``as_of``, as known at ``known_at``; before its opening everything is null or empty."""

    __pydantic_config__ = DESCRIBED

    status: Status | None = None
    name: str | None = None
    client_id: str | None = None
    model: Model | None = None
    work_class: WorkClass | None = None
    opened_at: Instant | None = None
    ended_at: Instant | None = None
    terms: TermsAnswer | None = None
    seats: tuple[SeatAnswer, ...] = ()
    assignments: tuple[AssignmentAnswer, ...] = ()
    concerns: tuple[ConcernAnswer, ...] = ()
    cases: tuple[CaseAnswer, ...] = ()
    plans: tuple[PlanAnswer, ...] = ()
    suspension: PauseAnswer | None = None
    """What everything waits on; null while the engagement is not suspended."""
    allowed_commands: tuple[str, ...] = ()
    """What whoever asks may do in this state; ``/allowed`` says about what, and who else may."""


def state_answer(question: EngagementAsOf) -> StateAnswer:
    """The state of what had happened by ``as_of``, in a history as known then."""
    history, as_of = question.history, question.as_of
    state = history.state_at(as_of) if history else None
    if history is None or state is None:
        return StateAnswer(**question.about())
    return answer_of(state, question, uncovered_seats(state, history.until(as_of), as_of))


def answer_of(
    state: State | None, question: EngagementAsOf, uncovered: Mapping[str, datetime] = NOT_TOLD
) -> StateAnswer:
    """A state under the names of the interface; ``uncovered`` says since when which seats have nobody."""
    if state is None:
        return StateAnswer(**question.about())
    absences = _absences(state)
    return StateAnswer(
        **question.about(),
        status=state.status,
        name=state.name,
        client_id=state.client_id,
        model=state.model,
        work_class=state.work_class,
        opened_at=state.opened_at,
        ended_at=state.ended_at,
        terms=_terms(state.terms),
        seats=tuple(seat_answer(state, each, uncovered.get(seat_id)) for seat_id, each in state.seats.items()),
        assignments=tuple(
            assignment_answer(state, each, absences.get(assignment_id, ()))
            for assignment_id, each in state.assignments.items()
        ),
        concerns=tuple(concern_answer(state, each) for each in state.concerns.values()),
        cases=tuple(case_answer(state, each) for each in state.cases.values()),
        plans=tuple(map(plan_answer, state.plans.values())),
        suspension=pause_answer(state.suspension),
        allowed_commands=tuple(commands_of(question.principal, state, question.history)) if question.history else (),
    )


def _terms(of: Terms) -> TermsAnswer:
    return TermsAnswer(policy=of.policy.name, calendar=of.calendar.name, zone=of.calendar.zone)


def _absences(state: State) -> Mapping[str, list[Absence]]:
    """The absences of each assignment."""
    found: dict[str, list[Absence]] = {}
    for absence in state.absences.values():
        found.setdefault(absence.assignment_id, []).append(absence)
    return found
