"""Where the time of a replacement case went, phase by phase (metrics.md section 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.engagement.concerns.reporting import Concern
from domain.engagement.replacement.case import Case
from domain.engagement.replacement.proposal import Proposal
from domain.engagement.state import State
from domain.engagement.transfer.plan import Plan
from domain.metrics.chronicle import Course
from domain.time.business_time import BusinessTime, business_time, epoch_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Seconds from one step of a case to the next, null where the next one is missing.

    ``detect`` in calendar time, the others in business time of the calendar of the request.
    """

    detect: int | None
    acknowledge: int | None
    search: int | None
    decide: int | None
    onboard: int | None
    transfer: int | None


def phases_of(
    course: Course, state: State, case: Case, plans: Iterable[Plan], acknowledged_at: datetime | None
) -> Phases:
    """The phases of a case with its plans; ``acknowledged_at``: when the clock of its concern stopped."""
    time = business_time(case.terms.calendar)
    concern = state.concerns.get(case.request.concern_id or "")
    qualified = [each for each in case.proposals(state) if each.proposed.qualified]
    proposed = min((course.proposed_at[each.proposal_id] for each in qualified), default=None)
    return Phases(
        detect=_detect(concern),
        acknowledge=_acknowledge(time, concern, acknowledged_at),
        search=None if proposed is None else time.between(epoch_seconds(case.requested_at), proposed),
        decide=_decide(time, course, qualified),
        onboard=_onboard(time, course, state, case),
        transfer=_transfer(time, course, case, plans),
    )


def _detect(concern: Concern | None) -> int | None:
    if concern is None or concern.reported.observed_since is None:
        return None
    return epoch_seconds(concern.reported_at) - epoch_seconds(concern.reported.observed_since)


def _acknowledge(time: BusinessTime, concern: Concern | None, acknowledged_at: datetime | None) -> int | None:
    if concern is None or acknowledged_at is None:
        return None
    return time.between(epoch_seconds(concern.reported_at), epoch_seconds(acknowledged_at))


def _decide(time: BusinessTime, course: Course, qualified: Iterable[Proposal]) -> int | None:
    decided = [each.proposal_id for each in qualified if each.decision]
    if not decided:
        return None
    return sum(time.between(course.proposed_at[each], course.decided_at[each]) for each in decided)


def _onboard(time: BusinessTime, course: Course, state: State, case: Case) -> int | None:
    """From the last acceptance on."""
    accepted = [each for each in case.proposals(state) if each.assignment_id]
    if not accepted:
        return None
    last = accepted[-1]
    active_at = state.assignment(last.assignment_id or "").active_at
    return time.between(course.decided_at[last.proposal_id], epoch_seconds(active_at)) if active_at else None


def _transfer(time: BusinessTime, course: Course, case: Case, plans: Iterable[Plan]) -> int | None:
    """From the replacement to the first transfer, which may have come before: then it took no time."""
    replaced = course.replaced_at.get(case.case_id)
    ends = [plan.transferred_at for plan in plans if plan.transferred_at]
    if replaced is None or not ends:
        return None
    return time.between(replaced, max(replaced, epoch_seconds(min(ends))))
