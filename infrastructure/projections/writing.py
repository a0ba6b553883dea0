"""Writing what a batch changed: for each table, what is gone is deleted and what is new is put in, in bulk.

Both databases are given whole columns: PostgreSQL as arrays in one statement, SQLite row by row of one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Connection, Table

from infrastructure.projections.projection import POSTGRESQL_TYPES, Projection, Row, in_sqlite, table_of
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.tables.work.rows import WORK
from infrastructure.projections.tables.work.tally import Tally

Rows = Mapping[str, frozenset[Row]]
"""The rows of an engagement, by the name of their projection."""


@dataclass(frozen=True, slots=True)
class Change:
    """An engagement's rows as they are to be, and as they stand: None where that is not known."""

    engagement_id: UUID
    rows: Rows
    standing: Rows | None


def write(connection: Connection, generation: int, schema: str | None, changes: Sequence[Change]) -> None:
    """Brings the tables of one generation up to date, in the transaction of the connection."""
    for projection in PROJECTIONS:
        concerned = [each for each in changes if projection.name in each.rows]
        if concerned and projection is WORK:
            _tally(Tally(connection, generation, schema), concerned)
        if concerned:
            _write_table(connection, projection, table_of(projection, generation, schema), concerned)


def _tally(tally: Tally, changes: Sequence[Change]) -> None:
    """Keeps how many items there are in step with their rows, which are written next."""
    unknown: list[UUID] = []
    for change in changes:
        tally.add(change.rows[WORK.name])
        if change.standing is not None and WORK.name in change.standing:
            tally.take(change.standing[WORK.name])
        else:
            unknown.append(change.engagement_id)
    tally.take_all_of(unknown)
    tally.write()


def _write_table(connection: Connection, projection: Projection, table: Table, changes: Sequence[Change]) -> None:
    name, width = projection.name, len(projection.primary_key)
    places = [table.columns.keys().index(column) for column in projection.primary_key]
    unknown: list[Row] = []
    gone: list[Row] = []
    new: list[Row] = []
    for change in changes:
        rows, standing = change.rows[name], change.standing.get(name) if change.standing else None
        if standing is None:
            unknown.append((change.engagement_id,))
            new += rows
            continue
        new += rows - standing
        kept = {tuple(row[place] for place in places) for row in rows}
        gone += (key for row in standing - rows if (key := tuple(row[place] for place in places)) not in kept)
    _run(connection, _delete(table, connection.dialect.name, 1), unknown)
    _run(connection, _delete(table, connection.dialect.name, width), gone)
    _run(connection, _upsert(table, connection.dialect.name), new)


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(map(list, zip(*rows, strict=True))))
        return
    connection.exec_driver_sql(statement, list(map(in_sqlite, rows)))


@cache
def _upsert(table: Table, dialect: str) -> str:
    names = table.columns.keys()
    key = [column.name for column in table.primary_key]
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    values = f"SELECT * FROM {_columns(table, names)}" if dialect == "postgresql" else f"VALUES ({_marks(len(names))})"
    return f"INSERT INTO {table} ({', '.join(names)}) {values} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {others}"


@cache
def _delete(table: Table, dialect: str, width: int) -> str:
    """The deletion of the rows that the first columns of the primary key name."""
    key = [column.name for column in table.primary_key][:width]
    if dialect == "postgresql":
        matching = " AND ".join(f"t.{name} = k.{name}" for name in key)
        return f"DELETE FROM {table} AS t USING {_columns(table, key)} AS k({', '.join(key)}) WHERE {matching}"
    return f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = ?' for name in key)}"


def _columns(table: Table, names: Sequence[str]) -> str:
    kinds = (POSTGRESQL_TYPES[type(table.columns[name].type)] for name in names)
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"


def _marks(count: int) -> str:
    return ", ".join("?" * count)
