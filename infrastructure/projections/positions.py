"""How far this process knows the projections to be, and who waits for them to come further."""

import asyncio
from dataclasses import dataclass, field
from threading import Condition

from infrastructure.process.telemetry import Counters


@dataclass(slots=True)
class Positions:
    """The last position that was seen; whoever waits for one is woken by it, never by looking again and again."""

    counters: Counters = field(default_factory=Counters)
    _position: int = 0
    _waiting: int = 0
    _changed: Condition = field(default_factory=Condition)
    _awaiting: dict[asyncio.Future[None], int] = field(default_factory=dict)

    @property
    def position(self) -> int:
        return self._position

    @property
    def awaited(self) -> bool:
        """Whether anybody waits."""
        return bool(self.waiting)

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return self._waiting + len(self._awaiting)

    def seen(self, position: int) -> None:
        """The projections are that far; after a rebuild from another log that may be less than before."""
        with self._changed:
            self._position = position
            self._changed.notify_all()
            reached = [each for each, wanted in self._awaiting.items() if wanted <= position]
            for each in reached:
                del self._awaiting[each]
                if not each.get_loop().is_closed():  # who waited there is gone with it
                    each.get_loop().call_soon_threadsafe(_done, each)

    def wait_for(self, position: int, timeout: float) -> bool:
        """Whether the projections came that far within so many seconds."""
        with self._changed:
            self._waiting += 1
            if self._position < position:
                self.counters.add("standfast_reads_waited_total")
            try:
                return self._changed.wait_for(lambda: self._position >= position, timeout)
            finally:
                self._waiting -= 1

    async def reached(self, position: int, seconds: float) -> bool:
        """The same for a coroutine."""
        with self._changed:
            if self._position >= position:
                return True
            future = asyncio.get_running_loop().create_future()
            self._awaiting[future] = position
            self.counters.add("standfast_reads_waited_total")
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return False
        finally:
            with self._changed:
                self._awaiting.pop(future, None)
        return True


def _done(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
