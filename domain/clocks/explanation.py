"""Why a clock reads what it reads: its whole life as consecutive intervals.

The definitions: docs/metrics.md, *Why a clock reads what it reads*.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from domain.clocks.life import Life, Waited
from domain.language.bounds import STRICT
from domain.language.words import ActingParty, Day, Instant
from domain.time.business_time import instant_at

Reason = Literal["suspended", "paused", "awaiting_decision", "running", "holiday", "outside_calendar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A time [from, to) of a clock's life, and why it counted or did not.

    ``date`` is that of a holiday, ``recorded_by`` the party that recorded a pause; ``seconds`` are those it lasted.
    """

    __pydantic_config__ = STRICT

    from_: Instant
    to: Instant
    counted: bool
    reason: Reason
    date: Day | None
    waiting_on: Waited
    recorded_by: ActingParty | None
    seconds: int
    counted_seconds: int


def explain(life: Life, as_of: int) -> list[Interval]:
    """From its start to its end or ``as_of`` without hole or overlap; the counted seconds sum to the elapsed ones."""
    told: list[Interval] = []
    for interval in _intervals(life, as_of):
        if told and _agree(told[-1], interval):
            told[-1] = _joined(told[-1], interval)
        else:
            told.append(interval)
    return told


def _intervals(life: Life, as_of: int) -> Iterator[Interval]:
    for start, end, stretch in life.parts(as_of):
        waiting_on = stretch.waiting_on if stretch else life.waits_on
        if stretch and stretch.kind != "onboarding_successor" and not life.counts(stretch):
            yield _interval(start, end, stretch.kind, waiting_on, recorded_by=stretch.recorded_by)
        elif not life.scale.in_business_time:
            yield _interval(start, end, "running", waiting_on)
        else:
            for segment in life.scale.time.segments(start, end):
                closed: Reason = "holiday" if segment.exception_date else "outside_calendar"
                reason: Reason = "running" if segment.open else closed
                yield _interval(segment.start, segment.end, reason, waiting_on, day=segment.exception_date)


def _interval(
    start: int,
    end: int,
    reason: Reason,
    waiting_on: Waited,
    *,
    day: date | None = None,
    recorded_by: ActingParty | None = None,
) -> Interval:
    counted = reason == "running"
    return Interval(
        from_=instant_at(start),
        to=instant_at(end),
        counted=counted,
        reason=reason,
        date=day,
        waiting_on=waiting_on,
        recorded_by=recorded_by,
        seconds=end - start,
        counted_seconds=end - start if counted else 0,
    )


def _agree(one: Interval, other: Interval) -> bool:
    """Whether two intervals say the same of different times."""
    return (one.reason, one.date, one.waiting_on, one.recorded_by) == (
        other.reason,
        other.date,
        other.waiting_on,
        other.recorded_by,
    )


def _joined(one: Interval, other: Interval) -> Interval:
    return replace(
        one,
        to=other.to,
        seconds=one.seconds + other.seconds,
        counted_seconds=one.counted_seconds + other.counted_seconds,
    )
