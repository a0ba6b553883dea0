"""SQLite keeps whatever it is given: whether each number and each id is one, so that everything else can be read."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import ColumnElement, Integer, Table, Text, Uuid, func, or_, select, type_coerce

from infrastructure.database.database import Database
from infrastructure.database.tables import metadata
from infrastructure.log.verify.finding import Finding

_NO_HEX: Final = "*[^0-9a-f]*"


def kinds(database: Database) -> Iterator[Finding]:
    """The columns that hold something of another kind, and in how many rows; none on PostgreSQL, which refuses it."""
    if database.is_postgresql:
        return
    for table in metadata.sorted_tables:
        counts = [func.count().filter(wrong).label(name) for name, wrong in _wrong(table)]
        with database.reading() as connection:
            found = connection.execute(select(*counts).select_from(table)).mappings().one()
        for name, rows in found.items():
            if rows:
                yield Finding("kinds", f"{table.name}.{name} is of another kind, rows: {rows}")


def _wrong(table: Table) -> Iterator[tuple[str, ColumnElement[bool]]]:
    for column in table.columns:
        kind = func.typeof(column)
        if isinstance(column.type, Integer):
            yield column.name, kind.not_in(("integer", "null"))
        elif isinstance(column.type, Uuid):
            text = type_coerce(column, Text)
            no_id = or_(kind != "text", func.length(text) != 32, text.op("GLOB")(_NO_HEX))
            yield column.name, no_id & (kind != "null")
