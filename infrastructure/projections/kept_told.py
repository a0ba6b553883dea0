"""The told projections of a process: made when somebody asks for the first time, kept for those who asked last."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from domain.access.eyes import AllShown, Eyes
from domain.access.reach import Reach
from infrastructure.log.reading import Log
from infrastructure.projections.reading import Snapshots
from infrastructure.projections.told import ToldProjections

T = TypeVar("T")

MOST_READERS: Final = 64
MOST_ENGAGEMENTS: Final = 20_000
"""In all of those that are kept, beside those that were asked for last."""


class KeptTold(Generic[T]):
    """By reach and eyes. ``read`` makes of projections what reads them; ``key`` as of `ToldProjections`."""

    def __init__(
        self,
        shared: Snapshots,
        log: Log,
        key: Callable[[], bytes],
        read: Callable[[Snapshots], T],
        *,
        most_readers: int = MOST_READERS,
        most_engagements: int = MOST_ENGAGEMENTS,
    ) -> None:
        self._shared = shared
        self._log = log
        self._key = key
        self._read = read
        self._most_readers = most_readers
        self._most_engagements = most_engagements
        self._kept: OrderedDict[tuple[Reach, Eyes], tuple[ToldProjections, T]] = OrderedDict()
        self._lock = Lock()

    def of(self, reach: Reach, eyes: Eyes) -> T | None:
        """What reads the projections as they are told; None: those that everybody shares."""
        if isinstance(eyes, AllShown):
            return None
        with self._lock:
            whose = reach, eyes
            if whose not in self._kept:
                told = ToldProjections(self._shared, self._log, reach, eyes, self._key)
                self._kept[whose] = told, self._read(told)
            self._kept.move_to_end(whose)
            while len(self._kept) > 1 and self._too_many():
                self._kept.popitem(last=False)  # whoever reads them reads on
            return self._kept[whose][1]

    def _too_many(self) -> bool:
        engagements = sum(told.engagements for told, _ in self._kept.values())
        return len(self._kept) > self._most_readers or engagements > self._most_engagements

    def close(self) -> None:
        """Keeps none any longer."""
        with self._lock:
            self._kept.clear()
