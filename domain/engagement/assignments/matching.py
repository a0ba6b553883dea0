"""Matching: a professional chosen for an empty seat, and a match taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Protocol

from domain.engagement.assignments.about import (
    AboutAssignment,
    AssignmentCommand,
    cooled_down,
    each_of,
    holds,
    live,
    live_assignment,
    taken,
)
from domain.engagement.deed import EngagementCommand, EngagementEvent, about
from domain.engagement.nouns.assignment import Assignment, AssignmentExists
from domain.engagement.nouns.match import Match
from domain.engagement.seats import open_seat, open_seats
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.money import Money
from domain.language.words import Id, Instant, ProfessionalText, SupplySource, Text
from domain.law.command import Occasion, Subject, carry
from domain.law.event import otherwise, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection, Unfit

NO_AGENCIES: Final[Mapping[str, SupplySource]] = {"platform": "internal_team", "independent": "independent"}
"""What those are called who are supplied by no agency, each with their supply source."""


class AssignmentActive(Rejection):
    """The professional is active on the seat already."""

    remedy: ClassVar = "Record the departure of the professional, or request a replacement."


class SeatHasOpenCase(Rejection):
    """A seat with an open case is filled through its case."""

    remedy: ClassVar = "Propose a successor in the case, or withdraw the replacement first."


class SupplierMisnamed(Unfit):
    """An agency is named by an id of its own, and no other supply source names a partner."""

    remedy: ClassVar = "Name the agency in partner_id under agency_partner, and leave partner_id out otherwise."


def supplied_by(supply_source: SupplySource, partner_id: str | None) -> None:
    """Raises SupplierMisnamed."""
    if supply_source == "agency_partner" and partner_id is None:
        raise SupplierMisnamed("an agency is named by its partner_id", field="partner_id")
    if supply_source != "agency_partner" and partner_id is not None:
        raise SupplierMisnamed(f"{supply_source} names no partner", field="partner_id")
    if partner_id in NO_AGENCIES:
        raise SupplierMisnamed(f"no agency is called {partner_id}", field="partner_id")


class Seating(Protocol):
    """What an event says of the assignment that it makes."""

    @property
    def assignment_id(self) -> str: ...
    @property
    def seat_id(self) -> str: ...
    @property
    def professional_id(self) -> str: ...
    @property
    def partner_id(self) -> str | None: ...
    @property
    def supply_source(self) -> SupplySource: ...
    @property
    def day_rate(self) -> Money | None: ...
    @property
    def planned_start(self) -> datetime | None: ...


def seated(state: State, made: Seating, made_by: EngagementEvent, at: datetime) -> State:
    """The state with the assignment that an event makes on its seat."""
    assignment = Assignment(
        assignment_id=made.assignment_id,
        seat_id=made.seat_id,
        professional_id=made.professional_id,
        partner_id=made.partner_id,
        supply_source=made.supply_source,
        day_rate=made.day_rate,
        planned_start=made.planned_start,
        made_by=made_by,
        matched_at=at,
    )
    seat = state.seat(made.seat_id)
    seat = replace(seat, assignment_ids=(*seat.assignment_ids, made.assignment_id))
    return state.with_assignment(assignment).with_seat(seat.seat_id, seat)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalMatched(EngagementEvent):
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

    def stands(self, state: State, fact: Recorded) -> bool:
        state.seat(self.seat_id)
        known = state.assignments.get(self.assignment_id)
        return known is not None and same_content(known.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        known = state.assignments.get(self.assignment_id)
        if known:
            detail = f"assignment {self.assignment_id} exists {otherwise(known.made_by, self)}"
            raise AssignmentExists(detail, field="assignment_id")
        open_seat(state, self.seat_id)
        case = state.open_case_on(self.seat_id)
        if case:
            raise SeatHasOpenCase(case.opened, field="seat_id")
        holder = holds(state, self.seat_id)
        if holder:
            raise taken(self.seat_id, holder)
        cooled_down(state, self.seat_id, self.professional_id, fact.occurred_at)

    def evolve(self, state: State, fact: Recorded) -> State:
        return seated(state, self, self, fact.occurred_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchWithdrawn(AboutAssignment):
    """A match was taken back before it became active."""

    reason: ProfessionalText

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.assignment(self.assignment_id).end_reason == "withdrawn"

    def permit(self, state: State, fact: Recorded) -> None:
        assignment = live_assignment(state, self.assignment_id)
        if assignment.active:
            raise AssignmentActive(f"{assignment.who} has been {assignment.standing}", field="assignment_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_assignment(state.assignment(self.assignment_id).end(fact.occurred_at, "withdrawn"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchProfessional(EngagementCommand):
    """Choose a professional for an empty seat."""

    command_name: ClassVar = "match-professional"
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

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return about("seat_id", (each for each in open_seats(state) if _empty(state, each)))

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        supplied_by(self.supply_source, self.partner_id)
        return (carry(ProfessionalMatched, self, **self.made(occasion)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMatch(AssignmentCommand):
    """Take back a match that is not active yet."""

    command_name: ClassVar = "withdraw-match"
    by: ClassVar = ("client", "platform", "partner")
    records: ClassVar = MatchWithdrawn

    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(each for each in live(state) if not each.active)


def _empty(state: State, seat_id: str) -> bool:
    """Whether a seat is filled by a match: nobody holds it, and no case is open on it."""
    return not state.live_on_seat(seat_id) and state.open_case_on(seat_id) is None
