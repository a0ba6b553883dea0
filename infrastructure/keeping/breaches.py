"""The breaches without a notice, found by an index on the instants at which they happen."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, func, select

from application.ports.breaches import DUE, OLD, Breach, BreachesFound, Timeliness
from domain.time.business_time import epoch_seconds, instant_at
from infrastructure.database.instants import to_micros
from infrastructure.projections.reading import Snapshot, Snapshots, parked_of
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.engagement_list import holding

FROM: Final[Mapping[Timeliness, str]] = {"due": "due_from", "old": "old_due_from"}
"""In which column of the clocks stands from when on a notice is due."""

_ORDER: Final = attrgetter("past_from", "engagement_id", "clock", "subject_id")


class BreachesOfClocks:
    """Reads them from the projection of the clocks."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    def found(self, as_of: datetime, wanted: Collection[Timeliness], limit: int) -> BreachesFound:
        """As `application.ports.breaches.Breaches.found`."""
        with self._snapshots.snapshot() as snapshot:
            clocks, parked = snapshot.table(CLOCKS), _parked(snapshot)
            items = [
                _breach(row, each)
                for each in wanted
                for row in snapshot.connection.execute(first_of(clocks, each, as_of, parked, limit))
            ]
        return BreachesFound(items=sorted(items, key=_ORDER)[:limit], position=snapshot.position)

    def counted(self, as_of: datetime) -> Mapping[Timeliness, int]:
        """As `application.ports.breaches.Breaches.counted`."""
        with self._snapshots.snapshot() as snapshot:
            clocks, parked = snapshot.table(CLOCKS), _parked(snapshot)
            return {
                each: snapshot.connection.execute(
                    select(func.count()).select_from(clocks).where(*_past(clocks, each, as_of, parked))
                ).scalar_one()
                for each in (*DUE, *OLD)
            }


def first_of(clocks: Table, wanted: Timeliness, as_of: datetime, parked: Sequence[UUID], limit: int) -> Select[Any]:
    """The query of the first breaches of which notice is due, or of the first that are old."""
    row, past_from = clocks.c, clocks.c[FROM[wanted]]
    return (
        select(row.engagement_id, row.clock, row.subject_id, row.breach_at, past_from.label("past_from"))
        .where(*_past(clocks, wanted, as_of, parked))
        .order_by(past_from)  # and by nothing else: SQLite would rather read the table than sort what an index gives
        .limit(limit)
    )


def _past(
    clocks: Table, wanted: Timeliness, as_of: datetime, parked: Sequence[UUID]
) -> tuple[ColumnElement[bool], ...]:
    past = clocks.c[FROM[wanted]] <= epoch_seconds(as_of), holding(clocks, to_micros(as_of))
    return (*past, clocks.c.engagement_id.not_in(parked)) if parked else past


def _parked(snapshot: Snapshot) -> Sequence[UUID]:
    """The engagements whose clocks wait for an event to become readable: what is told of them may not hold."""
    table = parked_of(snapshot.schema)
    of_clocks = table.c.generation == snapshot.generation, table.c.projection == CLOCKS.name
    return snapshot.connection.execute(select(table.c.engagement_id).where(*of_clocks)).scalars().all()


def _breach(row: Any, timeliness: Timeliness) -> Breach:
    return Breach(
        engagement_id=row.engagement_id,
        clock=row.clock,
        subject_id=row.subject_id,
        due_at=instant_at(row.breach_at),
        past_from=instant_at(row.past_from),
        timeliness=timeliness,
    )
