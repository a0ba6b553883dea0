"""Bring a database's schema up or down from code, and tell which one it has."""

import migrations
from infrastructure.database.database import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Make or migrate the schema; nothing happens where it is there already."""
    with database.reading() as connection:
        if revision == "head" and migrations.current(connection) == migrations.newest():
            return
    with database.writing() as connection:
        migrations.upgrade(connection, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to `revision`; with `base` everything in it is gone."""
    with database.writing() as connection:
        migrations.downgrade(connection, revision)
