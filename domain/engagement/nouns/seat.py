"""A seat: a role on the engagement that must be covered, from when, until when, and to what extent."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.language.bounds import STRICT
from domain.language.words import Allocation, Id, Instant, Name
from domain.law.rejection import NotFound, Rejection


class UnknownSeat(NotFound):
    """There is no such seat."""


class SeatEndsBeforeItStarts(Rejection):
    """A seat is required until a later instant than it is required from."""


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
    if spec.required_until and spec.required_until <= (spec.required_from or starts_at):
        raise SeatEndsBeforeItStarts(f"seat {spec.seat_id} would end before it starts", field="required_until")
