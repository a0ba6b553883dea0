"""Whether two generations at one position say the same: each row of each against the other's, in every column.

The database compares them by the primary key, so no row comes here but those that differ, and no digest is needed.
What is parked in the live generation is left out: there it is known not to be up to date.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, select

from infrastructure.projections.generations import Generation
from infrastructure.projections.projection import WHOSE, Projection, table_of
from infrastructure.projections.reading import parked_of

MOST_SHOWN: Final = 20
"""How many engagements that differ are looked for in a projection."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An engagement of which two generations say different things."""

    projection: str
    engagement_id: UUID


def differences(
    connection: Connection, schema: str | None, live: Generation, other: Generation, projections: Sequence[Projection]
) -> Iterator[Difference]:
    """Up to `MOST_SHOWN` engagements of each projection of which two generations differ, in one snapshot.

    Raises SQLAlchemy's errors.
    """
    for projection in projections:
        ours, theirs = (table_of(projection, each.number, schema) for each in (live, other))
        found: set[UUID] = set()
        for one, another in ((ours, theirs), (theirs, ours)):
            lacking = (
                select(one.c[WHOSE])
                .distinct()
                .where(~_has(another, one), ~_parked(schema, live, one, projection))
                .limit(MOST_SHOWN)
            )
            found.update(connection.execute(lacking).scalars())
        yield from (Difference(projection.name, each) for each in sorted(found)[:MOST_SHOWN])


def _has(other: Table, one: Table) -> ColumnElement[bool]:
    """Whether one table has a row of the other."""
    same = (
        other.c[column.name] == column if column.primary_key else other.c[column.name].is_not_distinct_from(column)
        for column in one.columns
    )
    return exists().where(and_(*same))


def _parked(schema: str | None, live: Generation, one: Table, projection: Projection) -> ColumnElement[bool]:
    """Whether the engagement of a row is parked in the live generation."""
    parked = parked_of(schema)
    return exists().where(
        parked.c.generation == live.number,
        parked.c.projection == projection.name,
        parked.c.engagement_id == one.c[WHOSE],
    )
