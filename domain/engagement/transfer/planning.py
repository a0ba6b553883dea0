"""The commands of knowledge transfer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from domain.engagement.transfer.plan import (
    KnowledgeItemDelivered,
    KnowledgeItemVerified,
    KnowledgeItemWaived,
    KnowledgeTransferPlanned,
    KnowledgeTransferred,
    PlannedItems,
    Purpose,
)
from domain.language.words import Id, Minutes, Text
from domain.law.event import Command, Event, Later, Occasion

if TYPE_CHECKING:
    from domain.engagement.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanKnowledgeTransfer(Command):
    """Agree what is to be handed over, between two assignments or at the exit of the engagement."""

    by: ClassVar = ("platform", "partner")
    records: ClassVar = KnowledgeTransferPlanned
    makes: ClassVar = "plan_id"

    plan_id: Id | None = None
    purpose: Purpose = "handover"
    seat_id: Id | None = None
    case_id: Id | None = None
    from_assignment_id: Id | None = None
    to_assignment_id: Id | None = None
    items: PlannedItems


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverKnowledgeItem(Command):
    """Hand an item over."""

    by: ClassVar = ("professional", "partner")
    records: ClassVar = KnowledgeItemDelivered

    plan_id: Id
    item_id: Id
    effort_minutes: Minutes | None = None
    billable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyKnowledgeItem(Command):
    """Confirm that an item has arrived."""

    by: ClassVar = ("client", "professional")
    records: ClassVar = KnowledgeItemVerified

    plan_id: Id
    item_id: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveKnowledgeItem(Command):
    """Let an item go."""

    by: ClassVar = ("client",)
    records: ClassVar = KnowledgeItemWaived

    plan_id: Id
    item_id: Id
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteKnowledgeTransfer(Command):
    """Say that a transfer is complete."""

    by: ClassVar = ("platform", "client")
    records: ClassVar = KnowledgeTransferred

    plan_id: Id

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        plan = state.plan(self.plan_id)
        return (
            KnowledgeTransferred(
                plan_id=self.plan_id, completeness=plan.completeness, billed_minutes=plan.billed_minutes
            ),
        )
