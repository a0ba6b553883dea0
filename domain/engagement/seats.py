"""Seats: asked for, agreed anew, given up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent, about
from domain.engagement.nouns.case import cancelled
from domain.engagement.nouns.seat import Seat, SeatSpec, in_order, new_seat
from domain.engagement.state import State
from domain.engagement.terms.policy import NothingAmended
from domain.language.changed import replace
from domain.language.personal import Personal
from domain.language.saying import said
from domain.language.words import UNCHANGED, Allocation, ClientText, Id, Instant, Name, Text, Unchanged
from domain.law.command import ITSELF, Later, Occasion, Subject, carry
from domain.law.event import otherwise
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class SeatExists(Rejection):
    """A seat of that id exists with other content."""

    remedy: ClassVar = "Choose another id for another seat; amend-seat changes what is asked of this one."


class SeatClosedAlready(Rejection):
    """The seat is closed: nothing is done on it but work on plans."""

    remedy: ClassVar = (
        "Add another seat, or say an instant before this one was closed; correct-history takes a wrong closing back."
    )


def open_seat(state: State, seat_id: str) -> Seat:
    """Raises UnknownSeat or SeatClosedAlready."""
    seat = state.seat(seat_id)
    if seat.closed_at:
        raise SeatClosedAlready(f"seat {seat_id} has been closed since {said(seat.closed_at)}", field="seat_id")
    return seat


def open_seats(state: State) -> Iterator[str]:
    """The ids of the seats that are not closed."""
    return (seat_id for seat_id, seat in state.seats.items() if seat.closed_at is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAdded(SeatSpec, EngagementEvent):
    """A seat joined the engagement."""

    subject: ClassVar = ("seat_id",)
    creates: ClassVar = "seat"

    def stands(self, state: State, fact: Recorded) -> bool:
        return self.seat_id in state.seats and state.seats[self.seat_id].asked == self.spec

    def permit(self, state: State, fact: Recorded) -> None:
        if self.seat_id in state.seats:
            raise SeatExists(
                f"seat {self.seat_id} exists {otherwise(state.seats[self.seat_id].asked, self.spec)}", field="seat_id"
            )
        in_order(self.spec, fact.occurred_at)

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_seat(self.seat_id, new_seat(self.spec, fact.occurred_at))

    @property
    def spec(self) -> SeatSpec:
        return SeatSpec(
            seat_id=self.seat_id,
            role=self.role,
            allocation=self.allocation,
            required_from=self.required_from,
            required_until=self.required_until,
            key_role=self.key_role,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAmended(EngagementEvent):
    """A seat was agreed anew; a field that is absent stays, ``required_until: null`` makes it open-ended."""

    subject: ClassVar = ("seat_id",)

    seat_id: Id
    role: Name | None
    allocation: Allocation | None
    required_from: Instant | None
    required_until: Instant | Unchanged | None = UNCHANGED
    key_role: bool | None
    reason: Annotated[Text | None, Personal("client")]

    def stands(self, state: State, fact: Recorded) -> bool:
        spec = state.seat(self.seat_id).spec
        return self.over(spec) == spec

    def permit(self, state: State, fact: Recorded) -> None:
        seat = open_seat(state, self.seat_id)
        in_order(self.over(seat.spec), seat.starts_at)

    def evolve(self, state: State, fact: Recorded) -> State:
        seat = state.seat(self.seat_id)
        return state.with_seat(self.seat_id, replace(seat, spec=self.over(seat.spec)))

    def over(self, spec: SeatSpec) -> SeatSpec:
        return SeatSpec(
            seat_id=spec.seat_id,
            role=self.role or spec.role,
            allocation=self.allocation or spec.allocation,
            required_from=self.required_from or spec.required_from,
            required_until=spec.required_until if self.required_until is UNCHANGED else self.required_until,
            key_role=spec.key_role if self.key_role is None else self.key_role,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatClosed(EngagementEvent):
    """A seat was given up: its assignments end and its case is cancelled."""

    subject: ClassVar = ("seat_id",)

    seat_id: Id
    reason: ClientText

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.seat(self.seat_id).closed_at is not None

    def evolve(self, state: State, fact: Recorded) -> State:
        seat = replace(state.seat(self.seat_id), closed_at=fact.occurred_at)
        for assignment in state.live_on_seat(self.seat_id):
            state = state.with_assignment(assignment.end(fact.occurred_at, "seat_closed"))
        if seat.case_id:
            state = state.with_case(cancelled(state.cases[seat.case_id], fact.occurred_at))
        return state.with_seat(self.seat_id, seat)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSeat(SeatSpec, EngagementCommand):
    """Ask for one more seat."""

    command_name: ClassVar = "add-seat"
    by: ClassVar = ("client",)
    records: ClassVar = SeatAdded

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ITSELF


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendSeat(EngagementCommand):
    """Change what is asked of a seat."""

    command_name: ClassVar = "amend-seat"
    by: ClassVar = ("client",)
    records: ClassVar = SeatAmended

    seat_id: Id
    role: Name | None = None
    allocation: Allocation | None = None
    required_from: Instant | None = None
    required_until: Instant | Unchanged | None = UNCHANGED
    key_role: bool | None = None
    reason: Text | None = None

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return about("seat_id", open_seats(state))

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent | Later[State], ...]:
        state.seat(self.seat_id)
        changes = (self.role, self.allocation, self.required_from, self.key_role)
        if self.required_until is UNCHANGED and all(each is None for each in changes):
            raise NothingAmended("nothing of the seat changes")
        return (carry(SeatAmended, self),)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSeat(EngagementCommand):
    """Give up a seat."""

    command_name: ClassVar = "close-seat"
    by: ClassVar = ("client",)
    records: ClassVar = SeatClosed

    seat_id: Id
    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return about("seat_id", open_seats(state))
