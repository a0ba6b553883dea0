"""The last that was recorded, kept in memory once for all who follow: each of them has a place in it, and no more.

    tail.begin(write)                              # in the event loop that all of this but `close` belongs to
    with tail.counted():
        stretch = tail.joined(position, near_head=True)
        stretch.beyond(position)                   # batches, or none yet: await tail.moved()
        tail.leave(stretch)

Whoever falls behind what is kept has to go, and comes back by reading the log itself.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Final, TypeVar

from infrastructure.live.batch import Batch, Write
from infrastructure.live.reading import Reading, Reads

KEPT_BYTES: Final = 4 * 1_048_576
"""How much is kept for whoever is slower than others: at 200 events a second, half a minute."""

READING_BACK: Final = 2
"""How many of those that are behind what is kept read the log at a time: the others have the processor, too."""

T = TypeVar("T")


class Stretch:
    """What was recorded since somebody began to follow, as far as it is kept; ``over`` says why nothing more comes."""

    def __init__(self, after: int, most_bytes: int) -> None:
        self.kept_after = self.until = after
        self.over: str | None = None
        self.followers = 0
        self._batches: deque[Batch] = deque()
        self._bytes = 0
        self._most = most_bytes

    def holds(self, position: int) -> bool:
        """Whether nothing is missing for somebody at this position."""
        return position >= self.kept_after

    def beyond(self, position: int) -> tuple[Batch, ...]:
        """The batches with something beyond a position, in order."""
        found: list[Batch] = []
        for batch in reversed(self._batches):
            if batch.until <= position:
                break
            found.append(batch)
        return tuple(reversed(found))

    def take(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            self._batches.append(batch)
            self._bytes += len(batch.written)
            self.until = batch.until
        while self._bytes > self._most and len(self._batches) > 1:
            gone = self._batches.popleft()
            self._bytes -= len(gone.written)
            self.kept_after = gone.until


class Tail:
    """The end of the log of one process, read while anybody follows."""

    def __init__(
        self,
        reads: Reads,
        *,
        most_streams: int,
        heartbeat_seconds: float,
        most_bytes: int = KEPT_BYTES,
    ) -> None:
        self.write: Write
        self.beats = 0
        self.ending = False
        self.streams = 0
        self.most_streams = most_streams
        self._reads = reads
        self._heartbeat_seconds = heartbeat_seconds
        self.most_bytes = most_bytes
        self._threads = ThreadPoolExecutor(READING_BACK, "standfast-reading-back")
        self._loop: asyncio.AbstractEventLoop
        self._moved: asyncio.Event
        self._stretch: Stretch | None = None
        self._readings: list[Reading] = []

    def begin(self, write: Write) -> None:
        """From here on it may be followed, in this event loop; ``write`` makes an event's bytes."""
        self.write = write
        self._loop, self._moved = asyncio.get_running_loop(), asyncio.Event()
        self._loop.call_later(self._heartbeat_seconds, self._beat)

    def end(self) -> None:
        """Has everybody who follows come to an end."""
        self.ending = True
        self._wake()

    def close(self) -> None:
        """Reads no more, from any thread."""
        self.ending = True
        self._threads.shutdown(cancel_futures=True)
        for each in self._readings:
            each.stop()
            each.join()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """While a stream is open."""
        self.streams += 1
        try:
            yield
        finally:
            self.streams -= 1

    @property
    def full(self) -> bool:
        """Whether as many streams are open as may be."""
        return self.streams >= self.most_streams

    async def moved(self) -> None:
        """Returns when something has happened: recorded, over, a heartbeat due, or the end."""
        await self._moved.wait()

    async def apart(self, work: Callable[[], T]) -> T:
        """What reading the log gives, for somebody who is behind, in the order of asking, as in its own context."""
        return await self._loop.run_in_executor(self._threads, copy_context().run, work)

    def joined(self, position: int, *, near_head: bool) -> Stretch | None:
        """Where somebody at this position goes on, to be left again; None where more is to be read before.

        Nothing is read before somebody is ``near_head``.
        """
        if self._stretch is None and near_head and not self.ending:
            self._start(position)
        if self._stretch is None or not self._stretch.holds(position):
            return None
        self._stretch.followers += 1
        return self._stretch

    def leave(self, stretch: Stretch) -> None:
        """The last to leave ends the reading."""
        stretch.followers -= 1
        if not stretch.followers and stretch is self._stretch:
            self._stop()

    def _start(self, position: int) -> None:
        self._stretch = Stretch(position, self.most_bytes)
        reading = Reading(self._reads, self.write, position, _Told(self._loop, self._stretch, self))
        reading.start()
        self._readings = [reading, *(each for each in self._readings if each.alive)]

    def _stop(self) -> None:
        self._readings[0].stop()
        self._stretch = None

    def take(self, stretch: Stretch, batches: Sequence[Batch]) -> None:
        stretch.take(batches)
        self._wake()

    def lose(self, stretch: Stretch, reason: str) -> None:
        """Nothing more comes in this stretch; whoever comes next begins another one."""
        stretch.over = reason
        if stretch is self._stretch:
            self._stop()
        self._wake()

    def _beat(self) -> None:
        self.beats += 1
        self._wake()
        if not self.ending:
            self._loop.call_later(self._heartbeat_seconds, self._beat)

    def _wake(self) -> None:
        self._moved.set()
        self._moved.clear()


class _Told:
    """Passes on to the event loop what the thread that reads tells."""

    def __init__(self, loop: asyncio.AbstractEventLoop, stretch: Stretch, tail: Tail) -> None:
        self._loop = loop
        self._stretch = stretch
        self._tail = tail

    def came(self, batches: Sequence[Batch]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tail.take, self._stretch, batches)

    def over(self, reason: str) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tail.lose, self._stretch, reason)
