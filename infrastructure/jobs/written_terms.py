"""Terms that somebody wrote to suppose them, for a day: an address that names them by their digest finds them again.

They stand beside the projections, as the jobs do: what is lost with them is written again.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from infrastructure.database.database import Database
from infrastructure.database.instants import process_clock
from infrastructure.jobs.one_at_a_time import one_at_a_time
from infrastructure.projections.reading import schema_of, written_terms_of

KEPT: Final = timedelta(days=1)
"""How long they are kept after they were last written."""

MOST: Final = 500
"""How many are kept at most: those that were written last."""

MOST_BYTES: Final = 128 * 1024
"""How long one is at most."""

NAME: Final = re.compile(r"sha256-[0-9a-f]{64}")
"""What they are named by: longer than any code, so that none is called so."""


def name_of(text: bytes) -> str:
    """What a text is named by."""
    return f"sha256-{sha256(text).hexdigest()}"


class WrittenTerms:
    """The written terms of one database. ``database`` finds it; raises StoreUnavailable as it does."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def keep(self, text: bytes) -> str | None:
        """Keeps a text from now on; its name, None where it is too long to be kept.

        Raises StoreReadOnly, StoreUnavailable.
        """
        if len(text) > MOST_BYTES:
            return None
        name, table, now = name_of(text), self._table, process_clock()
        with self._database().writing() as connection:
            one_at_a_time(connection)
            again = update(table).where(table.c.name == name).values(written_at=now)
            if not connection.execute(again).rowcount:
                connection.execute(insert(table).values(name=name, text=text, written_at=now))
            _forget(connection, table, now)
        return name

    def find(self, name: str) -> bytes | None:
        """A text that was written within a day; None where it was not, or is forgotten. Raises StoreUnavailable."""
        table = self._table
        query = select(table.c.text).where(table.c.name == name, table.c.written_at >= _oldest(process_clock()))
        with self._database().reading() as connection:
            found: bytes | None = connection.execute(query).scalar_one_or_none()
            return found

    @property
    def _table(self) -> Any:
        return written_terms_of(schema_of(self._database()))


def _forget(connection: Connection, table: Any, now: int) -> None:
    """Those that are too old, and the oldest of too many."""
    connection.execute(delete(table).where(table.c.written_at < _oldest(now)))
    many = connection.execute(select(func.count()).select_from(table)).scalar_one() - MOST
    if many > 0:
        oldest = select(table.c.name).order_by(table.c.written_at, table.c.name).limit(many)
        connection.execute(delete(table).where(table.c.name.in_(oldest)))


def _oldest(now: int) -> int:
    return now - KEPT // timedelta(microseconds=1)
