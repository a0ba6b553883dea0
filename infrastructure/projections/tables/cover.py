"""When each seat is required and, of that time, when somebody is active on it and when nobody is."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.metrics.coverage import SeatCover, covers
from domain.time.intervals import Pieces, difference, intersection
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.calendar_time import cut, seconds_until


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A piece [``starts_at``, ``ends_at``) of the required time of a seat, in seconds since 1970; the end of what has
    none is `domain.time.intervals.EVER`.

    ``covered``: somebody was active on it; ``attended``: somebody active was not absent. One calendar is in force and
    one ``allocation`` (thousandths) agreed in all of it; ``begun`` and ``done`` are the business seconds on that
    calendar until its start and its end. Pieces without anybody that follow one another are one gap: all of them name
    the start of the first as ``gap_from``.
    """

    seat_id: str
    starts_at: int
    ends_at: int
    covered: bool
    attended: bool
    gap_from: int | None
    allocation: int
    calendar: str
    begun: int | None
    done: int | None


def cover_of(seen: Seen) -> Iterator[CoverRow]:
    """The pieces of every seat."""
    for cover in covers(seen.state, seen.suspended):
        yield from _of_seat(seen, cover)


def _of_seat(seen: Seen, cover: SeatCover) -> Iterator[CoverRow]:
    covered = intersection(cover.required, cover.covered)
    attended = intersection(covered, cover.attended)
    yield from _rows(seen, cover, attended, is_covered=True, is_attended=True)
    yield from _rows(seen, cover, difference(covered, attended), is_covered=True, is_attended=False)
    yield from _rows(seen, cover, difference(cover.required, covered), is_covered=False, is_attended=False)


def _rows(seen: Seen, cover: SeatCover, pieces: Pieces, *, is_covered: bool, is_attended: bool) -> Iterator[CoverRow]:
    seat_id, chronicle = cover.seat.seat_id, seen.chronicle
    for whole in pieces:
        for part, allocation in cut(whole, chronicle.allocations[seat_id]):
            for (start, end), calendar in cut(part, chronicle.calendars):
                yield CoverRow(
                    seat_id=seat_id,
                    starts_at=start,
                    ends_at=end,
                    covered=is_covered,
                    attended=is_attended,
                    gap_from=None if is_covered else whole[0],
                    allocation=allocation,
                    calendar=calendar.name,
                    begun=seconds_until(calendar, start),
                    done=seconds_until(calendar, end),
                )


COVER = Projection(
    name="cover",
    version=1,
    row=CoverRow,
    key=("seat_id", "starts_at"),
    fold=cover_of,
    parts=lambda seen: (
        seen.carried,
        seen.state.seats,
        seen.state.assignments,
        seen.state.absences,
        seen.state.ended_at,
        tuple(seen.suspended),
        tuple(start for start, _ in seen.chronicle.calendars),
        tuple(len(each) for each in seen.chronicle.allocations.values()),
    ),
)
