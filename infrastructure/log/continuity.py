"""Whether the log goes on from what this process saw of it.

A fail-over that lost a tail, or an older copy that was put back, leaves a process with what the log never saw.
Positions only rise, so a head that goes back is such a copy; so is a log of another id, and one that does not hold an
event that was read or recorded here. Whoever keeps something from the log in memory forgets it then.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from uuid import UUID

import structlog

from application.ports.log import Receipt

log = structlog.get_logger("standfast.log")


@dataclass(frozen=True, slots=True)
class Mark:
    """What was known of the log before it was asked for something: the answer cannot lie before it."""

    replacements: int
    position: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """Another log, or an older copy, was found in the place of the one that had been seen up to a position."""

    noticed_at: datetime
    last_seen: int


class Continuity:
    """What one process saw of the log; `replacement` is the last time that the log was another one."""

    def __init__(self) -> None:
        self.replacement: Replacement | None = None
        self._replacements = 0
        self._position = 0
        self._log_id: UUID | None = None
        self._forget: list[Callable[[], object]] = []
        self._lock = Lock()

    def whenever_replaced(self, forget: Callable[[], object]) -> None:
        """Have something called each time that the log turns out to be another one."""
        self._forget.append(forget)

    def mark(self) -> Mark:
        """Taken before the log is asked."""
        with self._lock:
            return Mark(self._replacements, self._position)

    def ends_at(self, mark: Mark, position: int, log_id: UUID) -> None:
        """The head was found there after the mark was taken."""
        with self._lock:
            known = self._log_id
        self._found(mark, position < mark.position or known not in (None, log_id), position, log_id)

    def recorded(self, mark: Mark, outcomes: Iterable[object]) -> None:
        """An append came to this after the mark was taken."""
        receipts = [one for one in outcomes if isinstance(one, Receipt) and one.count]
        if receipts:
            went_back = min(one.first_position for one in receipts) <= mark.position
            self._found(mark, went_back, max(one.last_position for one in receipts))

    def misses(self, mark: Mark) -> None:
        """An event that was recorded before the mark was taken is not there."""
        self._found(mark, True, 0)

    def _found(self, mark: Mark, another: bool, position: int, log_id: UUID | None = None) -> None:
        with self._lock:
            if mark.replacements != self._replacements:
                return  # asked of the log before this one
            if not another:
                self._position = max(self._position, position)
                self._log_id = log_id or self._log_id
                return
            self._log_id = log_id  # where only an event was missed, the next look at the head tells
            self._replacements += 1
            self.replacement = Replacement(datetime.now(UTC), self._position)
            self._position = position
        log.error("the log was replaced", last_seen=self.replacement.last_seen, found=position or None)
        for forget in self._forget:
            forget()
