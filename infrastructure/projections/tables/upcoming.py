"""What is known to leave a seat unattended: for each time in which one answer holds, that answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.metrics.coverage import SeatCover, covers
from domain.metrics.upcoming import Upcoming, Why, instants_of_change, upcoming_absences
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen


@dataclass(frozen=True, slots=True)
class UpcomingRow:
    """Read at an instant in [``holds_from``, ``holds_until``), a seat is next unattended ``at``; in seconds."""

    seat_id: str
    holds_from: int
    holds_until: int
    at: int
    why: Why


def upcoming_of(seen: Seen) -> Iterator[UpcomingRow]:
    """As of every instant from the last fact on: what is said changes only where something agreed comes to pass."""
    if seen.state.ended_at is None:
        for seat in covers(seen.state, seen.suspended):
            if seat.seat.closed_at is None:
                yield from _joined(_of_seat(seen, seat))


def _of_seat(seen: Seen, seat: SeatCover) -> Iterator[UpcomingRow]:
    ahead = sorted({each for each in instants_of_change(seen.chronicle, seen.state, seat) if each > seen.second})
    for start, end in pairwise((seen.second, *(each for each in ahead if each < EVER), EVER)):
        for told in upcoming_absences(seen.chronicle, seen.state, start, (seat,)):
            yield _row(told, start, end)


def _row(told: Upcoming, start: int, end: int) -> UpcomingRow:
    return UpcomingRow(told.seat_id, start, end, epoch_seconds(told.at), told.why)


def _joined(rows: Iterable[UpcomingRow]) -> Sequence[UpcomingRow]:
    """With one row for what is said without a break."""
    joined: list[UpcomingRow] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and (last.holds_until, last.at, last.why) == (row.holds_from, row.at, row.why):
            joined[-1] = UpcomingRow(row.seat_id, last.holds_from, row.holds_until, row.at, row.why)
        else:
            joined.append(row)
    return joined


UPCOMING = Projection(
    name="upcoming",
    version=1,
    row=UpcomingRow,
    key=("seat_id", "holds_from"),
    fold=upcoming_of,
    parts=lambda seen: (seen,),
)
