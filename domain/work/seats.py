"""Seats that nobody is matched to: those that are required now, and those that will be left."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from domain.engagement.assignments.matching import MatchProfessional
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.seat import Seat, SeatSpec
from domain.engagement.seats import SeatAmended
from domain.language.saying import said
from domain.law.recorded import Recorded
from domain.metrics.coverage import SeatCover, cover_of, required_time
from domain.metrics.upcoming import Upcoming, instants_of_change, upcoming_absences
from domain.time.business_time import business_time, epoch_seconds, instant_at
from domain.time.intervals import EVER, Pieces, union
from domain.work.item import Item, Watch
from domain.work.scene import Scene, latest

FORESIGHT = timedelta(days=30)
"""How long before a seat is left it is said."""


def empty_seats(scene: Scene) -> Iterator[Watch]:
    """Of every seat that nobody holds and that has no open case: where it is required, it is to be filled."""
    state = scene.state
    for seat_id, seat in state.seats.items():
        if seat.closed_at is None and not state.live_on_seat(seat_id) and not state.open_case_on(seat_id):
            yield _empty(scene, seat)


def _empty(scene: Scene, seat: Seat) -> Watch:
    required = required_time(scene.state, seat, scene.suspended)

    def item(now: Scene) -> Item | None:
        started = next((start for start, end in required if start <= now.second < end), None)
        return None if started is None else _unfilled(now, seat, started)

    return Watch(_instants(required), item)


def _unfilled(scene: Scene, seat: Seat, required_again: int) -> Item:
    seat_id, starts_at = seat.seat_id, required_from(seat)
    step = scene.next(
        MatchProfessional,
        f"It is required since {said(instant_at(epoch_seconds(starts_at)))}, and nobody is matched to it.",
        seat_id=seat_id,
    )
    due_at = epoch_seconds(starts_at)
    return Item(
        kind="seat",
        subject_id=seat_id,
        seat_id=seat_id,
        assignment_id=None,
        holder="platform",
        since=latest(required_again, _said_so(scene, seat, starts_at), *_left(scene, seat)),
        due_at=due_at,
        overdue_from=due_at + 1,
        next_command=step.command,
        next_fields=step.fields,
        title=f"Fill {seat_id} ({seat.spec.role})",
        why=step.why,
    )


def required_from(seat: Seat) -> datetime:
    return max(seat.spec.required_from or seat.starts_at, seat.starts_at)


def _left(scene: Scene, seat: Seat) -> Iterator[datetime | None]:
    """When assignments and cases of a seat ended."""
    yield from (each.ended_at for each in scene.state.on_seat(seat.seat_id))
    yield from (each.closed_at for each in scene.state.cases.values() if each.seat_id == seat.seat_id)


def _said_so(scene: Scene, seat: Seat, starts_at: datetime) -> int:
    """Since when the seat has been required without a break by what was said of it at each instant."""
    if seat.asked == seat.spec:
        return epoch_seconds(starts_at)
    pieces = _as_was_said(scene.timeline, seat)
    return next((start for start, end in reversed(pieces) if start <= scene.second), epoch_seconds(starts_at))


def _as_was_said(timeline: Sequence[Recorded], seat: Seat) -> Pieces:
    told: list[tuple[datetime, SeatSpec]] = [(seat.starts_at, seat.asked)]
    for at, event in _amendments(timeline, seat):
        told.append((at, event.over(told[-1][1])))
    ends = [*(at for at, _ in told[1:]), None]
    return union(
        (
            max(epoch_seconds(at), epoch_seconds(spec.required_from or seat.starts_at)),
            min(_or_ever(end), _or_ever(spec.required_until)),
        )
        for (at, spec), end in zip(told, ends, strict=True)
    )


def _amendments(timeline: Sequence[Recorded], seat: Seat) -> Iterator[tuple[datetime, SeatAmended]]:
    for fact in timeline:
        if isinstance(fact.event, SeatAmended) and fact.event.seat_id == seat.seat_id:
            yield fact.occurred_at, fact.event


def _or_ever(instant: datetime | None) -> int:
    return EVER if instant is None else epoch_seconds(instant)


def _instants(pieces: Pieces) -> Iterator[datetime]:
    return (instant_at(each) for piece in pieces for each in piece if each < EVER)


def seats_to_be_left(scene: Scene) -> Iterator[Watch]:
    """Of every seat with nobody matched and no open case: who is about to leave it, or when it is first required."""
    state = scene.state
    if state.ended_at is None:
        for seat in state.seats.values():
            if seat.closed_at is None and _may_be_left(scene, seat):
                yield _to_be_left(scene, cover_of(state, seat, scene.suspended))


def _may_be_left(scene: Scene, seat: Seat) -> bool:
    """Whether anything is known to come, nobody is matched and no case is open."""
    live = scene.state.live_on_seat(seat.seat_id)
    if scene.state.open_case_on(seat.seat_id) or not all(each.active for each in live):
        return False
    announced = any(each.assignment_id in scene.chronicle.announcements for each in live)
    return announced or (seat.spec.required_from or scene.at) > scene.at


def _to_be_left(scene: Scene, cover: SeatCover) -> Watch:
    changes = {each for each in instants_of_change(scene.chronicle, scene.state, cover) if each < EVER}
    foresight = int(FORESIGHT.total_seconds())
    turns = (instant_at(max(each, 0)) for change in changes for each in (change, change - foresight))

    def item(now: Scene) -> Item | None:
        found = upcoming_absences(now.chronicle, now.state, now.second, (cover,))
        [told] = found or [None]
        if told is None or told.why == "absence" or epoch_seconds(told.at) - now.second > foresight:
            return None
        return _left_soon(now, cover.seat, told)

    return Watch(turns, item)


def _left_soon(scene: Scene, seat: Seat, told: Upcoming) -> Item:
    seat_id, at = seat.seat_id, epoch_seconds(told.at)
    leaving = _leaving(scene, seat, at) if told.why == "departure" else None
    if leaving:
        title = f"{leaving.professional_id} leaves {seat_id}"
        why = f"The departure is announced, and from {said(told.at)} on nobody is on the seat."
        known = scene.chronicle.announcements[leaving.assignment_id].at
    else:
        title, why = f"{seat_id} will be required", f"It is required from {said(told.at)} on, and nobody is matched."
        known = _start_known(scene, seat)
    suspended = _suspended_over(scene, at)
    return Item(
        kind="upcoming",
        subject_id=seat_id,
        seat_id=seat_id,
        assignment_id=leaving.assignment_id if leaving else None,
        holder="platform",
        since=latest(at - int(FORESIGHT.total_seconds()), known, suspended, *_left(scene, seat)),
        due_at=at,
        overdue_from=at + 1,
        next_command=None,
        next_fields={},
        title=title,
        why=why,
    )


def _leaving(scene: Scene, seat: Seat, at: int) -> Assignment | None:
    zone = business_time(scene.state.terms.calendar)
    announced = scene.chronicle.announcements
    return next(
        (
            each
            for each in scene.state.live_on_seat(seat.seat_id)
            if each.assignment_id in announced
            and zone.local_midnight_after(announced[each.assignment_id].last_day) == at
        ),
        None,
    )


def _start_known(scene: Scene, seat: Seat) -> int:
    """When it was said that the seat is required from the instant that it is."""
    told: list[tuple[datetime, datetime | None]] = [(seat.starts_at, seat.asked.required_from)]
    if seat.asked.required_from != seat.spec.required_from:
        told += (
            (at, said_then) for at, event in _amendments(scene.timeline, seat) if (said_then := event.required_from)
        )
    changed = (at for (_, before), (at, after) in pairwise(told) if before != after)
    return epoch_seconds(max(changed, default=seat.starts_at))


def _suspended_over(scene: Scene, at: int) -> int | None:
    """When a suspension was over that, until it was resumed, was to last beyond an instant."""
    last = scene.lives.suspensions[-1] if scene.lives.suspensions else None
    if last is None or last.end is None or last.end > scene.second:
        return None
    agreed = getattr(last.opened_by.event, "until", None)
    return last.end if agreed is None or epoch_seconds(agreed) > at else None
