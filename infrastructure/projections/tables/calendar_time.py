"""Business time as rows keep it: cumulative seconds on one calendar, so that a window is arithmetic on two instants.

The business seconds of [a, b) on a calendar are what `seconds_until` of b has more than that of a.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from domain.time.business_time import business_time
from domain.time.calendar import Calendar
from domain.time.intervals import EVER, Piece

ORIGIN: Final = 1_577_836_800
"""2020-01-01T00:00:00Z, from which on business seconds are counted; before it they are negative."""


def seconds_until(calendar: Calendar, second: int) -> int | None:
    """Business seconds on a calendar from `ORIGIN` to an instant; None for `EVER`."""
    return None if second >= EVER else business_time(calendar).between(ORIGIN, second)


def on_one_calendar(piece: Piece, calendars: list[tuple[int, Calendar]]) -> Iterator[tuple[Piece, Calendar]]:
    """A piece of time cut where another calendar came into force; the first one also holds before its start."""
    starts = [piece[0], *(start for start, _ in calendars[1:] if piece[0] < start < piece[1]), piece[1]]
    for start, end in pairwise(starts):
        if start < end:  # several may have come into force in one second
            yield (start, end), _in_force(calendars, start)


def _in_force(calendars: list[tuple[int, Calendar]], second: int) -> Calendar:
    return next((calendar for start, calendar in reversed(calendars) if start <= second), calendars[0][1])
