"""The items of a plan: delivered, verified, or let go."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementCommand
from domain.engagement.nouns.plan import Item, ItemState
from domain.engagement.state import State
from domain.engagement.transfer.about import (
    AboutPlan,
    BilledUnderGuarantee,
    open_plan,
    open_plans,
    under_eligible_guarantee,
)
from domain.language.changed import replace
from domain.language.saying import said
from domain.language.words import ActingParty, ClientText, Id, Minutes, Text
from domain.law.command import Subject
from domain.law.event import otherwise, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class ItemWaived(Rejection):
    """A waived item takes nothing more."""

    remedy: ClassVar = "Nothing is left to do for this item; correct-history takes a wrong waiver back."


class ItemVerified(Rejection):
    """The item is verified already."""

    remedy: ClassVar = "Nothing is left to do for this item; correct-history takes a wrong verification back."


class ItemDelivered(Rejection):
    """The item was delivered already, with other content."""

    remedy: ClassVar = "Verify the item next; correct-history changes what was said of its delivery."


class ItemNotDelivered(Rejection):
    """What was not delivered cannot be verified."""

    remedy: ClassVar = "Deliver the item first, or waive it."


class NoReceiver(Rejection):
    """A professional verifies only as the incoming one of a handover."""

    remedy: ClassVar = "Let the client verify, or plan the handover with a to_assignment_id."


def items_that_are(state: State, *states: ItemState) -> Iterable[Subject]:
    """The items of open plans in one of these states."""
    for plan in open_plans(state):
        for item_id, item in plan.items.items():
            if item.state in states:
                yield {"plan_id": plan.plan_id, "item_id": item_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutItem(AboutPlan):
    """An event about one item of a plan."""

    subject: ClassVar = ("plan_id", "item_id")

    item_id: Id

    def item_in(self, state: State) -> Item:
        """Raises UnknownPlan or UnknownItem."""
        return state.plan(self.plan_id).item(self.item_id)

    def unsettled_item(self, state: State) -> Item:
        """Raises UnknownPlan, UnknownItem, PlanClosed, ItemWaived or ItemVerified."""
        item = open_plan(state, self.plan_id).item(self.item_id)
        if item.state == "waived":
            raise ItemWaived(self.as_it_is(item), field="item_id")
        if item.state == "verified":
            raise ItemVerified(self.as_it_is(item), field="item_id")
        return item

    def as_it_is(self, item: Item) -> str:
        """What the item is, and since when."""
        return f"item {self.item_id} of plan {self.plan_id} has been {item.state} since {said(item.since)}"

    def settle(self, state: State, item: Item) -> State:
        return state.with_plan(state.plan(self.plan_id).with_item(item))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeItemDelivered(AboutItem):
    """The giving side handed an item over."""

    effort_minutes: Minutes | None
    billable: bool

    def stands(self, state: State, fact: Recorded) -> bool:
        return same_content(self.item_in(state).delivered_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        known = self.unsettled_item(state).delivered_by
        if known:
            detail = f"item {self.item_id} of plan {self.plan_id} was delivered {otherwise(known, self)}"
            raise ItemDelivered(detail, field="item_id")
        case_id = state.plan(self.plan_id).case_id
        if self.billable and case_id and under_eligible_guarantee(state, case_id):
            raise BilledUnderGuarantee(state.case(case_id).guaranteed_since, field="billable")

    def evolve(self, state: State, fact: Recorded) -> State:
        minutes = (self.effort_minutes or 0) if self.billable else 0
        item = replace(self.item_in(state), delivered_by=self, billed_minutes=minutes)
        return self.settle(state, item.now("delivered", fact.occurred_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeItemVerified(AboutItem):
    """The receiving side confirmed an item."""

    def stands(self, state: State, fact: Recorded) -> bool:
        return self.item_in(state).state == "verified"

    def permit(self, state: State, fact: Recorded) -> None:
        item = self.unsettled_item(state)
        if fact.party == "professional" and state.plan(self.plan_id).to_assignment_id is None:
            raise NoReceiver(f"plan {self.plan_id} names nobody who takes over", field="plan_id")
        if not item.delivered_by:
            raise ItemNotDelivered(f"{self.as_it_is(item)} and not delivered", field="item_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        return self.settle(state, self.item_in(state).now("verified", fact.occurred_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeItemWaived(AboutItem):
    """An item was let go."""

    reason: ClientText

    def stands(self, state: State, fact: Recorded) -> bool:
        return self.item_in(state).state == "waived"

    def permit(self, state: State, fact: Recorded) -> None:
        self.unsettled_item(state)

    def evolve(self, state: State, fact: Recorded) -> State:
        return self.settle(state, self.item_in(state).now("waived", fact.occurred_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverKnowledgeItem(EngagementCommand):
    """Hand an item over."""

    command_name: ClassVar = "deliver-knowledge-item"
    by: ClassVar = ("professional", "partner")
    records: ClassVar = KnowledgeItemDelivered

    plan_id: Id
    item_id: Id
    effort_minutes: Minutes | None = None
    billable: bool = False

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return items_that_are(state, "planned")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyKnowledgeItem(EngagementCommand):
    """Confirm that an item has arrived."""

    command_name: ClassVar = "verify-knowledge-item"
    by: ClassVar = ("client", "professional")
    records: ClassVar = KnowledgeItemVerified

    plan_id: Id
    item_id: Id

    @classmethod
    def parties_about(cls, state: State, subject: Subject) -> tuple[ActingParty, ...]:
        """Without somebody who takes over no professional verifies."""
        parties = cls.parties(state)
        received = state.plan(subject["plan_id"]).to_assignment_id is not None
        return parties if received else tuple(each for each in parties if each != "professional")

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return items_that_are(state, "delivered")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveKnowledgeItem(EngagementCommand):
    """Let an item go."""

    command_name: ClassVar = "waive-knowledge-item"
    by: ClassVar = ("client",)
    records: ClassVar = KnowledgeItemWaived

    plan_id: Id
    item_id: Id
    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return items_that_are(state, "planned", "delivered")
