"""A plan of knowledge transfer: weighted items delivered by one side and verified by the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from domain.language.bounds import STRICT, Distinct, bounds
from domain.language.changed import replace
from domain.language.saying import none_such
from domain.language.words import Id, Weight
from domain.law.event import Event
from domain.law.rejection import NotFound

Purpose = Literal["handover", "exit"]
KnowledgeKind = Literal[
    "codebase_walkthrough",
    "domain_glossary",
    "decision_log",
    "recent_decisions",
    "technical_debt",
    "open_work",
    "integrations",
    "runbook",
    "access_inventory",
    "stakeholders",
    "pairing",
    "solo_change",
]
ItemState = Literal["planned", "delivered", "verified", "waived"]


class UnknownPlan(NotFound):
    """There is no such plan."""

    remedy: ClassVar = "Name one of the plans there are, or an instant at which this one is there."


class UnknownItem(NotFound):
    """There is no such item in the plan."""

    remedy: ClassVar = "Name one of the items of the plan, or plan the item in a plan of its own."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One thing to hand over."""

    __pydantic_config__ = STRICT

    item_id: Id
    kind: KnowledgeKind
    weight: Weight
    mandatory: bool = False


PlannedItems = Annotated[tuple[PlannedItem, ...], bounds(min_length=1, max_length=200), Distinct("item_id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item, and what it is since when."""

    planned: PlannedItem
    state: ItemState = "planned"
    since: datetime
    delivered_by: Event[Any] | None = None
    billed_minutes: int = 0
    """What was delivered billable."""

    @property
    def settled(self) -> bool:
        return self.state in ("verified", "waived")

    def now(self, state: ItemState, at: datetime) -> "Item":
        return replace(self, state=state, since=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A handover between two assignments, or the exit of the engagement."""

    plan_id: str
    purpose: Purpose
    seat_id: str | None
    case_id: str | None
    from_assignment_id: str | None
    to_assignment_id: str | None
    made_by: Event[Any]
    items: Mapping[str, Item]
    transferred_at: datetime | None = None

    @property
    def exit(self) -> bool:
        return self.purpose == "exit"

    def item(self, item_id: str) -> Item:
        """Raises UnknownItem."""
        if item_id not in self.items:
            raise UnknownItem(none_such("item", item_id, self.items, f" in plan {self.plan_id}"), field="item_id")
        return self.items[item_id]

    def weight(self, *states: ItemState) -> Decimal:
        """The weight of the items in one of these states."""
        return sum((item.planned.weight for item in self.items.values() if item.state in states), Decimal())

    @property
    def wanted_weight(self) -> Decimal:
        return self.weight("planned", "delivered", "verified")

    @property
    def completeness(self) -> float | None:
        """Verified weight over the weight not waived, as a fraction; None when all is waived."""
        return float(self.weight("verified") / self.wanted_weight) if self.wanted_weight else None

    @property
    def billed_minutes(self) -> int:
        """What was delivered billable, in minutes."""
        return sum(item.billed_minutes for item in self.items.values())

    def with_item(self, item: Item) -> "Plan":
        return replace(self, items={**self.items, item.planned.item_id: item})
