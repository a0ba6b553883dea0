"""One leader in each office of a database: who holds the lock projects, keeps the deadlines, or sends to webhooks, and
whoever is left takes over when it is gone.

PostgreSQL keeps the lock for a session, the system that of a file for a process: neither outlives its holder. The
connection that holds PostgreSQL's also hears what is recorded and what is projected.
"""

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final, Protocol

import psycopg
from sqlalchemy import text

from infrastructure.database.database import Database
from infrastructure.database.sqlite import path_of
from infrastructure.log.signal import Signal

PULL_SECONDS: Final = 0.5
"""A wake-up can be lost, and other processes may give none: look by yourself this often."""

AWAKE_SECONDS: Final = 0.1
"""How long a wait for the server goes on once it is to end."""

RECORDED, PROJECTED = "standfast_recorded", "standfast_projected"


@dataclass(frozen=True, slots=True)
class Office:
    """What is led: the advisory lock of PostgreSQL, and the ending of the file, that its leader holds."""

    lock: int
    ending: str


PROJECTING: Final = Office(7_236_412_906, ".lead")
KEEPING: Final = Office(7_236_412_907, ".keeper")
JOBS: Final = Office(7_236_412_908, ".jobs")
SENDING: Final = Office(7_236_412_911, ".sender")

_LED: Final = text(
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_database AS d ON d.oid = l.database "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND d.datname = pg_catalog.current_database() "
    "AND l.classid = CAST(:high AS oid) AND l.objid = CAST(CAST(:low AS bigint) AS oid))"
)


class Lead(Protocol):
    """The lead, and being woken while it is held and while it is not."""

    def held(self) -> bool:
        """Whether this process leads, or now does. Raises psycopg's and the system's errors."""
        ...

    def wait(self, leading: bool, seconds: float) -> None:
        """Waits until something was recorded (leading) or projected (not leading), or until the time is over."""
        ...

    def tell(self) -> None:
        """Tells other processes that the projections have moved."""
        ...

    def wake(self) -> None:
        """Ends a wait, from another thread."""
        ...

    def give_up(self) -> None:
        """Lets another one lead."""
        ...


class LeadOfServer:
    """The lead in an office of a PostgreSQL database; ``hears``: what wakes it."""

    def __init__(
        self, database: Database, office: Office = PROJECTING, hears: tuple[str, ...] = (RECORDED, PROJECTED)
    ) -> None:
        self._database = database
        self._office = office
        self._hears = hears
        self._connection: psycopg.Connection[Any] | None = None
        self._leads = False
        self._awake = Event()

    def held(self) -> bool:
        connection = self._connected()
        if not self._leads:
            row = connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (self._office.lock,)).fetchone()
            self._leads = bool(row and row[0])
        return self._leads

    def wait(self, leading: bool, seconds: float) -> None:
        until, channel = time.monotonic() + seconds, RECORDED if leading else PROJECTED
        connection = self._connected()
        while not self._awake.is_set() and (left := until - time.monotonic()) > 0:
            heard = [each.channel for each in connection.notifies(timeout=min(left, AWAKE_SECONDS), stop_after=1)]
            if channel in heard:
                _forget_what_was_heard(connection)
                return
        self._awake.clear()

    def tell(self) -> None:
        connection = self._connected()
        connection.execute(f"NOTIFY {PROJECTED}")
        _forget_what_was_heard(connection)  # whoever tells looks at the log again, before it waits

    def wake(self) -> None:
        self._awake.set()

    def give_up(self) -> None:
        self._leads = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._leads = False
            self._connection = self._database.own_connection()
            for channel in self._hears:
                self._connection.execute(f"LISTEN {channel}".encode())
        return self._connection


def _forget_what_was_heard(connection: psycopg.Connection[Any]) -> None:
    """Drops what has come so far: what it told of is committed, and found by whoever looks now."""
    for _ in connection.notifies(timeout=0):
        pass


class LeadOfFile:
    """The lead in an office of a SQLite file, or of a database in memory, which nobody else has.

    ``recorded`` is given by the writer of this process; what others record is found by looking.
    """

    def __init__(self, database: Database, recorded: Signal, office: Office = PROJECTING) -> None:
        self._path = None if database.in_memory else _beside(path_of(database.url), office)
        self._recorded = recorded
        self._seen = recorded.count
        self._descriptor: int | None = None

    def held(self) -> bool:
        if self._path is None or self._descriptor is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def wait(self, leading: bool, seconds: float) -> None:
        self._recorded.wait_beyond(self._seen, seconds)
        self._seen = self._recorded.count

    def tell(self) -> None:
        """There is no way to reach another process: it looks by itself."""

    def wake(self) -> None:
        self._recorded.give()

    def give_up(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _beside(path: Path, office: Office) -> Path:
    return path.with_name(path.name + office.ending)


def led(database: Database, office: Office = PROJECTING) -> bool:
    """Whether anybody leads in an office of a database now. Raises StoreUnavailable."""
    if database.is_postgresql:
        with database.reading() as connection:
            return bool(
                connection.execute(_LED, {"high": office.lock >> 32, "low": office.lock & 0xFFFF_FFFF}).scalar_one()
            )
    path = None if database.in_memory else _beside(path_of(database.url), office)
    if path is None or not path.exists():
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)  # and with it what was locked
    return False
