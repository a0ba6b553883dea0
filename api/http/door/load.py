"""How much waits for its answer in one process, and whether one more is taken: by number, by time, and by who asks.

What waits is a request that was read to its end and whose answer has not begun; streams and downloads do not wait.
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Hashable
from math import inf
from typing import Final

MOST_WAITING: Final = 192
"""How many wait at most. More would wait longer and not be answered sooner: the event loop and the writer are one."""

FEW_WAITING: Final = 96
"""How many may, however long they wait: more than the desks keep of what may take long."""

TIMES_WHAT_IS_FREE: Final = 2
"""How many of one asker may wait: so many times the places that are free. Alone it comes to two thirds of all, beside
another one to two fifths, and whoever asks little finds a place (dynamic thresholds: Choudhury and Hahne 1998)."""

LONGEST_SECONDS: Final = 1.0
"""Once all that was answered within a second had waited longer than this, no more than a few may wait; the same where
nothing was answered, and what came first waits longer."""

LOOK_SECONDS: Final = 1.0
RESERVED: Final = 8
"""Places that are kept for whoever asks how the process is."""

MOST_KNOWN: Final = 10_000
"""How many of those who were let in are remembered by what they signed in with, the last ones."""

_SIGNED_BY: Final = (
    re.compile(rb"\r\nauthorization:[ \t]*([^\r\n]*)", re.IGNORECASE),
    re.compile(rb"\r\ncookie:[^\r\n]*?standfast_session=([^;\r\n]*)", re.IGNORECASE),
)
_ALWAYS: Final = (b"GET /healthz ", b"HEAD /healthz ")
_OF_THE_PROCESS: Final = (b"GET /readyz ", b"HEAD /readyz ", b"GET /metrics ", b"HEAD /metrics ")


def credential_of(data: bytes) -> bytes:
    """What a request that begins so signs in with, as it stands there; nobody has looked at it yet. Empty: nothing."""
    found = next(filter(None, (each.search(data) for each in _SIGNED_BY)), None)
    return found[1] if found else b""


class Load:
    """What waits, each by its connection. Instants are seconds of a monotonic clock."""

    def __init__(self, most: int = MOST_WAITING, few: int = FEW_WAITING) -> None:
        self._most = most
        self._few = few
        self._waiting: dict[Hashable, tuple[float, Hashable]] = {}  # since when, and whose
        self._of_each: Counter[Hashable] = Counter()
        self._known: OrderedDict[bytes, Hashable] = OrderedDict()  # whose each credential is
        self._late = False
        self._least_wait = inf
        self._next_look_at = 0.0

    def know(self, credential: bytes, asker: Hashable) -> None:
        """Whoever signs in with this was let in, and has a share of its own."""
        if credential:
            self._known[credential] = asker
            self._known.move_to_end(credential)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def asker(self, credential: bytes) -> Hashable:
        """Who asks, as far as is known; None: nobody that was let in, all of whom share one share."""
        return self._known.get(credential)

    def begin(self, connection: Hashable, asker: Hashable, now: float) -> None:
        if connection not in self._waiting:
            self._waiting[connection] = now, asker
            self._of_each[asker] += 1

    def end(self, connection: Hashable, now: float) -> None:
        began, asker = self._waiting.pop(connection, (None, None))
        if began is not None:
            self._least_wait = min(self._least_wait, now - began)
            self._of_each[asker] -= 1
            if not self._of_each[asker]:
                del self._of_each[asker]

    def takes(self, data: bytes, asker: Hashable, now: float) -> bool:
        """Whether a request that begins so is taken now."""
        if now >= self._next_look_at:
            self._look(now)
        waiting = len(self._waiting)
        free = (self._few if self._late else self._most) - waiting
        if self._of_each[asker] < TIMES_WHAT_IS_FREE * free or data.startswith(_ALWAYS):
            return True
        return waiting < self._most + RESERVED and data.startswith(_OF_THE_PROCESS)

    def _look(self, now: float) -> None:
        oldest, _ = next(iter(self._waiting.values()), (now, None))
        self._late = (now - oldest if self._least_wait == inf else self._least_wait) > LONGEST_SECONDS
        self._least_wait = inf
        self._next_look_at = now + LOOK_SECONDS
