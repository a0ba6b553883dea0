"""Rates: what the client pays for one working day."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.assignments.about import AboutAssignment, AssignmentCommand, each_of, live, live_assignment
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.money import Money
from domain.law.command import Subject
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class RateInOtherCurrency(Rejection):
    """The day rate of an assignment keeps its currency."""

    remedy: ClassVar = "Give the rate in the currency that the assignment has, or match the professional anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged(AboutAssignment):
    """What the client pays for one working day changed."""

    day_rate: Money

    def permit(self, state: State, fact: Recorded) -> None:
        assignment = live_assignment(state, self.assignment_id)
        agreed = assignment.day_rate
        if agreed and agreed.currency != self.day_rate.currency:
            detail = f"the day rate of {assignment.who} is in {agreed.currency}, not in {self.day_rate.currency}"
            raise RateInOtherCurrency(detail, field="day_rate")

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_assignment(replace(state.assignment(self.assignment_id), day_rate=self.day_rate))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRate(AssignmentCommand):
    """Change what the client pays for one working day."""

    command_name: ClassVar = "change-rate"
    by: ClassVar = ("platform", "partner")
    records: ClassVar = RateChanged

    day_rate: Money

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(live(state))
