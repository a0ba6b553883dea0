"""Generations of the projections: a whole set of tables each, one of which is live.

A rebuild fills another one beside it. The projector writes each batch into every generation that stands where it
stands, and moves their positions in the same transaction: each batch is in each of them once, whoever else runs.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, inspect, select, text, update

from infrastructure.database.database import Database
from infrastructure.projections.projection import table_of
from infrastructure.projections.reading import SCHEMA, generations_of, parked_of, retries_of, schema_of
from infrastructure.projections.register import PROJECTIONS

GenerationState = Literal["live", "joined", "building", "old"]
"""Live: queries read it. Joined: it is kept up to date beside the live one. Old: it was live."""

FOLDS: Final = json.dumps({each.name: each.version for each in PROJECTIONS}, sort_keys=True)
"""The versions of all folds of this software, as they are stored."""

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
        self._move = text(
            f"UPDATE {self._table} SET position = :to, recorded_at = :recorded_at "
            "WHERE position = :at AND state IN ('live', 'joined') RETURNING number"
        )

    def prepare(self) -> None:
        """Makes the room for the projections where it is missing. Raises StoreUnavailable."""
        tables = (self._table, self._parked, self._retries)
        with self.database.reading() as connection:
            there = inspect(connection).get_table_names(self.schema)
            missing = [table for table in tables if table.name not in there]
        if not missing:
            return
        with self.database.writing() as connection:
            self._alone(connection)
            if self.schema:
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {self.schema}"))
            for table in missing:
                table.create(connection, checkfirst=True)
                self._let_others_read(connection, str(table))

    def all(self) -> Sequence[Generation]:
        """What there is now, in the order of their numbers. Raises StoreUnavailable."""
        with self.database.reading() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.number)).all()
        return [Generation(*row) for row in rows]

    def live(self) -> Generation | None:
        return next((each for each in self.all() if each.state == "live"), None)

    def first(self, connection: Connection, log_id: UUID) -> Generation:
        """The live generation, made empty where there is none."""
        self._alone(connection)
        row = connection.execute(select(self._table).where(self._table.c.state == "live")).one_or_none()
        return Generation(*row) if row else self.make(connection, "live", log_id)

    def make(self, connection: Connection, state: GenerationState, log_id: UUID) -> Generation:
        """A new generation with empty tables."""
        self._alone(connection)
        last = connection.execute(select(func.max(self._table.c.number))).scalar_one() or 0
        made = Generation(last + 1, state, FOLDS, log_id, 0, 0)
        for projection in PROJECTIONS:
            table = table_of(projection, made.number, self.schema)
            table.create(connection, checkfirst=True)
            self._let_others_read(connection, str(table))
        values = dict(zip(self._table.columns.keys(), (made.number, state, FOLDS, log_id, 0, 0), strict=True))
        connection.execute(insert(self._table).values(values))
        return made

    def retire(self, connection: Connection) -> None:
        """No generation is live or kept up to date any more."""
        self._alone(connection)
        others = update(self._table).where(self._table.c.state != "old")
        connection.execute(others.values({"state": "old"}))

    def moving(self, connection: Connection, position: int, to: int, recorded_at: int) -> Sequence[int]:
        """Moves all generations that stand at a position and are kept up to date; their numbers. Raises Overtaken."""
        numbers = list(connection.execute(self._move, {"at": position, "to": to, "recorded_at": recorded_at}).scalars())
        if not numbers:
            raise Overtaken
        return numbers

    def drop(self, connection: Connection, number: int) -> None:
        """Drops a generation with its tables."""
        self._alone(connection)
        for projection in PROJECTIONS:
            connection.execute(text(f"DROP TABLE IF EXISTS {table_of(projection, number, self.schema)}"))
        connection.execute(delete(self._parked).where(self._parked.c.generation == number))
        connection.execute(delete(self._table).where(self._table.c.number == number))

    def _alone(self, connection: Connection) -> None:
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
