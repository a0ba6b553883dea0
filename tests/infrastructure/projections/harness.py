"""A log with real engagements under a projector: what stands in the tables, and what a fold from zero gives.

The engagements are random lawful histories (`tests.domain.walks`), their facts stored as a command stores them. The
clock that the log is recorded by is set by the test, on both databases, so that facts are recorded when they happened,
late, or up to five minutes ahead.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select, text
from sqlalchemy.engine import URL

from application.ports.log import Append, Receipt
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.database.instants import to_micros
from infrastructure.events.mapper import enveloped, recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.recorder import LogRecorder
from infrastructure.projections.folding import Folding
from infrastructure.projections.generations import FOLDS
from infrastructure.projections.projection import Row
from infrastructure.projections.projections import address_of_projections
from infrastructure.projections.projector import Projector, caught_up
from infrastructure.projections.proof import differing
from infrastructure.projections.reading import ProjectionReader
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.seen import seen
from tests.databases import fresh_database
from tests.domain.walks import walk
from tests.faults.controls import altered

Command: TypeAlias = tuple[Recorded, ...]
"""The facts of one command."""
Tables: TypeAlias = Mapping[str, frozenset[Row]]
"""The rows of each projection, by its name."""
MANY = 1_000_000


def engagement(number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"engagement {number}")


@cache
def history(seed: int) -> EngagementHistory:
    """A random lawful history; the same for the same seed."""
    return walk(Random(seed))


def commands(of: EngagementHistory, engagement_id: UUID) -> list[Command]:
    """What each command recorded, in order, as it happens to an engagement of its own."""
    found: dict[UUID, list[Recorded]] = {}
    for fact in of.facts:
        mine = replace(fact, stream_id=engagement_id, command_id=uuid5(engagement_id, str(fact.command_id)))
        found.setdefault(mine.command_id, []).append(mine)
    return [tuple(facts) for facts in found.values()]


@dataclass(slots=True)
class Bench:
    """A log, and its projections in their own place."""

    database: Database
    recorder: LogRecorder
    kept: Database
    clock: "LogClock"
    batch: list[int] = field(default_factory=list)

    @property
    def reader(self) -> ProjectionReader:
        return ProjectionReader(self.kept, FOLDS)

    def projector(self, most_facts: int = MANY) -> Projector:
        """One as a process that starts has it, knowing nothing."""
        made = Projector(self.recorder.log, self.kept)
        made.folding = Folding(self.recorder.log.streams, most_facts)
        return made

    def append(self, command: Command, at: datetime | None = None) -> Receipt:
        """Records what a command recorded, now: when it was recorded in its history, or ``at`` where that is given."""
        self.clock.set(at or command[0].recorded_at)
        return self.recorder.append(Append(events=tuple(map(enveloped, command))))

    def history(self, engagement_id: UUID) -> EngagementHistory:
        """What the log says of an engagement."""
        return self.histories()[engagement_id]

    def histories(self) -> Mapping[UUID, EngagementHistory]:
        """What the log says of each engagement."""
        return _histories(self.recorder.log.between(0, None, None))

    def standing(self) -> tuple[int, Tables]:
        """The position of the live generation, and the rows in its tables."""
        with self.reader.snapshot() as snapshot:
            rows = {
                each.name: frozenset(map(tuple, snapshot.connection.execute(select(snapshot.table(each)))))
                for each in PROJECTIONS
            }
            return snapshot.position, rows

    def from_zero(self, position: int) -> Tables:
        """The rows that a fold of the whole log up to a position gives."""
        histories = _histories(self.recorder.log.between(0, position, None))
        stretches = [list(seen(each)) for each in histories.values()]
        return {each.name: frozenset(row for some in stretches for row in each.rows(some)) for each in PROJECTIONS}

    def assert_equal_to_a_fold_from_zero(self) -> int:
        """The tables hold what the log up to their position says, nothing more or less; the position."""
        position, rows = self.standing()
        fresh = self.from_zero(position)
        for name, told in fresh.items():
            assert rows[name] == told, f"{name} differ from a fold up to {position}"
        assert list(differing(self.reader, self.recorder.log)) == []
        return position

    def assert_all_taken_in(self) -> None:
        """The same, and nothing is left to take in."""
        assert self.assert_equal_to_a_fold_from_zero() == self.recorder.log.head().position

    def project(self) -> Projector:
        """Everything taken in by a new projector."""
        projector = self.projector()
        projector.begin()
        caught_up(projector)
        return projector


def _histories(events: Sequence[object]) -> dict[UUID, EngagementHistory]:
    found: dict[UUID, list[Recorded]] = {}
    for event in events:
        if isinstance(event, PlacedEvent):
            fact = recorded(event)
            found.setdefault(fact.stream_id, []).append(fact)
    return {engagement_id: EngagementHistory.of(facts) for engagement_id, facts in found.items()}


@dataclass(slots=True)
class LogClock:
    """By which clock a log is recorded; the log itself never goes back."""

    database: Database
    micros: int = 0

    def set(self, at: datetime) -> None:
        self.micros = to_micros(at)
        if self.database.is_postgresql:
            with self.database.writing() as connection:
                connection.execute(text("UPDATE public.hand SET micros = :micros"), {"micros": self.micros})


def prepared(url: URL) -> None:
    """Migrates an empty database, and has a PostgreSQL record by the hand that `LogClock` sets."""
    with closing(Database(url)) as database:
        schema.upgrade(database)
        if not database.is_postgresql:
            return
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE public.hand AS SELECT 0::bigint AS micros"))
        altered(
            database,
            "append_events",
            "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
            "(SELECT h.micros FROM public.hand AS h)",
        )


@contextmanager
def bench(url: URL) -> Iterator[Bench]:
    """A log in a prepared database, without projections so far."""
    database = Database(url)
    clock = LogClock(database)
    recorder = LogRecorder(database, clock=lambda: clock.micros)
    kept = database if database.is_postgresql else Database(address_of_projections(database))
    try:
        yield Bench(database, recorder, kept, clock)
    finally:
        recorder.close()
        kept.close()
        database.close()


@contextmanager
def copy_of(prepared_url: URL, name: str) -> Iterator[URL]:
    """A prepared database once more, quickly; nobody may have it open."""
    if prepared_url.get_backend_name() == "sqlite":
        path = Path(str(prepared_url.database))
        folder = path.with_name(name)
        folder.mkdir()
        shutil.copy(path, folder / path.name)
        yield prepared_url.set(database=str(folder / path.name))
        shutil.rmtree(folder)
        return
    with fresh_database(prepared_url.set(database="postgres"), like=prepared_url) as url:
        yield url
