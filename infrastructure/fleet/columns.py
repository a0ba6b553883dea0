"""The columns: what the projections hold, in memory, column by column, in step with a position of the log.

DuckDB keeps them (docs/decisions/0016). A question reads one state of them, whatever comes in meanwhile.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final
from uuid import UUID

import duckdb
from sqlalchemy import select

from infrastructure.fleet.staging import written
from infrastructure.fleet.tables import made, read_in
from infrastructure.log.reading import Log
from infrastructure.projections.reading import Snapshot, Snapshots, parked_of

ANEW_AFTER: Final = 0.5
"""Once so great a share of the engagements would come in at once, all are read anew."""
SIDE_BY_SIDE: Final = os.cpu_count() or 1
"""So many queries of one question are worked out at once."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One state of the columns, and the position of the log that it tells of; ``recorded_at`` in microseconds.

    ``cursors`` all see this state, each for one thread at a time.
    """

    cursors: Sequence[duckdb.DuckDBPyConnection]
    position: int
    recorded_at: int

    @property
    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self.cursors[0]

    def interrupt(self) -> None:
        """Ends the queries that are worked out now, from any thread: they raise duckdb.InterruptException."""
        for cursor in self.cursors:
            cursor.interrupt()


@dataclass(frozen=True, slots=True)
class _Standing:
    """Of which tables the columns were read, up to where, and what was parked then."""

    generation: int
    log_id: UUID
    position: int
    recorded_at: int
    parked: frozenset[tuple[UUID, str, int]]
    """Which engagements waited then for which projections, and since when."""


@dataclass(slots=True)
class Columns:
    """Kept in step by position: what was recorded since is read from the projections, engagement by engagement.

    Raises ProjectionsMissing, StoreUnavailable.
    """

    snapshots: Snapshots
    log: Log
    _database: duckdb.DuckDBPyConnection | None = None
    _standing: _Standing | None = None
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One state of them, at least as new as the projections are now."""
        with self._lock:
            standing = self._brought_up()
            assert self._database is not None, "columns that stand somewhere are kept"
            cursors = [_opened(self._database) for _ in range(SIDE_BY_SIDE)]
        try:
            yield Reading(cursors, standing.position, standing.recorded_at)
        finally:
            for cursor in cursors:
                cursor.close()

    def close(self) -> None:
        """Keeps them no longer; whoever reads them reads on."""
        with self._lock:
            self._database = self._standing = None

    def _brought_up(self) -> _Standing:
        with self.snapshots.snapshot() as snapshot:
            before, now = self._standing, _standing_of(snapshot)
            if before is None or self._database is None or not _follows(before, now):
                self._start_over(snapshot)
            elif before != now and before.position <= now.position:
                changed = self.log.streams_between(before.position, now.position) | {
                    engagement_id for engagement_id, _, _ in before.parked ^ now.parked
                }
                self._take(snapshot, changed)
            else:
                return before
            self._standing = now
            return now

    def _start_over(self, snapshot: Snapshot) -> None:
        """The others are gone once nobody reads them: to close them would close the readings too."""
        database = made()
        read_in(database, written(snapshot, None))
        self._database = database

    def _take(self, snapshot: Snapshot, changed: Collection[UUID]) -> None:
        assert self._database is not None, "they are kept"
        counted = self._database.execute("SELECT count(*) FROM numbers").fetchone()
        if len(changed) > ANEW_AFTER * (counted[0] if counted else 0):
            self._start_over(snapshot)
        elif changed:
            read_in(self._database, written(snapshot, changed), changed)


def _opened(database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A cursor that sees the state that is there now: a transaction begins with its first query."""
    cursor = database.cursor()
    cursor.execute("BEGIN TRANSACTION READ ONLY")
    cursor.execute("SELECT count(*) FROM numbers WHERE e IS NULL").fetchone()
    return cursor


def _standing_of(snapshot: Snapshot) -> _Standing:
    parked = parked_of(snapshot.schema)
    waiting = select(parked.c.engagement_id, parked.c.projection, parked.c.since)
    rows = snapshot.connection.execute(waiting.where(parked.c.generation == snapshot.generation))
    these = frozenset((row.engagement_id, row.projection, row.since) for row in rows)
    return _Standing(snapshot.generation, snapshot.log_id, snapshot.position, snapshot.recorded_at, these)


def _follows(before: _Standing, now: _Standing) -> bool:
    """Whether the columns can be brought on: they are of the same tables."""
    return (before.generation, before.log_id) == (now.generation, now.log_id)
