"""Shards: engagements in the order of their ids, so many that their events are folded and written together.

What is left to do of a rebuild is kept beside its tables, so that it can be taken up again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)

from infrastructure.database.database import Database
from infrastructure.log.reading import Log
from infrastructure.projections.reading import schema_of

EVENTS_OF_A_SHARD: Final = 4_000
"""About how many events are folded and written together: it bounds memory, and how long a transaction is."""

_IDS_AT_ONCE: Final = 5_000


def shards_of(schema: str | None) -> Table:
    """The shards of the generation that is being built; ``events``: how many one held, null until it is done."""
    return Table(
        "shards",
        MetaData(schema=schema),
        Column("generation", Integer, primary_key=True, autoincrement=False),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("first", Uuid, nullable=False),
        Column("last", Uuid, nullable=False),
        Column("events", BigInteger),
    )


@dataclass(frozen=True, slots=True)
class Shard:
    """The engagements whose ids lie between two, both included."""

    number: int
    first: UUID
    last: UUID


def planned(log: Log, events_of_a_shard: int = EVENTS_OF_A_SHARD) -> Iterator[Shard]:
    """All engagements of a log, in shards of about so many events. Raises StoreUnavailable."""
    number, events = 0, 0
    first = last = None
    while page := log.stream_sizes(after=last, limit=_IDS_AT_ONCE):
        for one, size in page:
            first, last, events = first or one, one, events + size
            if events >= events_of_a_shard:
                yield Shard(number, first, one)
                number, events, first = number + 1, 0, None
    if first and last:
        yield Shard(number, first, last)


class Shards:
    """The shards of each generation. What writes is called within a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = shards_of(schema_of(database))

    def plan(self, connection: Connection, generation: int, shards: Sequence[Shard]) -> None:
        """Has shards wait to be done."""
        rows = [
            {"generation": generation, "number": each.number, "first": each.first, "last": each.last} for each in shards
        ]
        if rows:
            connection.execute(insert(self._table), rows)

    def waiting(self, generation: int) -> Sequence[Shard]:
        """Those that are still to be done, in their order. Raises StoreUnavailable."""
        table = self._table
        query = select(table.c.number, table.c.first, table.c.last).order_by(table.c.number)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(table.c.generation == generation, table.c.events.is_(None))).all()
        return [Shard(*row) for row in rows]

    def done(self, generation: int) -> int | None:
        """How many events are in those that are done; None where there are no shards. Raises StoreUnavailable."""
        table = self._table
        query = select(func.sum(func.coalesce(table.c.events, 0))).where(table.c.generation == generation)
        with self._database.reading() as connection:
            found = connection.execute(query).scalar_one()
        return None if found is None else int(found)

    def finish(self, connection: Connection, generation: int, shard: Shard, events: int) -> bool:
        """Whether a shard becomes done now; it is not where somebody else has done it, or where it is gone."""
        table = self._table
        theirs = (table.c.generation == generation, table.c.number == shard.number, table.c.events.is_(None))
        return connection.execute(update(table).where(*theirs).values(events=events)).rowcount == 1

    def forget(self, connection: Connection, generation: int) -> None:
        """Forgets the shards of a generation, done or not."""
        connection.execute(delete(self._table).where(self._table.c.generation == generation))
