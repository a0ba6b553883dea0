"""What is shown of a clock: the verdict, a strip, and stretches that sum to what has elapsed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from api.pages.engagement.view import named
from api.pages.formats import business_day_seconds, duration_text, instant_text, words
from api.pages.links import Here, engagement_at
from api.pages.subjects import of_clock
from application.queries.measures import ExplainedClock
from domain.clocks.explanation import Interval
from domain.engagement.state import State

ON_THE_CLOCK = ("running", "outside_calendar", "holiday")
"""The reasons of the intervals that are told as one: time goes on, on the calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Adjacent intervals of one reason and one holder; ``start`` and ``width`` are per cent of the clock's life."""

    from_: datetime
    to: datetime
    why: str
    waiting_on: str
    recorded_by: str | None
    counts: bool
    seconds: int
    counted_seconds: int
    holidays: Sequence[date]
    start: float = 0
    width: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockShown:
    """All that the page shows; ``day`` is a business day in seconds where it counts business time.

    ``beyond`` is from where on the strip the goal is used up, in per cent; None: nowhere.
    """

    clock: ExplainedClock
    name: str
    engagement: str
    about: str
    zone: str
    calendar: str
    day: int | None
    sentence: str
    stretches: Sequence[Stretch]
    counted: int
    lasted: int
    beyond: float | None


def clock_shown(clock: ExplainedClock, state: State, here: Here) -> ClockShown:
    """What is shown of a clock as explained."""
    calendar = state.terms.calendar
    day = business_day_seconds(calendar) if clock.unit == "business" else None
    return ClockShown(
        clock=clock,
        name=named(state),
        engagement=engagement_at(clock.engagement_id, **here.time),
        about=of_clock(state, clock.clock, clock.subject_id),
        zone=calendar.zone,
        calendar=calendar.name,
        day=day,
        sentence=_sentence(clock, calendar.name, calendar.zone, day),
        stretches=tuple(_placed(list(_stretches(clock.intervals)))),
        counted=sum(each.counted_seconds for each in clock.intervals),
        lasted=sum(each.seconds for each in clock.intervals),
        beyond=_beyond(clock),
    )


def _sentence(clock: ExplainedClock, calendar: str, zone: str, day: int | None) -> str:
    """What was counted, of what goal, on which calendar, since when, until when."""
    counted = duration_text(clock.elapsed_seconds, day)
    goal = (
        f"of a goal of {duration_text(clock.goal_seconds, day)}" if clock.goal_seconds is not None else "without a goal"
    )
    time = f"of business time on {calendar}" if day else "of the calendar"
    ended = f", ended {instant_text(clock.ended_at, zone)}" if clock.ended_at else ""
    due = f", due {instant_text(clock.breach_at, zone)}" if clock.breach_at else ""
    return f"{counted} {time}, {goal}; started {instant_text(clock.started_at, zone)}{due}{ended}."


def _beyond(clock: ExplainedClock) -> float | None:
    lasted = sum(each.seconds for each in clock.intervals)
    if not clock.overrun_seconds or clock.breach_at is None or not lasted:
        return None
    return min(100.0, 100 * (clock.breach_at - clock.started_at).total_seconds() / lasted)


def _stretches(intervals: Sequence[Interval]) -> Iterator[Stretch]:
    """What goes on on the calendar is one stretch, nights, weekends and holidays included."""
    last: Stretch | None = None
    for each in intervals:
        one = _stretch(each)
        if last and (last.why, last.waiting_on, last.recorded_by) == (one.why, one.waiting_on, one.recorded_by):
            last = replace(
                last,
                to=one.to,
                counts=last.counts or one.counts,
                seconds=last.seconds + one.seconds,
                counted_seconds=last.counted_seconds + one.counted_seconds,
                holidays=(*last.holidays, *one.holidays),
            )
            continue
        if last:
            yield last
        last = one
    if last:
        yield last


def _stretch(of: Interval) -> Stretch:
    return Stretch(
        from_=of.from_,
        to=of.to,
        why="on the clock" if of.reason in ON_THE_CLOCK else words(of.reason),
        waiting_on=of.waiting_on,
        recorded_by=of.recorded_by,
        counts=of.counted,
        seconds=of.seconds,
        counted_seconds=of.counted_seconds,
        holidays=(of.date,) if of.date else (),
    )


def _placed(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """Each with its place on the strip."""
    whole = sum(each.seconds for each in stretches) or 1
    start = 0
    for each in stretches:
        yield replace(each, start=100 * start / whole, width=100 * each.seconds / whole)
        start += each.seconds
