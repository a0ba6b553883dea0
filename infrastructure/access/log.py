"""The access log as a process writes it: in the background, some at a time. Nobody who asks ever waits for it.

Alike entries of one second are one row with their number, and a second has a bound of different ones, 50 of all who did
not sign in: who is denied without end does not fill the memory, and the disk no faster than that. What finds no room is
counted. How much that does not hold is told of one address at all is bounded before (`api/http/pace`, `sign-ins`).
"""

import time
from threading import Event, Lock, Thread
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from application.ports.access import Access
from application.ports.log import StoreUnavailable
from infrastructure.access.entries import forget, told
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, process_clock
from infrastructure.process.telemetry import Counters, Labels

MOST_WAITING: Final = 1_000
"""How many different entries wait to be written."""

MOST_OF_NOBODY: Final = 50
"""How many of these of whoever did not sign in: they take no room from what is told of those who did."""

EVERY_SECONDS: Final = 1.0
USED_SECONDS: Final = 60.0
"""How often the same use is told: of one key at one route, of one mandate for one engagement at one route."""

MOST_USES: Final = 10_000
FORGET_SECONDS: Final = 3_600.0
END_SECONDS: Final = 3.0

DROPPED: Final = "standfast_access_log_dropped_total"
DENIED: Final = "standfast_access_denied_total"
HELP: Final = {
    DROPPED: "Entries of the access log that were not written: too many waited.",
    DENIED: "Requests that were denied for who asked, by status.",
}
COUNTED: Final[tuple[tuple[str, Labels], ...]] = (
    (DROPPED, ()),
    *((DENIED, (("status", status),)) for status in ("400", "401", "403", "404", "422")),
)

log = structlog.get_logger("standfast.access")


class AccessLog:
    """Tells what was denied and which keys are used."""

    def __init__(self, database: Database, counters: Counters, clock: Clock = process_clock) -> None:
        self._database = database
        self._counters = counters
        self._clock = clock
        self._lock = Lock()
        self._waiting: dict[Access, int] = {}
        self._of_nobody = 0
        self._used: dict[Access, float] = {}
        self._said = ""
        self._forget_at = 0.0
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="standfast-access-log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Writes what waits, as far as that is soon."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(END_SECONDS)

    def tell(self, entry: Access) -> None:
        """Has an entry written, unless too many wait."""
        with self._lock:
            taken = self._take(entry, 1)
        if not taken:
            self._counters.add(DROPPED)

    def tell_used(self, entry: Access) -> None:
        """Has the use of a key, or of a mandate, told where the same was not told within a minute."""
        now = time.monotonic()
        before = self._used.get(entry)
        if before is not None and now - before < USED_SECONDS:
            return
        if len(self._used) >= MOST_USES:
            self._used.clear()
        self._used[entry] = now
        self.tell(entry)

    def write(self) -> None:
        """Writes what waits, and deletes what is old. Raises StoreUnavailable, and SQLAlchemy's errors."""
        with self._lock:
            taken, self._waiting, self._of_nobody = self._waiting, {}, 0
        forgets = time.monotonic() >= self._forget_at
        if not taken and not forgets:
            return
        try:
            with self._database.writing() as connection:
                now = self._clock()
                told(connection, now, taken)
                if forgets:
                    forget(connection, now)
        except BaseException:
            self._put_back(taken)
            raise
        if forgets:
            self._forget_at = time.monotonic() + FORGET_SECONDS

    def _take(self, entry: Access, times: int) -> bool:
        """Has an entry wait so many times more; False: there is no room. The lock is held."""
        known = self._waiting.get(entry)
        if known is None and not self._has_room_for(entry):
            return False
        self._waiting[entry] = (known or 0) + times
        self._of_nobody += known is None and entry.who is None
        return True

    def _has_room_for(self, entry: Access) -> bool:
        crowded = entry.who is None and self._of_nobody >= MOST_OF_NOBODY
        return not crowded and len(self._waiting) < MOST_WAITING

    def _put_back(self, taken: dict[Access, int]) -> None:
        """What came first waits first again."""
        with self._lock:
            since, self._waiting, self._of_nobody = self._waiting, {}, 0
            dropped = sum(times for entry, times in (*taken.items(), *since.items()) if not self._take(entry, times))
        if dropped:
            self._counters.add(DROPPED, dropped)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            self._written()
        self._written()

    def _written(self) -> None:
        try:
            self.write()
            self._said = ""
        except (StoreUnavailable, SQLAlchemyError) as error:
            said = f"the access log waits for the database: {type(error).__name__}: {error}"
            if said != self._said:
                log.warning(said)
            self._said = said
        except Exception:  # the thread outlives it
            log.exception("the access log could not be written, and is tried again")
