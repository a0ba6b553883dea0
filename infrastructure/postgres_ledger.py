"""Writing entries to PostgreSQL: one function call is one transaction and one round trip for a batch."""

import json
from collections.abc import Callable, Sequence
from struct import pack
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from application.log import Answer, Listed, Receipt
from infrastructure import arrays
from infrastructure.database import Database
from infrastructure.instants import from_micros, to_micros
from infrastructure.ledger import (
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
    place,
    receipts_of,
    with_receipts,
)
from infrastructure.stored import EnvelopedEvent

_PARAMETERS = 28
_PLACES = ", ".join(f"${number}" for number in range(1, _PARAMETERS + 1))
_APPEND = f"SELECT base, base_at FROM public.append_events({_PLACES})".encode()
_PREPARED = b"append_events"
_BINARY = 1
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

_Packer = Callable[[Sequence[Any]], arrays.Packed]
_Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresLedger:
    """The ledger of a PostgreSQL database, on one connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: _Connection | None = None

    def write(self, entries: Sequence[Entry]) -> list[Receipt]:
        connection = self._connected()
        try:
            return _insert(connection, entries)
        except errors.UniqueViolation as error:
            raise Conflict from error
        except psycopg.Error as error:
            raise self._named(error) from error

    def write_carefully(self, entries: Sequence[Entry]) -> list[Outcome]:
        connection = self._connected()
        try:
            with connection.transaction():
                connection.execute("SELECT public.lock_head()")
                outcomes = judge(entries, _find(connection, entries))
                good = [entry for entry, outcome in zip(entries, outcomes, strict=True) if outcome is None]
                receipts = _insert(connection, good) if good else []
            return with_receipts(outcomes, receipts)
        except psycopg.Error as error:
            raise self._named(error) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> _Connection:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = _opened(self._database)
            except psycopg.Error as error:
                raise Interrupted(error, unknown=False) from error
        return self._connection

    def _named(self, error: psycopg.Error) -> Exception:
        """The error as the writer understands it. Without a word from the server the outcome is unknown."""
        state = error.sqlstate or ""
        lost = self._connection is None or self._connection.closed or not state
        if lost:
            self.close()
        if lost or state in _PASSING or state.startswith("08"):
            return Interrupted(error, unknown=lost)
        if state[:2] in _UNABLE:
            return Unavailable(str(error))
        return Refused(str(error))


def _insert(connection: _Connection, entries: Sequence[Entry]) -> list[Receipt]:
    """Call the prepared function with packed arrays, past the driver's adaptation: it would cost more than the call."""
    appends = sum(1 for entry in entries if entry.append.events)
    parameters = [*_event_columns(entries), pack("!i", appends), *_answer_columns(entries), _listed(entries)]
    result = connection.pgconn.exec_prepared(_PREPARED, parameters, [_BINARY] * _PARAMETERS, _BINARY)
    _check(result)
    base, base_at = (int.from_bytes(result.get_value(0, column) or b"") for column in (0, 1))
    return receipts_of(entries, base, base_at)


def _opened(database: Database) -> _Connection:
    """A connection that is ready to append. Raises `psycopg.Error` where it is lost before that, and leaves none."""
    connection = database.own_connection()
    try:
        arrays.register(connection)
        _check(connection.pgconn.prepare(_PREPARED, _APPEND))
    except psycopg.Error:
        connection.close()
        raise
    return connection


def _check(result: PGresult) -> None:
    """Raise the `psycopg.Error` of what the server said, or of its silence, unless it did what it was asked."""
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise errors.error_from_result(result)


def _event_columns(entries: Sequence[Entry]) -> tuple[arrays.Packed, ...]:
    in_appends: list[int | None] = []
    core: list[tuple[Any, ...]] = []
    appended = 0
    for entry in entries:
        for event, salt in zip(entry.append.events, entry.salts, strict=True):
            in_appends.append(appended)
            core.append((*place(event), event.topic, event.state, salt, *_envelope(event)))
        appended += 1 if entry.append.events else 0
    columns = list(zip(*core, strict=True)) if core else [()] * 16
    packers: tuple[_Packer, ...] = (
        arrays.uuids, arrays.int8s, arrays.texts, arrays.byteas, arrays.byteas, arrays.int8s, arrays.int4s,
        arrays.int8s, arrays.texts, arrays.texts, arrays.texts, arrays.texts, arrays.uuids, arrays.int4s,
        arrays.texts, arrays.texts,
    )  # fmt: skip
    packed = [packer(column) for packer, column in zip(packers, columns, strict=True)]
    return (arrays.int4s(in_appends), *packed)


_NO_ENVELOPE = (None,) * 11


def _envelope(event: object) -> tuple[Any, ...]:
    if not isinstance(event, EnvelopedEvent):
        return _NO_ENVELOPE
    return (
        event.place, event.schema_version, event.occurred_at, event.actor_party, event.actor_id,
        event.on_behalf_party, event.on_behalf_id, event.command_id, event.ordinal, event.correlation_id,
        event.causation_id,
    )  # fmt: skip


def _answer_columns(entries: Sequence[Entry]) -> tuple[arrays.Packed, ...]:
    rows: list[tuple[Any, ...]] = []
    offset, appended = 1, 0
    for entry in entries:
        key, count = entry.append.key, len(entry.append.events)
        if key is not None:
            position, first = (None, offset) if count else (key.position, None)
            rows.append(
                (key.command_id, key.body_hash, key.status, key.version, position, first, count, key.problem, appended)
            )
        offset += count
        appended += 1 if count else 0
    columns = list(zip(*rows, strict=True)) if rows else [()] * 9
    packers: tuple[_Packer, ...] = (
        arrays.uuids, arrays.byteas, arrays.int4s, arrays.int8s, arrays.int8s, arrays.int8s, arrays.int4s,
        arrays.byteas, arrays.int4s,
    )  # fmt: skip
    return tuple(packer(column) for packer, column in zip(packers, columns, strict=True))


def _listed(entries: Sequence[Entry]) -> bytes:
    last = {entry.append.listed.engagement_id: entry.append.listed for entry in entries if entry.append.listed}
    return json.dumps([_listed_row(listed) for listed in last.values()]).encode() if last else b""


def _listed_row(listed: Listed) -> dict[str, Any]:
    return {
        "engagement_id": listed.engagement_id.hex,
        "name": listed.name,
        "client_id": listed.client_id,
        "partner_ids": listed.partner_ids,
        "professional_ids": listed.professional_ids,
        "model": listed.model,
        "status": listed.status,
        "open_cases": listed.open_cases,
        "seats": listed.seats,
        "covered_seats": listed.covered_seats,
        "version": listed.version,
        "opened_at": to_micros(listed.opened_at),
    }


def _find(connection: _Connection, entries: Sequence[Entry]) -> Found:
    keys = [entry.append.key.command_id for entry in entries if entry.append.key]
    commands = [command_id for entry in entries for command_id in command_ids(entry.append.events)]
    places = [place(event) for entry in entries for event in entry.append.events]
    wanted = arrays.uuids([one[0] for one in places]), arrays.int8s([one[1] for one in places])
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
