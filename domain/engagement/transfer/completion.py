"""Completion: every mandatory item is settled, and enough of the weight verified."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent, about
from domain.engagement.nouns.plan import Item, Plan
from domain.engagement.state import State
from domain.engagement.transfer.about import AboutPlan, open_plan, open_plans
from domain.language.changed import replace
from domain.language.saying import MOST_NAMED
from domain.language.words import Id
from domain.law.command import Occasion, Subject
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class TransferIncomplete(Rejection):
    """A transfer is complete when every mandatory item is settled and the policy's threshold is reached."""

    remedy: ClassVar = (
        "Verify or waive the items named here until the threshold is reached, then complete the transfer."
    )


def lacking(state: State, plan: Plan) -> str | None:
    """What keeps a plan's transfer from being complete, if anything: its mandatory items, or its completeness."""
    threshold = state.terms.policy.transfer_threshold
    unsettled = [each for each in plan.items.values() if not each.settled]
    mandatory = [each for each in unsettled if each.planned.mandatory]
    if not mandatory and plan.weight("verified") >= threshold * plan.wanted_weight:
        return None
    done = (plan.weight("verified") / plan.wanted_weight).quantize(Decimal("0.001"), ROUND_FLOOR)
    waiting = f"open mandatory items: {_named(mandatory)}" if mandatory else f"open items: {_named(unsettled)}"
    return f"plan {plan.plan_id} has {waiting}; completeness is {done}, and {threshold} is wanted"


def _named(items: list[Item]) -> str:
    """Items as they stand, some of them by name."""
    named = ", ".join(f"{item.planned.item_id} ({item.state})" for item in items[:MOST_NAMED])
    return named + (f" and {len(items) - MOST_NAMED} more" if len(items) > MOST_NAMED else "")


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
