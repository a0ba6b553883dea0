"""Departures: announced, and recorded once somebody left or never came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.engagement.assignments.about import AboutAssignment, AssignmentCommand, each_of, live, live_assignment
from domain.engagement.nouns.assignment import Assignment, Departure, DepartureCause
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.saying import said
from domain.language.words import Day, Instant
from domain.law.command import Subject
from domain.law.event import same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class NoShowAfterStart(Rejection):
    """Whoever has been active has shown up."""

    remedy: ClassVar = "Say another cause of the departure, or an instant before the professional was active."


class NoShowBeforePlannedStart(Rejection):
    """Nobody fails to show up before the start that was planned."""

    remedy: ClassVar = "Record the no-show at the planned start or later, or another cause."


class LastDayBeforeAnnouncement(Rejection):
    """A last working day is announced on that day or before it."""

    remedy: ClassVar = "Give the day itself or a later one as last_day, in the zone of the calendar."
    timeless: ClassVar = True


class NoticeAfterDeparture(Rejection):
    """Notice is given before the departure, or with it."""

    remedy: ClassVar = "Give the instant of the notice, which is not later than the departure, or leave it out."
    timeless: ClassVar = True


def has_not_shown_up(assignment: Assignment, at: datetime) -> None:
    """Raises NoShowAfterStart or NoShowBeforePlannedStart."""
    if assignment.active:
        raise NoShowAfterStart(f"{assignment.who} has been {assignment.standing}", field="cause")
    starts = assignment.planned_start
    if starts and at < starts:
        raise NoShowBeforePlannedStart(f"{assignment.who} is to start at {said(starts)}", field="cause")


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureAnnounced(AboutAssignment):
    """The professional will leave; ``last_day`` is the last working day, in the calendar's zone."""

    while_suspended: ClassVar = True

    cause: DepartureCause
    last_day: Day

    def permit(self, state: State, fact: Recorded) -> None:
        live_assignment(state, self.assignment_id)
        if self.last_day < (today := state.local_date(fact.occurred_at)):
            detail = f"last_day is {self.last_day}, before {today}, the day of its announcement"
            raise LastDayBeforeAnnouncement(detail, field="last_day")

    def evolve(self, state: State, fact: Recorded) -> State:
        assignment = state.assignment(self.assignment_id)
        return state.with_assignment(replace(assignment, announced_last_day=self.last_day))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalDeparted(AboutAssignment):
    """The professional left, or never came."""

    while_suspended: ClassVar = True

    cause: DepartureCause
    notice_given_at: Instant | None

    def stands(self, state: State, fact: Recorded) -> bool:
        departure = state.assignment(self.assignment_id).departure
        return departure is not None and same_content(departure.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        assignment = live_assignment(state, self.assignment_id)
        if self.cause == "no_show":
            has_not_shown_up(assignment, fact.occurred_at)
        if self.notice_given_at and self.notice_given_at > fact.occurred_at:
            detail = f"notice_given_at is {said(self.notice_given_at)}, after the departure at {said(fact.occurred_at)}"
            raise NoticeAfterDeparture(detail, field="notice_given_at")

    def evolve(self, state: State, fact: Recorded) -> State:
        departure = Departure(cause=self.cause, notice_given_at=self.notice_given_at, made_by=self)
        assignment = state.assignment(self.assignment_id).end(fact.occurred_at, self.cause)
        assignment = replace(assignment, departure=departure)
        seat = replace(state.seat(assignment.seat_id), last_departed_id=self.assignment_id)
        return state.with_assignment(assignment).with_seat(seat.seat_id, seat)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceDeparture(AssignmentCommand):
    """Say that a professional will leave."""

    command_name: ClassVar = "announce-departure"
    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = DepartureAnnounced

    cause: DepartureCause
    last_day: Day

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(live(state))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeparture(AssignmentCommand):
    """Record that a professional left or never came."""

    command_name: ClassVar = "record-departure"
    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = ProfessionalDeparted

    cause: DepartureCause
    notice_given_at: Instant | None = None

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(live(state))
