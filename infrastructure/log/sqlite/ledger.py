"""Writing entries to SQLite: one BEGIN IMMEDIATE transaction for a batch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from application.ports.log import Answer, Followed, NotTaken, Receipt, StoreUnavailable
from infrastructure.database.condition import REVISION, Condition, LastLook, refusal
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, from_micros, to_micros
from infrastructure.database.sqlite import let_go, library
from infrastructure.database.sqlite_file import FileGone
from infrastructure.events.rows import EnvelopedEvent
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
    place,
    places,
    receipts_of,
    unproven,
    with_receipts,
)

_INSERT_EVENT = (
    "INSERT INTO events (position, originator_id, originator_version, topic, state, salt, recorded_at, place, "
    "schema_version, occurred_at, actor_party, actor_id, on_behalf_party, on_behalf_id, command_id, ordinal, "
    "correlation_id, causation_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_ANSWER = (
    "INSERT INTO answers (command_id, body_hash, status, version, position, first_position, count, problem, "
    "recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT_ANSWER = (
    "SELECT body_hash, status, version, position, first_position, count, problem, recorded_at "
    "FROM answers WHERE command_id = ?"
)
_SELECT_PLACE = "SELECT position, recorded_at, salt FROM events WHERE originator_id = ? AND originator_version = ?"
_PASSING = ("database is locked", "database is busy", "database table is locked", "database schema has changed")

Row = tuple[Any, ...]


class SqliteLedger:
    """The ledger of a SQLite database, on one connection; `clock` is the process's, in microseconds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._connection: Any = None
        self._look = LastLook()

    def write(self, entries: Sequence[Entry]) -> list[Receipt]:
        with self._transaction() as cursor:
            try:
                return self._insert(cursor, entries)
            except library().IntegrityError as error:
                raise Conflict from error

    def write_carefully(self, entries: Sequence[Entry]) -> list[Outcome]:
        with self._transaction() as cursor:
            outcomes = judge(entries, _find(cursor, entries))
            good = [entry for entry, outcome in zip(entries, outcomes, strict=True) if outcome is None]
            return with_receipts(outcomes, self._insert(cursor, good) if good else [])

    def close(self) -> None:
        if self._connection is not None and not self._database.in_memory:
            self._connection.close()
        self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """A cursor in BEGIN IMMEDIATE: committed at the end, rolled back by whatever is raised."""
        with self._database.turn:
            try:
                cursor = self._cursor()
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    self._check_file(committed=False)
                    yield cursor
                    cursor.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        cursor.execute("ROLLBACK")
                    raise
                self._check_file(committed=True)
            except Interrupted as interruption:
                if isinstance(interruption.__cause__, FileGone) and self._connection is not None:
                    self._let_go()
                raise
            except library().Error as error:
                raise _named(error) from error

    def _cursor(self) -> Any:
        try:
            if self._connection is None:
                self._connection = self._database.own_sqlite_connection()
            if self._look.due:
                self._examine()
        except FileGone as error:
            raise Interrupted(error, unknown=False) from error
        except StoreUnavailable as error:
            raise Unavailable(error, type(error)) from error
        return self._connection.cursor()

    def _examine(self) -> None:
        """Raises `StoreSchemaDiffers` where another version has migrated the database."""
        found = self._connection.execute(REVISION).fetchone()
        differs = Condition(revision=found and found[0]).refusal
        if differs is not None:
            raise differs
        self._look.taken()

    def _check_file(self, *, committed: bool) -> None:
        """Raises `Interrupted` where the name does not lead to the file: tried again, what is there is opened."""
        try:
            if self._connection.files:
                self._connection.files.check()
        except FileGone as error:
            raise Interrupted(error, unknown=committed) from error

    def _let_go(self) -> None:
        """Raises `Unavailable` where a deleted write-ahead log holds what cannot be put back."""
        try:
            let_go(self._connection)
        except StoreUnavailable as error:
            raise Unavailable(error) from error
        self._connection = None

    def _insert(self, cursor: Any, entries: Sequence[Entry]) -> list[Receipt]:
        _prove(cursor, unproven(entries))
        cursor.execute("SELECT position, recorded_at FROM head WHERE id = 1")
        base, last_at = cursor.fetchone()
        appends = sum(1 for entry in entries if entry.append.events)
        base_at = max(self._clock(), last_at + 1) if appends else last_at
        receipts = receipts_of(entries, base, base_at)
        _insert_rows(cursor, entries, receipts)
        added = sum(receipt.count for receipt in receipts)
        if added:
            at = base_at + appends - 1
            cursor.execute("UPDATE head SET position = ?, recorded_at = ? WHERE id = 1", (base + added, at))
        return receipts


def _prove(cursor: Any, followed: Sequence[Followed]) -> None:
    """Raises `Conflict` where the log does not hold an event that is followed."""
    if not followed:
        return
    wanted = [value for one in followed for value in (one.engagement_id.hex, one.version, one.salt)]
    if cursor.execute(_count_followed(len(followed)), wanted).fetchone()[0] != len(followed):
        raise Conflict


@cache
def _count_followed(count: int) -> str:
    """One statement for all: each would give the processor to another thread. Every event is looked up once."""
    rows = ", ".join(["(?, ?, ?)"] * count)
    return (
        f"WITH followed (id, version, salt) AS (VALUES {rows}) SELECT count(*) FROM followed CROSS JOIN events "
        "ON originator_id = followed.id AND originator_version = followed.version AND events.salt = followed.salt"
    )


def _insert_rows(cursor: Any, entries: Sequence[Entry], receipts: Sequence[Receipt]) -> None:
    rows: list[Row] = []
    answers: list[Row] = []
    for entry, receipt in zip(entries, receipts, strict=True):
        recorded_at = to_micros(receipt.recorded_at)
        rows.extend(_event_rows(entry, receipt.first_position, recorded_at))
        if entry.append.key is not None:
            answers.append(_answer_row(entry, receipt, recorded_at))
    if rows:
        cursor.executemany(_INSERT_EVENT, rows)
    if answers:
        cursor.executemany(_INSERT_ANSWER, answers)


def _event_rows(entry: Entry, first_position: int, recorded_at: int) -> list[Row]:
    rows: list[Row] = []
    for position, (event, salt) in enumerate(zip(entry.append.events, entry.salts, strict=True), first_position):
        originator_id, version = place(event)
        row: Row = (position, originator_id.hex, version, event.topic, event.state, salt, recorded_at)
        if isinstance(event, EnvelopedEvent):
            row += (
                event.place, event.schema_version, event.occurred_at, event.actor_party, event.actor_id,
                event.on_behalf_party, event.on_behalf_id, event.command_id.hex, event.ordinal,
                event.correlation_id, event.causation_id,
            )  # fmt: skip
        else:
            row += (None,) * 11
        rows.append(row)
    return rows


def _answer_row(entry: Entry, receipt: Receipt, recorded_at: int) -> Row:
    key = entry.append.key
    assert key is not None
    position = receipt.last_position if receipt.count or key.position is None else key.position
    first = receipt.first_position if receipt.count else None
    return (
        key.command_id.hex, key.body_hash, key.status, key.version, position, first, receipt.count, key.problem,
        recorded_at,
    )  # fmt: skip


def _find(cursor: Any, entries: Sequence[Entry]) -> Found:
    found = Found()
    for entry in entries:
        commands = set(command_ids(entry.append.events))
        if entry.append.key is not None:
            commands.add(entry.append.key.command_id)
            row = cursor.execute(_SELECT_ANSWER, (entry.append.key.command_id.hex,)).fetchone()
            if row is not None:
                found.answers[entry.append.key.command_id] = _answer(entry.append.key.command_id, row)
        for command_id in commands:
            if cursor.execute("SELECT 1 FROM events WHERE command_id = ? LIMIT 1", (command_id.hex,)).fetchone():
                found.commands.add(command_id)
    for originator_id, version in places(entries):
        row = cursor.execute(_SELECT_PLACE, (originator_id.hex, version)).fetchone()
        if row is not None:
            found.places[originator_id, version] = Standing(*row)
    return found


def _answer(command_id: UUID, row: Row) -> Answer:
    body_hash, status, version, position, first_position, count, problem, recorded_at = row
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


def _named(error: Exception) -> Exception:
    """The error as the writer understands it. A commit that failed without a word is found again by its salts."""
    if isinstance(error, library().OperationalError):
        if any(reason in str(error) for reason in _PASSING):
            return Interrupted(error, unknown=False)
        return Unavailable(error, refusal(error) or NotTaken)
    return Refused(str(error))
