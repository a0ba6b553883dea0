"""Generations of the projections: a whole set of tables each, one of which is live.

A rebuild fills another one beside it. The projector writes each batch into every generation that stands where it
stands, and moves their positions in the same transaction: each batch is in each of them once, whoever else runs.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text, update

from infrastructure.database.database import Database
from infrastructure.projections.bulk import create_bare
from infrastructure.projections.projection import table_of
from infrastructure.projections.reading import (
    SCHEMA,
    first_answers_of,
    generations_of,
    jobs_of,
    parked_of,
    retries_of,
    schema_of,
    written_terms_of,
)
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.securing import bare, secure
from infrastructure.projections.shards import shards_of
from infrastructure.projections.tables.work.tally import tally_of

GenerationState = Literal["live", "joined", "building", "old"]
"""Live: queries read it. Joined: it is kept up to date beside the live one. Building: it is being filled, up to its
position, and then brought on by itself. Old: nobody reads it any more, and it is to be dropped.
"""

FOLDS: Final = json.dumps({each.name: each.version for each in PROJECTIONS}, sort_keys=True)
"""The versions of all folds of this software, as they are stored."""

NOBODYS: Final = "{}"
"""The folds of tables that tell of another log: they are not those of any software."""

_LOCK: Final = 7_236_412_905
"""An advisory lock of PostgreSQL, for whoever makes or drops tables."""


class Overtaken(Exception):
    """Somebody else has moved the projections meanwhile: look again where they stand."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One set of tables, and up to which position of which log it tells; ``recorded_at`` in microseconds."""

    number: int
    state: GenerationState
    folds: str
    log_id: UUID
    position: int
    recorded_at: int

    @property
    def current(self) -> bool:
        """Whether its tables are those of this software."""
        return self.folds == FOLDS


class Generations:
    """The generations of one database. What writes is called within a transaction of it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.schema = schema_of(database)
        self._table = generations_of(self.schema)
        self._parked = parked_of(self.schema)
        self._retries = retries_of(self.schema)
        self._shards = shards_of(self.schema)
        self._beside = (jobs_of(self.schema), first_answers_of(self.schema), written_terms_of(self.schema))
        self._tally = tally_of(self.schema)
        self._move = text(
            f"UPDATE {self._table} SET position = :to, recorded_at = :recorded_at "
            "WHERE position = :at AND state IN ('live', 'joined') AND folds = :folds RETURNING number"
        )

    def prepare(self) -> None:
        """Makes the room for the projections where it is missing. Raises StoreUnavailable."""
        tables = (self._table, self._parked, self._retries, self._shards, *self._beside, self._tally)
        with self.database.reading() as connection:
            there = inspect(connection).get_table_names(self.schema)
            missing = [table for table in tables if table.name not in there]
        if missing:
            self._make(missing)
        self._secure_what_is_filled()

    def _make(self, missing: Sequence[Table]) -> None:
        with self.database.writing(durable=False) as connection:
            self.alone(connection)
            if self.schema:
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {self.schema}"))
            for table in missing:
                table.create(connection, checkfirst=True)
                self._let_others_read(connection, str(table))

    def _secure_what_is_filled(self) -> None:
        """An older version left its tables open; whoever owns them has them show their rows by reach."""
        if not self.schema:
            return
        with self.database.reading() as connection:
            filled = [each for each in self.seen(connection) if each.current and each.state in ("live", "joined")]
            tables = [table for each in filled for table in self.tables(each.number)]
            tables = [each for each in bare(connection, tables) if self._owned(connection, str(each))]
        if tables:
            with self.database.writing(durable=False) as connection:
                self.alone(connection)
                for table in tables:
                    secure(connection, table)

    def all(self) -> Sequence[Generation]:
        """What there is now, in the order of their numbers. Raises StoreUnavailable."""
        with self.database.reading() as connection:
            return self.seen(connection)

    def seen(self, connection: Connection) -> Sequence[Generation]:
        """What there is as a connection sees it, in the order of their numbers."""
        rows = connection.execute(select(self._table).order_by(self._table.c.number)).all()
        return [Generation(*row) for row in rows]

    def live(self) -> Generation | None:
        return next((each for each in self.all() if each.state == "live"), None)

    def first(self, connection: Connection, log_id: UUID) -> Generation:
        """The live generation, made empty where there is none."""
        self.alone(connection)
        row = connection.execute(select(self._table).where(self._table.c.state == "live")).one_or_none()
        return Generation(*row) if row else self.make(connection, "live", log_id)

    def make(
        self, connection: Connection, state: GenerationState, log_id: UUID, position: int = 0, recorded_at: int = 0
    ) -> Generation:
        """A new generation with empty tables; those of one to be built up to a position lack their indexes."""
        self.alone(connection)
        last = connection.execute(select(func.max(self._table.c.number))).scalar_one() or 0
        made = Generation(last + 1, state, FOLDS, log_id, position, recorded_at)
        self._forget(connection, made.number)  # what an older version dropped may have had this number
        for table in self.tables(made.number):
            if state == "building":
                create_bare(connection, table)
            else:
                table.create(connection, checkfirst=True)
                secure(connection, table)
            self._let_others_read(connection, str(table))
        connection.execute(insert(self._table).values(asdict(made)))
        return made

    def tables(self, number: int) -> Sequence[Table]:
        """The tables of a generation of this software."""
        return [table_of(projection, number, self.schema) for projection in PROJECTIONS]

    def moving(self, connection: Connection, position: int, to: int, recorded_at: int) -> Sequence[int]:
        """Moves all generations that stand at a position and are kept up to date; their numbers. Raises Overtaken."""
        self.hold(connection)
        there = {"at": position, "to": to, "recorded_at": recorded_at, "folds": FOLDS}
        numbers = list(connection.execute(self._move, there).scalars())
        if not numbers:
            raise Overtaken
        return numbers

    def hold(self, connection: Connection) -> Generation | None:
        """The live generation, which nobody moves or replaces until the transaction ends.

        PostgreSQL needs it before the generations are moved: whatever joins while an UPDATE waits for it, that UPDATE
        would leave behind. On SQLite the transaction itself is exclusive.
        """
        row = connection.execute(select(self._table).where(self._table.c.state == "live").with_for_update())
        found = row.one_or_none()
        return Generation(*found) if found else None

    def put(self, connection: Connection, number: int, before: GenerationState, state: GenerationState) -> None:
        """Puts a generation from one state into another. Raises Overtaken where it is not in the first."""
        there = (self._table.c.number == number, self._table.c.state == before)
        if connection.execute(update(self._table).where(*there).values(state=state)).rowcount != 1:
            raise Overtaken

    def disown(self, connection: Connection) -> None:
        """Nobody takes the live generation for one of this software any more: it tells of another log."""
        connection.execute(update(self._table).where(self._table.c.state == "live").values(folds=NOBODYS))

    def drop(self, connection: Connection, generation: Generation) -> bool:
        """Drops a generation with its tables; False where they belong to another role of PostgreSQL."""
        self.alone(connection)
        tables = [*map(str, self.tables(generation.number))]
        others = (f"{name}_{generation.number}" for name in json.loads(generation.folds))
        tables += (name for each in others if (name := f"{self.schema}.{each}" if self.schema else each) not in tables)
        if not all(self._owned(connection, table) for table in tables):
            return False
        for table in tables:
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
        self._forget(connection, generation.number)
        connection.execute(delete(self._table).where(self._table.c.number == generation.number))
        return True

    def _forget(self, connection: Connection, number: int) -> None:
        for kept in (self._parked, self._shards, self._tally):
            connection.execute(delete(kept).where(kept.c.generation == number))

    def owned(self, generation: Generation) -> bool:
        """Whether this role may change the tables of a generation of this software. Raises StoreUnavailable."""
        with self.database.reading() as connection:
            return all(self._owned(connection, str(table)) for table in self.tables(generation.number))

    def _owned(self, connection: Connection, table: str) -> bool:
        if not self.schema:
            return True
        query = text("SELECT pg_has_role(relowner, 'USAGE') FROM pg_catalog.pg_class WHERE oid = to_regclass(:table)")
        return connection.execute(query, {"table": table}).scalar_one_or_none() is not False

    def alone(self, connection: Connection) -> None:
        """Keeps others from making and dropping tables until the transaction ends."""
        if self.schema:  # on SQLite the transaction itself is exclusive
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})

    def _let_others_read(self, connection: Connection, table: str) -> None:
        """Hands on the rights that others have on the table of the generations."""
        if not self.schema:
            return
        query = text(
            "SELECT quote_ident(r.rolname) AS role, string_agg(a.privilege_type, ', ') AS rights "
            "FROM pg_catalog.pg_class AS c, LATERAL aclexplode(c.relacl) AS a "
            "JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee "
            "WHERE c.oid = CAST(:of AS regclass) AND r.rolname <> current_user GROUP BY 1"
        )
        for role, rights in connection.execute(query, {"of": f"{SCHEMA}.generations"}).all():
            connection.execute(text(f"GRANT {rights} ON {table} TO {role}"))
