"""One rebuild a database at a time: a lock that ends with its holder, as the lead does."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from infrastructure.database.database import Database
from infrastructure.database.sqlite import path_of

_REBUILD: Final = 7_236_412_910
"""The advisory lock of PostgreSQL that a rebuild holds."""


class RebuildUnderWay(Exception):
    """Somebody else rebuilds these projections now."""


@contextmanager
def rebuilding_alone(database: Database) -> Iterator[None]:
    """Keeps others from rebuilding. Raises RebuildUnderWay where one does, psycopg's and the system's errors."""
    if database.in_memory:  # which nobody else has
        yield
    elif database.is_postgresql:
        with closing(database.own_connection()) as connection:
            row = connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (_REBUILD,)).fetchone()
            if not (row and row[0]):
                raise RebuildUnderWay("somebody else rebuilds these projections now")
            yield
    else:
        path = path_of(database.url)
        descriptor = os.open(path.with_name(path.name + ".rebuild"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RebuildUnderWay("somebody else rebuilds these projections now") from error
