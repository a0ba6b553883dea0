"""Writing entries to PostgreSQL: one function call is one transaction and one round trip for a batch."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors

from application.ports.log import Answer, NotTaken, OutcomeUnknown, Receipt, StoreUnavailable
from infrastructure.database.another_schema import OUTDATED
from infrastructure.database.condition import QUESTION, LastLook, refusal
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros
from infrastructure.database.standby import HEAR_WARNINGS, StandbyWait
from infrastructure.log.ledger import (
    Conflict,
    Entry,
    Found,
    Interrupted,
    Outcome,
    Refused,
    Standing,
    Unavailable,
    command_ids,
    judge,
    places,
    with_receipts,
)
from infrastructure.log.postgresql import arrays
from infrastructure.log.postgresql.append_call import APPEND, BINARY, FORMATS, PREPARED, checked, parameters, receipts

_SELECT_ANSWERS = (
    "SELECT command_id, body_hash, status, version, position, first_position, count, problem, recorded_at "
    "FROM public.answers WHERE command_id = ANY(%b)"
)
_SELECT_COMMANDS = "SELECT DISTINCT command_id FROM public.events WHERE command_id = ANY(%b)"
_SELECT_PLACES = (
    "SELECT originator_id, originator_version, position, recorded_at, salt FROM public.events "
    "JOIN unnest(%b, %b) AS wanted(id, version) ON originator_id = wanted.id AND originator_version = wanted.version"
)
_PASSING = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "57P04", "57P05")
_UNABLE = ("25", "53", "57", "58", "XX")

_Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresLedger:
    """The ledger of a PostgreSQL database, on one connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: _Connection | None = None
        self._standby = StandbyWait()
        self._look = LastLook()

    def write(self, entries: Sequence[Entry]) -> list[Receipt]:
        connection = self._connected()
        try:
            written = _insert(connection, entries)
        except errors.UniqueViolation as error:
            raise Conflict from error
        except psycopg.Error as error:
            raise self._named(error) from error
        confirm(self._standby)
        return written

    def write_carefully(self, entries: Sequence[Entry]) -> list[Outcome]:
        connection = self._connected()
        try:
            with connection.transaction():
                connection.execute("SELECT public.lock_head()")
                outcomes = judge(entries, _find(connection, entries))
                good = [entry for entry, outcome in zip(entries, outcomes, strict=True) if outcome is None]
                written = _insert(connection, good) if good else []
        except psycopg.Error as error:
            raise self._named(error) from error
        confirm(self._standby)
        return with_receipts(outcomes, written)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> _Connection:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = _opened(self._database, self._standby)
            elif self._look.due:
                self._database.demand(self._connection.execute(QUESTION).fetchone())
            else:
                return self._connection
        except (psycopg.Error, StoreUnavailable) as error:
            raise not_begun(error) from error
        self._look.taken()
        return self._connection

    def _named(self, error: psycopg.Error) -> Exception:
        lost = self._connection is None or self._connection.closed or not error.sqlstate
        if lost or error.sqlstate in OUTDATED:
            self.close()
        return understood(error, lost=lost)


def _insert(connection: _Connection, entries: Sequence[Entry]) -> list[Receipt]:
    called = connection.pgconn.exec_prepared(PREPARED, parameters(entries), FORMATS, BINARY)
    return receipts(called, entries)


def confirm(standby: StandbyWait) -> None:
    """Raises `Unavailable` where the server committed without its standby: whether that stands is unknown.

    It is found by its key, under the lock of the head: that is a commit too, which waits for the standby.
    """
    if said := standby.given_up():
        raise Unavailable(OutcomeUnknown(said), OutcomeUnknown)


def _opened(database: Database, standby: StandbyWait) -> _Connection:
    """A connection that is ready to append.

    Raises `psycopg.Error` where it is lost before that, `StoreUnavailable` where nothing may be recorded by it, and
    leaves none.
    """
    connection = database.own_connection()
    try:
        arrays.register(connection)
        connection.execute(HEAR_WARNINGS)
        standby.attend(connection)
        database.demand(connection.execute(QUESTION).fetchone())
        checked(connection.pgconn.prepare(PREPARED, APPEND))
    except (psycopg.Error, StoreUnavailable):
        connection.close()
        raise
    return connection


def understood(error: psycopg.Error, *, lost: bool) -> Exception:
    """The error as the writer understands it. Without a word from the server the outcome is unknown."""
    state = error.sqlstate or ""
    lost = lost or not state
    if lost or state in _PASSING or state in OUTDATED or state.startswith("08"):
        return Interrupted(error, unknown=lost)
    kind = refusal(error) or (NotTaken if state[:2] in _UNABLE else None)
    return Unavailable(error, kind) if kind else Refused(str(error))


def not_begun(error: psycopg.Error | StoreUnavailable | OSError) -> Exception:
    """The same of an error that came before anything was sent: where the server says nothing, it is tried again."""
    if isinstance(error, StoreUnavailable):
        return Unavailable(error, type(error))
    found = understood(error, lost=False) if isinstance(error, psycopg.Error) else error
    return found if isinstance(found, Unavailable) else Interrupted(error, unknown=False)


def _find(connection: _Connection, entries: Sequence[Entry]) -> Found:
    keys = [entry.append.key.command_id for entry in entries if entry.append.key]
    commands = [command_id for entry in entries for command_id in command_ids(entry.append.events)]
    these = places(entries)
    wanted = arrays.uuids([one[0] for one in these]), arrays.int8s([one[1] for one in these])
    return Found(
        answers={row[0]: _answer(*row) for row in connection.execute(_SELECT_ANSWERS, (arrays.uuids(keys),))},
        commands={row[0] for row in connection.execute(_SELECT_COMMANDS, (arrays.uuids([*keys, *commands]),))},
        places={(row[0], row[1]): Standing(*row[2:]) for row in connection.execute(_SELECT_PLACES, wanted)},
    )


def _answer(
    command_id: UUID,
    body_hash: bytes,
    status: int,
    version: int | None,
    position: int,
    first_position: int | None,
    count: int,
    problem: bytes | None,
    recorded_at: int,
) -> Answer:
    return Answer(
        command_id=command_id,
        body_hash=body_hash,
        status=status,
        version=version,
        position=position,
        first_position=first_position,
        count=count,
        problem=problem,
        recorded_at=from_micros(recorded_at),
    )
