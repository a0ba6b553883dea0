"""What somebody with every right could do to a database, and put all its guards back afterwards."""

from contextlib import closing

from infrastructure.database.database import Database
from tests.databases import administered

_GUARDED = {
    "events": ("events_append_only", "events_reaches"),
    "catalogue": ("catalogue_append_only", "catalogue_durable"),
    "log_identity": ("log_identity_append_only",),
    "head": ("head_durable",),
}


def tamper(database: Database, *statements: str) -> None:
    """Run statements with the triggers switched off. Bytes are written as in SQLite: x'00'."""
    if database.is_postgresql:
        off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in _GUARDED]
        guards = [(table, name) for table, names in _GUARDED.items() for name in names]
        on = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in guards]
        run(database, *off, *(statement.replace("x'00'", "'\\x00'::bytea") for statement in statements), *on)
        return
    with database.reading() as connection:
        triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    run(database, *(f"DROP TRIGGER {name}" for name, _ in triggers), *statements, *(sql for _, sql in triggers))


def run(database: Database, *statements: str) -> None:
    """The statements as they are, in one transaction."""
    with database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def administer(database: Database, *statements: str) -> None:
    """The same as whoever administers the server: the owner may not."""
    with closing(Database(administered(database.url))) as administrator:
        run(administrator, *statements)
