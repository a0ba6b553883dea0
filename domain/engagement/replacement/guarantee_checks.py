"""The four checks of a claimed guarantee, each with the facts it was judged by."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.case import Check, CheckRule, Facts
from domain.engagement.replacement.guarantee import GuaranteeDecided
from domain.engagement.state import State
from domain.engagement.terms.policy import Cause, Guarantee
from domain.language.instants import instant_text
from domain.time.business_time import business_time


class Claim(Protocol):
    """What of a request decides about its guarantee."""

    @property
    def case_id(self) -> str: ...
    @property
    def seat_id(self) -> str: ...
    @property
    def cause(self) -> Cause: ...
    @property
    def concern_id(self) -> str | None: ...
    @property
    def outgoing_assignment_id(self) -> str: ...


def decide_guarantee(state: State, request: Claim, at: datetime) -> GuaranteeDecided:
    """The four checks of a request made at ``at``, by the policy then in force."""
    policy = state.terms.policy
    granted = Check(rule="policy_grants_guarantee", passed=policy.guarantee is not None, facts={"policy": policy.name})
    if policy.guarantee is None:
        rest: tuple[CheckRule, ...] = ("cause_covered", "within_window", "free_replacements_left")
        checks = (granted, *(Check(rule=rule, passed=False, facts={}) for rule in rest))
    else:
        checks = (
            granted,
            _cause_covered(policy.guarantee, request),
            _within_window(state, request, at),
            _free_replacements_left(state, policy.guarantee, request),
        )
    return GuaranteeDecided(case_id=request.case_id, eligible=all(each.passed for each in checks), checks=checks)


def _cause_covered(guarantee: Guarantee, request: Claim) -> Check:
    covered = request.cause in guarantee.covered_causes
    facts: Facts = {"cause": request.cause, "covered_causes": guarantee.covered_causes}
    return Check(rule="cause_covered", passed=covered, facts=facts)


def _within_window(state: State, request: Claim, at: datetime) -> Check:
    outgoing = state.assignment(request.outgoing_assignment_id)
    anchor = whole_second(_anchor(state, request, outgoing) or at)
    ends_at = window_ends_at(outgoing)
    facts: Facts = {
        "anchor_at": instant_text(anchor),
        "window_ends_at": instant_text(ends_at) if ends_at else None,
    }
    passed = outgoing.active_at is None or (ends_at is not None and anchor < ends_at)
    return Check(rule="within_window", passed=passed, facts=facts)


def _anchor(state: State, request: Claim, outgoing: Assignment) -> datetime | None:
    if request.cause == "non_performance":
        concern = state.concerns.get(request.concern_id or "")
        return concern.reported_at if concern else None
    return outgoing.ended_at if outgoing.departure else None


def _free_replacements_left(state: State, guarantee: Guarantee, request: Claim) -> Check:
    used = sum(
        case.eligible and (case.replaced or case.open)
        for case in state.cases.values()
        if case.seat_id == request.seat_id and case.case_id != request.case_id
    )
    facts: Facts = {"used": used, "max": guarantee.max_free_per_seat}
    return Check(rule="free_replacements_left", passed=used < guarantee.max_free_per_seat, facts=facts)


def window_ends_at(assignment: Assignment) -> datetime | None:
    """The end (exclusive) of the guarantee window by the terms in force when the assignment became active."""
    terms = assignment.onboarded_under
    if terms is None or terms.policy.guarantee is None or assignment.active_at is None:
        return None
    days = terms.policy.guarantee.window_days
    return business_time(terms.calendar).plus_local_days(whole_second(assignment.active_at), days)


def whole_second(instant: datetime) -> datetime:
    """Measured instants are truncated to the second (docs/metrics.md, *Conventions*)."""
    return instant - timedelta(microseconds=instant.microsecond)
