"""Absences: intervals in which a professional is away, as far as recorded, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from domain.engagement.assignments.about import (
    AboutAssignment,
    AssignmentCommand,
    each_of,
    live,
    live_assignment,
)
from domain.engagement.deed import EngagementCommand, EngagementEvent, about
from domain.engagement.nouns.absence import Absence, AbsenceCause
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.saying import said
from domain.language.words import Id, Instant
from domain.law.command import Occasion, Subject, carry
from domain.law.event import otherwise, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection, Unfit

LONGEST: Final = timedelta(days=366)


class AbsenceExists(Rejection):
    """An absence of that id exists with other content."""

    remedy: ClassVar = "Choose another id for another absence, or leave it out and one is made."


class AbsenceEndsBeforeItStarts(Rejection):
    """An absence ends after it starts."""

    remedy: ClassVar = "Say an until after from."
    timeless: ClassVar = True


class AbsenceTooLong(Rejection):
    """An absence lasts at most 366 days."""

    remedy: ClassVar = "Say an earlier until, or record the time after it as another absence."
    timeless: ClassVar = True


class AbsenceCancelled(Rejection):
    """The absence is cancelled."""

    remedy: ClassVar = "Record a new absence; correct-history takes a wrong cancellation back."


class UntilOrCancelled(Unfit):
    """An amendment of an absence says a new until, or cancels it: one of the two."""

    remedy: ClassVar = "Say a new until, or say cancelled true."


def lasts(from_: datetime, until: datetime) -> None:
    """Raises AbsenceEndsBeforeItStarts or AbsenceTooLong."""
    if until <= from_:
        raise AbsenceEndsBeforeItStarts(f"until is {said(until)}, not after from, {said(from_)}", field="until")
    if until - from_ > LONGEST:
        raise AbsenceTooLong(
            f"until is {said(until)}, more than {LONGEST.days} days after from, {said(from_)}", field="until"
        )


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
        known = state.absences.get(self.absence_id)
        if known:
            detail = f"absence {self.absence_id} exists {otherwise(known.made_by, self)}"
            raise AbsenceExists(detail, field="absence_id")
        live_assignment(state, self.assignment_id)
        lasts(self.from_, self.until)

    def evolve(self, state: State, fact: Recorded) -> State:
        absence = Absence(
            absence_id=self.absence_id,
            assignment_id=self.assignment_id,
            from_=self.from_,
            until=self.until,
            cause=self.cause,
            planned=self.planned,
            made_by=self,
        )
        return state.with_absence(absence)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceAmended(AboutAssignment):
    """An absence ends at another instant than was said, or is no more: ``until``, or ``cancelled``."""

    subject: ClassVar = ("absence_id",)
    while_suspended: ClassVar = True

    absence_id: Id
    until: Instant | None
    cancelled: bool

    def stands(self, state: State, fact: Recorded) -> bool:
        absence = state.absence(self.absence_id)
        return absence.cancelled if self.cancelled else not absence.cancelled and absence.until == self.until

    def permit(self, state: State, fact: Recorded) -> None:
        absence = state.absence(self.absence_id)
        assignment = live_assignment(state, absence.assignment_id, "absence_id")
        if absence.cancelled:
            detail = f"absence {self.absence_id} of {assignment.who} is cancelled already"
            raise AbsenceCancelled(detail, field="absence_id")
        lasts(absence.from_, self.until or absence.until)

    def evolve(self, state: State, fact: Recorded) -> State:
        absence = state.absence(self.absence_id)
        return state.with_absence(replace(absence, until=self.until or absence.until, cancelled=self.cancelled))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendAbsence(EngagementCommand):
    """Say that an absence ends at another instant, or that there is none: ``until``, or ``cancelled``."""

    command_name: ClassVar = "amend-absence"
    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = AbsenceAmended

    absence_id: Id
    until: Instant | None = None
    cancelled: bool = False

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return about("absence_id", (each.absence_id for each in state.absences.values() if _amendable(state, each)))

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        if self.cancelled == (self.until is not None):
            field = "cancelled" if self.cancelled else "until"
            raise UntilOrCancelled(
                f"{'both' if self.cancelled else 'neither'} of until and cancelled are said", field=field
            )
        of = state.assignment(state.absence(self.absence_id).assignment_id)
        filled = {"assignment_id": of.assignment_id, "professional_id": of.professional_id, "seat_id": of.seat_id}
        return (carry(AbsenceAmended, self, **filled),)


def _amendable(state: State, absence: Absence) -> bool:
    return not absence.cancelled and state.assignments[absence.assignment_id].live
