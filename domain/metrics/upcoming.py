"""What is already known to leave a seat unattended: an announced departure, an absence, a start without anybody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Literal

from domain.engagement.state import State
from domain.language.words import Id, Instant
from domain.metrics.chronicle import Chronicle
from domain.metrics.coverage import Held, SeatCover
from domain.time.business_time import business_time, epoch_seconds, instant_at
from domain.time.intervals import EVER, difference, holds, intersection, union

_LONG_AGO: Final = -EVER
Why = Literal["departure", "absence", "start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """The next instant at which a seat is required and nobody active on it is present, and what makes it so."""

    seat_id: Id
    at: Instant
    why: Why


def upcoming_absences(
    chronicle: Chronicle, state: State, as_of: int, seats: Sequence[SeatCover]
) -> tuple[Upcoming, ...]:
    """What comes after ``as_of``, of every seat that is not uncovered then."""
    found = (
        _upcoming(chronicle, state, as_of, seat)
        for seat in seats
        if seat.holders_at(as_of) or not seat.required_at(as_of)
    )
    return tuple(each for each in found if each)


def instants_of_change(chronicle: Chronicle, state: State, seat: SeatCover) -> Iterator[int]:
    """Every instant at which what comes next for a seat may change by itself; between two of them it does not."""
    for piece in (*seat.required, *(each.active for each in seat.held)):
        yield from piece
    here = _staying(seat)
    for at, _ in _changes(seat, here, _leaving(chronicle, state, _LONG_AGO, here)):
        yield at


def _upcoming(chronicle: Chronicle, state: State, as_of: int, seat: SeatCover) -> Upcoming | None:
    here = _staying(seat)
    leaving = _leaving(chronicle, state, as_of, here)
    stays = (intersection(each.present, [(as_of, leaving.get(_id(each), EVER))]) for each in here)
    unattended = difference(seat.required, union(piece for pieces in stays for piece in pieces))
    for at, why in sorted(_changes(seat, here, leaving), key=itemgetter(0)):
        if at > as_of and holds(unattended, at):
            return Upcoming(seat_id=seat.seat.seat_id, at=instant_at(at), why=why)
    return None


def _staying(seat: SeatCover) -> Sequence[Held]:
    """Those whose end is not recorded."""
    return [each for each in seat.held if each.active[1] == EVER]


def _changes(seat: SeatCover, here: Sequence[Held], leaving: Mapping[str, int]) -> Iterator[tuple[int, Why]]:
    """What may leave the seat unattended, and when: of one instant, the first of these tells why."""
    for at in leaving.values():
        yield at, "departure"
    for each in here:
        for at in each.absent_from:
            yield at, "absence"
    if seat.seat.spec.required_from:
        yield epoch_seconds(seat.seat.spec.required_from), "start"


def _leaving(chronicle: Chronicle, state: State, as_of: int, here: Sequence[Held]) -> Mapping[str, int]:
    """When announced departures still to come take effect: the day after the last one, in the calendar's zone."""
    zone = business_time(state.terms.calendar)
    announced = {_id(each): chronicle.announcements[_id(each)] for each in here if _id(each) in chronicle.announcements}
    starts = {who: zone.local_midnight_after(each.last_day) for who, each in announced.items()}
    return {who: start for who, start in starts.items() if start > as_of}


def _id(held: Held) -> str:
    return held.assignment.assignment_id
