"""Masked histories: those last told are kept, since masking one takes a pass over all of its facts."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Final
from uuid import UUID

from domain.access.eyes import AllShown, Eyes
from domain.access.hiding.masked import Masked, masked
from domain.engagement.state import EngagementHistory

MOST_FACTS: Final = 200_000
"""Of how many facts in all masked histories are kept, those that were asked for last."""

Mask = Callable[[EngagementHistory], Masked]
"""How a history is told to somebody."""


class Masks:
    """The masks of a process; ``key`` gives the secret by which ids are hidden."""

    def __init__(self, key: Callable[[], bytes], most_facts: int = MOST_FACTS) -> None:
        self.key = key
        self._most_facts = most_facts
        self._kept: OrderedDict[tuple[UUID, Eyes], Masked] = OrderedDict()
        self._facts = 0
        self._lock = Lock()

    def of(self, eyes: Eyes) -> Mask | None:
        """How histories are told to these eyes; None: as they are. Raises what asking for the secret raises."""
        return None if isinstance(eyes, AllShown) else partial(self._told, eyes, self.key())

    def _told(self, eyes: Eyes, key: bytes, history: EngagementHistory) -> Masked:
        known = self._find((history.stream_id, eyes))
        if known and known.real is history:
            return known
        found = masked(history, eyes, key, known)
        self._keep((history.stream_id, eyes), found)
        return found

    def _find(self, of: tuple[UUID, Eyes]) -> Masked | None:
        with self._lock:
            if of in self._kept:
                self._kept.move_to_end(of)
            return self._kept.get(of)

    def _keep(self, of: tuple[UUID, Eyes], found: Masked) -> None:
        with self._lock:
            self._let_go(of)
            self._kept[of] = found
            self._facts += found.real.version
            while self._facts > self._most_facts:
                self._let_go(next(iter(self._kept)))

    def _let_go(self, of: tuple[UUID, Eyes]) -> None:
        gone = self._kept.pop(of, None)
        self._facts -= gone.real.version if gone else 0
