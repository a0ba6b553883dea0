"""How the seats of an engagement were covered: required, covered and attended time of each.

The definitions: docs/metrics.md, *Required and covered*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.engagement.nouns.absence import Absence
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.seat import Seat
from domain.engagement.state import State
from domain.metrics.chronicle import Chronicle
from domain.metrics.ratio import Ratio
from domain.time.business_seconds import AllocatedSeconds
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER, Piece, Pieces, difference, holds, intersection, union
from domain.time.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An assignment from active to ended, when in that time the professional was not absent, and absences' starts."""

    assignment: Assignment
    active: Piece
    present: Pieces
    absent_from: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCover:
    """One seat over its whole life, as far as recorded: open-ended where nothing says otherwise."""

    seat: Seat
    required: Pieces
    held: tuple[Held, ...]

    @property
    def covered(self) -> Pieces:
        """When somebody was active."""
        return union(each.active for each in self.held)

    @property
    def attended(self) -> Pieces:
        """When somebody active was not absent."""
        return union(piece for each in self.held for piece in each.present)

    def holders_at(self, second: int) -> set[str]:
        """The professionals active on the seat."""
        return {each.assignment.professional_id for each in self.held if holds([each.active], second)}

    def required_at(self, second: int) -> bool:
        return holds(self.required, second)


def covers(state: State, suspended: Pieces) -> list[SeatCover]:
    """Every seat's cover, in the order of their ids; while suspended nothing is required."""
    absences: dict[str, list[Absence]] = {}
    for absence in state.absences.values():
        if not absence.cancelled:
            absences.setdefault(absence.assignment_id, []).append(absence)
    return [_cover(state, state.seats[seat_id], suspended, absences) for seat_id in sorted(state.seats)]


def cover_of(state: State, seat: Seat, suspended: Pieces) -> SeatCover:
    """One seat's cover."""
    held = set(seat.assignment_ids)
    absences: dict[str, list[Absence]] = {}
    for absence in state.absences.values():
        if absence.assignment_id in held and not absence.cancelled:
            absences.setdefault(absence.assignment_id, []).append(absence)
    return _cover(state, seat, suspended, absences)


def _cover(state: State, seat: Seat, suspended: Pieces, absences: Mapping[str, Sequence[Absence]]) -> SeatCover:
    active = (each for each in state.on_seat(seat.seat_id) if each.active_at)
    held = tuple(_held(each, absences.get(each.assignment_id, ())) for each in active)
    return SeatCover(seat=seat, required=required_time(state, seat, suspended), held=held)


def _held(assignment: Assignment, absences: Sequence[Absence]) -> Held:
    active = _or_ever(assignment.active_at), _or_ever(assignment.ended_at)
    away = [(epoch_seconds(each.from_), epoch_seconds(each.until)) for each in absences]
    return Held(
        assignment=assignment,
        active=active,
        present=difference(union((active,)), union(away)),
        absent_from=tuple(start for start, _ in away),
    )


def required_time(state: State, seat: Seat, suspended: Pieces) -> Pieces:
    """When a seat was and will be required, by its last amended values."""
    start = epoch_seconds(max(seat.spec.required_from or seat.starts_at, seat.starts_at))
    end = min(_or_ever(each) for each in (seat.spec.required_until, seat.closed_at, state.ended_at))
    return difference(union(((start, end),)), suspended)


def _or_ever(instant: datetime | None) -> int:
    return EVER if instant is None else epoch_seconds(instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Stretches in which a seat was required and nobody was active on it, in business seconds."""

    count: int
    total_seconds: int
    longest_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Covered and attended over required time, in business seconds times allocation, and the gaps."""

    coverage: Ratio
    presence: Ratio
    gaps: Gaps


def coverage_in(window: Window, chronicle: Chronicle, seats: Sequence[SeatCover]) -> Coverage:
    """The seats' coverage in a window."""
    whole = union(((window.from_, window.to),))
    required = covered = attended = 0
    gaps: list[int] = []
    for seat in seats:
        wanted = intersection(seat.required, whole)
        missing = difference(wanted, seat.covered)
        allocated = AllocatedSeconds(chronicle.business, chronicle.allocations[seat.seat.seat_id])
        wanted_seconds = allocated.of(wanted)
        required += wanted_seconds
        covered += wanted_seconds - allocated.of(missing)
        attended += allocated.of(intersection(wanted, seat.attended))
        gaps.extend(chronicle.business.between(start, end) for start, end in missing)
    gaps = [seconds for seconds in gaps if seconds]
    return Coverage(
        coverage=Ratio(covered, required),
        presence=Ratio(attended, required),
        gaps=Gaps(count=len(gaps), total_seconds=sum(gaps), longest_seconds=max(gaps, default=0)),
    )


def stability_in(window: Window, seats: Sequence[SeatCover]) -> Ratio:
    """Of the seats held at first and required at the end of a window, those that some same professional held at both.

    At first: at the first instant of the window at which the seat is required and somebody is active on it.
    """
    # Pieces are whole seconds: a microsecond before the end is in the same pieces as a second before it.
    last = window.to - 1
    whole = union(((window.from_, window.to),))
    firsts = ((seat, intersection(intersection(seat.required, seat.covered), whole)) for seat in seats)
    both = [(seat, held[0][0]) for seat, held in firsts if held and seat.required_at(last)]
    return Ratio(sum(bool(seat.holders_at(first) & seat.holders_at(last)) for seat, first in both), len(both))
