"""Knowledge transfer: plans to be carried out, and transfers that nobody has planned."""

from collections.abc import Iterator

from domain.clocks.life import Key, Life
from domain.clocks.starts_and_stops import EXIT
from domain.engagement.nouns.plan import ItemState, Plan
from domain.engagement.transfer.about import open_plans
from domain.engagement.transfer.completion import CompleteKnowledgeTransfer
from domain.engagement.transfer.items import DeliverKnowledgeItem, VerifyKnowledgeItem
from domain.engagement.transfer.planning import PlanKnowledgeTransfer
from domain.time.business_time import epoch_seconds
from domain.work.item import Item, Watch
from domain.work.scene import Next, Scene


def plans(scene: Scene) -> Iterator[Watch]:
    """Of every open one."""
    return (_plan(scene, each) for each in open_plans(scene.state))


def transfers(scene: Scene) -> Iterator[Watch]:
    """Of every transfer whose clock goes on and that nobody has planned."""
    planned = {_key(each) for each in scene.state.plans.values()}
    for life in scene.open_clocks():
        if life.clock in ("transfer_knowledge", "exit_transfer") and life.key not in planned:
            yield _transfer(scene, life)


def transfer(scene: Scene, life: Life) -> Watch:
    """Of what a transfer's clock that goes on belongs to: the first open plan for it, or that there is none."""
    theirs = (each for each in open_plans(scene.state) if _key(each) == life.key)
    plan = next(theirs, None)
    return _plan(scene, plan) if plan else _transfer(scene, life)


def _key(plan: Plan) -> Key:
    return EXIT if plan.exit else ("transfer_knowledge", plan.case_id or "")


def _plan(scene: Scene, plan: Plan) -> Watch:
    life = scene.clock(*_key(plan))
    _, planned = scene.lives.plans[plan.plan_id]

    def item(now: Scene) -> Item | None:
        step, ahead = _next(now, plan), now.foreseen(life)
        wanted = [each for each in plan.items.values() if each.state != "waived"]
        done = f"{sum(each.state == 'verified' for each in wanted)} of {len(wanted)} items verified"
        of = "Exit" if plan.exit else f"Handover from {now.who(plan.from_assignment_id)} on {plan.seat_id}"
        return Item(
            kind="plan",
            subject_id=plan.plan_id,
            seat_id=plan.seat_id,
            assignment_id=plan.from_assignment_id,
            holder=now.waiting_on(life) if life else "platform",
            since=epoch_seconds(planned.occurred_at),
            due_at=ahead.breach_at,
            overdue_from=ahead.over_from,
            next_command=step.command,
            next_fields=step.fields,
            title=f"{of}: {done}",
            why=step.why,
        )

    return Watch(scene.ends_of_waits(life), item)


def _next(scene: Scene, plan: Plan) -> Next:
    planned, delivered = _first(plan, "planned"), _first(plan, "delivered")
    if planned:
        return scene.next(
            DeliverKnowledgeItem, f"{planned} is not delivered yet.", plan_id=plan.plan_id, item_id=planned
        )
    if delivered:
        why = f"{delivered} is delivered and not verified."
        return scene.next(VerifyKnowledgeItem, why, plan_id=plan.plan_id, item_id=delivered)
    return scene.next(CompleteKnowledgeTransfer, "Every item is verified or waived.", plan_id=plan.plan_id)


def _first(plan: Plan, state: ItemState) -> str | None:
    return next((item_id for item_id, item in plan.items.items() if item.state == state), None)


def _transfer(scene: Scene, life: Life) -> Watch:
    case = scene.state.cases.get(life.case_id or "")
    incoming = scene.state.assignments.get(case.incoming_id or "") if case else None
    ids = {
        "seat_id": case.seat_id if case else None,
        "case_id": case.case_id if case else None,
        "from_assignment_id": case.outgoing_assignment_id if case else None,
        "to_assignment_id": incoming.assignment_id if incoming and incoming.live else None,
    }
    fields = {name: value for name, value in ids.items() if value}

    def item(now: Scene) -> Item | None:
        ahead = now.foreseen(life)
        step = now.next(PlanKnowledgeTransfer, "It goes on, and nothing is planned for it.", **fields)
        of = f"handover from {now.who(case.outgoing_assignment_id)} on {case.seat_id}" if case else "exit"
        return Item(
            kind="transfer",
            subject_id=life.subject_id,
            seat_id=life.seat_id,
            assignment_id=case.outgoing_assignment_id if case else None,
            holder=now.waiting_on(life),
            since=life.started_at,
            due_at=ahead.breach_at,
            overdue_from=ahead.over_from,
            next_command=step.command,
            next_fields=step.fields,
            title=f"Plan the {of}",
            why=step.why,
        )

    return Watch(scene.ends_of_waits(life), item)
