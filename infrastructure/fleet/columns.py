"""The columns: what the projections hold, in memory, column by column, in step with a position of the log.

DuckDB keeps them (docs/decisions/0016). A question reads one state of them, whatever comes in meanwhile.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final
from uuid import UUID

import duckdb
from sqlalchemy import select

from infrastructure.fleet.staging import columns_of, write_csv
from infrastructure.log.reading import Log
from infrastructure.projections.projection import Projection
from infrastructure.projections.reading import Snapshot, Snapshots, parked_of
from infrastructure.projections.tables.assignments import ASSIGNMENTS
from infrastructure.projections.tables.cases import CASES
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.cover import COVER
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from infrastructure.projections.tables.plans import PLANS
from infrastructure.projections.tables.seats import SEATS
from infrastructure.projections.tables.spans import SPANS
from infrastructure.projections.tables.upcoming import UPCOMING

SETTLED: Final = """
    CASE WHEN s.ending IS NULL THEN NULL
         WHEN s.ending IN ('cancelled', 'excused') THEN s.ending
         WHEN s.ending = 'overtaken' THEN CASE WHEN s.elapsed_seconds > s.goal_seconds THEN 'late' ELSE 'cancelled' END
         WHEN s.goal_seconds IS NULL THEN 'completed'
         WHEN s.elapsed_seconds <= s.goal_seconds THEN 'met'
         ELSE 'late' END AS settled"""
"""What became of a clock that has ended (docs/metrics.md, *How a clock is read*)."""

OF_THEIR_CLOCKS: Final = ", ".join(
    f"{alias}.{column} AS {alias}_{column}"
    for alias in ("replace_clock", "transfer_clock")
    for column in (
        "settled", "over_from", "breach_at", "ended_at", "elapsed_seconds", "goal_seconds", "in_business_time",
        "calendar", "counted_seconds", "counts_from", "counts_begun", "started_at",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A projection as it is kept: without some columns, with others made when a row comes in."""

    projection: Projection
    without: tuple[str, ...] = ()
    made: str = ""
    beside: str = ""

    @property
    def name(self) -> str:
        return self.projection.name


TAKEN: Final = (
    Taken(
        projection=ENGAGEMENTS,
        without=("ordered_name", "sought", "suspended_at", "suspended_until", "suspended_on", "at_risk_from",
                 "next_breach_at", "turns_at", "settled_from"),
        made="s.opened_at // 1000000 AS opened_second, s.ended_at // 1000000 AS ended_second",
    ),
    Taken(projection=SEATS),
    Taken(projection=COVER),
    Taken(projection=ASSIGNMENTS, without=("undone_item", "window_ends_at", "leaves_at")),
    Taken(projection=CLOCKS, made=SETTLED),
    Taken(
        projection=CASES,
        made=OF_THEIR_CLOCKS,
        beside=" ".join(
            f"LEFT JOIN clocks AS {alias} ON {alias}.e = g.e "
            f"AND {alias}.subject_id = s.case_id AND {alias}.clock = '{clock}' "
            f"AND {alias}.valid_from = s.valid_from"
            for alias, clock in (("replace_clock", "replace"), ("transfer_clock", "transfer_knowledge"))
        ),
    ),
    Taken(projection=SPANS),
    Taken(projection=PLANS, without=("planned_item", "delivered_item")),
    Taken(projection=UPCOMING),
)  # fmt: skip
"""In the order in which they come in: some are made with the help of those before."""

NUMBERED: Final = (
    "INSERT INTO numbers SELECT engagement_id, nextval('number') FROM (SELECT DISTINCT engagement_id FROM {staged}) "
    "WHERE engagement_id NOT IN (SELECT engagement_id FROM numbers)"
)
"""Gives every engagement that has none a number: rows are joined by it."""

OF_LINES: Final = ("n.e, s.*", "JOIN numbers AS n ON n.engagement_id = s.engagement_id")
OF_OTHERS: Final = (
    "g.e, s.* EXCLUDE (engagement_id), g.model, g.client_id",
    "JOIN (SELECT engagement_id, e, any_value(model) AS model, any_value(client_id) AS client_id FROM engagements "
    "GROUP BY engagement_id, e) AS g ON g.engagement_id = s.engagement_id",
)
"""What rows come in with: the number of their engagement, and of all but its line its model and client."""

ANEW_AFTER: Final = 0.5
"""Once so great a share of the engagements would come in at once, all are read anew."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One state of the columns, and the position of the log that it tells of; ``recorded_at`` in microseconds."""

    cursor: duckdb.DuckDBPyConnection
    position: int
    recorded_at: int


@dataclass(frozen=True, slots=True)
class _Standing:
    """Of which tables the columns were read, up to where, and what was parked then."""

    generation: int
    log_id: UUID
    position: int
    recorded_at: int
    parked: frozenset[UUID]


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
            cursor = self._database.cursor()
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            cursor.execute("SELECT count(*) FROM numbers WHERE e IS NULL").fetchone()
        try:
            yield Reading(cursor, standing.position, standing.recorded_at)
        finally:
            cursor.close()

    def close(self) -> None:
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = self._standing = None

    def _brought_up(self) -> _Standing:
        with self.snapshots.snapshot() as snapshot:
            before, now = self._standing, _standing_of(snapshot)
            if before is None or self._database is None or not _follows(before, now):
                self._start_over(snapshot)
            elif before != now and before.position <= now.position:
                changed = self.log.streams_between(before.position, now.position) | (before.parked ^ now.parked)
                self._take(snapshot, changed)
            else:
                return before
            self._standing = now
            return now

    def _start_over(self, snapshot: Snapshot) -> None:
        made = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false", "temp_directory": ""})
        made.execute(f"SET threads = {os.cpu_count() or 1}")
        made.execute("SET preserve_insertion_order = false")
        made.execute("CREATE SEQUENCE number")
        made.execute("CREATE TABLE numbers (engagement_id UUID, e UINTEGER)")
        _read_in(made, snapshot, None)
        if self._database is not None:
            self._database.close()
        self._database = made

    def _take(self, snapshot: Snapshot, changed: Collection[UUID]) -> None:
        assert self._database is not None, "they are kept"
        counted = self._database.execute("SELECT count(*) FROM numbers").fetchone()
        if len(changed) > ANEW_AFTER * (counted[0] if counted else 0):
            self._start_over(snapshot)
        elif changed:
            _read_in(self._database, snapshot, changed)


def _standing_of(snapshot: Snapshot) -> _Standing:
    parked = parked_of(snapshot.schema)
    waiting = select(parked.c.engagement_id).where(parked.c.generation == snapshot.generation).distinct()
    ids = frozenset(snapshot.connection.execute(waiting).scalars())
    return _Standing(snapshot.generation, snapshot.log_id, snapshot.position, snapshot.recorded_at, ids)


def _follows(before: _Standing, now: _Standing) -> bool:
    """Whether the columns can be brought on: they are of the same tables."""
    return (before.generation, before.log_id) == (now.generation, now.log_id)


def _read_in(database: duckdb.DuckDBPyConnection, snapshot: Snapshot, only: Collection[UUID] | None) -> None:
    """Puts the rows of some engagements in the place of those that were there, or all of them (None), at once."""
    with TemporaryDirectory(prefix="standfast-columns-") as room:
        database.execute("BEGIN TRANSACTION")
        try:
            for taken in TAKEN:
                _read_in_one(database, snapshot, taken, only, Path(room) / f"{taken.name}.csv")
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise


def _read_in_one(
    database: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    taken: Taken,
    only: Collection[UUID] | None,
    file: Path,
) -> None:
    write_csv(snapshot, taken.projection, taken.without, only, file)
    staged = _staged(snapshot, taken, file)
    if taken.projection is ENGAGEMENTS:
        database.execute(NUMBERED.format(staged=staged))
    columns, joined = OF_LINES if taken.projection is ENGAGEMENTS else OF_OTHERS
    made = f", {taken.made}" if taken.made else ""
    query = f"SELECT {columns}{made} FROM {staged} AS s {joined} {taken.beside}"
    if only is None:
        database.execute(f"CREATE TABLE {taken.name} AS {query}")
        return
    gone = "SELECT e FROM numbers WHERE engagement_id IN (SELECT unnest(?::UUID[]))"
    database.execute(f"DELETE FROM {taken.name} WHERE e IN ({gone})", [list(only)])
    database.execute(f"INSERT INTO {taken.name} {query}")


def _staged(snapshot: Snapshot, taken: Taken, file: Path) -> str:
    columns = columns_of(snapshot.table(taken.projection), taken.without)
    kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in columns)
    as_written = "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = ''"
    return f"read_csv('{file}', {as_written}, columns = {{{kinds}}})"
