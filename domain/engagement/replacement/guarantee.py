"""The replacement guarantee: decided once, at the request; a review overrules it (metrics.md section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from domain.engagement.assignments.matching import Assignment
from domain.engagement.replacement.case import open_case
from domain.engagement.terms.policy import Guarantee
from domain.language.bounds import STRICT
from domain.language.changed import replace
from domain.language.instants import instant_text
from domain.language.words import ClientText, Id, Text
from domain.law.event import Command, Event
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection
from domain.time.business_time import business_time

if TYPE_CHECKING:
    from domain.engagement.replacement.request import ReplacementRequested
    from domain.engagement.state import State

CheckRule = Literal["policy_grants_guarantee", "cause_covered", "within_window", "free_replacements_left"]
Facts = Mapping[str, str | int | tuple[str, ...] | None]


class NoGuaranteeGranted(Rejection):
    """The policy of the request grants no guarantee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition of eligibility, whether it held, and the facts it was judged by."""

    __pydantic_config__ = STRICT

    rule: CheckRule
    passed: bool
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeDecided(Event):
    """Whether a claimed guarantee holds, with all four checks."""

    subject: ClassVar = ("case_id",)

    case_id: Id
    eligible: bool
    checks: tuple[Check, ...]

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.case(self.case_id).decided is not None

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_case(replace(state.case(self.case_id), decided=self))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeReviewed(Event):
    """The platform judged a case anew: its eligibility from here on."""

    subject: ClassVar = ("case_id",)

    case_id: Id
    eligible: bool
    reason: ClientText

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.case(self.case_id).reviewed == self.eligible

    def permit(self, state: "State", fact: Recorded) -> None:
        if not open_case(state, self.case_id).terms.policy.guarantee:
            raise NoGuaranteeGranted(f"the policy of case {self.case_id} grants no guarantee", field="case_id")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_case(replace(state.case(self.case_id), reviewed=self.eligible))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewGuarantee(Command):
    """Overrule what was decided about a case's guarantee, before it is replaced."""

    by: ClassVar = ("platform",)
    records: ClassVar = GuaranteeReviewed

    case_id: Id
    eligible: bool
    reason: Text


def decide_guarantee(state: "State", request: "ReplacementRequested", at: datetime) -> GuaranteeDecided:
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


def _cause_covered(guarantee: Guarantee, request: "ReplacementRequested") -> Check:
    covered = request.cause in guarantee.covered_causes
    facts: Facts = {"cause": request.cause, "covered_causes": guarantee.covered_causes}
    return Check(rule="cause_covered", passed=covered, facts=facts)


def _within_window(state: "State", request: "ReplacementRequested", at: datetime) -> Check:
    outgoing = state.assignment(request.outgoing_assignment_id)
    anchor = whole_second(_anchor(state, request, outgoing) or at)
    ends_at = window_ends_at(outgoing)
    facts: Facts = {
        "anchor_at": instant_text(anchor),
        "window_ends_at": instant_text(ends_at) if ends_at else None,
    }
    passed = outgoing.active_at is None or (ends_at is not None and anchor < ends_at)
    return Check(rule="within_window", passed=passed, facts=facts)


def _anchor(state: "State", request: "ReplacementRequested", outgoing: Assignment) -> datetime | None:
    if request.cause == "non_performance":
        concern = state.concerns.get(request.concern_id or "")
        return concern.reported_at if concern else None
    return outgoing.ended_at if outgoing.departure else None


def _free_replacements_left(state: "State", guarantee: Guarantee, request: "ReplacementRequested") -> Check:
    used = sum(
        case.eligible and (case.replaced or case.open_in(state))
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
    """Measured instants are truncated to the second (metrics.md, conventions)."""
    return instant - timedelta(microseconds=instant.microsecond)
