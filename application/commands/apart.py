"""What takes long is worked out apart from the event loop."""

import asyncio
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from application.ports.log import StoreBusy

T = TypeVar("T")

PATIENCE_SECONDS: Final = 10.0
"""How long something waits for its turn before it is refused as too much."""


class Apart:
    """One thread, in the order of arrival: of two, each would change what the other is decided on."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "standfast-apart")

    async def do(self, work: Callable[[], T], undo: Callable[[T], None]) -> T:
        """What the work gives. Raises StoreBusy where it waited too long, and what the work raises.

        Cancelled, what was begun is undone at its end.
        """
        asked = time.monotonic()

        def begun() -> T:
            if time.monotonic() - asked > PATIENCE_SECONDS:
                raise StoreBusy(2)
            return work()

        doing = asyncio.get_running_loop().run_in_executor(self._thread, begun)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            doing.add_done_callback(lambda done: undo(done.result()) if not _failed(done) else None)
            raise

    def close(self) -> None:
        self._thread.shutdown()


class Loading:
    """What many wait for is loaded once, in a few threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, "standfast-loading")
        self._under_way: dict[Hashable, asyncio.Future[Any]] = {}

    async def of(self, key: Hashable, load: Callable[[], T]) -> T:
        """What the load gives, or one of the same key that is under way."""
        loading = self._under_way.get(key)
        if loading is None:
            loading = self._under_way[key] = asyncio.get_running_loop().run_in_executor(self._threads, load)
            loading.add_done_callback(lambda _: self._under_way.pop(key))
        found: T = await asyncio.shield(loading)
        return found

    def close(self) -> None:
        self._threads.shutdown()


def _failed(done: "asyncio.Future[Any]") -> bool:
    return done.cancelled() or done.exception() is not None
