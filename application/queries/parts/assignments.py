"""The assignments of an engagement as they are answered, each with its absences and what was done to onboard it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from domain.engagement.nouns.absence import Absence, AbsenceCause
from domain.engagement.nouns.assignment import Assignment, AssignmentState
from domain.engagement.state import State
from domain.language.bounds import DESCRIBED, bounds
from domain.language.money import Money
from domain.language.words import Day, Instant, SupplySource

Done = Literal["completed", "waived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductivityAnswer:
    """How productive the professional is, as the client last reported, in percent."""

    percent: Annotated[int, bounds(ge=0, le=200)]
    reported_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceAnswer:
    """The time [from, until) in which a professional is away, as last amended; a cancelled one does not count."""

    __pydantic_config__ = DESCRIBED

    absence_id: str
    from_: Instant
    until: Instant
    cause: AbsenceCause
    planned: bool
    cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingAnswer:
    """One onboarding item, mandatory by the terms in force or done all the same."""

    item: str
    mandatory: bool
    done: Done | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentAnswer:
    """An assignment; ``end_reason``: a departure's cause, or withdrawn, replaced, seat_closed, engagement_ended."""

    __pydantic_config__ = DESCRIBED

    assignment_id: str
    seat_id: str
    professional_id: str
    partner_id: str | None
    supply_source: SupplySource
    state: AssignmentState
    planned_start: Instant | None
    """When the professional was to begin, where that was agreed."""
    matched_at: Instant
    active_at: Instant | None
    ended_at: Instant | None
    end_reason: str | None
    announced_last_day: Day | None
    """The last working day as last announced, in the calendar's zone."""
    productivity: ProductivityAnswer | None
    """The last report, in the order in which they were made; null where there is none."""
    day_rate: Money | None
    absences: tuple[AbsenceAnswer, ...]
    """Those recorded so far, also of the time to come, in the order in which they were recorded."""
    onboarding: tuple[OnboardingAnswer, ...]


def assignment_answer(state: State, of: Assignment, absences: Sequence[Absence]) -> AssignmentAnswer:
    """An assignment with its absences."""
    reported = of.productivity
    return AssignmentAnswer(
        assignment_id=of.assignment_id,
        seat_id=of.seat_id,
        professional_id=of.professional_id,
        partner_id=of.partner_id,
        supply_source=of.supply_source,
        state=of.state,
        planned_start=of.planned_start,
        matched_at=of.matched_at,
        active_at=of.active_at,
        ended_at=of.ended_at,
        end_reason=of.end_reason,
        announced_last_day=of.announced_last_day,
        productivity=ProductivityAnswer(percent=reported.percent, reported_at=reported.reported_at)
        if reported
        else None,
        day_rate=of.day_rate,
        absences=tuple(map(_absence, absences)),
        onboarding=tuple(_onboarding(state, of)),
    )


def _absence(of: Absence) -> AbsenceAnswer:
    return AbsenceAnswer(
        absence_id=of.absence_id,
        from_=of.from_,
        until=of.until,
        cause=of.cause,
        planned=of.planned,
        cancelled=of.cancelled,
    )


def _onboarding(state: State, of: Assignment) -> Iterator[OnboardingAnswer]:
    mandatory = state.terms.policy.onboarding_items
    for item in (*mandatory, *(item for item in of.onboarding if item not in mandatory)):
        done = of.onboarding.get(item)
        yield OnboardingAnswer(item=item, mandatory=item in mandatory, done=done.how if done else None)
