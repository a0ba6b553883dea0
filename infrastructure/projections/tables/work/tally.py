"""How many items of a kind there are: added up beside their rows, in the same transaction, so that no row is counted.

Only those that stay are added up; instants are told apart by their days (of UTC). Whoever counts as of an instant
looks at the rows of its own day, and at those that go by themselves.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    delete,
    func,
    insert,
    literal,
    select,
)

from domain.time.intervals import EVER
from infrastructure.projections.projection import POSTGRESQL_TYPES, Row, table_of
from infrastructure.projections.tables.work.rows import WORK, WorkRow

DAY: Final = 86_400
BY_DAY: Final = ("stays_from", "overdue_from", "due_at")
BY_TEXT: Final = ("kind", "holder", "model", "supplier")
NO_SUPPLIER: Final = ""
"""Stands for the null of a row: a primary key holds none."""

Alike: TypeAlias = tuple[Any, ...]
"""The values by which items are told apart: days since 1970, then texts."""

_NAMES: Final = [each.name for each in fields(WorkRow)]
_DAYS, _TEXTS = ([3 + _NAMES.index(name) for name in names] for names in (BY_DAY, BY_TEXT))
_STAYS: Final = _DAYS[0]


@cache
def tally_of(schema: str | None) -> Table:
    """The tallies of all generations: ``many`` items are alike. Its columns by day have the names of those of rows."""
    return Table(
        "work_tally",
        MetaData(schema=schema),
        Column("generation", Integer, primary_key=True, autoincrement=False),
        *(Column(name, BigInteger, primary_key=True, autoincrement=False) for name in BY_DAY),
        *(Column(name, Text, primary_key=True) for name in BY_TEXT),
        Column("many", BigInteger, nullable=False),
    )


class Tally:
    """What a batch changes in the tally of one generation, collected before its rows are written."""

    def __init__(self, connection: Connection, generation: int, schema: str | None) -> None:
        self._connection = connection
        self._generation = generation
        self._table = tally_of(schema)
        self._rows = table_of(WORK, generation, schema)
        self._changed = Counter[Alike]()

    def add(self, rows: Iterable[Row]) -> None:
        self._changed.update(_alike(row) for row in rows if row[_STAYS] < EVER)

    def take(self, rows: Iterable[Row]) -> None:
        self._changed.subtract(_alike(row) for row in rows if row[_STAYS] < EVER)

    def take_all_of(self, engagement_ids: Sequence[UUID]) -> None:
        """Takes the rows that stand of some engagements."""
        if engagement_ids:
            theirs = _counted(self._rows).where(self._rows.c.engagement_id.in_(engagement_ids))
            for *alike, many in self._connection.execute(theirs):
                self._changed[tuple(alike)] -= many

    def write(self) -> None:
        """Adds up what has changed; what there is none of any more goes."""
        changed = [(self._generation, *alike, many) for alike, many in self._changed.items() if many]
        if not changed:
            return
        if self._connection.dialect.name == "postgresql":
            columns = tuple(map(list, zip(*changed, strict=True)))
            self._connection.exec_driver_sql(_addition(self._table, "postgresql"), columns)
        else:
            self._connection.exec_driver_sql(_addition(self._table, "sqlite"), changed)
        none_left = (self._table.c.generation == self._generation, self._table.c.many == 0)
        self._connection.execute(delete(self._table).where(*none_left))


def add_up(connection: Connection, generation: int, schema: str | None) -> None:
    """Makes the tally of a generation from its rows."""
    table = tally_of(schema)
    connection.execute(delete(table).where(table.c.generation == generation))
    counted = _counted(table_of(WORK, generation, schema))
    of_it = counted.with_only_columns(literal(generation), *counted.selected_columns)
    connection.execute(insert(table).from_select([each.name for each in table.columns], of_it))


def agrees(connection: Connection, generation: int, schema: str | None) -> bool:
    """Whether the tally of a generation says what its rows say."""
    table = tally_of(schema)
    told = select(*(each for each in table.columns if each.name != "generation"))
    kept = connection.execute(told.where(table.c.generation == generation))
    return set(map(tuple, kept)) == set(map(tuple, connection.execute(_counted(table_of(WORK, generation, schema)))))


def _counted(rows: Table) -> Select[Any]:
    """The tally of some rows, in the order of its columns."""
    alike: list[ColumnElement[Any]] = [rows.c[name] // DAY for name in BY_DAY]
    alike += [func.coalesce(rows.c[name], NO_SUPPLIER) for name in BY_TEXT]
    return select(*alike, func.count()).where(rows.c.stays_from < EVER).group_by(*alike)


def _alike(row: Row) -> Alike:
    days = (row[place] // DAY for place in _DAYS)
    return *days, *(row[place] or NO_SUPPLIER for place in _TEXTS)


@cache
def _addition(table: Table, dialect: str) -> str:
    names = table.columns.keys()
    if dialect == "postgresql":
        kinds = (POSTGRESQL_TYPES[type(each.type)] for each in table.columns)
        values = f"SELECT * FROM unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"
    else:
        values = f"VALUES ({', '.join('?' * len(names))})"
    key = ", ".join(each.name for each in table.primary_key)
    return (
        f"INSERT INTO {table} AS t ({', '.join(names)}) {values} "
        f"ON CONFLICT ({key}) DO UPDATE SET many = t.many + excluded.many"
    )
