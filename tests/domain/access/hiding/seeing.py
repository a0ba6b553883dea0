"""What somebody is told of a past, as a test asks for it."""

from datetime import datetime, timedelta
from typing import Any

from domain.access.eyes import Eyes
from domain.access.hiding.masked import Masked, masked
from domain.clocks.reading import clocks_of
from domain.engagement.state import EngagementHistory
from domain.lanes.drawn import Lanes
from domain.lanes.lanes import lanes_of
from domain.law.recorded import Recorded
from domain.metrics.engagement import metrics_of
from tests.domain.given import Given

KEY = b"a key of 32 bytes of an installa"


def seen(past: Given | EngagementHistory, eyes: Eyes) -> Masked:
    return masked(past.history if isinstance(past, Given) else past, eyes, KEY)


def facts(past: Given, eyes: Eyes, kind: type) -> list[Recorded]:
    """The facts of a type that these eyes are told of."""
    return [fact for fact in seen(past, eyes).history.facts if fact.told and isinstance(fact.event, kind)]


def event(past: Given, eyes: Eyes, kind: type) -> Any:
    """The one event of a type that these eyes are told of."""
    [fact] = facts(past, eyes, kind)
    return fact.event


def figures(history: EngagementHistory) -> list[Any]:
    """Clocks and metrics of a history by its end, and a year later."""
    known_at = history.facts[-1].recorded_at
    return [
        found
        for at in _ends(history)
        for found in (clocks_of(history, at, known_at).readings, metrics_of(history, as_of=at, known_at=known_at))
    ]


def drawn(history: EngagementHistory) -> list[Lanes]:
    """Its lanes at the same instants."""
    return [lanes_of(history, at) for at in _ends(history)]


def _ends(history: EngagementHistory) -> list[datetime]:
    end = max(fact.occurred_at for fact in history.timeline)
    return [end, end + timedelta(days=365)]
