"""Knowledge transfer: from the outgoing to the incoming one, and to the client at the exit."""

from datetime import datetime
from decimal import Decimal

from application.demo.staffing import Holding, professional
from application.demo.stage import Stage
from domain.engagement.effort import RecordEffort
from domain.engagement.nouns.plan import KnowledgeKind, PlannedItem
from domain.engagement.transfer.completion import CompleteKnowledgeTransfer
from domain.engagement.transfer.items import DeliverKnowledgeItem, VerifyKnowledgeItem, WaiveKnowledgeItem
from domain.engagement.transfer.planning import PlanKnowledgeTransfer
from domain.law.recorded import Actor

KINDS: tuple[KnowledgeKind, ...] = (
    "codebase_walkthrough", "domain_glossary", "decision_log", "recent_decisions", "technical_debt", "open_work",
    "integrations", "runbook", "access_inventory", "stakeholders", "pairing", "solo_change",
)  # fmt: skip


def hand_over(
    stage: Stage, case_id: str, outgoing: Holding, incoming: Holding, at: datetime, *, billable: bool
) -> None:
    """A handover between two assignments, which most of the time is completed."""
    plan_id, items = stage.new_id("plan"), planned_items(stage)
    plan = PlanKnowledgeTransfer(
        plan_id=plan_id,
        seat_id=outgoing.seat.seat_id,
        case_id=case_id,
        from_assignment_id=outgoing.assignment_id,
        to_assignment_id=incoming.assignment_id,
        items=items,
    )
    stage.say(at, plan)
    _transfer(stage, plan_id, items, at, professional(outgoing.who), professional(incoming.who), billable=billable)
    if stage.chance(0.3):
        minutes = stage.rng.randrange(60, 600, 15)
        effort = RecordEffort(party="professional", kind="mentoring", minutes=minutes, case_id=case_id)
        stage.say(stage.later(at, 2, 9), effort)


def leave(stage: Stage, at: datetime) -> None:
    """The exit of the engagement: its provider hands over to the client."""
    plan_id, items = stage.new_id("exit"), planned_items(stage)
    stage.say(at, PlanKnowledgeTransfer(plan_id=plan_id, purpose="exit", items=items))
    provider = Actor(party="partner", id=stage.agencies[0])
    client = Actor(party="client", id=stage.client_id)
    _transfer(stage, plan_id, items, at, provider, client, billable=not stage.guaranteed and stage.chance(0.3))


def planned_items(stage: Stage) -> tuple[PlannedItem, ...]:
    kinds = stage.rng.sample(KINDS, stage.rng.randint(3, 6))
    return tuple(
        PlannedItem(item_id=kind.replace("_", "-"), kind=kind, weight=Decimal(weight), mandatory=weight >= 3)
        for kind, weight in ((kind, stage.rng.randint(1, 4)) for kind in kinds)
    )


def _transfer(
    stage: Stage,
    plan_id: str,
    items: tuple[PlannedItem, ...],
    at: datetime,
    giver: Actor,
    receiver: Actor,
    *,
    billable: bool,
) -> None:
    complete = stage.chance(0.85)
    for index, item in enumerate(items):
        at = stage.later(at, 0.2, 1.8)
        if not complete and index > 1:
            return
        if not item.mandatory and stage.chance(0.08):
            waiver = WaiveKnowledgeItem(plan_id=plan_id, item_id=item.item_id, reason="No longer in use.")
            stage.say(at, waiver)
            continue
        delivery = DeliverKnowledgeItem(
            plan_id=plan_id,
            item_id=item.item_id,
            effort_minutes=stage.rng.randrange(30, 360, 15),
            billable=billable and stage.chance(0.5),
        )
        stage.say(at, delivery, by=giver)
        at = stage.later(at, 0.1, 1.2)
        stage.say(at, VerifyKnowledgeItem(plan_id=plan_id, item_id=item.item_id), by=receiver)
    at = stage.later(at, 0.1, 1)
    stage.say(at, CompleteKnowledgeTransfer(plan_id=plan_id))
