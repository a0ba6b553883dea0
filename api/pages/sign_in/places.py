"""The places of those for whom the identity provider is asked: of one address never all, however slow its answers."""

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Final, TypeVar

from starlette.concurrency import run_in_threadpool

from infrastructure.access.fetching import Unfetched

MOST_ASKING: Final = 16
"""For how many at once the provider is asked: it may take its time, and threads are there for others too."""

T = TypeVar("T")


class Places:
    """The places of one process. An address may have as many as are free beside them: alone half of all."""

    def __init__(self) -> None:
        self._asking: Counter[Hashable] = Counter()

    async def asked(self, whose: Hashable, ask: Callable[[], T]) -> T:
        """What the provider is asked, apart from the event loop. Raises Unfetched where there is no place."""
        if self._asking[whose] >= MOST_ASKING - self._asking.total():
            raise Unfetched("too many wait for its answer")
        self._asking[whose] += 1
        try:
            return await run_in_threadpool(ask)
        finally:
            self._asking[whose] -= 1
            if not self._asking[whose]:
                del self._asking[whose]
