"""Bring a database's schema up or down from code, and tell which one it has."""

from collections.abc import Iterator
from contextlib import contextmanager

import migrations
from application.ports.log import StoreReadOnly, StoreSchemaDiffers
from infrastructure.database.condition import differing
from infrastructure.database.database import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Make or migrate the schema; nothing happens where it is there already.

    Raises StoreSchemaDiffers where a newer version made it, or where it may not be migrated here.
    """
    at = current(database)
    if revision == "head" and at == migrations.newest():
        return
    with _possible(at), database.writing() as connection:
        migrations.upgrade(connection, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to `revision`; with `base` everything in it is gone. Raises StoreSchemaDiffers."""
    with _possible(current(database)), database.writing() as connection:
        migrations.downgrade(connection, revision)


def current(database: Database) -> str | None:
    """The revision that the schema has, None where there is none."""
    with database.reading() as connection:
        return migrations.current(connection)


@contextmanager
def _possible(at: str | None) -> Iterator[None]:
    if at is not None and not migrations.knows(at):
        raise differing(at)
    try:
        yield
    except StoreReadOnly as error:
        there = f"has revision {at}" if at else "is not there"
        raise StoreSchemaDiffers(f"the schema {there} and may not be migrated here: {error}") from error
    except migrations.NoSuchRevision as error:
        raise StoreSchemaDiffers(str(error)) from error
