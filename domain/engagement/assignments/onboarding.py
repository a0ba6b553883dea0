"""Onboarding: the items done for a matched professional, and becoming active."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from domain.engagement.assignments.matching import AboutAssignment, Assignment, AssignmentCommand, live_assignment
from domain.engagement.terms.policy import OnboardingItem
from domain.language.changed import replace
from domain.language.words import Minutes, ProfessionalText, Text
from domain.law.event import same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection

if TYPE_CHECKING:
    from domain.engagement.state import State


class OnboardingItemDone(Rejection):
    """The onboarding item was completed or waived already."""


class OnboardingIncomplete(Rejection):
    """A professional becomes active when every mandatory onboarding item is completed or waived."""


def missing_items(state: "State", assignment: Assignment) -> list[OnboardingItem]:
    """What has to be completed or waived before the professional becomes active."""
    return [item for item in state.terms.policy.onboarding_items if item not in assignment.onboarding]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingItemSettled(AboutAssignment):
    """An onboarding item was completed or waived."""

    subject: ClassVar = ("assignment_id", "item")

    item: OnboardingItem

    def stands(self, state: "State", fact: Recorded) -> bool:
        return same_content(state.assignment(self.assignment_id).onboarding.get(self.item), self)

    def permit(self, state: "State", fact: Recorded) -> None:
        if self.item in live_assignment(state, self.assignment_id).onboarding:
            raise OnboardingItemDone(f"{self.item} is done for assignment {self.assignment_id}", field="item")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        assignment = state.assignment(self.assignment_id)
        return state.with_assignment(replace(assignment, onboarding={**assignment.onboarding, self.item: self}))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingItemCompleted(OnboardingItemSettled):
    """An onboarding item was done."""

    effort_minutes: Minutes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingItemWaived(OnboardingItemSettled):
    """An onboarding item was let go."""

    reason: ProfessionalText


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalOnboarded(AboutAssignment):
    """The professional is active on the seat."""

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.assignment(self.assignment_id).active

    def permit(self, state: "State", fact: Recorded) -> None:
        missing = missing_items(state, live_assignment(state, self.assignment_id))
        if missing:
            raise OnboardingIncomplete(f"assignment {self.assignment_id} lacks {', '.join(missing)}")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        assignment = state.assignment(self.assignment_id)
        return state.with_assignment(replace(assignment, active_at=fact.occurred_at, onboarded_under=state.terms))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteOnboardingItem(AssignmentCommand):
    """Record that an onboarding item was done."""

    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = OnboardingItemCompleted

    item: OnboardingItem
    effort_minutes: Minutes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveOnboardingItem(AssignmentCommand):
    """Let an onboarding item go."""

    by: ClassVar = ("client",)
    records: ClassVar = OnboardingItemWaived

    item: OnboardingItem
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardProfessional(AssignmentCommand):
    """Make a matched professional active on the seat."""

    by: ClassVar = ("client", "platform")
    records: ClassVar = ProfessionalOnboarded
