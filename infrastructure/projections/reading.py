"""Reading the projections: one snapshot of the live generation, with the position that it is as of."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Protocol
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, MetaData, Table, Text, Uuid, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from application.ports.engagement_list import ProjectionsMissing
from application.ports.log import StoreUnavailable
from domain.access.reach import EVERYTHING
from infrastructure.database.database import Database
from infrastructure.database.instants import to_micros
from infrastructure.database.row_security import rows_within
from infrastructure.log.reading import Head
from infrastructure.projections.projection import Projection, table_of

SCHEMA = "projections"
"""Where they are kept on PostgreSQL; on SQLite they have a file of their own."""


def schema_of(database: Database) -> str | None:
    return SCHEMA if database.is_postgresql else None


def generations_of(schema: str | None) -> Table:
    """The generations that there are: which is live, and up to which position each tells of which log."""
    return Table(
        "generations",
        MetaData(schema=schema),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("state", Text, nullable=False),
        Column("folds", Text, nullable=False),
        Column("log_id", Uuid, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("recorded_at", BigInteger, nullable=False),
    )


def parked_of(schema: str | None) -> Table:
    """The engagements whose tail waits for a projection, since which position, and why."""
    return Table(
        "parked",
        MetaData(schema=schema),
        Column("generation", Integer, primary_key=True, autoincrement=False),
        Column("projection", Text, primary_key=True),
        Column("engagement_id", Uuid, primary_key=True),
        Column("position", BigInteger, nullable=False),
        Column("error", Text, nullable=False),
        Column("since", BigInteger, nullable=False),
    )


def retries_of(schema: str | None) -> Table:
    """What the leader is asked to try again: an engagement, or all that are parked (null)."""
    return Table(
        "retries",
        MetaData(schema=schema),
        Column("request_id", Uuid, primary_key=True),
        Column("engagement_id", Uuid, nullable=True),
    )


@cache
def jobs_of(schema: str | None) -> Table:
    """What is worked out in the background: what was asked by whom, how far it is, and what came of it."""
    return Table(
        "jobs",
        MetaData(schema=schema),
        Column("job_id", Uuid, primary_key=True),
        Column("creator", Text, nullable=False),
        Column("request", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("asked_at", BigInteger, nullable=False),
        Column("started_at", BigInteger),
        Column("ended_at", BigInteger),
        Column("done", BigInteger, nullable=False),
        Column("total", BigInteger, nullable=False),
        Column("result", LargeBinary),
        Column("error", Text),
    )


@cache
def first_answers_of(schema: str | None) -> Table:
    """What was answered first to a what-if under a key: by the hash of what was asked; without a body, it is gone."""
    return Table(
        "first_answers",
        MetaData(schema=schema),
        Column("key_id", Uuid, primary_key=True),
        Column("body_hash", LargeBinary, nullable=False),
        Column("status", Integer, nullable=False),
        Column("location", Text),
        Column("body", LargeBinary),
        Column("answered_at", BigInteger, nullable=False),
    )


@cache
def written_terms_of(schema: str | None) -> Table:
    """Terms that were written to be supposed, by the name that their digest makes, and when they were last."""
    return Table(
        "written_terms",
        MetaData(schema=schema),
        Column("name", Text, primary_key=True),
        Column("text", LargeBinary, nullable=False),
        Column("written_at", BigInteger, nullable=False),
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The live generation as it is for as long as its connection reads. ``recorded_at``: microseconds since 1970."""

    connection: Connection
    schema: str | None
    generation: int
    position: int
    recorded_at: int
    log_id: UUID

    @property
    def is_postgresql(self) -> bool:
        return self.schema is not None

    def tells_of(self, head: Head) -> bool:
        """Whether it tells of all of the log that ends there, and of no other."""
        return (self.log_id, self.position, self.recorded_at) == (
            head.log_id,
            head.position,
            to_micros(head.recorded_at) if head.position else 0,
        )

    def table(self, projection: Projection) -> Table:
        return table_of(projection, self.generation, self.schema)


class Snapshots(Protocol):
    """Where snapshots are taken."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """One transaction that reads one state of everything. Raises ProjectionsMissing, StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """Snapshots of all there is, whoever asks: for what is kept in common."""

    of: Snapshots

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """As `Snapshots.snapshot`; what is read of the log meanwhile is all there is, too."""
        with rows_within(EVERYTHING), self.of.snapshot() as snapshot:
            yield snapshot


class ProjectionReader:
    """Reads the live generation in snapshots. ``folds`` are the versions that this software reads, as text."""

    def __init__(self, database: Database, folds: str) -> None:
        self.database = database
        self._folds = folds
        self._schema = schema_of(database)
        self._generations = generations_of(self._schema)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One transaction that reads one state of everything. Raises ProjectionsMissing, StoreUnavailable."""
        with self.database.one_snapshot() as connection:
            yield self._live(connection)

    def position(self) -> int:
        """Up to which position the live generation tells. Raises ProjectionsMissing, StoreUnavailable."""
        with self.database.reading() as connection:
            return self._live(connection).position

    def _live(self, connection: Connection) -> Snapshot:
        table = self._generations
        query = select(table).where(table.c.state == "live")
        try:
            row = connection.execute(query).one_or_none()
        except (OperationalError, ProgrammingError, StoreUnavailable) as error:
            raise ProjectionsMissing(f"the projections are not there yet: {error}") from error
        if row is None:
            raise ProjectionsMissing("the projections are still being made from the log")
        if row.folds != self._folds:
            raise ProjectionsMissing("the projections were made by another version and are being made anew")
        return Snapshot(connection, self._schema, row.number, row.position, row.recorded_at, row.log_id)
