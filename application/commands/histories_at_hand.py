"""Histories kept at hand: a cached one is never believed, the append proves its version."""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from domain.engagement.state import EngagementHistory


class WarmHistories:
    """The histories last used, up to ``most_facts`` facts in all."""

    def __init__(self, most_facts: int = 200_000) -> None:
        self._most_facts = most_facts
        self._facts = 0
        self._histories: OrderedDict[UUID, EngagementHistory] = OrderedDict()
        self._lock = Lock()

    def get(self, engagement_id: UUID) -> EngagementHistory | None:
        with self._lock:
            history = self._histories.get(engagement_id)
            if history:
                self._histories.move_to_end(engagement_id)
            return history

    def put(self, engagement_id: UUID, history: EngagementHistory) -> None:
        """Keeps a history, unless a newer one is at hand."""
        with self._lock:
            known = self._histories.get(engagement_id)
            if known and known.version >= history.version:
                return
            self._facts += history.version - (known.version if known else 0)
            self._histories[engagement_id] = history
            self._histories.move_to_end(engagement_id)
            while self._facts > self._most_facts and len(self._histories) > 1:
                _, dropped = self._histories.popitem(last=False)
                self._facts -= dropped.version
