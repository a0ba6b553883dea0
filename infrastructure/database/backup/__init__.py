"""Backups: a copy of a whole database in one file, made beside whoever works on it, and put back where nothing is yet.

SQLite is copied by its own backup API into another SQLite file, PostgreSQL by its own tools pg_dump and pg_restore.
"""

from pathlib import Path

from infrastructure.database.backup import postgresql, sqlite
from infrastructure.database.backup.refusal import Refused
from infrastructure.database.database import Database, canonical
from infrastructure.database.sqlite import in_memory

__all__ = ["Refused", "backed_up", "restored"]

_BEGINS = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def backed_up(database: Database, file: Path) -> None:
    """Copy a database, as it is at this instant, into a file that only its owner may read.

    Raises Refused where the file is there already or a tool is missing, and OSError where it cannot be written.
    """
    if database.in_memory:
        raise Refused("a database in memory is gone with its process, and cannot be backed up by another one")
    (postgresql if database.is_postgresql else sqlite).backed_up(database, file)


def restored(file: Path, url: str) -> None:
    """Make the database at an address out of a backup. Raises Refused where something is there, or it is no backup."""
    target = canonical(url)
    wanted = target.get_backend_name()
    found = _kind(file)
    if found != wanted:
        raise Refused(f"{file} is a backup of {_NAMES[found]}, and the database to be made is {_NAMES[wanted]}")
    if in_memory(target):
        raise Refused("a database in memory is gone with its process: name a file in STANDFAST_DATABASE_URL")
    (postgresql if wanted == "postgresql" else sqlite).restored(file, target)


def _kind(file: Path) -> str:
    with file.open("rb") as opened:
        beginning = opened.read(16)
    for mark, kind in _BEGINS.items():
        if beginning.startswith(mark):
            return kind
    raise Refused(f"{file} is no backup: neither a SQLite database nor an archive of pg_dump")
