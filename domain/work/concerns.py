"""Concerns: to be acknowledged, then to be settled."""

from collections.abc import Iterator

from domain.clocks.foreseen import NOTHING
from domain.engagement.concerns import AcknowledgeUnderperformance, ResolveUnderperformance, open_concerns
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.concern import Concern
from domain.engagement.replacement.request import RequestReplacement
from domain.work.item import Item, Watch
from domain.work.scene import Next, Scene, latest


def concerns(scene: Scene) -> Iterator[Watch]:
    """Of every open one, where no case is open on its seat."""
    for each in open_concerns(scene.state):
        if not scene.state.open_case_on(scene.state.assignments[each.assignment_id].seat_id):
            yield concern(scene, each.concern_id)


def concern(scene: Scene, concern_id: str) -> Watch:
    """Of one that is open."""
    life, told = scene.clock("acknowledge", concern_id), scene.state.concerns[concern_id]
    assignment = scene.state.assignments[told.assignment_id]
    began = scene.lives.by_key.get(("acknowledge", concern_id))
    accountable = began.waits_on if began else "nobody"
    on_seat = (case.closed_at for case in scene.state.cases.values() if case.seat_id == assignment.seat_id)
    since = latest(told.reported_at, *on_seat)

    def item(now: Scene) -> Item | None:
        step = _next(now, told, assignment)
        ahead = NOTHING if told.acknowledged_at else now.foreseen(life)
        waiting_on = now.waiting_on(life) if life else accountable
        done = "acknowledged" if told.acknowledged_at else "to be acknowledged"
        return Item(
            kind="concern",
            subject_id=concern_id,
            seat_id=assignment.seat_id,
            assignment_id=assignment.assignment_id,
            holder="client" if told.acknowledged_at else waiting_on,
            since=since,
            due_at=ahead.breach_at,
            overdue_from=ahead.over_from,
            next_command=step.command,
            next_fields=step.fields,
            title=f"Concern about {assignment.professional_id} on {assignment.seat_id} ({told.severity}): {done}",
            why=step.why,
        )

    return Watch(scene.ends_of_waits(life), item)


def _next(scene: Scene, concern: Concern, assignment: Assignment) -> Next:
    if not concern.acknowledged_at:
        why = f"It was reported by the {concern.reported_by}, and nobody has acknowledged it."
        return scene.next(AcknowledgeUnderperformance, why, concern_id=concern.concern_id)
    if any(not each.active for each in scene.state.live_on_seat(assignment.seat_id)):
        why = "It is acknowledged, and somebody is matched to the seat already."
        return scene.next(ResolveUnderperformance, why, concern_id=concern.concern_id)
    why = "It is acknowledged and not resolved: a replacement can be requested."
    return scene.next(RequestReplacement, why, seat_id=assignment.seat_id, concern_id=concern.concern_id)
