"""Histories kept at hand: a cached one is never believed, the append or the read that uses it proves its last event."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from application.ports.log import Followed
from domain.engagement.state import EngagementHistory


@dataclass(frozen=True, slots=True)
class Recalled:
    """A history as it was read or recorded, with the salt of its last event: by it the log can prove that it holds."""

    history: EngagementHistory
    salt: bytes

    @property
    def version(self) -> int:
        return self.history.version

    @property
    def last(self) -> Followed:
        """The event that whatever is decided on this history follows."""
        return Followed(self.history.stream_id, self.history.version, self.salt)


class WarmHistories:
    """The histories last used, up to ``most_facts`` facts in all."""

    def __init__(self, most_facts: int = 200_000) -> None:
        self._most_facts = most_facts
        self._facts = 0
        self._histories: OrderedDict[UUID, Recalled] = OrderedDict()
        self._lock = Lock()

    def get(self, engagement_id: UUID) -> Recalled | None:
        with self._lock:
            recalled = self._histories.get(engagement_id)
            if recalled:
                self._histories.move_to_end(engagement_id)
            return recalled

    def put(self, engagement_id: UUID, recalled: Recalled) -> None:
        """Keeps a history, unless a newer one is at hand."""
        with self._lock:
            known = self._histories.get(engagement_id)
            if known and known.version >= recalled.version:
                return
            self._facts += recalled.version - (known.version if known else 0)
            self._histories[engagement_id] = recalled
            self._histories.move_to_end(engagement_id)
            while self._facts > self._most_facts and len(self._histories) > 1:
                _, dropped = self._histories.popitem(last=False)
                self._facts -= dropped.version

    def drop(self, engagement_id: UUID) -> None:
        """Forgets one: the log does not hold its last event."""
        with self._lock:
            dropped = self._histories.pop(engagement_id, None)
            self._facts -= dropped.version if dropped else 0

    def forget(self) -> None:
        """Forgets all: the log is another one."""
        with self._lock:
            self._histories.clear()
            self._facts = 0
