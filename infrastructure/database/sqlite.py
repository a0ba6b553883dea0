"""How Standfast opens SQLite: which library, which settings, and for how many processes.

SQLite before 3.51.3 (3.50.7, 3.44.6) can lose committed writes when several processes share a WAL file. Where
`pysqlite3` is not installed and the system's library is that old, one process claims the file for itself.
"""

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import StaticPool

from application.ports.log import StoreUnavailable
from infrastructure.database import sqlite_reading
from infrastructure.database.sqlite_file import File, FileGone, OpenFile, keep_private
from infrastructure.database.sqlite_reading import FileAsFound, why_unreadable

IMMEDIATE = "standfast_immediate"
BUSY_SECONDS = 10.0
PROJECTIONS = "-projections"
"""What the name of the file of a database's projections ends with, behind that of the database."""

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA recursive_triggers = ON",
    # Every append touches random pages of two indexes: written back less often, and kept at hand.
    "PRAGMA wal_autocheckpoint = 8000",
    "PRAGMA cache_size = -16000",
)


class DatabaseInUse(StoreUnavailable):
    """Another process serves this file, and this SQLite library is not safe for two."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The lock by which one process keeps a file for itself."""

    descriptor: int

    def release(self) -> None:
        os.close(self.descriptor)


def library() -> ModuleType:
    """The SQLite that this process uses: `pysqlite3` where it is installed, otherwise Python's own."""
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return import_module("sqlite3.dbapi2")


def safe_for_many_processes(version: tuple[int, ...]) -> bool:
    """Whether this version of SQLite has the fix of the WAL-reset defect."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def claim(url: URL) -> Claim | None:
    """Make the file, readable by its owner only, and lock it where the library demands it.

    Raises `DatabaseInUse`, and `ReadableByOthers` where others may read it and that cannot be changed.
    """
    path = path_of(url)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    keep_private(path)
    if safe_for_many_processes(tuple(library().sqlite_version_info)):
        return None
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise DatabaseInUse(
            f"{path} is served by another process, and SQLite {library().sqlite_version} can lose writes of two: "
            "stop the other one, install pysqlite3, or use PostgreSQL"
        ) from None
    return Claim(descriptor)


def path_of(url: URL) -> Path:
    return Path(str(url.database)).absolute()


def connect(url: URL) -> Any:
    """A connection of the driver with the store's settings; transactions are begun by whoever uses it.

    It opens the file that is there, and makes none: one that is gone must not be taken for an empty one. Its `files`
    are what it has open, None of a database in memory. Raises the driver's error, and FileGone.
    """
    if in_memory(url):
        return _connected(":memory:")
    path = path_of(url)
    keep_private(path)
    before = OpenFile.at(path)
    connection = _connected(f"{path.as_uri()}?mode=rw")
    connection.files = OpenFile.at(path)
    if connection.files.database != before.database:
        connection.close()
        raise FileGone(f"{path} was replaced while it was opened")
    with _saving:  # a file that is new may have the number of one that is gone
        _saved.discard(connection.files.wal)
    return connection


def connect_to_read(url: URL) -> Any:
    """A connection that makes nothing and changes nothing. Raises StoreUnavailable, as NoDatabase where no file is."""
    path = path_of(url)
    found = FileAsFound.at(path)
    try:
        connection = _connected(f"{path.as_uri()}?{found.options}", sqlite_reading.SETTINGS)
    except library().Error as error:
        raise why_unreadable(path, error) from error
    connection.files = found
    return connection


def let_go(connection: Any) -> None:
    """Closes a connection whose file is not the one at its name any more.

    Where only the write-ahead log was deleted, what was committed into it is put into the database first: whoever
    opens the database next makes a new one. Raises StoreUnavailable where that cannot be done, and closes nothing.
    """
    with _saving:
        wal = connection.files.wal
        if wal and connection.files.only_the_wal_is_gone and wal not in _saved:
            _save(connection)
            _saved.add(wal)
    connection.close()


_saving = Lock()
_saved: set[File] = set()
"""The deleted write-ahead logs that hold nothing any more. One is put back once: then the next one is written to."""


def _save(connection: Any) -> None:
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except library().Error as error:
        raise StoreUnavailable(f"a deleted write-ahead log cannot be put back: {error}") from error
    if busy:
        raise StoreUnavailable("a deleted write-ahead log cannot be put back while it is read")


def _connected(name: str, settings: Sequence[str] = _SETTINGS) -> Any:
    options = {"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS, "uri": True}
    connection = library().connect(name, factory=_kind(), **options)
    try:
        for setting in settings:
            connection.execute(setting)
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # opens the write-ahead log
    except BaseException:
        connection.close()
        raise
    return connection


@cache
def _kind() -> Any:
    """The driver's connection, which by itself takes no attribute."""
    return type("Connection", (library().Connection,), {"files": None})


def engine(url: URL, pool_size: int, *, to_read: bool = False) -> Engine:
    """An engine on such connections, whose transactions begin as the caller asked; `to_read`: on those that read."""
    pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": pool_size}
    if in_memory(url):
        pool = {"poolclass": StaticPool}
    opened = connect_to_read if to_read else connect
    made = create_engine(url, module=library(), creator=lambda: opened(url), **pool)

    @event.listens_for(made, "checkout")
    def check(connection: Any, _record: object, _proxy: object) -> None:
        try:
            if connection.files:
                connection.files.check()
        except FileGone as error:
            let_go(connection)
            raise DisconnectionError(str(error)) from error  # the pool opens what is there now

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get(IMMEDIATE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return made
