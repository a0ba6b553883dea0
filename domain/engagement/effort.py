"""Effort: time that somebody spent."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from domain.engagement.deed import EngagementCommand, UnorderedEvent
from domain.engagement.state import State
from domain.engagement.transfer.about import BilledUnderGuarantee, under_eligible_guarantee
from domain.language.words import Day, Id, Party, SomeMinutes
from domain.law.command import ITSELF, Subject
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection

EffortKind = Literal[
    "mentoring",
    "management",
    "recruiting",
    "review",
    "onboarding",
    "knowledge_transfer",
    "rework",
    "delivery",
]


class EffortBeforeItsDay(Rejection):
    """Effort is recorded on the day of the work, or after it."""

    remedy: ClassVar = "Give the day of the work as worked_on, which is not later than the day it is recorded for."
    timeless: ClassVar = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortRecorded(UnorderedEvent):
    """Somebody spent time; ``worked_on`` is the day where it is known."""

    subject: ClassVar = ("assignment_id", "case_id", "plan_id")

    party: Party
    kind: EffortKind
    minutes: SomeMinutes
    billable: bool
    worked_on: Day | None
    assignment_id: Id | None
    case_id: Id | None
    plan_id: Id | None

    def stands(self, state: State, fact: Recorded) -> bool:
        if self.assignment_id:
            state.assignment(self.assignment_id)
        if self.case_id:
            state.case(self.case_id)
        if self.plan_id:
            state.plan(self.plan_id)
        return False

    def permit(self, state: State, fact: Recorded) -> None:
        if self.worked_on and self.worked_on > (today := state.local_date(fact.occurred_at)):
            detail = f"worked_on is {self.worked_on}, after {today}, the day it is recorded for"
            raise EffortBeforeItsDay(detail, field="worked_on")
        if not self.billable or self.kind != "knowledge_transfer":
            return
        case_of_plan = state.plan(self.plan_id).case_id if self.plan_id else None
        for case_id in (self.case_id, case_of_plan):
            if under_eligible_guarantee(state, case_id):
                raise BilledUnderGuarantee(state.case(case_id or "").guaranteed_since, field="billable")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEffort(EngagementCommand):
    """Record time spent."""

    command_name: ClassVar = "record-effort"
    by: ClassVar = ("client", "platform", "partner", "professional")
    records: ClassVar = EffortRecorded

    party: Party
    kind: EffortKind
    minutes: SomeMinutes
    billable: bool = False
    worked_on: Day | None = None
    assignment_id: Id | None = None
    case_id: Id | None = None
    plan_id: Id | None = None

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ITSELF
