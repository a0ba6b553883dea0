"""Copies of a SQLite database by SQLite's backup API: one reading transaction, beside which others go on writing."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from infrastructure.database.address import address_of, address_of_file
from infrastructure.database.backup.refusal import Refused
from infrastructure.database.database import Database
from infrastructure.database.sqlite import PROJECTIONS, connect_to_read, library, path_of

_BESIDE = ("-wal", "-shm", "-journal")


def backed_up(database: Database, file: Path) -> None:
    """Copy it into a file. Raises Refused where that is there already, or the copy is damaged."""
    _copied(database.url, file)


def restored(file: Path, url: URL) -> None:
    """Make the file of an address out of a backup. Raises Refused where it is there already, or one beside it.

    Projections that are left of another database of that name are removed: whoever projects makes them again.
    """
    target = path_of(url)
    for beside in _BESIDE:
        _absent(target.with_name(target.name + beside))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _copied(address_of(address_of_file(file.absolute())), target)
    for projected in ("", *_BESIDE):
        target.with_name(f"{target.name}{PROJECTIONS}{projected}").unlink(missing_ok=True)


def _copied(source: URL, target: Path) -> None:
    _absent(target)
    with _part_of(target) as part:
        with closing(connect_to_read(source)) as original, closing(library().connect(str(part))) as copy:
            original.backup(copy)
            _demand_whole(copy, path_of(source))
        _synced(part)
        part.rename(target)
        _synced(target.parent)


def _absent(path: Path) -> None:
    if os.path.lexists(path):
        raise Refused(f"{path} is there already, and nothing is written over it: name another file, or move that away")


def _demand_whole(copy: Any, source: Path) -> None:
    [said] = copy.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise Refused(f"{source} is damaged, and was not copied: {said}")


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """A file beside another one, for its owner only; removed unless it is renamed."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.", suffix=".part")
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
    finally:
        for path in (part, *(part.with_name(part.name + beside) for beside in _BESIDE)):
            path.unlink(missing_ok=True)


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
