"""What the coroutines of one event loop ask of PostgreSQL, without a thread between: appends, and streams to read.

A thread that commits for a busy loop waits for the interpreter's lock longer than for the disk. So the loop commits
itself: one transaction at a time, on a connection of its own, and the appends that arrive meanwhile share the next one.
Streams that are read at the same time come in one query.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeVar
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import errors, generators
from psycopg.pq.abc import PGresult

from application.ports.log import Append, Receipt, StoreUnavailable
from infrastructure.database.another_schema import OUTDATED
from infrastructure.database.condition import QUESTION, LastLook
from infrastructure.database.database import Database
from infrastructure.database.standby import HEAR_WARNINGS, StandbyWait
from infrastructure.events.rows import COLUMNS, stored_event
from infrastructure.log.continuity import Continuity
from infrastructure.log.counting import count
from infrastructure.log.ledger import Conflict, Entry, Interrupted, Outcome, Refused, Unavailable, sealed
from infrastructure.log.postgresql import arrays
from infrastructure.log.postgresql.append_call import APPEND, BINARY, FORMATS, PREPARED, checked, parameters, receipts
from infrastructure.log.postgresql.ledger import confirm, not_begun, understood
from infrastructure.log.reading import Log
from infrastructure.log.rounds import Rounds
from infrastructure.log.settlement import Settlement, unavailable
from infrastructure.log.signal import Signal
from infrastructure.log.writer import next_batch
from infrastructure.process.telemetry import Counters

T = TypeVar("T")

STREAMS_PER_QUERY: Final = 64
_STREAMS: Final = (
    f"SELECT {', '.join(COLUMNS)} FROM public.events JOIN unnest(%b, %b) AS wanted(id, after) "
    "ON originator_id = wanted.id AND originator_version > wanted.after ORDER BY originator_id, originator_version"
)

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Stream = tuple[UUID, int]
"""An engagement and the version after which it is read."""


class AsyncPostgres:
    """The store as one event loop has it; ``settlement`` takes what needs care, in a thread."""

    def __init__(
        self,
        database: Database,
        settlement: Settlement,
        recorded: Signal,
        continuity: Continuity,
        log: Log,
        counters: Counters,
        *,
        capacity: int,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._settlement = settlement
        self._recorded = recorded
        self._continuity = continuity
        self._log = log
        self._counters = counters
        self._thread = ThreadPoolExecutor(1, "standfast-loop")
        self._writer = Line(database, {PREPARED: APPEND})
        self._reader = Line(database, {})
        self._appends = Rounds[Append, Receipt](self._write, _next_appends, capacity=capacity)
        self._streams = Rounds[Stream, Sequence[StoredEvent]](self._read, _next_streams, capacity=capacity)

    @property
    def waiting(self) -> int:
        """How many appends no commit has taken yet."""
        return self._appends.waiting

    async def append(self, append: Append) -> Receipt:
        """Record an append, durably. Raises what the recorder's text lists."""
        return await self._appends.ask(append)

    async def stream(self, engagement_id: UUID, after: int | None) -> Sequence[StoredEvent]:
        """The events of an engagement after a version."""
        return await self._streams.ask((engagement_id, after or 0))

    def close(self) -> None:
        """Finish what was accepted and let the connections go.

        Raises RuntimeError where its own loop would wait for itself: close it in a thread.
        """
        if self.loop.is_running():
            if _running_loop() is not self.loop:
                with suppress(CancelledError, RuntimeError):  # the loop ended meanwhile, and with it whoever waited
                    asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
            elif not (self._appends.idle and self._streams.idle):
                raise RuntimeError("with work under way it is closed in a thread, not by the loop that works for it")
        self._writer.drop()
        self._reader.drop()
        self._thread.shutdown()
        self._settlement.close()

    async def _end(self) -> None:
        await self._appends.end()
        await self._streams.end()

    async def _write(self, appends: Sequence[Append]) -> list[Outcome]:
        mark = self._continuity.mark()
        outcomes = await self._settled(sealed(appends))
        self._continuity.recorded(mark, outcomes)
        count(self._counters, outcomes)
        if any(isinstance(outcome, Receipt) for outcome in outcomes):
            self._recorded.give()
        return outcomes

    async def _settled(self, entries: Sequence[Entry]) -> list[Outcome]:
        """The same as `Settlement.settle`, the first attempt without a thread."""
        unknown = False
        try:
            return list(await self._appended(entries))
        except Unavailable as error:
            return [unavailable(error, unknown=False) for _ in entries]
        except Interrupted as interruption:
            unknown = interruption.unknown
        except (Conflict, Refused):
            pass  # whatever it was, the careful way finds out which entry it concerns
        return await self._in_its_thread(self._settlement.carefully, entries, unknown)

    async def _in_its_thread(self, call: Callable[..., T], *arguments: object) -> T:
        """One call after the other, whatever else keeps the threads of the process busy."""
        return await self.loop.run_in_executor(self._thread, call, *arguments)

    async def _appended(self, entries: Sequence[Entry]) -> list[Receipt]:
        """All entries in one transaction. Raises `Conflict`, `Interrupted`, `Refused`, `Unavailable`."""
        try:
            connection = await self._writer.connected()
        except (psycopg.Error, StoreUnavailable, OSError) as error:
            raise not_begun(error) from error
        try:
            connection.pgconn.send_query_prepared(PREPARED, parameters(entries), FORMATS, result_format=BINARY)
            written = receipts(await answered(connection), entries)
        except errors.UniqueViolation as error:
            raise Conflict from error
        except psycopg.Error as error:
            lost = connection.closed or not error.sqlstate
            if lost or error.sqlstate in OUTDATED:
                self._writer.drop()
            raise understood(error, lost=lost) from error
        confirm(self._writer.standby)
        return written

    async def _read(self, wanted: Sequence[Stream]) -> Sequence[Sequence[StoredEvent] | BaseException]:
        try:
            found = await self._found(wanted)
        except (psycopg.Error, OSError):  # the log's own connections come back by themselves, or say what is wrong
            self._reader.drop()
            return await self._in_its_thread(self._read_patiently, wanted)
        return [[event for event in found[one] if event.originator_version > after] for one, after in wanted]

    def _read_patiently(self, wanted: Sequence[Stream]) -> list[Sequence[StoredEvent]]:
        return [self._log.stream(one, after=after) for one, after in wanted]

    async def _found(self, wanted: Sequence[Stream]) -> dict[UUID, list[StoredEvent]]:
        """The events of each engagement, after the earliest version asked for. Raises `psycopg.Error`."""
        afters: dict[UUID, int] = {}
        for one, after in wanted:
            afters[one] = min(after, afters.get(one, after))
        connection = await self._reader.connected()
        packed = arrays.uuids(list(afters)), arrays.int8s(list(afters.values()))
        cursor = await connection.execute(_STREAMS, packed, binary=True)
        found: dict[UUID, list[StoredEvent]] = defaultdict(list)
        for row in await cursor.fetchall():
            found[row[0]].append(stored_event(row))
        return found


class Line:
    """One connection of a loop, opened when it is first needed and again after it was lost."""

    def __init__(self, database: Database, statements: Mapping[bytes, bytes]) -> None:
        self._database = database
        self._statements = statements
        self._connection: Connection | None = None
        self.standby = StandbyWait()
        self._look = LastLook()

    async def connected(self) -> Connection:
        """The connection, its statements prepared.

        Raises `psycopg.Error`, and `StoreUnavailable` where it is to record and may not.
        """
        if self._connection is None or self._connection.closed:
            connection = await self._database.own_async_connection()
            try:
                await self._prepare(connection)
            except BaseException:  # also cancelled: half made it is of no use to anybody
                connection.pgconn.finish()
                raise
            self._connection = connection
            self._look.taken()
        elif self._statements and self._look.due:
            await self._examine(self._connection)
            self._look.taken()
        return self._connection

    async def _prepare(self, connection: Connection) -> None:
        arrays.register(connection)
        if not self._statements:
            connection.prepare_threshold = 0  # the driver prepares whatever is asked
            return
        await connection.execute(HEAR_WARNINGS)
        self.standby.attend(connection)
        await self._examine(connection)
        for name, statement in self._statements.items():
            connection.pgconn.send_prepare(name, statement)
            checked(await answered(connection))

    async def _examine(self, connection: Connection) -> None:
        self._database.demand(await (await connection.execute(QUESTION)).fetchone())

    def drop(self) -> None:
        if self._connection is not None:
            self._connection.pgconn.finish()
            self._connection = None


async def answered(connection: Connection) -> PGresult:
    """What the server says to what was sent. Raises `psycopg.Error` where it is silent."""
    results: list[PGresult] = await connection.wait(generators.execute(connection.pgconn))
    return results[-1]


def _next_appends(waiting: deque[Append]) -> list[Append]:
    return next_batch(waiting, lambda append: append)


def _next_streams(waiting: deque[Stream]) -> list[Stream]:
    return [waiting.popleft() for _ in range(min(len(waiting), STREAMS_PER_QUERY))]


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
