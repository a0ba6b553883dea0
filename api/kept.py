"""Answers that are kept for a while: what takes long to work out is shown as it was, and says as of when that is.

Each is kept by its question and by who may see what it tells, which are its key: nobody is shown what was worked out
for somebody who sees more.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Literal

import structlog

from api.desks import CallerGone, TooMuchAsked

log = structlog.get_logger("standfast.kept")
FRESH_SECONDS: Final = 5.0
"""So long an answer is used as it is, whatever is recorded meanwhile."""

MOST_SECONDS: Final = 60.0
"""An answer older than this is waited for, once something was recorded after it."""

STILL_FRESH_SECONDS: Final = 60.0
STILL_MOST_SECONDS: Final = 600.0
"""The same while nothing was recorded since: then it differs only in what follows from the time."""

MOST_KEPT: Final = 64

Use = Literal["as it is", "anew", "waited for"]
"""Shown as it is; shown as what it is, and worked out anew in the background; worked out while whoever asks waits."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, the position of the log that it tells of, and when it was begun, in seconds of a running clock."""

    answer: Any
    position: int
    begun: float


def use_of(kept: Kept | None, *, now: float, position: int, min_position: int | None) -> Use:
    """What is done with a kept answer; ``position`` is how far the projections are."""
    if kept is None or (min_position is not None and kept.position < min_position):
        return "waited for"
    age, still = now - kept.begun, kept.position == position
    if age <= (STILL_FRESH_SECONDS if still else FRESH_SECONDS):
        return "as it is"
    return "anew" if age <= (STILL_MOST_SECONDS if still else MOST_SECONDS) else "waited for"


class KeptAnswers:
    """The answers of a process, so many at most: those that were used last.

    ``begin`` has something done in the background, in its turn, or raises TooMuchAsked; ``clock`` tells seconds.
    """

    def __init__(
        self, begin: Callable[[Callable[[], None]], None], clock: Callable[[], float], most: int = MOST_KEPT
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._begun: set[Hashable] = set()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def now(self) -> float:
        """The instant of a question, on the clock of these answers."""
        return self._clock()

    def find(self, key: Hashable) -> Kept | None:
        """What is kept, however old it is."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def worked_out(
        self, key: Hashable, work: Callable[[], tuple[Any, int]], *, asked: float, min_position: int | None = None
    ) -> Kept:
        """The answer, kept from now on: one that was begun since it was ``asked`` for, or a new one.

        ``work`` gives it with its position. Raises what the work raises.
        """
        found = self.find(key)
        if found and found.begun >= asked and found.position >= (min_position or 0):
            return found
        begun = self._clock()
        made = Kept(*work(), begun)
        self._keep(key, made)
        return made

    def anew(self, key: Hashable, work: Callable[[], tuple[Any, int]]) -> None:
        """Has an answer worked out in the background, unless it is already or too many are."""
        with self._lock:
            if key in self._begun:
                return
            self._begun.add(key)
        try:
            self._begin(lambda: self._work_out(key, work))
        except TooMuchAsked:
            self._ended(key)  # whoever asks next begins it, or waits for it once it is too old
        except BaseException:
            self._ended(key)
            raise

    def _work_out(self, key: Hashable, work: Callable[[], tuple[Any, int]]) -> None:
        try:
            self.worked_out(key, work, asked=self._clock())
        except CallerGone:
            log.info("an answer is not worked out anew: this server ends")
        except Exception:
            log.exception("an answer could not be worked out anew")
        finally:
            self._ended(key)

    def _ended(self, key: Hashable) -> None:
        with self._lock:
            self._begun.discard(key)

    def _keep(self, key: Hashable, made: Kept) -> None:
        """One that was begun later stays."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.begun <= made.begun:
                self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
