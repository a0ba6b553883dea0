"""Assignments: one professional on one seat, matched, active, ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from domain.engagement.assignments.score import Match
from domain.engagement.seats.agreeing import open_seat
from domain.engagement.terms.policy import Terms
from domain.language.bounds import bounds
from domain.language.changed import replace
from domain.language.money import Money
from domain.language.words import Day, Id, Instant, ProfessionalText, SupplySource, Text
from domain.law.event import Command, Event, Later, Occasion, carry, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import NotFound, Rejection

if TYPE_CHECKING:
    from domain.engagement.replacement.proposal import SuccessorAccepted
    from domain.engagement.state import State

DepartureCause = Literal[
    "resignation",
    "no_show",
    "illness",
    "misconduct",
    "disappeared",
    "roll_off",
    "client_decision",
    "other",
]
AssignmentState = Literal["matched", "active", "ended"]


class UnknownAssignment(NotFound):
    """There is no such assignment."""


class AssignmentExists(Rejection):
    """An assignment of that id exists with other content."""


class AssignmentEnded(Rejection):
    """The assignment has ended."""


class AssignmentNotActive(Rejection):
    """The professional is not active on the seat."""


class AssignmentActive(Rejection):
    """The professional is active on the seat already."""


class SeatTaken(Rejection):
    """Somebody is matched to the seat or active on it."""


class SeatHasOpenCase(Rejection):
    """A seat with an open case is filled through its case."""


class ProfessionalCoolingDown(Rejection):
    """A professional who was replaced or left cannot come back to the seat before the cooldown is over."""


class NoShowAfterStart(Rejection):
    """Whoever has been active has shown up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One professional on one seat. ``onboarded_under`` holds the terms in force when it became active."""

    assignment_id: str
    seat_id: str
    professional_id: str
    partner_id: str | None
    supply_source: SupplySource
    day_rate: Money | None
    made_by: Event
    matched_at: datetime
    active_at: datetime | None = None
    onboarded_under: Terms | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    departure: "ProfessionalDeparted | None" = None
    onboarding: Mapping[str, Event] = field(default_factory=dict)
    last_concern_id: str | None = None

    @property
    def live(self) -> bool:
        return self.ended_at is None

    @property
    def active(self) -> bool:
        return self.live and self.active_at is not None

    @property
    def state(self) -> AssignmentState:
        return "ended" if self.ended_at else "active" if self.active_at else "matched"

    @property
    def held_until(self) -> datetime | None:
        """When somebody who had been active was replaced or left."""
        gone = self.departure is not None or self.end_reason == "replaced"
        return self.ended_at if self.active_at and gone else None

    def end(self, at: datetime, reason: str) -> "Assignment":
        return replace(self, ended_at=at, end_reason=reason)


def seated(state: "State", made_by: "ProfessionalMatched | SuccessorAccepted", at: datetime) -> "State":
    """The state with the assignment that an event makes on its seat."""
    assignment = Assignment(
        assignment_id=made_by.assignment_id,
        seat_id=made_by.seat_id,
        professional_id=made_by.professional_id,
        partner_id=made_by.partner_id,
        supply_source=made_by.supply_source,
        day_rate=made_by.day_rate,
        made_by=made_by,
        matched_at=at,
    )
    seat = state.seat(made_by.seat_id)
    seat = replace(seat, assignment_ids=(*seat.assignment_ids, made_by.assignment_id))
    return state.with_assignment(assignment).with_seat(seat.seat_id, seat)


def cooled_down(state: "State", seat_id: str, professional_id: str, at: datetime) -> None:
    """Raises ProfessionalCoolingDown."""
    cooldown = timedelta(days=state.terms.policy.cooldown_days)
    for past in state.on_seat(seat_id):
        if past.professional_id == professional_id and past.held_until and at - past.held_until < cooldown:
            raise ProfessionalCoolingDown(f"{professional_id} left seat {seat_id} less than {cooldown.days} days ago")


def live_assignment(state: "State", assignment_id: str) -> Assignment:
    """Raises UnknownAssignment or AssignmentEnded."""
    assignment = state.assignment(assignment_id)
    if not assignment.live:
        raise AssignmentEnded(f"assignment {assignment_id} has ended", field="assignment_id")
    return assignment


def active_assignment(state: "State", assignment_id: str) -> None:
    """Raises UnknownAssignment, AssignmentEnded or AssignmentNotActive."""
    assignment = live_assignment(state, assignment_id)
    if not assignment.active:
        raise AssignmentNotActive(f"assignment {assignment_id} is not active yet", field="assignment_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutAssignment(Event):
    """An event about one assignment, with its professional and seat as they were when it was recorded."""

    subject: ClassVar[tuple[str, ...]] = ("assignment_id",)
    filled: ClassVar = frozenset({"professional_id", "seat_id"})

    assignment_id: Id
    professional_id: Id
    seat_id: Id

    def stands(self, state: "State", fact: Recorded) -> bool:
        state.assignment(self.assignment_id)
        return False

    def permit(self, state: "State", fact: Recorded) -> None:
        live_assignment(state, self.assignment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentCommand(Command):
    """A command about one assignment."""

    assignment_id: Id

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        of = state.assignment(self.assignment_id)
        filled = {"professional_id": of.professional_id, "seat_id": of.seat_id}
        return (carry(self.records, self, **filled, **self.made(occasion)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalMatched(Event):
    """A professional was chosen for an empty seat."""

    subject: ClassVar = ("assignment_id",)
    creates: ClassVar = "assignment"

    seat_id: Id
    assignment_id: Id
    professional_id: Id
    partner_id: Id | None
    supply_source: SupplySource
    planned_start: Instant | None
    day_rate: Money | None
    match: Match | None

    def stands(self, state: "State", fact: Recorded) -> bool:
        state.seat(self.seat_id)
        known = state.assignments.get(self.assignment_id)
        return known is not None and same_content(known.made_by, self)

    def permit(self, state: "State", fact: Recorded) -> None:
        if self.assignment_id in state.assignments:
            raise AssignmentExists(f"assignment {self.assignment_id} exists with other content", field="assignment_id")
        seat = open_seat(state, self.seat_id)
        if seat.case_id and state.cases[seat.case_id].open_in(state):
            raise SeatHasOpenCase(f"case {seat.case_id} of seat {self.seat_id} is open", field="seat_id")
        if state.live_on_seat(self.seat_id):
            raise SeatTaken(f"seat {self.seat_id} is taken", field="seat_id")
        cooled_down(state, self.seat_id, self.professional_id, fact.occurred_at)

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return seated(state, self, fact.occurred_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchWithdrawn(AboutAssignment):
    """A match was taken back before it became active."""

    reason: ProfessionalText

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.assignment(self.assignment_id).end_reason == "withdrawn"

    def permit(self, state: "State", fact: Recorded) -> None:
        if live_assignment(state, self.assignment_id).active:
            raise AssignmentActive(f"assignment {self.assignment_id} is active", field="assignment_id")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_assignment(state.assignment(self.assignment_id).end(fact.occurred_at, "withdrawn"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged(AboutAssignment):
    """What the client pays for one working day changed."""

    day_rate: Money

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_assignment(replace(state.assignment(self.assignment_id), day_rate=self.day_rate))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductivityReported(AboutAssignment):
    """The client's estimate of how productive the professional is, in percent."""

    percent: Annotated[int, bounds(ge=0, le=200)]

    def permit(self, state: "State", fact: Recorded) -> None:
        active_assignment(state, self.assignment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureAnnounced(AboutAssignment):
    """The professional will leave; ``last_day`` is the last working day, in the calendar's zone."""

    while_suspended: ClassVar = True

    cause: DepartureCause
    last_day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalDeparted(AboutAssignment):
    """The professional left, or never came."""

    while_suspended: ClassVar = True

    cause: DepartureCause
    notice_given_at: Instant | None

    def stands(self, state: "State", fact: Recorded) -> bool:
        return same_content(state.assignment(self.assignment_id).departure, self)

    def permit(self, state: "State", fact: Recorded) -> None:
        if live_assignment(state, self.assignment_id).active and self.cause == "no_show":
            raise NoShowAfterStart(f"assignment {self.assignment_id} is active", field="cause")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        assignment = replace(state.assignment(self.assignment_id).end(fact.occurred_at, self.cause), departure=self)
        seat = replace(state.seat(assignment.seat_id), last_departed_id=self.assignment_id)
        return state.with_assignment(assignment).with_seat(seat.seat_id, seat)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchProfessional(Command):
    """Choose a professional for an empty seat."""

    by: ClassVar = ("platform", "partner")
    records: ClassVar = ProfessionalMatched
    makes: ClassVar = "assignment_id"

    seat_id: Id
    assignment_id: Id | None = None
    professional_id: Id
    partner_id: Id | None = None
    supply_source: SupplySource
    planned_start: Instant | None = None
    day_rate: Money | None = None
    match: Match | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMatch(AssignmentCommand):
    """Take back a match that is not active yet."""

    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = MatchWithdrawn

    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRate(AssignmentCommand):
    """Change what the client pays for one working day."""

    by: ClassVar = ("platform", "partner")
    records: ClassVar = RateChanged

    day_rate: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProductivity(AssignmentCommand):
    """Say how productive a professional is, in percent."""

    by: ClassVar = ("client",)
    records: ClassVar = ProductivityReported

    percent: Annotated[int, bounds(ge=0, le=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceDeparture(AssignmentCommand):
    """Say that a professional will leave."""

    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = DepartureAnnounced

    cause: DepartureCause
    last_day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeparture(AssignmentCommand):
    """Record that a professional left or never came."""

    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = ProfessionalDeparted

    cause: DepartureCause
    notice_given_at: Instant | None = None
