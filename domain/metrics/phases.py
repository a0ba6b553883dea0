"""Where the time of a replacement case went, phase by phase (docs/metrics.md, *How a case is judged*)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.engagement.nouns.case import Case
from domain.engagement.nouns.concern import Concern
from domain.engagement.nouns.plan import Plan
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.replacement.about import proposals_of
from domain.engagement.state import State
from domain.metrics.chronicle import Chronicle
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
    rest: int | None
    """Of a replaced case, what its search, decisions and onboarding leave, in business seconds: searching again,
    handing over."""


def phases_of(
    chronicle: Chronicle, state: State, case: Case, plans: Iterable[Plan], acknowledged_at: datetime | None
) -> Phases:
    """The phases of a case with its plans; ``acknowledged_at``: when the clock of its concern stopped."""
    time = business_time(case.terms.calendar)
    concern = state.concerns.get(case.concern_id or "")
    qualified = [each for each in proposals_of(state, case) if each.qualified]
    proposed = min((chronicle.proposed_at[each.proposal_id] for each in qualified), default=None)
    requested, replaced = epoch_seconds(case.requested_at), chronicle.replaced_at.get(case.case_id)
    search = None if proposed is None else time.between(requested, proposed)
    decide = _decide(time, chronicle, qualified)
    onboard = _onboard(time, chronicle, state, case)
    told = sum(filter(None, (search, decide, onboard)))
    return Phases(
        detect=_detect(concern),
        acknowledge=_acknowledge(time, concern, acknowledged_at),
        search=search,
        decide=decide,
        onboard=onboard,
        transfer=_transfer(time, chronicle, case, plans),
        rest=None if replaced is None else time.between(requested, replaced) - told,
    )


def _detect(concern: Concern | None) -> int | None:
    if concern is None or concern.observed_since is None:
        return None
    return epoch_seconds(concern.reported_at) - epoch_seconds(concern.observed_since)


def _acknowledge(time: BusinessTime, concern: Concern | None, acknowledged_at: datetime | None) -> int | None:
    if concern is None or acknowledged_at is None:
        return None
    return time.between(epoch_seconds(concern.reported_at), epoch_seconds(acknowledged_at))


def _decide(time: BusinessTime, chronicle: Chronicle, qualified: Iterable[Proposal]) -> int | None:
    decided = [each.proposal_id for each in qualified if each.decided]
    if not decided:
        return None
    return sum(time.between(chronicle.proposed_at[each], chronicle.decided_at[each]) for each in decided)


def _onboard(time: BusinessTime, chronicle: Chronicle, state: State, case: Case) -> int | None:
    """From the last acceptance on."""
    accepted = [each for each in proposals_of(state, case) if each.assignment_id]
    if not accepted:
        return None
    last = accepted[-1]
    active_at = state.assignment(last.assignment_id or "").active_at
    return time.between(chronicle.decided_at[last.proposal_id], epoch_seconds(active_at)) if active_at else None


def _transfer(time: BusinessTime, chronicle: Chronicle, case: Case, plans: Iterable[Plan]) -> int | None:
    """From the replacement to the first transfer, which may have come before: then it took no time."""
    replaced = chronicle.replaced_at.get(case.case_id)
    ends = [plan.transferred_at for plan in plans if plan.transferred_at]
    if replaced is None or not ends:
        return None
    return time.between(replaced, max(replaced, epoch_seconds(min(ends))))
