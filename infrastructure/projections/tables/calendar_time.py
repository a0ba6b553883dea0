"""Business time as rows keep it: cumulative seconds on one calendar, so that a window is arithmetic on two instants.

The business seconds of [a, b) on a calendar are what `seconds_until` of b has more than that of a.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from domain.time.business_time import business_time
from domain.time.calendar import Calendar
from domain.time.intervals import EVER, Piece

T = TypeVar("T")
ORIGIN: Final = 1_577_836_800
"""2020-01-01T00:00:00Z, from which on business seconds are counted; before it they are negative."""


def seconds_until(calendar: Calendar, second: int) -> int | None:
    """Business seconds on a calendar from `ORIGIN` to an instant; None for `EVER`."""
    return None if second >= EVER else business_time(calendar).between(ORIGIN, second)


def cut(piece: Piece, changes: Sequence[tuple[int, T]]) -> Iterator[tuple[Piece, T]]:
    """A piece of time cut where something else came into force, with what is in force in each part.

    The first of the changes also holds before it; of several in one second the last holds.
    """
    starts = [piece[0], *(start for start, _ in changes[1:] if piece[0] < start < piece[1]), piece[1]]
    for start, end in pairwise(starts):
        if start < end:
            yield (start, end), next((it for since, it in reversed(changes) if since <= start), changes[0][1])
