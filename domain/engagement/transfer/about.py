"""What the deeds about one plan share: plans that are open, and what is free of charge."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementEvent
from domain.engagement.nouns.plan import Plan
from domain.engagement.state import State
from domain.language.saying import said
from domain.language.words import Id
from domain.law.rejection import Rejection


class PlanClosed(Rejection):
    """The plan is closed: transferred, or cancelled by the end of the engagement."""

    remedy: ClassVar = "Plan another transfer, or say an instant at which this plan is open."


class BilledUnderGuarantee(Rejection):
    """Under an eligible guarantee the transfer costs nothing."""

    remedy: ClassVar = "Say billable false, or review the guarantee first where it does not hold."


def open_plan(state: State, plan_id: str) -> Plan:
    """Raises UnknownPlan or PlanClosed."""
    plan = state.plan(plan_id)
    if plan.transferred_at:
        raise PlanClosed(f"plan {plan_id} has been transferred since {said(plan.transferred_at)}", field="plan_id")
    if state.ended_at and not plan.exit:
        detail = f"plan {plan_id} has been cancelled since {said(state.ended_at)}, by the end of the engagement"
        raise PlanClosed(detail, field="plan_id")
    return plan


def open_plans(state: State) -> Iterator[Plan]:
    return (plan for plan in state.plans.values() if not plan.transferred_at and (plan.exit or not state.ended_at))


def under_eligible_guarantee(state: State, case_id: str | None) -> bool:
    return case_id is not None and state.case(case_id).eligible


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPlan(EngagementEvent):
    """An event about a plan, which work goes on while the engagement is suspended and, at its exit, after its end."""

    subject: ClassVar[tuple[str, ...]] = ("plan_id",)
    while_suspended: ClassVar = True
    after_end: ClassVar = True

    plan_id: Id
