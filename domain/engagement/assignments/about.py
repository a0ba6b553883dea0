"""What the deeds about one assignment share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent, about
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.state import State
from domain.language.saying import said
from domain.language.words import Id
from domain.law.command import Occasion, Subject, carry
from domain.law.event import Event
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class AssignmentEnded(Rejection):
    """The assignment has ended."""

    remedy: ClassVar = "Name a live assignment, say an earlier instant, or put the end right by correct-history."


class AssignmentNotActive(Rejection):
    """The professional is not active on the seat."""

    remedy: ClassVar = "Onboard the professional first, or say an instant at which they are active."


class SeatTaken(Rejection):
    """Somebody is matched to the seat or active on it."""

    remedy: ClassVar = "Withdraw the match, record the departure, or request a replacement of whoever is active."


class ProfessionalCoolingDown(Rejection):
    """A professional who was replaced or left cannot come back to the seat before the cooldown is over."""

    remedy: ClassVar = "Choose somebody else, another seat, or an instant after the cooldown."


def cooled_down(state: State, seat_id: str, professional_id: str, at: datetime) -> None:
    """Raises ProfessionalCoolingDown."""
    cooldown = timedelta(days=state.terms.policy.cooldown_days)
    for past in state.on_seat(seat_id):
        if past.professional_id == professional_id and past.held_until and at - past.held_until < cooldown:
            raise ProfessionalCoolingDown(
                f"{past.who} left seat {seat_id} at {said(past.held_until)} and may come back from "
                f"{said(past.held_until + cooldown)}, {cooldown.days} days later",
                field="professional_id",
            )


def holds(state: State, seat_id: str) -> Assignment | None:
    """Who holds a seat: whoever is active on it, else whoever is matched."""
    live = state.live_on_seat(seat_id)
    return next((each for each in live if each.active), live[0] if live else None)


def taken(seat_id: str, holder: Assignment) -> SeatTaken:
    return SeatTaken(f"seat {seat_id} is held by {holder.who}, {holder.standing}", field="seat_id")


def live_assignment(state: State, assignment_id: str, field: str = "assignment_id") -> Assignment:
    """The live assignment that a field names. Raises UnknownAssignment or AssignmentEnded."""
    assignment = state.assignment(assignment_id, field)
    if not assignment.live:
        raise AssignmentEnded(f"{assignment.who} has been {assignment.standing}", field=field)
    return assignment


def active_assignment(state: State, assignment_id: str) -> None:
    """Raises UnknownAssignment, AssignmentEnded or AssignmentNotActive."""
    assignment = live_assignment(state, assignment_id)
    if not assignment.active:
        raise AssignmentNotActive(f"{assignment.who} is not active yet: {assignment.standing}", field="assignment_id")


def live(state: State) -> Iterator[Assignment]:
    """Whoever is matched or active."""
    return (each for each in state.assignments.values() if each.live)


def active(state: State) -> Iterator[Assignment]:
    return (each for each in state.assignments.values() if each.active)


def each_of(assignments: Iterable[Assignment]) -> Iterable[Subject]:
    """The assignments as subjects of a command."""
    return about("assignment_id", (each.assignment_id for each in assignments))


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutAssignment(EngagementEvent):
    """An event about one assignment, with its professional and seat as they were when it was recorded."""

    subject: ClassVar[tuple[str, ...]] = ("assignment_id",)
    filled: ClassVar = frozenset({"professional_id", "seat_id"})

    assignment_id: Id
    professional_id: Id
    seat_id: Id

    def stands(self, state: State, fact: Recorded) -> bool:
        state.assignment(self.assignment_id)
        return False

    def permit(self, state: State, fact: Recorded) -> None:
        live_assignment(state, self.assignment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentCommand(EngagementCommand):
    """A command about one assignment."""

    assignment_id: Id

    def decide(self, state: State, occasion: Occasion) -> tuple[Event[State], ...]:
        of = state.assignment(self.assignment_id)
        filled = {"professional_id": of.professional_id, "seat_id": of.seat_id}
        return (carry(self.records, self, **filled, **self.made(occasion)),)
