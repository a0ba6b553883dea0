"""A seat: a role on the engagement that must be covered, from when, until when, and to what extent."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from domain.language.bounds import STRICT
from domain.language.saying import said
from domain.language.words import Allocation, Id, Instant, Name
from domain.law.rejection import NotFound, Rejection


class UnknownSeat(NotFound):
    """There is no such seat."""

    remedy: ClassVar = "Name one of the seats there are, or an instant at which this one is there; add-seat makes one."


class SeatEndsBeforeItStarts(Rejection):
    """A seat is required until a later instant than it is required from."""

    remedy: ClassVar = "Say a required_until after the start, or leave it out and the seat stays open-ended."
    timeless: ClassVar = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatSpec:
    """A seat as it is asked for. ``required_from`` absent: from its start on; ``allocation`` is a fraction of one."""

    __pydantic_config__ = STRICT

    seat_id: Id
    role: Name
    allocation: Allocation = Decimal(1)
    required_from: Instant | None = None
    required_until: Instant | None = None
    key_role: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat as it stands: as first asked for, as amended, and whose it was."""

    asked: SeatSpec
    spec: SeatSpec
    starts_at: datetime
    closed_at: datetime | None = None
    assignment_ids: tuple[str, ...] = ()
    last_departed_id: str | None = None
    case_id: str | None = None
    """The last case opened on it: the only one that may be open."""

    @property
    def seat_id(self) -> str:
        return self.spec.seat_id


def new_seat(spec: SeatSpec, starts_at: datetime) -> Seat:
    return Seat(asked=spec, spec=spec, starts_at=starts_at)


def in_order(spec: SeatSpec, starts_at: datetime) -> None:
    """Raises SeatEndsBeforeItStarts."""
    start, end = spec.required_from or starts_at, spec.required_until
    if end and end <= start:
        raise SeatEndsBeforeItStarts(
            f"seat {spec.seat_id} would be required until {said(end)}, and from {said(start)}", field="required_until"
        )
