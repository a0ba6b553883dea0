"""Rows of the projections on their way into memory: as CSV, which both sides write and read without us."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ColumnElement, Select, Table, Text, Uuid, case, cast, func, literal, select
from sqlalchemy.dialects import postgresql

from infrastructure.fleet.tables import TAKEN, Stage, Staged, Taken
from infrastructure.projections.projection import Row, table_of
from infrastructure.projections.reading import Snapshot

KINDS = {Uuid: "UUID", Text: "VARCHAR", Boolean: "BOOLEAN", BigInteger: "BIGINT"}
PAGE = 20_000


def written(snapshot: Snapshot, only: Collection[UUID] | None) -> Stage:
    """Takes rows from the projections: of some engagements, or (None) of all."""

    def write(taken: Taken, room: Path) -> Staged:
        table, file = snapshot.table(taken.projection), room / taken.name
        query = select(*(column for column in table.columns if column.name not in taken.without))
        if only is not None:
            query = query.where(table.c.engagement_id.in_(only))
        (_copied if snapshot.is_postgresql else _written)(snapshot, query, file)
        return Staged(file, columns_of(table, taken))

    return write


class Folded:
    """Takes rows as they are folded here, into files of a room that is there as long as they are wanted."""

    def __init__(self, room: Path) -> None:
        room.mkdir()
        self._files = {each.name: (room / each.name).open("w", encoding="utf-8", newline="") for each in TAKEN}

    def add(self, taken: Taken, rows: Iterable[Row]) -> None:
        table = table_of(taken.projection, 0, None)
        places = [place for place, each in enumerate(table.columns) if each.name not in taken.without]
        self._files[taken.name].writelines(
            f"{','.join(_written_out(row[place]) for place in places)}\n" for row in rows
        )

    def __call__(self, taken: Taken, _room: Path) -> Staged:
        file = self._files[taken.name]
        file.close()
        return Staged(Path(file.name), columns_of(table_of(taken.projection, 0, None), taken))

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def _written_out(value: object) -> str:
    """A value as CSV: every text in quotes, whatever stands in it, and nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        quoted = value.replace('"', '""')
        return f'"{quoted}"'
    return str(value)


def columns_of(table: Table, taken: Taken) -> Sequence[tuple[str, str]]:
    """The columns that are taken, with their kinds in memory."""
    return [(each.name, KINDS[type(each.type)]) for each in table.columns if each.name not in taken.without]


def _copied(snapshot: Snapshot, query: Select[Any], to: Path) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # the library's own
    text = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    driver = snapshot.connection.connection.driver_connection
    assert driver is not None, "the connection of a snapshot is open"
    with to.open("wb") as file, driver.cursor() as cursor, cursor.copy(f"COPY ({text}) TO STDOUT (FORMAT csv)") as copy:
        for block in copy:
            file.write(block)


def _written(snapshot: Snapshot, query: Select[Any], to: Path) -> None:
    """SQLite puts each line together itself: a row that crosses into Python value by value takes six times as long."""
    line: ColumnElement[str] | None = None
    for column in query.selected_columns:
        line = _field(column) if line is None else line + literal(",") + _field(column)
    assert line is not None, "a table has columns"
    with to.open("w", encoding="utf-8", newline="") as file:
        lines = snapshot.connection.execute(query.with_only_columns(line)).scalars()
        for some in lines.partitions(PAGE):
            file.write("\n".join(some) + "\n")


def _field(column: ColumnElement[Any]) -> ColumnElement[str]:
    if isinstance(column.type, Text):
        quoted = literal('"') + func.replace(column, '"', '""') + literal('"')
        return case((column.is_(None), literal("")), else_=quoted)
    return func.coalesce(cast(column, Text), literal(""))
