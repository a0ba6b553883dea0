"""A token bucket: so much at once, and what comes back as time goes on.

Told by one number, the instant at which it is full again (GCRA): in whole nanoseconds nothing is lost to rounding.
"""

from math import ceil
from typing import Final

from infrastructure.process.paces import Pace

SECOND: Final = 1_000_000_000
"""In nanoseconds."""


class Bucket:
    """One principal's, of one kind. It is full at first. Instants are nanoseconds of a monotonic clock."""

    __slots__ = ("_every", "_full_at", "_slack")

    def __init__(self, pace: Pace) -> None:
        self._every = ceil(SECOND / pace.per_second)
        self._slack = (pace.at_once - 1) * self._every
        self._full_at = 0

    def wait(self, now: int) -> int:
        """The nanoseconds until there is a token: 0 where there is one."""
        return max(0, max(self._full_at, now) - self._slack - now)

    def take(self, now: int) -> int:
        """Takes a token: 0, or the nanoseconds until there is one, where there is none and nothing is taken."""
        wait = self.wait(now)
        if not wait:
            self._full_at = max(self._full_at, now) + self._every
        return wait

    def is_full(self, now: int) -> bool:
        """Whether it is as good as a new one."""
        return self._full_at <= now
