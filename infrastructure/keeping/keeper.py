"""The keeper at work: in a thread of its own, leading or ready to take over."""

import time
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from application.keeping import Keeping, Kept
from application.ports.breaches import BreachesFound
from domain.law.recorded import Recorded
from infrastructure.process.telemetry import Counters, Labels
from infrastructure.process.tracing import CORRELATION_IDS, current
from infrastructure.projections.leader import Leader
from infrastructure.projections.leading import Lead

MOST_TOLD: Final = 20
"""Of how many notices a line of the log says the correlation id."""

END_SECONDS: Final = 5.0
"""How long the notices under way are waited for at the end."""

HELP: Final = {
    "standfast_breaches_recorded_total": "Notices of a breach that the keeper recorded.",
    "standfast_keeper_delay_seconds_total": "Seconds between the breaches and the recording of their notices.",
    "standfast_breaches_due": "Breaches of which no notice has been recorded yet.",
    "standfast_breaches_old": "The same, of an imported past: standfast breaches --record-old.",
    "standfast_keeping": "1 where a process that serves here keeps the deadlines.",
}

COUNTED: Final[tuple[tuple[str, Labels], ...]] = (
    ("standfast_breaches_recorded_total", ()),
    ("standfast_keeper_delay_seconds_total", ()),
)

log = structlog.get_logger("standfast.keeper")


class Keeper:
    """Keeps the deadlines as long as it runs. One leads; another one does no harm. ``lead``: opens the lead."""

    def __init__(self, keeping: Keeping, lead: Callable[[], Lead], counters: Counters) -> None:
        self._keeping = keeping
        self._counters = counters
        self._leader = Leader("keeper", "the deadlines are kept here", lead, self._turn, log)

    def start(self) -> None:
        self._leader.start()

    def stop(self) -> None:
        """Ends after the notices under way."""
        self._leader.stop(END_SECONDS)

    @property
    def alive(self) -> bool:
        return self._leader.alive

    @property
    def leading(self) -> bool:
        return self._leader.leading

    def _turn(self) -> None:
        """Some notices, or a wait for the next."""
        looked_at = time.time_ns()
        due = self._keeping.due()
        kept = self._noticed(due, looked_at) if due.items else Kept()
        self._count(kept)
        if not kept.more:
            self._leader.wait()

    def _noticed(self, due: BreachesFound, looked_at: int) -> Kept:
        """Gives notice of what a look that began at an instant found, in nanoseconds since 1970: traced as one."""
        with current().span("keep deadlines", {"standfast.breaches": len(due.items)}, since=looked_at) as span:
            kept = self._keeping.give_notice(due)
            span.note({"standfast.notices": len(kept.notices), CORRELATION_IDS: correlation_ids_of(kept.notices)})
        return kept

    def _count(self, kept: Kept) -> None:
        for notice in kept.notices:
            delay = (notice.recorded_at - notice.occurred_at).total_seconds()
            self._counters.add("standfast_breaches_recorded_total")
            self._counters.add("standfast_keeper_delay_seconds_total", max(0.0, delay))
        if kept.notices:
            told = correlation_ids_of(kept.notices)[:MOST_TOLD]
            log.info("notice is given of breaches", count=len(kept.notices), correlation_ids=told)


def correlation_ids_of(notices: Iterable[Recorded]) -> list[str]:
    """Each notice has one of its own: the id of its command."""
    return [each.correlation_id for each in notices if each.correlation_id]
