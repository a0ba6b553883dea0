"""How long professionals stayed, how they left, and the median over those who left and those still there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from domain.engagement.nouns.assignment import Assignment
from domain.engagement.state import State
from domain.language.words import Id
from domain.metrics.chronicle import Chronicle
from domain.time.business_time import epoch_seconds
from domain.time.window import Window

DAY: Final = 86_400
SHORT_NOTICE: Final = 14 * DAY
"""A resignation with less notice than this, in seconds, is an unplanned exit."""
PLANNED_ENDS: Final = ("roll_off", "seat_closed", "engagement_ended")
"""Ends that say nothing about how long somebody would have stayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """How long somebody was active on a seat, in days of 86,400 seconds; censored: it was not cut short."""

    assignment_id: Id
    days: float
    ended: bool
    censored: bool


def tenures(state: State, as_of: int) -> tuple[Tenure, ...]:
    """Of every assignment that became active, up to ``as_of``."""
    return tuple(_tenure(state.assignments[each], as_of) for each in sorted(state.assignments) if _began(state, each))


def _began(state: State, assignment_id: str) -> bool:
    return state.assignments[assignment_id].active_at is not None


def _tenure(assignment: Assignment, as_of: int) -> Tenure:
    assert assignment.active_at
    end = epoch_seconds(assignment.ended_at) if assignment.ended_at else as_of
    return Tenure(
        assignment_id=assignment.assignment_id,
        days=(end - epoch_seconds(assignment.active_at)) / DAY,
        ended=not assignment.live,
        censored=assignment.live or assignment.end_reason in PLANNED_ENDS,
    )


def departures_in(window: Window, state: State) -> Mapping[str, int]:
    """How many departed for each cause."""
    counts: dict[str, int] = {}
    for assignment in _departed_in(window, state):
        assert assignment.departure
        cause = assignment.departure.cause
        counts[cause] = counts.get(cause, 0) + 1
    return dict(sorted(counts.items()))


def unplanned_exits_in(window: Window, chronicle: Chronicle, state: State) -> int:
    """How many left unforeseen, or resigned at short notice."""
    return sum(is_unplanned(chronicle, each) for each in _departed_in(window, state))


def _departed_in(window: Window, state: State) -> Iterable[Assignment]:
    for assignment in state.assignments.values():
        if assignment.departure and assignment.ended_at and epoch_seconds(assignment.ended_at) in window:
            yield assignment


def is_unplanned(chronicle: Chronicle, assignment: Assignment) -> bool:
    """Whether somebody who departed left unforeseen, or resigned at short notice."""
    departure, ended_at = assignment.departure, assignment.ended_at
    assert departure
    assert ended_at
    if departure.cause != "resignation":
        return departure.cause in ("no_show", "illness", "disappeared", "misconduct")
    announced = chronicle.announcements.get(assignment.assignment_id)
    if departure.notice_given_at:
        notice = epoch_seconds(departure.notice_given_at)
    elif announced:
        notice = announced.at
    else:
        return False
    return epoch_seconds(ended_at) - notice < SHORT_NOTICE


def tenure_median_days(those: Iterable[Tenure]) -> float | None:
    """The Kaplan-Meier median in days: the first length at which at most half are estimated to stay longer.

    None where the curve never reaches one half. Whoever is censored counts as there up to the censored length,
    after those who left at that length (Kaplan and Meier 1958).
    """
    lengths = sorted(those, key=_days)
    staying, of, there = 1, 1, len(lengths)
    for days, same in groupby(lengths, key=_days):
        group = list(same)
        left = sum(not each.censored for each in group)
        if left:
            staying, of = staying * (there - left), of * there
            if 2 * staying <= of:
                return days
        there -= len(group)
    return None


def _days(tenure: Tenure) -> float:
    return tenure.days
