"""The tables in memory: what is kept of each projection, and how rows that were staged come in."""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

import duckdb

from infrastructure.projections.projection import Projection
from infrastructure.projections.tables.assignments import ASSIGNMENTS
from infrastructure.projections.tables.cases import CASES
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.cover import COVER
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from infrastructure.projections.tables.people import PEOPLE
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
    Taken(projection=PEOPLE),
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


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows in a file, as CSV without a header, and their columns with their kinds in memory."""

    file: Path
    columns: Sequence[tuple[str, str]]


Stage = Callable[[Taken, Path], Staged]
"""Has the rows of a projection in a file, in a room that is there for it."""


def made() -> duckdb.DuckDBPyConnection:
    """A database in memory without tables."""
    database = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false", "temp_directory": ""})
    database.execute(f"SET threads = {os.cpu_count() or 1}")
    database.execute("SET preserve_insertion_order = false")
    database.execute("CREATE SEQUENCE number")
    database.execute("CREATE TABLE numbers (engagement_id UUID, e UINTEGER)")
    return database


def read_in(database: duckdb.DuckDBPyConnection, stage: Stage, only: Collection[UUID] | None = None) -> None:
    """Puts the rows of some engagements in the place of those that were there, or makes all tables (None), at once."""
    with TemporaryDirectory(prefix="standfast-columns-") as room:
        database.execute("BEGIN TRANSACTION")
        try:
            for taken in TAKEN:
                _read_in_one(database, taken, _read_from(stage(taken, Path(room))), only)
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise


def _read_from(staged: Staged) -> str:
    kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in staged.columns)
    as_written = (
        "header = false, auto_detect = false, delim = ',', new_line = '\\n', quote = '\"', escape = '\"', nullstr = ''"
    )
    return f"read_csv('{staged.file}', {as_written}, columns = {{{kinds}}})"


def _read_in_one(database: duckdb.DuckDBPyConnection, taken: Taken, staged: str, only: Collection[UUID] | None) -> None:
    if taken.projection is ENGAGEMENTS:
        database.execute(NUMBERED.format(staged=staged))
    columns, joined = OF_LINES if taken.projection is ENGAGEMENTS else OF_OTHERS
    derived = f", {taken.made}" if taken.made else ""
    query = f"SELECT {columns}{derived} FROM {staged} AS s {joined} {taken.beside}"
    if only is None:
        database.execute(f"CREATE TABLE {taken.name} AS {query}")
        return
    gone = "SELECT e FROM numbers WHERE engagement_id IN (SELECT unnest(?::UUID[]))"
    database.execute(f"DELETE FROM {taken.name} WHERE e IN ({gone})", [list(only)])
    database.execute(f"INSERT INTO {taken.name} {query}")
