"""Filling new tables: without their indexes, which are made over the whole afterwards.

PostgreSQL is given rows by COPY and also its primary keys afterwards. SQLite cannot add one to a table; there the rows
come in its order, nearly.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import CreateTable

from infrastructure.projections.projection import POSTGRESQL_TYPES, Row, in_sqlite
from infrastructure.projections.securing import secure


def create_bare(connection: Connection, table: Table) -> None:
    """Makes a table that is to be filled in bulk."""
    connection.execute(CreateTable(table))
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {_key_of(table)}"))


def complete(connection: Connection, table: Table) -> None:
    """Makes what a bare table lacks, or lacks in part, and has it show its rows by reach.

    Raises IntegrityError where two rows have one key.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join(column.name for column in table.primary_key)
        key = _key_of(table)
        connection.execute(
            text(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {key}, ADD CONSTRAINT {key} PRIMARY KEY ({names})")
        )
    for index in table.indexes:
        index.create(connection, checkfirst=True)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {table}"))  # nothing is known of it yet, and queries come at once
    secure(connection, table)


def fill(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Adds rows that are not there yet."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.exec_driver_sql(_insertion(table), list(map(in_sqlite, rows)))
        return
    driver = connection.connection.driver_connection
    assert driver is not None, "a connection in a transaction is open"
    names = table.columns.keys()
    statement = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([POSTGRESQL_TYPES[type(column.type)] for column in table.columns])
        for row in rows:
            copy.write_row(row)


def _key_of(table: Table) -> str:
    return f"{table.name}_pkey"


@cache
def _insertion(table: Table) -> str:
    names = table.columns.keys()
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
