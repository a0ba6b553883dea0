"""A log of random lawful engagements with its projections, to be rebuilt."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from uuid import UUID, uuid5

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.engine import URL

from application.ports.log import Append
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.events.mapper import enveloped
from infrastructure.events.rows import EnvelopedEvent
from infrastructure.log.recorder import LogRecorder
from infrastructure.projections.generations import Generation, Generations
from infrastructure.projections.projection import Row
from infrastructure.projections.projections import Projections
from infrastructure.projections.proof import differing
from infrastructure.projections.reading import generations_of
from infrastructure.projections.rebuild.rebuild import Rebuild
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from tests.domain.walks import walk

EVENTS_OF_A_SHARD = 40
LOG = UUID(int=7)


@cache
def history(seed: int) -> EngagementHistory:
    """A random lawful history; the same for the same seed."""
    return walk(Random(seed))


def commands(number: int) -> list[list[EnvelopedEvent]]:
    """What each command of an engagement recorded, in order."""
    engagement_id = uuid5(LOG, str(number))
    found: dict[UUID, list[Recorded]] = {}
    for fact in history(number).facts:
        mine = replace(fact, stream_id=engagement_id, command_id=uuid5(engagement_id, str(fact.command_id)))
        found.setdefault(mine.command_id, []).append(mine)
    return [list(map(enveloped, facts)) for facts in found.values()]


@dataclass(slots=True)
class Bench:
    """A log and its projections, as a process has them."""

    database: Database
    recorder: LogRecorder
    projections: Projections

    @property
    def kept(self) -> Database:
        return self.projections.database

    @property
    def generations(self) -> Generations:
        return Generations(self.kept)

    @property
    def live(self) -> Generation:
        found = self.generations.live()
        assert found
        return found

    def record(self, *numbers: int) -> None:
        """Records whole engagements, one after the other."""
        for number in numbers:
            for events in commands(number):
                self.recorder.append(Append(events=events))

    def rebuilding(self, workers: int = 1) -> Rebuild:
        """A rebuild in many small shards."""
        made = self.projections.rebuilding(workers)
        made.events_of_a_shard, made.worth_a_process = EVENTS_OF_A_SHARD, 0
        return made

    def rows(self) -> Mapping[str, frozenset[Row]]:
        """What stands in the tables that are in use."""
        with self.projections.snapshot() as snapshot:
            return {
                each.name: frozenset(map(tuple, snapshot.connection.execute(select(snapshot.table(each)))))
                for each in PROJECTIONS
            }

    def states(self) -> list[str]:
        return [each.state for each in self.generations.all()]

    def assert_as_the_log_says(self) -> None:
        """The tables in use hold what a fold of the log from zero gives, up to its end."""
        assert self.live.position == self.recorder.log.head().position
        assert list(differing(self.projections.reader, self.recorder.log)) == []
        assert self.rows()[ENGAGEMENTS.name]

    def tamper(self, many: int = 1) -> list[UUID]:
        """Renames so many lines of the list that are in use; whose they are."""
        with self.projections.snapshot() as snapshot:
            table = snapshot.table(ENGAGEMENTS)
        with self.kept.writing() as connection:
            ids = sorted(connection.execute(select(table.c.engagement_id).distinct()).scalars())[:many]
            connection.execute(update(table).where(table.c.engagement_id.in_(ids)).values(sought="tampered"))
        return list(ids)

    def lose_a_line(self) -> UUID:
        """Deletes all lines of one engagement in use; whose they are."""
        with self.projections.snapshot() as snapshot:
            table = snapshot.table(ENGAGEMENTS)
        with self.kept.writing() as connection:
            found: UUID = connection.execute(select(table.c.engagement_id).limit(1)).scalar_one()
            connection.execute(delete(table).where(table.c.engagement_id == found))
        return found

    def set_live(self, **values: object) -> None:
        """Has the live generation say something else of itself."""
        with self.kept.writing() as connection:
            self._set_live(connection, values)

    def _set_live(self, connection: Connection, values: Mapping[str, object]) -> None:
        table = generations_of(self.generations.schema)
        connection.execute(update(table).where(table.c.state == "live").values(**values))


@contextmanager
def bench(url: URL, *, migrates: bool = True) -> Iterator[Bench]:
    """The log in a database, which is migrated where it is new, and projections that nobody brings on."""
    database = Database(url)
    if migrates:
        schema.upgrade(database)
    recorder = LogRecorder(database)
    projections = Projections(database, recorder)
    projections.make_room()
    try:
        yield Bench(database, recorder, projections)
    finally:
        projections.close()
        recorder.close()
        database.close()


def populated(url: URL, engagements: Sequence[int]) -> None:
    """A log with these engagements, and projections that tell of all of it."""
    with bench(url) as made:
        made.record(*engagements)
        made.projections.catch_up()
