"""Business seconds where calendars follow one another, and where only a share of each second is wanted.

Instants are seconds since 1970 (UTC), truncated.
"""

from bisect import bisect_right

from domain.time.business_time import BusinessTime, business_time
from domain.time.calendar import Calendar
from domain.time.intervals import Pieces


class BusinessSeconds:
    """Business seconds on calendars that follow one another; the first one also holds before its start."""

    def __init__(self, calendars: list[tuple[int, Calendar]]) -> None:
        self._starts = [start for start, _ in calendars]
        self._times: list[BusinessTime] = [business_time(calendar) for _, calendar in calendars]
        self._through = [0]
        for index in range(1, len(self._starts)):
            passed = self._times[index - 1].between(self._starts[index - 1], self._starts[index])
            self._through.append(self._through[-1] + passed)

    def between(self, a: int, b: int) -> int:
        """Business seconds in [a, b); negative, as those of [b, a), when a > b."""
        if len(self._starts) == 1:
            return self._times[0].between(a, b)
        return self._until(b) - self._until(a)

    def _until(self, t: int) -> int:
        """Business seconds from the first calendar's start to an instant."""
        index = max(bisect_right(self._starts, t) - 1, 0)
        return self._through[index] + self._times[index].between(self._starts[index], t)


class AllocatedSeconds:
    """Business seconds times the allocation at each instant, in thousandths of a second."""

    def __init__(self, business: BusinessSeconds, allocations: list[tuple[int, int]]) -> None:
        self._business = business
        self._starts = [start for start, _ in allocations]
        self._thousandths = [thousandths for _, thousandths in allocations]
        self._through = [0]
        for index in range(1, len(self._starts)):
            passed = business.between(self._starts[index - 1], self._starts[index])
            self._through.append(self._through[-1] + self._thousandths[index - 1] * passed)

    def of(self, pieces: Pieces) -> int:
        if len(self._starts) == 1:
            return self._thousandths[0] * sum(self._business.between(start, end) for start, end in pieces)
        return sum(self._until(end) - self._until(start) for start, end in pieces)

    def _until(self, t: int) -> int:
        index = max(bisect_right(self._starts, t) - 1, 0)
        return self._through[index] + self._thousandths[index] * self._business.between(self._starts[index], t)
