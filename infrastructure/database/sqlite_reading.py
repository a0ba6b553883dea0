"""A SQLite file opened to be read: nothing is made and nothing is changed, not even beside it.

A file with nothing in its write-ahead log is read as it lies there (``immutable``), also on a medium that cannot be
written; whoever opens it to write meanwhile makes such a log, and before the next question it is opened anew. With a
write-ahead log it is read beside whoever writes (``mode=ro``).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from application.ports.log import StoreUnavailable
from infrastructure.database.sqlite_file import File, FileGone, wal_of

SETTINGS = (
    "PRAGMA query_only = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA cache_size = -16000",
)
"""The first forbids to write; the others are those of a connection that writes, to be verified like one."""


class NoDatabase(StoreUnavailable):
    """There is no file at the address that was to be read."""


@dataclass(frozen=True, slots=True)
class FileAsFound:
    """The file that a connection reads: its state where it is read as it lies there, otherwise only which one it is."""

    path: Path
    database: File
    lying: tuple[int, int] | None
    """Size in bytes and time of the last change in nanoseconds, without a write-ahead log beside it."""

    wal: ClassVar[None] = None
    only_the_wal_is_gone: ClassVar[bool] = False

    @staticmethod
    def at(path: Path) -> "FileAsFound":
        """What a name leads to now. Raises NoDatabase."""
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise NoDatabase(f"there is no file {path}") from None
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be read: {error.strerror}") from error
        lying = None if _is_written_ahead(path) else (found.st_size, found.st_mtime_ns)
        return FileAsFound(path, (found.st_dev, found.st_ino), lying)

    def check(self) -> None:
        """Raises FileGone unless it is still so."""
        if FileAsFound.at(self.path) != self:
            raise FileGone(f"{self.path} is not as it was when it was opened")

    @property
    def options(self) -> str:
        return "mode=ro" if self.lying is None else "mode=ro&immutable=1"


def _is_written_ahead(path: Path) -> bool:
    """Whether something is in the write-ahead log, which the file by itself lacks."""
    try:
        return wal_of(path).stat().st_size > 0
    except FileNotFoundError:
        return False


def why_unreadable(path: Path, said: object) -> StoreUnavailable:
    """What is told of a file that SQLite would not open, by what it said."""
    if _is_written_ahead(path):
        return StoreUnavailable(
            f"{wal_of(path)} holds what was recorded last, and SQLite reads it only where it may make a file beside "
            f"it ({said}): copy both files to where it may"
        )
    return StoreUnavailable(f"{path} cannot be read: {said}")
