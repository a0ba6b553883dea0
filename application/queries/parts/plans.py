"""The plans of knowledge transfer as they are answered."""

from dataclasses import dataclass

from domain.engagement.nouns.plan import Item, ItemState, KnowledgeKind, Plan, Purpose
from domain.language.words import Instant, Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """One thing to hand over."""

    item_id: str
    kind: KnowledgeKind
    weight: Weight
    mandatory: bool
    state: ItemState


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAnswer:
    """A plan; ``completeness`` is a fraction, null when all weight is waived."""

    plan_id: str
    purpose: Purpose
    case_id: str | None
    from_assignment_id: str | None
    to_assignment_id: str | None
    completeness: float | None
    transferred_at: Instant | None
    items: tuple[ItemAnswer, ...]


def plan_answer(of: Plan) -> PlanAnswer:
    return PlanAnswer(
        plan_id=of.plan_id,
        purpose=of.purpose,
        case_id=of.case_id,
        from_assignment_id=of.from_assignment_id,
        to_assignment_id=of.to_assignment_id,
        completeness=of.completeness,
        transferred_at=of.transferred_at,
        items=tuple(map(_item, of.items.values())),
    )


def _item(of: Item) -> ItemAnswer:
    return ItemAnswer(
        item_id=of.planned.item_id,
        kind=of.planned.kind,
        weight=of.planned.weight,
        mandatory=of.planned.mandatory,
        state=of.state,
    )
