"""The seats of every engagement: what they are, how soon they were filled, and what hangs on one person."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from domain.engagement.nouns.seat import Seat
from domain.metrics.continuity import key_seats
from domain.metrics.coverage import covers
from domain.metrics.productivity import filled
from domain.time.business_time import epoch_seconds
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.seconds import seconds_of
from infrastructure.projections.tables.supplier import supplier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """A seat, instants in seconds since 1970.

    ``first_active_at`` is when somebody became active on it for the first time, ``first_supplier`` whose that one is;
    ``to_match_seconds`` are calendar seconds, ``to_onboard_seconds`` business seconds. ``held``: it is a key seat that
    somebody is active on; ``alone``: and nobody active has handed enough over.
    """

    seat_id: str
    role: str
    key_role: bool
    starts_at: int
    required_from: int
    required_until: int | None
    closed_at: int | None
    first_active_at: int | None
    first_supplier: str | None
    to_match_seconds: int | None
    to_onboard_seconds: int | None
    open_case_id: str | None
    held: bool
    alone: bool


def seats_of(seen: Seen) -> Iterator[SeatRow]:
    held, alone = key_seats(seen.state, covers(seen.state, []))
    for seat in seen.state.seats.values():
        yield _row(seen, seat, held=seat.seat_id in held, alone=seat.seat_id in alone)


def _row(seen: Seen, seat: Seat, *, held: bool, alone: bool) -> SeatRow:
    state, first = seen.state, filled(seen.chronicle, seen.state, seat)
    began = [(each.active_at, each) for each in state.on_seat(seat.seat_id) if each.active_at]
    active_at, whose = min(began, key=itemgetter(0), default=(None, None))
    case = state.open_case_on(seat.seat_id)
    return SeatRow(
        seat_id=seat.seat_id,
        role=seat.spec.role,
        key_role=seat.spec.key_role,
        starts_at=epoch_seconds(seat.starts_at),
        required_from=epoch_seconds(max(seat.spec.required_from or seat.starts_at, seat.starts_at)),
        required_until=seconds_of(seat.spec.required_until),
        closed_at=seconds_of(seat.closed_at),
        first_active_at=seconds_of(active_at),
        first_supplier=supplier_of(whose),
        to_match_seconds=first.to_match_seconds,
        to_onboard_seconds=first.to_onboard_seconds,
        open_case_id=case.case_id if case else None,
        held=held,
        alone=alone,
    )


SEATS = Projection(
    name="seats",
    version=2,
    row=SeatRow,
    key=("seat_id",),
    fold=seats_of,
    parts=lambda seen: (
        seen.carried,
        seen.state.seats,
        seen.state.assignments,
        seen.state.cases,
        seen.state.plans,
        seen.state.terms,
        tuple(start for start, _ in seen.chronicle.calendars),
    ),
)
