"""Reading the log as it grows, in a thread: one for all who follow it in this process."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final, Protocol

import psycopg
import structlog
from eventsourcing.persistence import Notification, StoredEvent
from sqlalchemy.exc import SQLAlchemyError

from application.ports.log import LogReplaced, StoreUnavailable
from domain.law.recorded import Recorded
from infrastructure.database.database import Database
from infrastructure.events.rows import PlacedEvent
from infrastructure.live.batch import Batch, Write, batches
from infrastructure.log.signal import Signal
from infrastructure.projections.leading import PROJECTING, PULL_SECONDS, RECORDED, Lead, LeadOfFile, LeadOfServer

AT_ONCE: Final = 500
"""How many events are read at a time."""

GATHER_SECONDS: Final = 0.1
"""How long what is recorded gathers once something went out: whoever is told of it is told at most this often."""

END_SECONDS: Final = 5.0
LOG_REPLACED: Final = "log-replaced"
UNFORESEEN: Final = "unforeseen"

log = structlog.get_logger("standfast.live")


class Source(Protocol):
    """The log, as far as it is followed."""

    def between(self, after: int, until: int | None, limit: int | None) -> Sequence[Notification]:
        """Events with `after` < position <= `until`, at most `limit`."""
        ...


class Hears(Protocol):
    """Whoever is told, from the thread that reads."""

    def came(self, batches: Sequence[Batch]) -> None:
        """These come next."""
        ...

    def over(self, reason: str) -> None:
        """Nothing comes any more."""
        ...


@dataclass(frozen=True, slots=True)
class Reads:
    """How the log is read: where from, what wakes whoever waits for more, and how its rows become facts."""

    source: Source
    ear: Callable[[], Lead]
    facts: Callable[[Iterable[StoredEvent]], list[Recorded]]


class Reading:
    """Reads from a position on, and tells what comes until it is stopped.

    Each read begins with the event it was at, which proves that the log still holds it. While the database cannot be
    used it is tried again; where the log was replaced, or cannot be read, that is told and it ends.
    """

    def __init__(self, reads: Reads, write: Write, after: int, hears: Hears) -> None:
        self._reads = reads
        self._write = write
        self._after = after
        self._hears = hears
        self._ear = reads.ear()
        self._last: Notification | None = None
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="standfast-live", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Has it end soon; nothing is waited for."""
        self._stopping.set()
        self._ear.wake()

    def join(self) -> None:
        """Waits until it has ended, unless a database keeps it waiting for long."""
        self._thread.join(END_SECONDS)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._turn_or_wait()
        except LogReplaced as error:
            log.warning("nobody follows the log any more that was replaced", reason=str(error))
            self._hears.over(LOG_REPLACED)
        except Exception:
            log.exception("the log cannot be followed")
            self._hears.over(UNFORESEEN)
        finally:
            self._ear.give_up()

    def _turn_or_wait(self) -> None:
        try:
            self._turn()
        except LogReplaced:
            raise
        except (StoreUnavailable, SQLAlchemyError, psycopg.Error, OSError) as error:
            log.warning("whoever follows the log waits for the database", error=f"{type(error).__name__}: {error}")
            self._ear.give_up()
            self._stopping.wait(PULL_SECONDS)

    def _turn(self) -> None:
        """One page, or a wait for one."""
        rows = self._following()
        if not rows:
            self._ear.wait(True, PULL_SECONDS)
            return
        facts = self._reads.facts(row for row in rows if isinstance(row, PlacedEvent))
        self._hears.came(tuple(batches(self._after, rows[-1].id, facts, self._write)))
        self._after, self._last = rows[-1].id, rows[-1]
        if len(rows) < AT_ONCE:
            self._stopping.wait(GATHER_SECONDS)

    def _following(self) -> Sequence[Notification]:
        """What stands behind the place. Raises LogReplaced where the event there is not the one that was."""
        found = self._reads.source.between(max(0, self._after - 1), None, AT_ONCE + 1)
        if not self._after:
            return found
        if not found or found[0].id != self._after or self._last not in (None, found[0]):
            raise LogReplaced(self._after)
        self._last = found[0]
        return found[1:]


def ear(database: Database, recorded: Signal) -> Lead:
    """What hears that something was recorded, as whoever leads the projections does; it is never led with."""
    if database.is_postgresql:
        return LeadOfServer(database, PROJECTING, hears=(RECORDED,))
    return LeadOfFile(database, recorded, PROJECTING)
