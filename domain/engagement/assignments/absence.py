"""Absences: intervals in which a professional is away, as far as recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from domain.engagement.assignments.about import AboutAssignment, AssignmentCommand, each_of, live, live_assignment
from domain.engagement.nouns.absence import Absence
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.words import Id, Instant
from domain.law.command import Subject
from domain.law.event import same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection

AbsenceCause = Literal["leave", "illness", "training", "other"]


class AbsenceExists(Rejection):
    """An absence of that id exists with other content."""


class AbsenceEndsBeforeItStarts(Rejection):
    """An absence ends after it starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRecorded(AboutAssignment):
    """The professional is away in ``[from, until)``, which may lie in the future."""

    subject: ClassVar = ("absence_id",)
    creates: ClassVar = "absence"
    while_suspended: ClassVar = True

    absence_id: Id
    from_: Instant
    until: Instant
    cause: AbsenceCause
    planned: bool

    def stands(self, state: State, fact: Recorded) -> bool:
        state.assignment(self.assignment_id)
        known = state.absences.get(self.absence_id)
        return known is not None and same_content(known.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        if self.absence_id in state.absences:
            raise AbsenceExists(f"absence {self.absence_id} exists with other content", field="absence_id")
        live_assignment(state, self.assignment_id)
        if self.until <= self.from_:
            raise AbsenceEndsBeforeItStarts("until is not after from", field="until")

    def evolve(self, state: State, fact: Recorded) -> State:
        absence = Absence(
            absence_id=self.absence_id,
            assignment_id=self.assignment_id,
            from_=self.from_,
            until=self.until,
            made_by=self,
        )
        return replace(state, absences={**state.absences, self.absence_id: absence})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAbsence(AssignmentCommand):
    """Say when a professional is away."""

    command_name: ClassVar = "record-absence"
    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = AbsenceRecorded
    makes: ClassVar = "absence_id"

    absence_id: Id | None = None
    from_: Instant
    until: Instant
    cause: AbsenceCause
    planned: bool

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(live(state))
