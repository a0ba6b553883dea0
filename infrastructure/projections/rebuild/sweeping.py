"""Dropping what nobody reads any more.

On SQLite whoever still reads old tables goes on reading them. On PostgreSQL a reader could have seen that they are
live and come to them too late; but until it ends it holds a lock on the table that says so, and they are dropped only
while nobody does.
"""

from typing import Final

import structlog
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from infrastructure.projections.generations import Generation, Generations

WAIT_MS: Final = 200
"""How long readers are waited for; who comes meanwhile waits too."""

log = structlog.get_logger("standfast.projector")


def sweep(generations: Generations) -> None:
    """Drops the old generations, as far as nobody reads them and this role may. Raises StoreUnavailable."""
    for each in generations.all():
        if each.state == "old":
            _sweep(generations, each)


def _sweep(generations: Generations, old: Generation) -> None:
    with generations.database.writing(durable=False) as connection:
        generations.alone(connection)
        if generations.schema and not _unread(connection, f"{generations.schema}.generations"):
            log.info("old tables are still read, and are dropped by the next rebuild", generation=old.number)
        elif not generations.drop(connection, old):
            log.warning("old tables belong to another role, and are left to it", generation=old.number)


def _unread(connection: Connection, table: str) -> bool:
    """Whether nobody has a table open but this transaction, which from now on keeps it to itself."""
    try:
        with connection.begin_nested():
            connection.execute(text(f"SET LOCAL lock_timeout = {WAIT_MS}"))
            connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        return False
    return True
