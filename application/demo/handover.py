"""Knowledge transfer: from the outgoing to the incoming one, and to the client at the exit."""

from datetime import datetime
from decimal import Decimal

from application.demo import names
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
    stage: Stage, case_id: str, outgoing: Holding, incoming: Holding, at: datetime, *, pace: float, gone: bool
) -> None:
    """A handover between two assignments; where the outgoing one is gone, their supplier or the platform delivers."""
    billable = not stage.guaranteed and stage.chance(stage.rates.billed)
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
    giver = Actor(party="platform", id=stage.rng.choice(names.STAFF)) if gone else professional(outgoing.who)
    sides = (giver, professional(incoming.who))
    _transfer(stage, plan_id, items, at, sides, pace=pace, billable=billable)
    if stage.chance(0.3):
        minutes = stage.rng.randrange(60, 600, 15)
        effort = RecordEffort(party="professional", kind="mentoring", minutes=minutes, case_id=case_id)
        stage.say(stage.later(at, 2, 9), effort)
    if stage.chance(0.4):
        minutes = stage.rng.randrange(60, 480, 15)
        learnt = RecordEffort(party="client", kind="knowledge_transfer", minutes=minutes, plan_id=plan_id)
        stage.say(stage.later(at, 2, 9), learnt)


def write_down(stage: Stage, holding: Holding, at: datetime) -> None:
    """Somebody who stays hands over beforehand, to whoever may come, and the client verifies it."""
    plan_id, items = stage.new_id("plan"), planned_items(stage)
    plan = PlanKnowledgeTransfer(
        plan_id=plan_id, seat_id=holding.seat.seat_id, from_assignment_id=holding.assignment_id, items=items
    )
    stage.say(at, plan)
    sides = (professional(holding.who), Actor(party="client", id=stage.client_id))
    _transfer(stage, plan_id, items, at, sides, pace=1, billable=False)


def leave(stage: Stage, at: datetime) -> None:
    """The exit of the engagement: its provider hands over to the client."""
    plan_id, items = stage.new_id("exit"), planned_items(stage)
    stage.say(at, PlanKnowledgeTransfer(plan_id=plan_id, purpose="exit", items=items))
    provider = Actor(party="partner", id=stage.agencies[0])
    client = Actor(party="client", id=stage.client_id)
    billable = not stage.guaranteed and stage.chance(stage.rates.billed)
    _transfer(stage, plan_id, items, at, (provider, client), pace=1, billable=billable)


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
    sides: tuple[Actor, Actor],
    *,
    pace: float,
    billable: bool,
) -> None:
    giver, receiver = sides
    complete = stage.chance(stage.rates.transferred)
    for index, item in enumerate(items):
        at = stage.later(at, 0.1 * pace, 1.6 * pace)
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
        at = stage.later(at, 0.05 * pace, 1.1 * pace)
        stage.say(at, VerifyKnowledgeItem(plan_id=plan_id, item_id=item.item_id), by=receiver)
    at = stage.later(at, 0.1, 1)
    stage.say(at, CompleteKnowledgeTransfer(plan_id=plan_id))
