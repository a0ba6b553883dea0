"""The state of an engagement as it is answered: every part under the name it has in the interface."""

from dataclasses import dataclass
from typing import Literal

from application.list_line import status_of
from application.queries.as_of import AboutEngagement, EngagementAsOf
from domain.engagement.concerns import is_open
from domain.engagement.nouns.assignment import Assignment, AssignmentState
from domain.engagement.nouns.case import Case, CaseState
from domain.engagement.nouns.concern import Category, Concern, Outcome, Severity
from domain.engagement.nouns.plan import ItemState, KnowledgeKind, Plan, Purpose
from domain.engagement.nouns.seat import Seat
from domain.engagement.replacement.about import proposals_of, standing_of, successor_of
from domain.engagement.state import State, WorkClass
from domain.engagement.terms.policy import Cause
from domain.language.money import Money
from domain.language.words import Allocation, Instant, Model, SupplySource, Weight
from domain.register import allowed_commands


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAnswer:
    """The policy and calendar in force, as ``code@n``."""

    policy: str
    calendar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAnswer:
    """A seat; ``assignment_id`` is whose it is (a successor's once it has replaced), ``case_id`` its open case."""

    seat_id: str
    role: str
    allocation: Allocation
    required_from: Instant | None
    required_until: Instant | None
    key_role: bool
    closed_at: Instant | None
    assignment_id: str | None
    case_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingAnswer:
    """One onboarding item, mandatory by the terms in force or done all the same."""

    item: str
    mandatory: bool
    done: Literal["completed", "waived"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentAnswer:
    """An assignment; ``end_reason``: a departure's cause, or withdrawn, replaced, seat_closed, engagement_ended."""

    assignment_id: str
    seat_id: str
    professional_id: str
    partner_id: str | None
    supply_source: SupplySource
    state: AssignmentState
    matched_at: Instant
    active_at: Instant | None
    ended_at: Instant | None
    end_reason: str | None
    day_rate: Money | None
    onboarding: tuple[OnboardingAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernAnswer:
    """A concern: closed where its assignment ended before it was resolved."""

    concern_id: str
    assignment_id: str
    category: Category
    severity: Severity
    state: Literal["open", "resolved", "closed"]
    acknowledged_at: Instant | None
    outcome: Outcome | None
    disputed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAnswer:
    """A candidate; ``qualified`` as it was claimed."""

    proposal_id: str
    professional_id: str
    qualified: bool
    decided: Literal["accepted", "declined"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer:
    """A replacement case; ``incoming_assignment_id`` is the accepted successor's."""

    case_id: str
    seat_id: str
    cause: Cause
    concern_id: str | None
    state: CaseState
    paused: bool
    eligible: bool
    proposals: tuple[ProposalAnswer, ...]
    outgoing_assignment_id: str
    incoming_assignment_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """One thing to hand over."""

    item_id: str
    kind: KnowledgeKind
    weight: Weight
    mandatory: bool
    state: ItemState


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAnswer:
    """A plan; ``completeness`` is a fraction, null when all weight is waived."""

    plan_id: str
    purpose: Purpose
    case_id: str | None
    from_assignment_id: str | None
    to_assignment_id: str | None
    completeness: float | None
    transferred_at: Instant | None
    items: tuple[ItemAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAnswer(AboutEngagement):
    """An engagement at ``as_of``, as known at ``known_at``; before its opening everything is null or empty."""

    status: Literal["open", "suspended", "ended"] | None = None
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
    allowed_commands: tuple[str, ...] = ()


def state_answer(question: EngagementAsOf) -> StateAnswer:
    """The state of what had happened by ``as_of``, in a history as known then."""
    return answer_of(question.history.state_at(question.as_of) if question.history else None, question)


def answer_of(state: State | None, question: EngagementAsOf) -> StateAnswer:
    """A state under the names of the interface."""
    if state is None:
        return StateAnswer(**question.about())
    calendar = state.terms.calendar
    return StateAnswer(
        **question.about(),
        status=status_of(state),
        name=state.name,
        client_id=state.client_id,
        model=state.model,
        work_class=state.work_class,
        opened_at=state.opened_at,
        ended_at=state.ended_at,
        terms=TermsAnswer(policy=state.terms.policy.name, calendar=calendar.name),
        seats=tuple(_seat(state, seat) for seat in state.seats.values()),
        assignments=tuple(_assignment(state, each) for each in state.assignments.values()),
        concerns=tuple(_concern(state, each) for each in state.concerns.values()),
        cases=tuple(_case(state, each) for each in state.cases.values()),
        plans=tuple(_plan(each) for each in state.plans.values()),
        allowed_commands=tuple(allowed_commands(state)),
    )


def _seat(state: State, seat: Seat) -> SeatAnswer:
    case = state.open_case_on(seat.seat_id)
    successor = successor_of(state, case) if case else None
    holder = next((each for each in state.live_on_seat(seat.seat_id) if each is not successor), None)
    return SeatAnswer(
        seat_id=seat.seat_id,
        role=seat.spec.role,
        allocation=seat.spec.allocation,
        required_from=seat.spec.required_from,
        required_until=seat.spec.required_until,
        key_role=seat.spec.key_role,
        closed_at=seat.closed_at,
        assignment_id=holder.assignment_id if holder else None,
        case_id=case.case_id if case else None,
    )


def _assignment(state: State, of: Assignment) -> AssignmentAnswer:
    mandatory = state.terms.policy.onboarding_items
    items = [*mandatory, *(item for item in of.onboarding if item not in mandatory)]
    return AssignmentAnswer(
        assignment_id=of.assignment_id,
        seat_id=of.seat_id,
        professional_id=of.professional_id,
        partner_id=of.partner_id,
        supply_source=of.supply_source,
        state=of.state,
        matched_at=of.matched_at,
        active_at=of.active_at,
        ended_at=of.ended_at,
        end_reason=of.end_reason,
        day_rate=of.day_rate,
        onboarding=tuple(
            OnboardingAnswer(item=item, mandatory=item in mandatory, done=_done(of, item)) for item in items
        ),
    )


def _done(of: Assignment, item: str) -> Literal["completed", "waived"] | None:
    done = of.onboarding.get(item)
    return done.how if done else None


def _concern(state: State, of: Concern) -> ConcernAnswer:
    return ConcernAnswer(
        concern_id=of.concern_id,
        assignment_id=of.assignment_id,
        category=of.category,
        severity=of.severity,
        state="resolved" if of.outcome else "open" if is_open(state, of) else "closed",
        acknowledged_at=of.acknowledged_at,
        outcome=of.outcome,
        disputed=of.disputed,
    )


def _case(state: State, of: Case) -> CaseAnswer:
    successor = successor_of(state, of)
    return CaseAnswer(
        case_id=of.case_id,
        seat_id=of.seat_id,
        cause=of.cause,
        concern_id=of.concern_id,
        state=standing_of(state, of),
        paused=of.pause is not None,
        eligible=of.eligible,
        proposals=tuple(
            ProposalAnswer(
                proposal_id=each.proposal_id,
                professional_id=each.professional_id,
                qualified=each.qualified,
                decided=each.decided,
            )
            for each in proposals_of(state, of)
        ),
        outgoing_assignment_id=of.outgoing_assignment_id,
        incoming_assignment_id=of.incoming_id or (successor.assignment_id if successor else None),
    )


def _plan(of: Plan) -> PlanAnswer:
    return PlanAnswer(
        plan_id=of.plan_id,
        purpose=of.purpose,
        case_id=of.case_id,
        from_assignment_id=of.from_assignment_id,
        to_assignment_id=of.to_assignment_id,
        completeness=of.completeness,
        transferred_at=of.transferred_at,
        items=tuple(
            ItemAnswer(
                item_id=item_id,
                kind=item.planned.kind,
                weight=item.planned.weight,
                mandatory=item.planned.mandatory,
                state=item.state,
            )
            for item_id, item in of.items.items()
        ),
    )
