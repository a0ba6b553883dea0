"""Parked engagements: what could not be folded waits, in order, and everything else moves on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros, process_clock
from infrastructure.projections.folding import Failure
from infrastructure.projections.reading import parked_of, schema_of


@dataclass(frozen=True, slots=True)
class Parked:
    """An engagement that waits for a projection, from the event at ``position`` on."""

    projection: str
    engagement_id: UUID
    position: int
    error: str
    since: datetime


class Parking:
    """The parked engagements of each generation. What writes is called within a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = parked_of(schema_of(database))

    def of(self, generation: int) -> Sequence[Parked]:
        """Those of a generation, in the order of their positions. Raises StoreUnavailable."""
        with self._database.reading() as connection:
            return self.read(connection, generation)

    def read(self, connection: Connection, generation: int) -> Sequence[Parked]:
        """The same, on a connection."""
        table = self._table
        query = select(table).where(table.c.generation == generation).order_by(table.c.position, table.c.projection)
        rows = connection.execute(query).all()
        return [
            Parked(row.projection, row.engagement_id, row.position, row.error, from_micros(row.since)) for row in rows
        ]

    def counted(self, connection: Connection, generation: int) -> Mapping[str, int]:
        """How many wait in a generation, by the name of the projection; none of those without one."""
        table = self._table
        query = select(table.c.projection, func.count()).where(table.c.generation == generation)
        rows = connection.execute(query.group_by(table.c.projection)).all()
        return {row[0]: row[1] for row in rows}

    def waiting(self, connection: Connection, generation: int, engagement_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
        """For which projections these engagements wait, those of them that do."""
        table = self._table
        theirs = (table.c.generation == generation, table.c.engagement_id.in_(list(engagement_ids)))
        found: dict[UUID, set[str]] = {}
        for row in connection.execute(select(table.c.engagement_id, table.c.projection).where(*theirs)):
            found.setdefault(row.engagement_id, set()).add(row.projection)
        return found

    def park(self, connection: Connection, generation: int, failures: Iterable[Failure]) -> None:
        """Has engagements wait, those that do already among them."""
        now = process_clock()
        rows = [
            {
                "generation": generation,
                "projection": each.projection,
                "engagement_id": each.engagement_id,
                "position": each.position,
                "error": each.error,
                "since": now,
            }
            for each in failures
        ]
        if rows:
            added = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            connection.execute(added(self._table).on_conflict_do_nothing(), rows)

    def explain(self, connection: Connection, failures: Iterable[Failure]) -> None:
        """Says why they could not be folded when that was tried last, where it is another reason than before."""
        table = self._table
        theirs = (table.c.projection == bindparam("name"), table.c.engagement_id == bindparam("whose"))
        anew = update(table).where(*theirs, table.c.error != bindparam("why")).values(error=bindparam("why"))
        rows = [{"name": each.projection, "whose": each.engagement_id, "why": each.error} for each in failures]
        if rows:
            connection.execute(anew, rows)

    def release(self, connection: Connection, generation: int, engagement_id: UUID, projections: Iterable[str]) -> None:
        """Lets an engagement move on."""
        table = self._table
        theirs = (table.c.generation == generation, table.c.engagement_id == engagement_id)
        connection.execute(delete(table).where(*theirs, table.c.projection.in_(list(projections))))

    def share(self, connection: Connection, generation: int, another: int) -> None:
        """Has what waits in one generation wait in another one too."""
        table = self._table
        of = (table.c.projection, table.c.engagement_id)
        known = select(*of).where(table.c.generation == another)
        rows = connection.execute(select(table).where(table.c.generation == generation, tuple_(*of).not_in(known)))
        for row in rows.mappings().all():
            connection.execute(insert(table).values({**row, "generation": another}))
