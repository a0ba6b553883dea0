"""The list of engagements: its table, how a line is written, and its pages in the order of (`opened_at`, id).

The columns are the fields of `application.list_line.Listed`, under the same names. A new one needs a migration that
adds it to the table and to PostgreSQL's append function.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, get_type_hints
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    RowMapping,
    Table,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from application.list_line import Listed
from application.ports.engagement_list import After, Wanted
from application.ports.pages import Page
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.database.tables import events, metadata

_IDS = JSON().with_variant(JSONB, "postgresql")

engagements = Table(
    "engagements",
    metadata,
    Column("engagement_id", Uuid, primary_key=True),
    Column("name", Text),
    Column("client_id", Text, nullable=False),
    Column("partner_ids", _IDS, nullable=False),
    Column("professional_ids", _IDS, nullable=False),
    Column("model", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("open_cases", Integer, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("covered_seats", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
)

COLUMNS: Final = tuple(engagements.columns.keys())
UPSERT: Final = (
    f"INSERT INTO engagements ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "
    "ON CONFLICT (engagement_id) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in COLUMNS if name != 'engagement_id')} "
    "WHERE engagements.version <= excluded.version"
)
"""SQLite's statement, for rows of ``sqlite_row``; PostgreSQL's is part of its append function."""

Conversion = Callable[[Any], Any]


def _of_fields(by_type: Mapping[Any, Conversion]) -> dict[str, Conversion]:
    """How the fields of these types are converted, by their names; every other field is kept as it is."""
    return {name: by_type[kind] for name, kind in get_type_hints(Listed).items() if kind in by_type}


_IN_SQLITE: Final = _of_fields({UUID: attrgetter("hex"), tuple[str, ...]: json.dumps, datetime: to_micros})
_IN_POSTGRESQL: Final = _of_fields({UUID: attrgetter("hex"), datetime: to_micros})
_READ: Final = _of_fields({tuple[str, ...]: tuple, datetime: from_micros})


def sqlite_row(line: Listed) -> tuple[Any, ...]:
    """A line as UPSERT takes it."""
    return tuple(_converted(_values(line), _IN_SQLITE).values())


def postgresql_record(line: Listed) -> dict[str, Any]:
    """A line as the append function takes it, to be written as JSON."""
    return _converted(_values(line), _IN_POSTGRESQL)


def _values(line: Listed) -> dict[str, Any]:
    return {name: getattr(line, name) for name in COLUMNS}


def _converted(values: Mapping[Any, Any], conversions: Mapping[str, Conversion]) -> dict[str, Any]:
    return {**values, **{name: convert(values[name]) for name, convert in conversions.items()}}


class Engagements:
    """Reads the lines that appends keep up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Wanted, *, after: After | None = None, limit: int = 50) -> Page[Listed, After | None]:
        """Up to `limit` engagements after `after`."""
        query = (
            select(engagements)
            .where(*self._conditions(wanted))
            .order_by(engagements.c.opened_at, engagements.c.engagement_id)
        )
        if after is not None:
            opened_at = to_micros(after.opened_at)
            later = and_(engagements.c.opened_at == opened_at, engagements.c.engagement_id > after.engagement_id)
            query = query.where(or_(engagements.c.opened_at > opened_at, later))
        with self._database.reading() as connection:
            position = connection.execute(select(func.max(events.c.position))).scalar_one() or 0
            rows = connection.execute(query.limit(limit + 1)).mappings().all()
        items = tuple(_line(row) for row in rows[:limit])
        last = items[-1] if len(rows) > limit else None
        return Page(items, After(last.opened_at, last.engagement_id) if last else None, position)

    def one(self, engagement_id: UUID) -> Listed | None:
        """The line of one engagement."""
        with self._database.reading() as connection:
            query = select(engagements).where(engagements.c.engagement_id == engagement_id)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _line(row)

    def _conditions(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        equal = {"model": wanted.model, "client_id": wanted.client_id}
        conditions = [engagements.c[column] == value for column, value in equal.items() if value is not None]
        if wanted.status is not None:
            conditions.append(engagements.c.status.in_(wanted.status))
        among = {"partner_ids": wanted.partner_id, "professional_ids": wanted.professional_id}
        return conditions + [self._holds(column, value) for column, value in among.items() if value is not None]

    def _holds(self, column: str, value: str) -> ColumnElement[bool]:
        if self._database.is_postgresql:
            return engagements.c[column].op("?")(cast(literal(value), Text))
        each = func.json_each(cast(engagements.c[column], Text)).table_valued("value")
        return select(true()).select_from(each).where(each.c.value == value).exists()


def _line(row: RowMapping) -> Listed:
    return Listed(**_converted(row, _READ))
