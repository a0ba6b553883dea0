"""The coalescing writer: appends that arrive while a commit is under way go together in the next one.

Every process has one thread for its store. Whoever appends waits until the commit that holds its append is durable: a
thread in `append`, a coroutine in `append_async`. Many callers so share the price of one commit, and order stays by
construction, since there is one transaction at a time.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Lock, Thread
from typing import TypeVar

from application.ports.log import Append, NotTaken, Receipt, StoreBusy, StoreClosed
from infrastructure.log.continuity import Continuity
from infrastructure.log.counting import count
from infrastructure.log.ledger import Entry, Outcome, sealed
from infrastructure.log.settlement import Settlement
from infrastructure.log.signal import Signal
from infrastructure.process.telemetry import Counters

T = TypeVar("T")

CAPACITY = 4_096
"""How many appends may wait before the next one is refused as busy."""

APPENDS_PER_COMMIT = 256
EVENTS_PER_COMMIT = 4_096

GATHER_SECONDS = 0.000_4
"""How long a commit waits for callers that the last one set free: less than it would cost to commit them apart."""


class Waiting:
    """A thread's append that waits for its commit."""

    __slots__ = ("_done", "append", "outcome")

    def __init__(self, append: Append) -> None:
        self.append = append
        self.outcome: Outcome | None = None
        self._done = Lock()
        self._done.acquire()

    def wait(self) -> Outcome | None:
        self._done.acquire()
        return self.outcome

    def settle(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._done.release()


class Awaited:
    """A coroutine's append that waits for its commit."""

    __slots__ = ("append", "future", "loop", "outcome")

    def __init__(self, append: Append, loop: asyncio.AbstractEventLoop) -> None:
        self.append = append
        self.loop = loop
        self.future: asyncio.Future[Receipt] = loop.create_future()
        self.outcome: Outcome | None = None

    def resolve(self) -> None:
        """In the loop's own thread: hand the outcome over, unless nobody waits for it any more."""
        if self.future.done():
            return
        if isinstance(self.outcome, Exception):
            self.future.set_exception(self.outcome)
        elif self.outcome is not None:
            self.future.set_result(self.outcome)


class Writer:
    """One thread that commits what callers hand over, batch by batch, in the order of arrival."""

    def __init__(
        self,
        settlement: Settlement,
        recorded: Signal,
        continuity: Continuity | None = None,
        counters: Counters | None = None,
        *,
        capacity: int = CAPACITY,
    ) -> None:
        self._settlement = settlement
        self._recorded = recorded
        self._continuity = continuity or Continuity()
        self._counters = counters or Counters()
        self._capacity = capacity
        lock = Lock()
        self._arrived = Condition(lock)
        self._room = Condition(lock)
        self._queue: deque[Waiting | Awaited] = deque()
        self._wanted = 1
        self._lately = (1, 1)
        self._closing = False
        self._thread: Thread | None = None

    @property
    def waiting(self) -> int:
        """How many appends no commit has taken yet."""
        return len(self._queue)

    @property
    def closing(self) -> bool:
        return self._closing

    def append(self, append: Append) -> Receipt:
        """Wait, as a thread, for the receipt. Raises `StoreBusy`, `StoreClosed`, and what refuses the append."""
        waiting = Waiting(append)
        self._accept(waiting)
        return _receipt(waiting.wait())

    def append_all(self, appends: Sequence[Append]) -> list[Outcome]:
        """Hand many over at once and wait for all: their outcomes, in order, each on its own."""
        handed = [Waiting(append) for append in appends]
        for waiting in handed:
            self._accept(waiting, patiently=True)
        return [_outcome(waiting.wait()) for waiting in handed]

    async def append_async(self, append: Append) -> Receipt:
        """The same as `append` for a coroutine. Cancelled, it leaves the append to its fate."""
        awaited = Awaited(append, asyncio.get_running_loop())
        self._accept(awaited)
        return await awaited.future

    def close(self) -> None:
        """Accept nothing more, finish what was accepted, and let the database go."""
        with self._arrived:
            self._closing = True
            self._arrived.notify_all()
            self._room.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._settlement.close()

    def _accept(self, one: Waiting | Awaited, *, patiently: bool = False) -> None:
        with self._arrived:
            if patiently:
                self._room.wait_for(lambda: self._closing or len(self._queue) < self._capacity)
            if self._closing:
                raise StoreClosed("the store is closed")
            if len(self._queue) >= self._capacity:
                raise StoreBusy
            self._queue.append(one)
            if self._thread is None:
                self._thread = Thread(target=self._work, name="standfast-writer", daemon=True)
                self._thread.start()
            if len(self._queue) == self._wanted:  # only then may somebody wait for it
                self._arrived.notify()

    def _work(self) -> None:
        while batch := self._next_batch():
            mark = self._continuity.mark()
            outcomes = self._settled(sealed([one.append for one in batch]))
            self._continuity.recorded(mark, outcomes)
            count(self._counters, outcomes)
            _deliver(batch, outcomes)
            if any(isinstance(outcome, Receipt) for outcome in outcomes):
                self._recorded.give()

    def _next_batch(self) -> list[Waiting | Awaited]:
        with self._arrived:
            self._arrived.wait_for(lambda: self._queue or self._closing)
            self._gather()
            batch = next_batch(self._queue, lambda one: one.append)
            self._room.notify_all()
            self._lately = (self._lately[1], len(batch))
            return batch

    def _gather(self) -> None:
        """Wait a moment for the callers of the last commits, who are about to come again: they share one commit."""
        self._wanted = min(max(self._lately), APPENDS_PER_COMMIT)
        if len(self._queue) < self._wanted and not self._closing:
            self._arrived.wait(GATHER_SECONDS)
        self._wanted = 1

    def _settled(self, entries: Sequence[Entry]) -> list[Outcome]:
        try:
            return self._settlement.settle(entries)
        except Exception as error:  # a defect of ours must reach the callers, and the next batch its turn
            return [error] * len(entries)


def next_batch(waiting: deque[T], append_of: Callable[[T], Append]) -> list[T]:
    """Takes what one commit takes of those that wait, in their order: at least one, if one waits."""
    batch: list[T] = []
    events = 0
    while waiting and len(batch) < APPENDS_PER_COMMIT and events < EVENTS_PER_COMMIT:
        batch.append(waiting.popleft())
        events += len(append_of(batch[-1]).events)
    return batch


def _deliver(batch: Sequence[Waiting | Awaited], outcomes: Sequence[Outcome]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[Awaited]] = {}
    for one, outcome in zip(batch, outcomes, strict=True):
        if isinstance(one, Waiting):
            one.settle(outcome)
        else:
            one.outcome = outcome
            loops.setdefault(one.loop, []).append(one)
    for loop, awaited in loops.items():
        if not loop.is_closed():  # nobody waits in a closed one; the appends stand all the same
            loop.call_soon_threadsafe(_resolve, awaited)


def _resolve(awaited: Sequence[Awaited]) -> None:
    for one in awaited:
        one.resolve()


def _outcome(outcome: Outcome | None) -> Outcome:
    return outcome if outcome is not None else NotTaken("the append was not settled")


def _receipt(outcome: Outcome | None) -> Receipt:
    settled = _outcome(outcome)
    if isinstance(settled, Exception):
        raise settled
    return settled
