"""The list of engagements: filtered, in the order of (`opened_at`, id), by pages."""

from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Text, and_, cast, func, literal, or_, select, true

from application.ports.listing import After, Wanted
from application.ports.log import Listed
from application.ports.pages import Page
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.database.tables import engagements as listed
from infrastructure.database.tables import events


class Engagements:
    """Reads the lines that appends keep up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Wanted, *, after: After | None = None, limit: int = 50) -> Page[Listed, After | None]:
        """Up to `limit` engagements after `after`."""
        query = select(listed).where(*self._conditions(wanted)).order_by(listed.c.opened_at, listed.c.engagement_id)
        if after is not None:
            opened_at = to_micros(after.opened_at)
            later = and_(listed.c.opened_at == opened_at, listed.c.engagement_id > after.engagement_id)
            query = query.where(or_(listed.c.opened_at > opened_at, later))
        with self._database.reading() as connection:
            position = connection.execute(select(func.max(events.c.position))).scalar_one() or 0
            rows = connection.execute(query.limit(limit + 1)).mappings().all()
        items = tuple(_line(row) for row in rows[:limit])
        last = items[-1] if len(rows) > limit else None
        return Page(items, After(last.opened_at, last.engagement_id) if last else None, position)

    def one(self, engagement_id: UUID) -> Listed | None:
        """The line of one engagement."""
        with self._database.reading() as connection:
            query = select(listed).where(listed.c.engagement_id == engagement_id)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _line(row)

    def _conditions(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        equal = {"model": wanted.model, "client_id": wanted.client_id, "status": wanted.status}
        conditions = [listed.c[column] == value for column, value in equal.items() if value is not None]
        among = {"partner_ids": wanted.partner_id, "professional_ids": wanted.professional_id}
        return conditions + [self._holds(column, value) for column, value in among.items() if value is not None]

    def _holds(self, column: str, value: str) -> ColumnElement[bool]:
        if self._database.is_postgresql:
            return listed.c[column].op("?")(cast(literal(value), Text))
        each = func.json_each(cast(listed.c[column], Text)).table_valued("value")
        return select(true()).select_from(each).where(each.c.value == value).exists()


def _line(row: RowMapping) -> Listed:
    return Listed(
        engagement_id=row["engagement_id"],
        name=row["name"],
        client_id=row["client_id"],
        partner_ids=tuple(row["partner_ids"]),
        professional_ids=tuple(row["professional_ids"]),
        model=row["model"],
        status=row["status"],
        open_cases=row["open_cases"],
        seats=row["seats"],
        covered_seats=row["covered_seats"],
        version=row["version"],
        opened_at=from_micros(row["opened_at"]),
    )
