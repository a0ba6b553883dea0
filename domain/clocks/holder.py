"""Who holds the ball in a case, at each instant from its request to its end (docs/metrics.md, *Who holds the ball*)."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from domain.clocks.life import CaseLife, Waited


class Held(NamedTuple):
    """A time [start, end), not empty, in which one holder had the ball; seconds since 1970 (UTC)."""

    start: int
    end: int
    holder: Waited


def held(case: CaseLife, as_of: int) -> list[Held]:
    """The case's time up to its end or ``as_of``, without hole or overlap; neighbours differ in their holder."""
    told: list[Held] = []
    for start, end, stretch in case.parts(as_of):
        holder = case.holder(stretch)
        if told and told[-1].holder == holder:
            told[-1] = told[-1]._replace(end=end)
        else:
            told.append(Held(start, end, holder))
    return told


def handoffs(times: Iterable[Held]) -> Iterator[int]:
    """The instants at which the holder changed."""
    return (after.start for _, after in pairwise(times))


def waiting_seconds(case: CaseLife, times: Iterable[Held]) -> dict[Waited, int]:
    """Business seconds by holder on the calendar of the case's ``replace`` clock; they add up to those of all."""
    seconds: dict[Waited, int] = {}
    for start, end, holder in times:
        seconds[holder] = seconds.get(holder, 0) + case.replace.scale.time.between(start, end)
    return seconds


def cut(times: Iterable[Held], start: int, end: int) -> Iterator[Held]:
    """What of these times lies within [start, end)."""
    for each in times:
        a, b = max(each.start, start), min(each.end, end)
        if a < b:
            yield Held(a, b, each.holder)
