"""What is kept of the projections of a database, looked at from outside: nothing is made or changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import inspect, select

from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros
from infrastructure.projections.generations import Generation, Generations
from infrastructure.projections.leading import KEEPING, led
from infrastructure.projections.parking import Parked, Parking
from infrastructure.projections.projection import table_of
from infrastructure.projections.projections import kept_projections
from infrastructure.projections.tables.clocks import CLOCKS


@dataclass(frozen=True, slots=True)
class Notice:
    """The last notice of a breach about a clock, and when it was recorded."""

    engagement_id: UUID
    clock: str
    subject_id: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """All generations in the order of their numbers, what is parked in the live one, whether anybody leads and whether
    anybody keeps the deadlines; ``last_notice`` where the live one is of this version.
    """

    generations: Sequence[Generation] = ()
    parked: Sequence[Parked] = ()
    led: bool = False
    keeping: bool = False
    last_notice: Notice | None = None

    @property
    def live(self) -> Generation | None:
        return next((each for each in self.generations if each.state == "live"), None)


def kept(of: Database) -> Kept:
    """What there is for a database now; nothing where no projections were made. Raises StoreUnavailable."""
    database = kept_projections(of)
    if database is None:
        return Kept()
    try:
        return _found(database)
    finally:
        if database is not of:
            database.close()


def _found(database: Database) -> Kept:
    generations = Generations(database)
    with database.reading() as connection:
        if "generations" not in inspect(connection).get_table_names(generations.schema):
            return Kept()
    found = Kept(generations.all(), led=led(database), keeping=led(database, KEEPING))
    live = found.live
    if live is None:
        return found
    notice = _last_notice(database, live.number, generations.schema) if live.current else None
    return replace(found, parked=Parking(database).of(live.number), last_notice=notice)


def _last_notice(database: Database, generation: int, schema: str | None) -> Notice | None:
    clock = table_of(CLOCKS, generation, schema).c
    last = select(clock.engagement_id, clock.clock, clock.subject_id, clock.noticed_at)
    with database.reading() as connection:
        row = connection.execute(
            last.where(clock.noticed_at.is_not(None)).order_by(clock.noticed_at.desc()).limit(1)
        ).one_or_none()
    return Notice(row.engagement_id, row.clock, row.subject_id, from_micros(row.noticed_at)) if row else None
