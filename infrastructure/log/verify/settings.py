"""Whether the database is set up and stored so that nothing acknowledged is lost."""

from collections.abc import Iterator
from typing import Final

from infrastructure.database.database import Database, unsafe
from infrastructure.log.verify.finding import Finding

_SQLITE: Final = {"synchronous": 2, "recursive_triggers": 1, "trusted_schema": 0}


def settings(database: Database) -> Iterator[Finding]:
    """The settings on which durability rests; of SQLite also its file."""
    if database.is_postgresql:
        for wrong in unsafe(database.engine):
            yield Finding("settings", wrong)
        return
    with database.reading() as connection:
        for name, value in _SQLITE.items():
            found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            if found != value:
                yield Finding("settings", f"{name}={found}")
        for line in connection.exec_driver_sql("PRAGMA quick_check").scalars():
            if line != "ok":
                yield Finding("file", line)
