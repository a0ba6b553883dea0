"""The plans of knowledge transfer: for what, since when, and how far they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.engagement.nouns.plan import ItemState, Plan, Purpose
from domain.engagement.transfer.about import open_plans
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.metrics.continuity import completeness_of
from domain.time.business_time import epoch_seconds
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.seconds import seconds_of
from infrastructure.projections.tables.supplier import supplier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan, instants in seconds since 1970.

    ``verified_weight`` and ``wanted_weight`` are thousandths; ``planned_item`` is the first item that was not
    delivered yet, ``delivered_item`` the first that was not verified. ``open``: it is neither transferred nor
    cancelled by the end of the engagement.
    """

    plan_id: str
    purpose: Purpose
    seat_id: str | None
    case_id: str | None
    from_assignment_id: str | None
    supplier: str | None
    planned_at: int
    transferred_at: int | None
    open: bool
    verified_weight: int
    wanted_weight: int
    planned_item: str | None
    delivered_item: str | None


def plans_of(seen: Seen) -> Iterator[PlanRow]:
    planned_at = _planned_at(seen) if seen.state.plans else {}
    still_open = {plan.plan_id for plan in open_plans(seen.state)}
    for plan in seen.state.plans.values():
        yield _row(seen, plan, planned_at[plan.plan_id], is_open=plan.plan_id in still_open)


def _planned_at(seen: Seen) -> Mapping[str, int]:
    """When each plan was made: a repeat of the fact changes nothing."""
    found: dict[str, int] = {}
    for fact in seen.timeline:
        if isinstance(fact.event, KnowledgeTransferPlanned):
            found.setdefault(fact.event.plan_id, epoch_seconds(fact.occurred_at))
    return found


def _row(seen: Seen, plan: Plan, planned_at: int, *, is_open: bool) -> PlanRow:
    complete = completeness_of(plan)
    outgoing = seen.state.assignments.get(plan.from_assignment_id or "") if plan.purpose != "exit" else None
    return PlanRow(
        plan_id=plan.plan_id,
        purpose=plan.purpose,
        seat_id=plan.seat_id,
        case_id=plan.case_id,
        from_assignment_id=plan.from_assignment_id,
        supplier=supplier_of(outgoing),
        planned_at=planned_at,
        transferred_at=seconds_of(plan.transferred_at),
        open=is_open,
        verified_weight=complete.numerator,
        wanted_weight=complete.denominator,
        planned_item=_first(plan, "planned"),
        delivered_item=_first(plan, "delivered"),
    )


def _first(plan: Plan, state: ItemState) -> str | None:
    return next((item.planned.item_id for item in plan.items.values() if item.state == state), None)


PLANS = Projection(
    name="plans",
    version=2,
    row=PlanRow,
    key=("plan_id",),
    fold=plans_of,
    parts=lambda seen: (seen.carried, seen.state.plans, seen.state.ended_at),
)
