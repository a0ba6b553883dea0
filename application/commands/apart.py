"""What takes long is worked out apart from the event loop: one thing at a time, in the order of arrival."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from application.ports.log import StoreBusy

T = TypeVar("T")

MOST_WAITING: Final = 32


class Apart:
    """One thread for what would keep the others waiting: of two, each would change what the other is decided on."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "standfast-apart")
        self._waiting = 0

    async def do(self, work: Callable[[], T]) -> T:
        """What the work gives. Raises StoreBusy where too much waits, and what the work raises."""
        if self._waiting >= MOST_WAITING:
            raise StoreBusy(2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._thread.shutdown()
