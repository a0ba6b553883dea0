"""The keeper at work: in a thread of its own, leading or ready to take over."""

import time
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Final

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from application.keeping import Keeping, Kept
from application.ports.breaches import BreachesFound
from application.ports.engagement_list import ProjectionsMissing
from application.ports.log import StoreUnavailable
from domain.law.recorded import Recorded
from infrastructure.process.telemetry import Counters, Labels
from infrastructure.process.tracing import CORRELATION_IDS, current
from infrastructure.projections.leading import Lead

LOOK_SECONDS: Final = 0.5
"""How often it looks for what is due."""

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
        self.leading = False
        self._keeping = keeping
        self._open_lead = lead
        self._counters = counters
        self._lead: Lead | None = None
        self._said = ""
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="standfast-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the notices under way."""
        self._stopping.set()
        if self._lead is not None:
            self._lead.wake()
        if self._thread.is_alive():
            self._thread.join(END_SECONDS)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn_or_fall()
            except Exception:  # also of what is done where a turn has failed: the thread outlives it
                log.exception("the keeper failed, and begins again")
                self._stopping.wait(LOOK_SECONDS)
        self._give_up()

    def _turn_or_fall(self) -> None:
        try:
            self._turn()
        except ProjectionsMissing as missing:
            self._fell_over(f"the keeper waits: {missing}")
        except (StoreUnavailable, SQLAlchemyError, psycopg.Error, OSError) as error:
            self._fell_over(f"the keeper waits for the database: {type(error).__name__}: {error}")

    def _turn(self) -> None:
        """Some notices, or a wait for the next."""
        if self._lead is None:
            self._lead = self._open_lead()
        if not self._lead.held():
            self.leading = False
            self._lead.wait(False, LOOK_SECONDS)
            return
        if not self.leading:
            self.leading = True
            log.info("the deadlines are kept here")
        looked_at = time.time_ns()
        due = self._keeping.due()
        kept = self._noticed(due, looked_at) if due.items else Kept()
        self._said = ""
        self._count(kept)
        if not kept.more:
            self._lead.wait(True, LOOK_SECONDS)

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
            log.info(
                "notice is given of breaches", count=len(kept.notices), correlation_ids=correlation_ids_of(kept.notices)
            )

    def _fell_over(self, why: str) -> None:
        """Lets another one lead, and says why, once as long as it stays the same."""
        if why != self._said:
            log.warning(why)
            self._said = why
        self._give_up()
        self._stopping.wait(LOOK_SECONDS)

    def _give_up(self) -> None:
        self.leading = False
        if self._lead is not None:
            self._lead.give_up()


def correlation_ids_of(notices: Iterable[Recorded]) -> list[str]:
    """Each notice has one of its own: the id of its command."""
    return [each.correlation_id for each in notices if each.correlation_id]
