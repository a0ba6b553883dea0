"""When each seat is required and, of that time, when somebody is active on it and when nobody is."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.metrics.coverage import SeatCover, covers
from domain.time.intervals import difference, intersection
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A piece [``starts_at``, ``ends_at``) of the required time of a seat, in seconds since 1970.

    ``covered``: somebody was active on it; ``attended``: somebody active was not absent.
    """

    seat_id: str
    starts_at: int
    ends_at: int
    covered: bool
    attended: bool


def cover_of(seen: Seen) -> Iterator[CoverRow]:
    """The pieces of every seat, in their order; the last one is open-ended where nothing says otherwise."""
    for cover in covers(seen.state, seen.suspended):
        yield from _pieces(cover)


def _pieces(cover: SeatCover) -> Iterator[CoverRow]:
    seat_id, covered = cover.seat.seat_id, intersection(cover.required, cover.covered)
    attended = intersection(covered, cover.attended)
    kinds = (
        (attended, True, True),
        (difference(covered, attended), True, False),
        (difference(cover.required, covered), False, False),
    )
    for pieces, is_covered, is_attended in kinds:
        for start, end in pieces:
            yield CoverRow(seat_id, start, end, is_covered, is_attended)


COVER = Projection(
    name="cover",
    version=1,
    row=CoverRow,
    key=("seat_id", "starts_at"),
    fold=cover_of,
    parts=lambda seen: (
        seen.state.seats,
        seen.state.assignments,
        seen.state.absences,
        seen.state.ended_at,
        tuple(seen.suspended),
    ),
)
