"""Onboarding: the items done for a matched professional, and becoming active."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from domain.engagement.assignments.about import AboutAssignment, AssignmentCommand, each_of, live, live_assignment
from domain.engagement.nouns.assignment import Assignment, ItemDone
from domain.engagement.state import State
from domain.engagement.terms.policy import ONBOARDING_ITEMS, OnboardingItem
from domain.language.changed import replace
from domain.language.saying import said
from domain.language.words import Minutes, ProfessionalText, Text
from domain.law.command import Subject
from domain.law.event import same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class OnboardingItemDone(Rejection):
    """The onboarding item was completed or waived already."""

    remedy: ClassVar = "Nothing is left to do for this item; correct-history changes how it was done."


class OnboardingIncomplete(Rejection):
    """A professional becomes active when every mandatory onboarding item is completed or waived."""

    remedy: ClassVar = "Complete or waive what is missing, item by item, then onboard the professional."


def missing_items(state: State, assignment: Assignment) -> list[OnboardingItem]:
    """What has to be completed or waived before the professional becomes active."""
    return [item for item in state.terms.policy.onboarding_items if item not in assignment.onboarding]


def undone_items(assignment: Assignment) -> list[OnboardingItem]:
    """The items, mandatory or not, that are neither completed nor waived."""
    return [item for item in ONBOARDING_ITEMS if item not in assignment.onboarding]


def lacking(state: State, assignment: Assignment) -> str | None:
    """What keeps a professional from becoming active, if anything."""
    missing, mandatory = missing_items(state, assignment), state.terms.policy.onboarding_items
    if not missing:
        return None
    done = len(mandatory) - len(missing)
    return f"{assignment.who} lacks {', '.join(missing)}; {done} of {len(mandatory)} mandatory items are done"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingItemSettled(AboutAssignment):
    """An onboarding item was completed or waived."""

    subject: ClassVar = ("assignment_id", "item")
    how: ClassVar[Literal["completed", "waived"]]

    item: OnboardingItem

    def stands(self, state: State, fact: Recorded) -> bool:
        done = state.assignment(self.assignment_id).onboarding.get(self.item)
        return done is not None and same_content(done.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        assignment = live_assignment(state, self.assignment_id)
        done = assignment.onboarding.get(self.item)
        if done:
            detail = f"{self.item} has been {done.how} for {assignment.who} since {said(done.at)}"
            raise OnboardingItemDone(detail, field="item")

    def evolve(self, state: State, fact: Recorded) -> State:
        assignment = state.assignment(self.assignment_id)
        done = ItemDone(how=self.how, at=fact.occurred_at, made_by=self)
        return state.with_assignment(replace(assignment, onboarding={**assignment.onboarding, self.item: done}))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingItemCompleted(OnboardingItemSettled):
    """An onboarding item was done."""

    how: ClassVar = "completed"

    effort_minutes: Minutes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingItemWaived(OnboardingItemSettled):
    """An onboarding item was let go."""

    how: ClassVar = "waived"

    reason: ProfessionalText


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalOnboarded(AboutAssignment):
    """The professional is active on the seat."""

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.assignment(self.assignment_id).active

    def permit(self, state: State, fact: Recorded) -> None:
        lack = lacking(state, live_assignment(state, self.assignment_id))
        if lack:
            raise OnboardingIncomplete(lack, field="assignment_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        assignment = state.assignment(self.assignment_id)
        return state.with_assignment(replace(assignment, active_at=fact.occurred_at, onboarded_under=state.terms))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteOnboardingItem(AssignmentCommand):
    """Record that an onboarding item was done."""

    command_name: ClassVar = "complete-onboarding-item"
    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = OnboardingItemCompleted

    item: OnboardingItem
    effort_minutes: Minutes | None = None

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(each for each in live(state) if undone_items(each))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveOnboardingItem(AssignmentCommand):
    """Let an onboarding item go."""

    command_name: ClassVar = "waive-onboarding-item"
    by: ClassVar = ("client",)
    records: ClassVar = OnboardingItemWaived

    item: OnboardingItem
    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(each for each in live(state) if undone_items(each))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardProfessional(AssignmentCommand):
    """Make a matched professional active on the seat."""

    command_name: ClassVar = "onboard-professional"
    by: ClassVar = ("client", "platform")
    records: ClassVar = ProfessionalOnboarded

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        ready = (each for each in live(state) if not each.active and not missing_items(state, each))
        return each_of(ready)
