"""The store's recorder: the library's `ApplicationRecorder` on SQLite and PostgreSQL.

    recorder = LogRecorder(Database(url))            # or through PERSISTENCE_MODULE=infrastructure.log.factory
    receipt = recorder.append(Append(events=..., key=Key(...)))
    receipt.first_position, receipt.last_position, receipt.count, receipt.recorded_at

`append` takes all events of one command and the key to remember, in one transaction, and raises (all from
`application.ports.log`):

* `KeyAnswered(answer)`: this key was answered before (first, last or meanwhile): give that answer again;
* `CommandRecorded(command_id)`: its answer is gone, its events are found by `log.of_command(command_id)`;
* `VersionTaken(engagement_id, version)`, `EndsElsewhere(followed)`: decide again on fresh state;
* `StoreUnavailable`, as `NotTaken`, `OutcomeUnknown`, `StoreBusy`, `StoreClosed`: 503, the same key may be tried again.

`append_async` is the same for coroutines, `append_all` for many appends at once (imports). What arrives together is
committed together: by one thread a process, and on PostgreSQL by the event loop beside it. Close the recorder before
the database.

`insert_events` is the library's way to the same: `save(*recorded, key=..., receipts=[])` of an
`Application` passes its keywords on, and the receipt is put into the list. Reading is `recorder.log`:
`stream`, `following`, `page`, `of_command`, `head`, `position_at`, `engagement_ids`, `answer`, `forget_answers`.
"""

from asyncio import get_running_loop, to_thread
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, IntegrityError, Notification, StoredEvent
from sqlalchemy import exc as sql
from sqlalchemy import insert, select

from application.ports.log import Append, Followed, Receipt
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, process_clock
from infrastructure.database.row_security import sees_everything
from infrastructure.database.tables import snapshots
from infrastructure.log.continuity import Continuity
from infrastructure.log.ledger import Ledger
from infrastructure.log.postgresql.event_loop import AsyncPostgres
from infrastructure.log.postgresql.ledger import PostgresLedger
from infrastructure.log.reading import Log
from infrastructure.log.settlement import PATIENCE_SECONDS, Settlement
from infrastructure.log.signal import Signal
from infrastructure.log.sqlite.ledger import SqliteLedger
from infrastructure.log.subscription import LogSubscription
from infrastructure.log.traced import appended, appending
from infrastructure.log.writer import CAPACITY, Writer
from infrastructure.process.telemetry import Counters


class LogRecorder(ApplicationRecorder):
    """Appends to the log and reads it. `clock` gives `recorded_at` on SQLite; PostgreSQL has its own."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock = process_clock,
        patience: float = PATIENCE_SECONDS,
        capacity: int = CAPACITY,
    ) -> None:
        self.continuity = Continuity()
        self.log = Log(database, self.continuity)
        self.recorded = Signal()
        self.counters = Counters()
        self.ledger: Ledger = PostgresLedger(database) if database.is_postgresql else SqliteLedger(database, clock)
        settlement = Settlement(self.ledger, patience=patience)
        self.writer = Writer(settlement, self.recorded, self.continuity, self.counters, capacity=capacity)
        self._open_for = partial(self._for_loop, database, patience, capacity) if database.is_postgresql else None
        self._of_loop: AsyncPostgres | None = None
        self._lock = Lock()
        self._closing = False

    def append(self, append: Append) -> Receipt:
        """Record an append, durably, and tell where it stands. Raises what the module's text lists."""
        with appending((append,)) as span:
            receipt = self.writer.append(append)
            appended(span, (receipt,))
            return receipt

    def append_all(self, appends: Sequence[Append]) -> list[Receipt | Exception]:
        """Many at once, a few commits for all of them: the receipt or the refusal of each, in order."""
        with appending(appends) as span:
            outcomes = self.writer.append_all(appends)
            appended(span, outcomes)
            return outcomes

    async def append_async(self, append: Append) -> Receipt:
        """`append` for coroutines: it never blocks the loop."""
        mine = self._mine()
        with appending((append,)) as span:
            receipt = await (mine.append(append) if mine else self.writer.append_async(append))
            appended(span, (receipt,))
            return receipt

    async def stream_async(self, engagement_id: UUID, *, after: int | None = None) -> Sequence[StoredEvent]:
        """`log.stream` for coroutines: what is read inside at the same time comes in one query."""
        mine = self._mine() if sees_everything() else None
        if mine is None:
            return await to_thread(self.log.stream, engagement_id, after=after)
        return await mine.stream(engagement_id, after)

    async def following_async(self, last: Followed) -> Sequence[StoredEvent]:
        """`log.following` for coroutines."""
        mark = self.continuity.mark()
        return self.log.since(mark, last, await self.stream_async(last.engagement_id, after=last.version - 1))

    @property
    def waiting(self) -> int:
        """How many appends no commit has taken yet."""
        of_loop = self._of_loop
        return self.writer.waiting + (of_loop.waiting if of_loop else 0)

    def whenever_replaced(self, forget: Callable[[], object]) -> None:
        """Have something called each time that the log turns out to be another one, or an older copy."""
        self.continuity.whenever_replaced(forget)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        append = Append(events=tuple(stored_events), key=kwargs.get("key"))
        if not append.events and append.key is None:
            return []
        receipt = self.append(append)
        kwargs.get("receipts", []).append(receipt)
        return list(range(receipt.first_position, receipt.first_position + receipt.count))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        return self.log.stream(originator_id, after=gt, until=lte, newest_first=desc, limit=limit)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = (start or 0) - 1 if inclusive_of_start else start or 0
        return self.log.between(after, stop, limit, topics)

    def max_notification_id(self) -> int | None:
        return self.log.head().position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LogSubscription:
        return LogSubscription(self, self.recorded, gt, topics)

    def close(self) -> None:
        """Finish what was accepted and let the connections go. A loop with work under way closes it in a thread."""
        with self._lock:
            self._closing, of_loop = True, self._of_loop
        if of_loop is not None:
            of_loop.close()
        self.writer.close()

    def _mine(self) -> AsyncPostgres | None:
        """The running loop's own way to the store; None where the thread of the writer serves it.

        One loop has one: a second loop at the same time shares the thread.
        """
        if self._open_for is None:
            return None
        loop = get_running_loop()
        with self._lock:
            if self._closing:
                return None
            if self._of_loop is None or self._of_loop.loop.is_closed():
                if self._of_loop is not None:
                    self._of_loop.close()
                self._of_loop = self._open_for()
            return self._of_loop if self._of_loop.loop is loop else None

    def _for_loop(self, database: Database, patience: float, capacity: int) -> AsyncPostgres:
        careful = Settlement(PostgresLedger(database), patience=patience)
        return AsyncPostgres(
            database, careful, self.recorded, self.continuity, self.log, self.counters, capacity=capacity
        )


class SnapshotRecorder(AggregateRecorder):
    """The library's snapshots, in a table of their own; Standfast takes none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        rows = [vars(event) for event in stored_events]
        if rows:
            try:
                with self._database.writing() as connection:
                    connection.execute(insert(snapshots), rows)
            except sql.IntegrityError as error:
                raise IntegrityError(str(error.orig)) from error
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        version = snapshots.c.originator_version
        query = select(snapshots).where(snapshots.c.originator_id == originator_id)
        if gt is not None:
            query = query.where(version > gt)
        if lte is not None:
            query = query.where(version <= lte)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(version.desc() if desc else version).limit(limit)).all()
        return [StoredEvent(*row) for row in rows]
