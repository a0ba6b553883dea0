"""The demo as histories, told through the domain alone, and read on its last day."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import uuid5

from application.demo.engagement import Play
from application.demo.script import Script
from domain.clocks.reading import Clocks, clocks_of
from domain.engagement.state import EngagementHistory
from domain.law.command import Order
from domain.law.recorded import Recorded
from domain.metrics.engagement import Metrics, metrics_of
from tests.domain.shipped import shipped_terms

DAY = datetime(2026, 6, 1, tzinfo=UTC)
SEED, ENGAGEMENTS = 1, 220
"""What `standfast demo` tells unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Told:
    """One engagement of the demo with what is said of it at the end of the story."""

    play: Play
    history: EngagementHistory
    metrics: Metrics
    clocks: Clocks

    @property
    def model(self) -> str:
        return self.history.state.model


@cache
def demo() -> tuple[Told, ...]:
    """Every engagement of the default demo on one day."""
    return tuple(_told(each) for each in Script.of(SEED, ENGAGEMENTS, DAY, shipped_terms()).plays)


def _told(play: Play) -> Told:
    history = history_of(play)
    return Told(
        play, history, metrics_of(history, as_of=DAY, known_at=DAY), clocks_of(history, as_of=DAY, known_at=DAY)
    )


def history_of(play: Play) -> EngagementHistory:
    """What the commands of an engagement record. Raises the rejection of the first that is refused."""
    terms = shipped_terms()
    first, *others = (
        Order(
            command=entry.command,
            occurred_at=entry.at,
            actor=entry.actor,
            on_behalf_of=None,
            command_id=uuid5(play.engagement_id, str(number)),
            now=entry.noted,
        )
        for number, entry in enumerate(play.entries)
    )
    facts: list[Recorded] = [first.opening(play.engagement_id, terms)]
    history = EngagementHistory.of(facts)
    for order in others:
        recorded = order.facts(history, terms)
        history = history.extended(recorded) if recorded else history
    return history
