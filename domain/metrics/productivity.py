"""How soon seats were filled and professionals productive (docs/metrics.md, *Productivity*)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import Final

from domain.engagement.effort import EffortKind
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.seat import Seat
from domain.engagement.state import State
from domain.language.words import Id, Party
from domain.metrics.chronicle import Chronicle, Effort, Report
from domain.metrics.sight import Sight
from domain.time.business_time import epoch_seconds
from domain.time.window import Window

PRODUCTIVE: Final = 75
"""Percent; reported at least twice in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFilled:
    """From a seat's start to its first professional that became active.

    ``to_match_seconds`` in calendar time, ``to_onboard_seconds`` (from the match on) in business time; null while
    nobody became active.
    """

    seat_id: Id
    to_match_seconds: int | None = None
    to_onboard_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RampUp:
    """From active to the first of two reports in a row of a productive professional, in calendar seconds."""

    assignment_id: Id
    ramp_up_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortSpent:
    """Minutes by party and kind, and those of them that are billable."""

    minutes: Mapping[Party, Mapping[EffortKind, int]] = field(default_factory=dict)
    billable_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Productivity:
    """One engagement's speed to productivity, and the effort of a window."""

    seats: tuple[SeatFilled, ...] = ()
    assignments: tuple[RampUp, ...] = ()
    effort: EffortSpent = EffortSpent()


def productivity_in(sight: Sight) -> Productivity:
    """The productivity of what had happened by ``as_of``, and the effort in the window; empty before the opening."""
    chronicle, state = sight.chronicle, sight.state
    if state is None:
        return Productivity()
    began = (state.assignments[each] for each in sorted(state.assignments))
    return Productivity(
        seats=tuple(filled(chronicle, state, state.seats[seat_id]) for seat_id in sorted(state.seats)),
        assignments=tuple(
            RampUp(assignment_id=each.assignment_id, ramp_up_seconds=ramp_up_of(chronicle, each))
            for each in began
            if each.active_at
        ),
        effort=_effort_in(sight.window, chronicle.efforts),
    )


def _effort_in(window: Window, efforts: Iterable[Effort]) -> EffortSpent:
    minutes: dict[Party, dict[EffortKind, int]] = {}
    billable = 0
    for effort in efforts:
        if effort.at in window:
            event = effort.event
            of_party = minutes.setdefault(event.party, {})
            of_party[event.kind] = of_party.get(event.kind, 0) + event.minutes
            billable += event.minutes if event.billable else 0
    return EffortSpent(minutes=minutes, billable_minutes=billable)


def filled(chronicle: Chronicle, state: State, seat: Seat) -> SeatFilled:
    """How soon a seat was filled for the first time."""
    began = [(each.active_at, each) for each in state.on_seat(seat.seat_id) if each.active_at]
    if not began:
        return SeatFilled(seat_id=seat.seat_id)
    active_at, first = min(began, key=itemgetter(0))
    matched = epoch_seconds(first.matched_at)
    return SeatFilled(
        seat_id=seat.seat_id,
        to_match_seconds=matched - epoch_seconds(seat.starts_at),
        to_onboard_seconds=chronicle.business.between(matched, epoch_seconds(active_at)),
    )


def ramp_up_of(chronicle: Chronicle, assignment: Assignment) -> int | None:
    """Of an assignment that became active, in calendar seconds; None while nobody said so."""
    assert assignment.active_at
    productive = _first_run(chronicle.reports.get(assignment.assignment_id, ()))
    return productive.at - epoch_seconds(assignment.active_at) if productive else None


def _first_run(reports: Sequence[Report]) -> Report | None:
    for one, next_one in pairwise(reports):
        if one.percent >= PRODUCTIVE and next_one.percent >= PRODUCTIVE:
            return one
    return None
