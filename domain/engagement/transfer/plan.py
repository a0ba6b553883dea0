"""Knowledge transfer: weighted items delivered by one side and verified by the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from domain.engagement.assignments.matching import live_assignment
from domain.language.bounds import STRICT, Distinct, bounds
from domain.language.changed import replace
from domain.language.words import ClientText, Id, Minutes, Weight
from domain.law.event import Event, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import NotFound, Rejection, Unfit

if TYPE_CHECKING:
    from domain.engagement.state import State

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


class UnknownItem(NotFound):
    """There is no such item in the plan."""


class PlanExists(Rejection):
    """A plan of that id exists with other content."""


class PlanClosed(Rejection):
    """The plan is closed: transferred, or cancelled by the end of the engagement."""


class ExitPlanExists(Rejection):
    """An engagement has at most one exit plan."""


class ExitPlanIsNobodys(Unfit):
    """An exit plan names no seat, no case and no assignment."""


class HandoverNamesNobody(Unfit):
    """A handover plan names its seat and the assignment that hands over."""


class GiverNeverActive(Rejection):
    """Whoever hands over has been active on that seat."""


class ReceiverIsGiver(Rejection):
    """Giving and receiving are different sides."""


class ReceiverOnOtherSeat(Rejection):
    """Whoever takes over is on the plan's seat."""


class CaseOfOtherSeat(Rejection):
    """A plan's case is a case of its seat, open or replaced."""


class ItemWaived(Rejection):
    """A waived item takes nothing more."""


class ItemVerified(Rejection):
    """The item is verified already."""


class ItemDelivered(Rejection):
    """The item was delivered already, with other content."""


class ItemNotDelivered(Rejection):
    """What was not delivered cannot be verified."""


class NoReceiver(Rejection):
    """A professional verifies only as the incoming one of a handover."""


class BilledUnderGuarantee(Rejection):
    """Under an eligible guarantee the transfer costs nothing."""


class TransferIncomplete(Rejection):
    """A transfer is complete when every mandatory item is settled and the policy's threshold is reached."""


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
    """An item and what became of it."""

    planned: PlannedItem
    state: ItemState = "planned"
    delivered: "KnowledgeItemDelivered | None" = None

    @property
    def settled(self) -> bool:
        return self.state in ("verified", "waived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A handover between two assignments, or the exit of the engagement."""

    planned: "KnowledgeTransferPlanned"
    items: Mapping[str, Item]
    transferred_at: datetime | None = None

    @property
    def plan_id(self) -> str:
        return self.planned.plan_id

    @property
    def exit(self) -> bool:
        return self.planned.purpose == "exit"

    def item(self, item_id: str) -> Item:
        """Raises UnknownItem."""
        if item_id not in self.items:
            raise UnknownItem(f"plan {self.plan_id} has no item {item_id}", field="item_id")
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
        deliveries = (item.delivered for item in self.items.values() if item.delivered)
        return sum(each.effort_minutes or 0 for each in deliveries if each.billable)

    def with_item(self, item: Item) -> "Plan":
        return replace(self, items={**self.items, item.planned.item_id: item})


def open_plan(state: "State", plan_id: str) -> Plan:
    """Raises UnknownPlan or PlanClosed."""
    plan = state.plan(plan_id)
    if plan.transferred_at or (state.ended_at and not plan.exit):
        raise PlanClosed(f"plan {plan_id} is {'transferred' if plan.transferred_at else 'cancelled'}", field="plan_id")
    return plan


def lacking(state: "State", plan: Plan) -> str | None:
    """What keeps a plan's transfer from being complete, if anything."""
    for item_id, item in plan.items.items():
        if item.planned.mandatory and not item.settled:
            return f"mandatory item {item_id} is {item.state}"
    if plan.weight("verified") < state.terms.policy.transfer_threshold * plan.wanted_weight:
        return f"completeness is {plan.completeness:.3f}"
    return None


def under_eligible_guarantee(state: "State", case_id: str | None) -> bool:
    return case_id is not None and state.case(case_id).eligible


def exit_plans(state: "State") -> Iterator[Plan]:
    return (plan for plan in state.plans.values() if plan.exit)


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPlan(Event):
    """An event about a plan, which work goes on while the engagement is suspended and, at its exit, after its end."""

    subject: ClassVar[tuple[str, ...]] = ("plan_id",)
    while_suspended: ClassVar = True
    after_end: ClassVar = True

    plan_id: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeTransferPlanned(AboutPlan):
    """What is to be handed over was agreed."""

    creates: ClassVar = "plan"

    purpose: Purpose
    seat_id: Id | None
    case_id: Id | None
    from_assignment_id: Id | None
    to_assignment_id: Id | None
    items: PlannedItems

    def stands(self, state: "State", fact: Recorded) -> bool:
        for known, look_up in (
            (self.seat_id, state.seat),
            (self.case_id, state.case),
            (self.from_assignment_id, state.assignment),
            (self.to_assignment_id, state.assignment),
        ):
            if known is not None:
                look_up(known)
        plan = state.plans.get(self.plan_id)
        return plan is not None and same_content(plan.planned, self)

    def permit(self, state: "State", fact: Recorded) -> None:
        if self.plan_id in state.plans:
            raise PlanExists(f"plan {self.plan_id} exists with other content", field="plan_id")
        if self.purpose == "exit":
            self._permit_exit(state)
        else:
            self._permit_handover(state)

    def _permit_exit(self, state: "State") -> None:
        if self.seat_id or self.case_id or self.from_assignment_id or self.to_assignment_id:
            raise ExitPlanIsNobodys("an exit plan names no seat, no case and no assignment", field="purpose")
        for other in exit_plans(state):
            raise ExitPlanExists(f"plan {other.plan_id} is the exit plan", field="purpose")

    def _permit_handover(self, state: "State") -> None:
        if self.seat_id is None or self.from_assignment_id is None:
            missing = "from_assignment_id" if self.seat_id else "seat_id"
            raise HandoverNamesNobody(f"a handover names its {missing}", field=missing)
        if state.ended_at:
            raise PlanClosed("the engagement has ended: only its exit is planned now", field="purpose")
        giver = state.assignment(self.from_assignment_id)
        if giver.seat_id != self.seat_id or giver.active_at is None:
            raise GiverNeverActive(
                f"assignment {giver.assignment_id} was never active on seat {self.seat_id}", field="from_assignment_id"
            )
        if self.to_assignment_id:
            self._permit_receiver(state, self.to_assignment_id, giver.professional_id)
        if self.case_id:
            case = state.case(self.case_id)
            if case.seat_id != self.seat_id or not (case.open_in(state) or case.replaced):
                raise CaseOfOtherSeat(f"case {self.case_id} is not open or replaced on this seat", field="case_id")

    def _permit_receiver(self, state: "State", assignment_id: str, giver: str) -> None:
        receiver = live_assignment(state, assignment_id)
        if receiver.seat_id != self.seat_id:
            raise ReceiverOnOtherSeat(f"assignment {assignment_id} is on another seat", field="to_assignment_id")
        if receiver.professional_id == giver:
            raise ReceiverIsGiver(f"{giver} cannot hand over to themselves", field="to_assignment_id")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        items = {item.item_id: Item(planned=item) for item in self.items}
        return state.with_plan(Plan(planned=self, items=items))


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutItem(AboutPlan):
    """An event about one item of a plan."""

    subject: ClassVar = ("plan_id", "item_id")

    item_id: Id

    def item_in(self, state: "State") -> Item:
        """Raises UnknownPlan or UnknownItem."""
        return state.plan(self.plan_id).item(self.item_id)

    def unsettled_item(self, state: "State") -> Item:
        """Raises UnknownPlan, UnknownItem, PlanClosed, ItemWaived or ItemVerified."""
        item = open_plan(state, self.plan_id).item(self.item_id)
        if item.state == "waived":
            raise ItemWaived(f"item {self.item_id} is waived", field="item_id")
        if item.state == "verified":
            raise ItemVerified(f"item {self.item_id} is verified", field="item_id")
        return item

    def settle(self, state: "State", item: Item) -> "State":
        return state.with_plan(state.plan(self.plan_id).with_item(item))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeItemDelivered(AboutItem):
    """The giving side handed an item over."""

    effort_minutes: Minutes | None
    billable: bool

    def stands(self, state: "State", fact: Recorded) -> bool:
        return same_content(self.item_in(state).delivered, self)

    def permit(self, state: "State", fact: Recorded) -> None:
        if self.unsettled_item(state).delivered:
            raise ItemDelivered(f"item {self.item_id} is delivered", field="item_id")
        if self.billable and under_eligible_guarantee(state, state.plan(self.plan_id).planned.case_id):
            raise BilledUnderGuarantee(f"plan {self.plan_id} is under the guarantee", field="billable")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return self.settle(state, replace(self.item_in(state), state="delivered", delivered=self))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeItemVerified(AboutItem):
    """The receiving side confirmed an item."""

    def stands(self, state: "State", fact: Recorded) -> bool:
        return self.item_in(state).state == "verified"

    def permit(self, state: "State", fact: Recorded) -> None:
        item = self.unsettled_item(state)
        if fact.party == "professional" and state.plan(self.plan_id).planned.to_assignment_id is None:
            raise NoReceiver(f"plan {self.plan_id} names nobody who takes over: the client verifies", field="plan_id")
        if not item.delivered:
            raise ItemNotDelivered(f"item {self.item_id} is not delivered", field="item_id")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return self.settle(state, replace(self.item_in(state), state="verified"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeItemWaived(AboutItem):
    """An item was let go."""

    reason: ClientText

    def stands(self, state: "State", fact: Recorded) -> bool:
        return self.item_in(state).state == "waived"

    def permit(self, state: "State", fact: Recorded) -> None:
        self.unsettled_item(state)

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return self.settle(state, replace(self.item_in(state), state="waived"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeTransferred(AboutPlan):
    """The transfer is complete; ``completeness`` is a fraction, null when all was waived."""

    completeness: float | None
    billed_minutes: int

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.plan(self.plan_id).transferred_at is not None

    def permit(self, state: "State", fact: Recorded) -> None:
        lack = lacking(state, open_plan(state, self.plan_id))
        if lack:
            raise TransferIncomplete(lack, field="plan_id")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_plan(replace(state.plan(self.plan_id), transferred_at=fact.occurred_at))
