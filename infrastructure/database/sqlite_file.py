"""The file of a SQLite database: that it is still the one a connection has open, and that only its owner may read it.

A file that is moved, deleted or replaced stays open for whoever has it open: a commit into it succeeds, and is gone
with the process. So is one into a write-ahead log that was deleted. A connection is therefore trusted as long as the
names lead to the files that it opened, by device and inode.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import structlog

from application.ports.log import StoreUnavailable

log = structlog.get_logger("standfast.database")

File = tuple[int, int]
"""Its device and inode."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class FileGone(StoreUnavailable):
    """The name of the database, or of its write-ahead log, does not lead to the file that is open any more."""


class ReadableByOthers(StoreUnavailable):
    """Others than its owner may read the database, and this process may not change that."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The files that a connection has open, by what their names led to when it opened them."""

    path: Path
    wal_path: Path
    database: File | None
    wal: File | None

    @staticmethod
    def at(path: Path) -> "OpenFile":
        """What a name leads to now."""
        beside = wal_of(path)
        return OpenFile(path, beside, _file(path), _file(beside))

    def check(self) -> None:
        """Raises FileGone unless the names still lead there."""
        if self.database is None or _file(self.path) != self.database:
            raise FileGone(f"{self.path} is not the file that is open")
        if self.wal is None or _file(self.wal_path) != self.wal:
            raise FileGone(f"{self.wal_path} is not the file that is open")

    @property
    def only_the_wal_is_gone(self) -> bool:
        """Whether the database is where it was: then what its write-ahead log holds can still be put into it."""
        return self.database is not None and _file(self.path) == self.database


def wal_of(path: Path) -> Path:
    """Where SQLite keeps the write-ahead log: beside the file itself, also where the path is a link to it."""
    return _beside(path, "-wal")


def _beside(path: Path, ending: str) -> Path:
    found = path.resolve()
    return found.with_name(found.name + ending)


def keep_private(path: Path) -> None:
    """Takes from others what they may do with the database and the files beside it. Raises ReadableByOthers."""
    for one in (path, wal_of(path), _beside(path, "-shm")):
        mode = _mode(one)
        if mode is not None and mode & OTHERS:
            _take_from_others(one, mode)


def _take_from_others(path: Path, mode: int) -> None:
    try:
        path.chmod(mode & ~OTHERS)
    except OSError as error:
        raise ReadableByOthers(f"others may read {path}, and that cannot be changed: {error.strerror}") from error
    log.warning("others could read the database", file=str(path), mode=f"{mode:o}")


def _file(path: Path) -> File | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return None
