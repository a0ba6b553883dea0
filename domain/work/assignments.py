"""Assignments: who is to be onboarded, and whose guarantee is about to end."""

from collections.abc import Iterator
from datetime import timedelta

from domain.engagement.assignments.onboarding import CompleteOnboardingItem, OnboardProfessional, missing_items
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.replacement.guarantee_checks import window_ends_at
from domain.language.saying import code_said, said
from domain.time.business_time import epoch_seconds, instant_at
from domain.work.item import Item, Watch
from domain.work.scene import Next, Scene, latest

FORESIGHT = timedelta(days=14)
"""How long before a guarantee ends it is said."""


def onboardings(scene: Scene) -> Iterator[Watch]:
    """Of everybody who is matched."""
    for each in scene.state.assignments.values():
        if each.live and each.active_at is None:
            yield onboarding(scene, each.assignment_id)


def onboarding(scene: Scene, assignment_id: str) -> Watch:
    """Of somebody who is matched."""
    life = scene.clock("onboard", assignment_id)
    assignment = scene.state.assignments[assignment_id]

    def item(now: Scene) -> Item | None:
        step, ahead = next_of(now, assignment), now.foreseen(life)
        missing = missing_items(now.state, assignment)
        standing = code_said(missing[0]) if missing else "ready"
        return Item(
            kind="onboarding",
            subject_id=assignment_id,
            seat_id=assignment.seat_id,
            assignment_id=assignment_id,
            holder=now.waiting_on(life) if life else "nobody",
            since=epoch_seconds(assignment.matched_at),
            due_at=ahead.breach_at,
            overdue_from=ahead.over_from,
            next_command=step.command,
            next_fields=step.fields,
            title=f"Onboard {assignment.professional_id} on {assignment.seat_id}: {standing}",
            why=step.why,
        )

    return Watch(scene.ends_of_waits(life), item)


def next_of(scene: Scene, assignment: Assignment) -> Next:
    """What is to be done for somebody who is matched: the mandatory items one by one, then becoming active."""
    missing = missing_items(scene.state, assignment)
    if not missing:
        why = "Every mandatory onboarding item is done."
        return scene.next(OnboardProfessional, why, assignment_id=assignment.assignment_id)
    mandatory = len(scene.state.terms.policy.onboarding_items)
    done = f"{mandatory - len(missing)} of {mandatory} mandatory onboarding items are done"
    why = f"{done}; {code_said(missing[0])} is not."
    return scene.next(CompleteOnboardingItem, why, assignment_id=assignment.assignment_id, item=missing[0])


def windows(scene: Scene) -> Iterator[Watch]:
    """Of everybody active whose guarantee ends."""
    for each in scene.state.assignments.values():
        ends_at = window_ends_at(each) if each.active else None
        if ends_at and ends_at > scene.at:
            yield _window(each, epoch_seconds(ends_at))


def _window(assignment: Assignment, ends_at: int) -> Watch:
    begins_at = ends_at - int(FORESIGHT.total_seconds())

    def item(now: Scene) -> Item | None:
        if not begins_at <= now.second < ends_at:
            return None
        return Item(
            kind="window",
            subject_id=assignment.assignment_id,
            seat_id=assignment.seat_id,
            assignment_id=assignment.assignment_id,
            holder="client",
            since=latest(begins_at, assignment.active_at),
            due_at=ends_at,
            overdue_from=ends_at + 1,
            next_command=None,
            next_fields={},
            title=f"The guarantee for {assignment.professional_id} on {assignment.seat_id} ends",
            why=f"What is reported from {said(instant_at(ends_at))} on is not covered by it.",
        )

    return Watch((instant_at(begins_at), instant_at(ends_at)), item)
