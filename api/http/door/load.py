"""How much waits for its answer in one process, and whether one more is taken: by number, and by time.

What waits is a request that was read to its end and whose answer has not begun; streams and downloads do not wait.
"""

from collections.abc import Hashable
from math import inf
from typing import Final

MOST_WAITING: Final = 128
"""How many wait at most. More would wait longer and not be answered sooner: the event loop and the writer are one."""

FEW_WAITING: Final = 64
"""How many always may, however long they wait: more than the desks keep of what may take long."""

LONGEST_SECONDS: Final = 1.0
"""Once all that was answered within a second had waited longer than this, no more than a few may wait; the same where
nothing was answered, and what came first waits longer."""

LOOK_SECONDS: Final = 1.0
RESERVED: Final = 8
"""Places that are kept for whoever asks how the process is."""

_ALWAYS: Final = (b"GET /healthz ", b"HEAD /healthz ")
_OF_THE_PROCESS: Final = (b"GET /readyz ", b"HEAD /readyz ", b"GET /metrics ", b"HEAD /metrics ")


class Load:
    """What waits, each by its connection. Instants are seconds of a monotonic clock."""

    def __init__(self, most: int = MOST_WAITING, few: int = FEW_WAITING) -> None:
        self._most = most
        self._few = few
        self._waiting: dict[Hashable, float] = {}
        self._late = False
        self._least_wait = inf
        self._next_look_at = 0.0

    def begin(self, whose: Hashable, now: float) -> None:
        self._waiting.setdefault(whose, now)

    def end(self, whose: Hashable, now: float) -> None:
        began = self._waiting.pop(whose, None)
        if began is not None:
            self._least_wait = min(self._least_wait, now - began)

    def takes(self, data: bytes, now: float) -> bool:
        """Whether a request that begins so is taken now."""
        if now >= self._next_look_at:
            self._look(now)
        waiting = len(self._waiting)
        if waiting < (self._few if self._late else self._most) or data.startswith(_ALWAYS):
            return True
        return waiting < self._most + RESERVED and data.startswith(_OF_THE_PROCESS)

    def _look(self, now: float) -> None:
        oldest = next(iter(self._waiting.values()), now)
        self._late = (now - oldest if self._least_wait == inf else self._least_wait) > LONGEST_SECONDS
        self._least_wait = inf
        self._next_look_at = now + LOOK_SECONDS
