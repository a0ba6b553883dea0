"""The replacement guarantee: decided once, at the request; a review overrules it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.engagement.nouns.case import Check, Review
from domain.engagement.replacement.about import each_of, open_case, open_cases
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.words import ClientText, Id, Text
from domain.law.command import Subject
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class NoGuaranteeGranted(Rejection):
    """The policy of the request grants no guarantee."""

    remedy: ClassVar = (
        "Nothing is to be reviewed: a guarantee comes only with the policy that is in force at the request."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeDecided(EngagementEvent):
    """Whether a claimed guarantee holds, with all four checks."""

    subject: ClassVar = ("case_id",)

    case_id: Id
    eligible: bool
    checks: tuple[Check, ...]

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.case(self.case_id).decided is not None

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_case(replace(state.case(self.case_id), decided=self.eligible, checks=self.checks))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeReviewed(EngagementEvent):
    """The platform judged a case anew: its eligibility from here on."""

    subject: ClassVar = ("case_id",)

    case_id: Id
    eligible: bool
    reason: ClientText

    def stands(self, state: State, fact: Recorded) -> bool:
        last = state.case(self.case_id).reviewed
        return last is not None and last.eligible == self.eligible

    def permit(self, state: State, fact: Recorded) -> None:
        policy = open_case(state, self.case_id).terms.policy
        if not policy.guarantee:
            detail = f"policy {policy.name} of case {self.case_id} grants no guarantee"
            raise NoGuaranteeGranted(detail, field="case_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        review = Review(version=fact.version, eligible=self.eligible, by=fact.party, at=fact.occurred_at)
        return state.with_case(replace(state.case(self.case_id), reviewed=review))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewGuarantee(EngagementCommand):
    """Overrule what was decided about a case's guarantee, before it is replaced."""

    command_name: ClassVar = "review-guarantee"
    by: ClassVar = ("platform",)
    records: ClassVar = GuaranteeReviewed

    case_id: Id
    eligible: bool
    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(case for case in open_cases(state) if case.terms.policy.guarantee)
