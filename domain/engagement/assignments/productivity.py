"""Productivity, as the client reports it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from domain.engagement.assignments.about import AboutAssignment, AssignmentCommand, active, active_assignment, each_of
from domain.engagement.nouns.assignment import Productivity
from domain.engagement.state import State
from domain.language.bounds import bounds
from domain.language.changed import replace
from domain.law.command import Subject
from domain.law.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductivityReported(AboutAssignment):
    """The client's estimate of how productive the professional is, in percent."""

    percent: Annotated[int, bounds(ge=0, le=200)]

    def permit(self, state: State, fact: Recorded) -> None:
        active_assignment(state, self.assignment_id)

    def evolve(self, state: State, fact: Recorded) -> State:
        reported = Productivity(percent=self.percent, reported_at=fact.occurred_at)
        return state.with_assignment(replace(state.assignment(self.assignment_id), productivity=reported))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProductivity(AssignmentCommand):
    """Say how productive a professional is, in percent."""

    command_name: ClassVar = "report-productivity"
    by: ClassVar = ("client",)
    records: ClassVar = ProductivityReported

    percent: Annotated[int, bounds(ge=0, le=200)]

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(active(state))
