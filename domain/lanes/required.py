"""When a seat was and will be required, and to what extent (docs/metrics.md, *Required and covered*)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from domain.engagement.nouns.seat import Seat
from domain.engagement.state import State
from domain.lanes.drawn import RequiredSpan
from domain.lanes.frame import EVER, Frame
from domain.lanes.told import Told

Stretch = tuple[datetime, datetime]


def required(
    frame: Frame, told: Told, state: State, seat: Seat, suspended: Iterable[Stretch]
) -> tuple[RequiredSpan, ...]:
    """The stretches that are seen in the window, by the last amended values; none while everything is suspended."""
    start = max(seat.spec.required_from or seat.starts_at, seat.starts_at)
    end = min(each for each in (seat.spec.required_until, seat.closed_at, state.ended_at, EVER) if each)
    changed = [at for at, _ in told.allocations[seat.seat_id]]
    allocations = [allocation for _, allocation in told.allocations[seat.seat_id]]
    found = []
    for from_, to in without((start, end), suspended):
        inner = [at for at in changed[1:] if from_ < at < to]
        for part, until in pairwise([from_, *inner, to]):
            if frame.shows(part, until):
                allocation = allocations[max(0, sum(at <= part for at in changed) - 1)]
                found.append(RequiredSpan(from_=part, to=None if until == EVER else until, allocation=allocation))
    return tuple(found)


def without(whole: Stretch, taken: Iterable[Stretch]) -> Iterator[Stretch]:
    """What is left of a stretch of time without others, which are in order and do not overlap."""
    start, end = whole
    for from_, to in taken:
        if start < min(from_, end):
            yield start, min(from_, end)
        start = max(start, to)
    if start < end:
        yield start, end


def suspended(told: Told) -> tuple[Stretch, ...]:
    """When everything was suspended, and will be as far as is agreed."""
    return tuple((each.pause.since, each.over_at or each.pause.until or EVER) for each in told.suspensions)
