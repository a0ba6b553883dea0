"""What every page over all engagements has in common: one snapshot, one instant, and the engagements of its lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, exists, select

from application.ports.engagement_list import ProjectionsMissing
from domain.access.reach import Reach
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.projections.projection import Projection
from infrastructure.projections.reading import Snapshot, Snapshots, parked_of
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS, UNSEEN_SECONDS, holding
from infrastructure.projections.tables.reached import within


@dataclass(frozen=True, slots=True)
class About:
    """What a line says of its engagement."""

    name: str | None
    zone: str
    parked: bool


UNREAD: Final = About(name=None, zone="UTC", parked=True)
"""Of an engagement whose own line could not be made."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The projections as they are in one snapshot, read as of an instant, within a reach."""

    snapshot: Snapshot
    reach: Reach
    as_of: datetime
    behind_seconds: float
    now: datetime
    """Not before anything that the snapshot tells of happened: `as_of` of a first page."""

    @property
    def micros(self) -> int:
        return to_micros(self.as_of)

    @property
    def second(self) -> int:
        return self.micros // 1_000_000

    def table(self, projection: Projection) -> Table:
        return self.snapshot.table(projection)

    def rows(self, query: Select[Any] | CompoundSelect[Any]) -> Sequence[Any]:
        return self.snapshot.connection.execute(query).all()

    def there(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """The rows that are there at the instant, within reach."""
        of = table.c
        there = holding(table, self.micros), of.there_from <= self.micros, of.there_until > self.micros
        return *there, *self.within(table)

    def within(self, table: Table) -> list[ColumnElement[bool]]:
        """The rows of the engagements within reach, at whatever instant."""
        return within(self.reach, self.snapshot, self.table(ENGAGEMENTS), table.c.engagement_id)

    def in_order(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A text in the same order on every database."""
        return column.collate("C") if self.snapshot.is_postgresql else column

    def about(self, engagement_ids: Sequence[UUID]) -> Mapping[UUID, About]:
        """What is said of some engagements."""
        line, parked = self.table(ENGAGEMENTS), parked_of(self.snapshot.schema)
        waits = exists().where(
            parked.c.generation == self.snapshot.generation, parked.c.engagement_id == line.c.engagement_id
        )
        lines = select(line.c.engagement_id, line.c.name, line.c.zone, waits.label("parked")).where(
            line.c.engagement_id.in_(engagement_ids), holding(line, self.micros)
        )
        found = {row.engagement_id: About(row.name, row.zone, row.parked) for row in self.rows(lines)}
        return {each: found.get(each, UNREAD) for each in engagement_ids}


class Glances:
    """Where glances are taken. ``clock`` tells the instant of a first page, unless it is behind what was recorded;
    ``behind_seconds`` how old what lies beyond a position is.
    """

    def __init__(
        self, snapshots: Snapshots, clock: Callable[[], datetime], behind_seconds: Callable[[Snapshot], float]
    ) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._behind_seconds = behind_seconds

    @contextmanager
    def take(self, as_of: datetime | None, reach: Reach) -> Iterator[Glance]:
        """One as of an instant, now where none is given. Raises ProjectionsMissing, StoreUnavailable."""
        with self._snapshots.snapshot() as snapshot:
            behind_seconds = self._behind_seconds(snapshot)
            if not snapshot.position and behind_seconds > UNSEEN_SECONDS:
                raise ProjectionsMissing("the projections are still being made from the log")
            now = max(self._clock(), from_micros(snapshot.recorded_at))
            yield Glance(snapshot, reach, as_of or now, behind_seconds, max(now, as_of or now))
