"""Completion: every mandatory item is settled, and enough of the weight verified."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent, about
from domain.engagement.nouns.plan import Plan
from domain.engagement.state import State
from domain.engagement.transfer.about import AboutPlan, open_plan, open_plans
from domain.language.changed import replace
from domain.language.words import Id
from domain.law.command import Occasion, Subject
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class TransferIncomplete(Rejection):
    """A transfer is complete when every mandatory item is settled and the policy's threshold is reached."""


def lacking(state: State, plan: Plan) -> str | None:
    """What keeps a plan's transfer from being complete, if anything."""
    for item_id, item in plan.items.items():
        if item.planned.mandatory and not item.settled:
            return f"mandatory item {item_id} is {item.state}"
    if plan.weight("verified") < state.terms.policy.transfer_threshold * plan.wanted_weight:
        return f"completeness is {plan.completeness:.3f}"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeTransferred(AboutPlan):
    """The transfer is complete; ``completeness`` is a fraction, null when all was waived."""

    completeness: float | None
    billed_minutes: int

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.plan(self.plan_id).transferred_at is not None

    def permit(self, state: State, fact: Recorded) -> None:
        lack = lacking(state, open_plan(state, self.plan_id))
        if lack:
            raise TransferIncomplete(lack, field="plan_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_plan(replace(state.plan(self.plan_id), transferred_at=fact.occurred_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteKnowledgeTransfer(EngagementCommand):
    """Say that a transfer is complete."""

    command_name: ClassVar = "complete-knowledge-transfer"
    by: ClassVar = ("platform", "client")
    records: ClassVar = KnowledgeTransferred

    plan_id: Id

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        complete = (plan.plan_id for plan in open_plans(state) if lacking(state, plan) is None)
        return about("plan_id", complete)

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        plan = state.plan(self.plan_id)
        return (
            KnowledgeTransferred(
                plan_id=self.plan_id, completeness=plan.completeness, billed_minutes=plan.billed_minutes
            ),
        )
