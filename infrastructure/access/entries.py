"""The rows of the access log: written many at once, read the last ones first, and deleted once they are 90 days old."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from application.commands.random_ids import new_id
from application.ports.access import Access, AccessTold
from infrastructure.access.secret import without_secrets
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros
from infrastructure.database.tables import access_log

KEPT: Final = timedelta(days=90)
_LATER: Final = timedelta(minutes=1)
"""Rows are deleted a little late, so that a clock of the database that is behind agrees."""

_LONGEST: Final = 500
_UNSEEN: Final = "\N{REPLACEMENT CHARACTER}"
_NAMES: Final = tuple(each.name for each in fields(Access))


def told(connection: Connection, at: int, entries: Iterable[Access] | Mapping[Access, int]) -> None:
    """Writes entries down, as of one instant in microseconds; a mapping says how many times each."""
    times = entries if isinstance(entries, Mapping) else dict.fromkeys(entries, 1)
    rows = [{"entry": new_id(), "at": at, "times": count, **_row(each)} for each, count in times.items()]
    if rows:
        connection.execute(insert(access_log), rows)


def last_told(database: Database, limit: int, since: int | None = None) -> Sequence[AccessTold]:
    """The last entries, the latest first; ``since`` in microseconds. Raises StoreUnavailable."""
    query = select(access_log).order_by(access_log.c.at.desc(), access_log.c.entry.desc()).limit(limit)
    if since is not None:
        query = query.where(access_log.c.at >= since)
    with database.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return [AccessTold(**{**row, "at": from_micros(row["at"])}) for row in rows]


def forget(connection: Connection, now: int) -> None:
    """Deletes what was kept long enough."""
    connection.execute(delete(access_log).where(access_log.c.at < now - (KEPT + _LATER) // timedelta(microseconds=1)))


def _row(entry: Access) -> dict[str, object]:
    return {name: _short(getattr(entry, name)) for name in _NAMES}


def _short(value: object) -> object:
    """A text as it is kept: short, without secrets, and without what no terminal shows and no database takes."""
    if not isinstance(value, str):
        return value
    return "".join(each if each.isprintable() else _UNSEEN for each in without_secrets(value)[:_LONGEST])
