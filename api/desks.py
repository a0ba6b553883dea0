"""Where questions are answered: quick ones in a few threads, costly ones in fewer, each in the order of arrival.

The threads of a process take the interpreter's lock in turns, and the event loop takes it as one of them. So few
compute at a time, and what would take the others' time for long waits apart, in a line that has an end.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, Final, TypeVar

T = TypeVar("T")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""What a server is asked for the next part of a request, and in the end for the word that its caller is gone."""

QUICK: Final = (4, 1_000)
COSTLY: Final = (2, 16)
"""How many are answered at a time, and how many wait."""

PATIENCE_SECONDS: Final = 10.0
"""How long a costly question waits for its answer."""

LARGE: Final = 2_000
"""From how many events on an engagement is large: a question about it is costly."""


class TooMuchAsked(Exception):
    """More questions wait than this server takes, or this one waited too long: ask again a little later."""

    retry_after = 2


class CallerGone(Exception):
    """Nobody waits for the answer any more."""


class Desk:
    """Answers in threads of its own; refuses what comes when as many wait as may."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, f"standfast-{name}")
        self._most = threads + waiting
        self._taken = 0
        self._lock = Lock()

    async def answer(self, work: Callable[[], T]) -> T:
        """What the work gives. Raises TooMuchAsked, and what the work raises."""
        return await asyncio.wrap_future(self._take(work))

    async def answer_patiently(self, work: Callable[[], T], receive: Receive) -> T:
        """The same as long as somebody waits for it, and not for ever.

        Raises CallerGone as well: what nobody waits for is not begun. What has begun is brought to its end.
        """
        future = self._take(work)
        answer = asyncio.wrap_future(future)
        gone = asyncio.ensure_future(_gone(receive))
        try:
            either: set[asyncio.Future[Any]] = {answer, gone}
            await asyncio.wait(either, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise CallerGone if gone.done() else TooMuchAsked("the answer did not come in time")
        finally:
            gone.cancel()
            answer.cancel()

    def close(self) -> None:
        """Brings what has begun to its end, and begins nothing more."""
        self._threads.shutdown(cancel_futures=True)

    def _take(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._taken >= self._most:
                raise TooMuchAsked("too many questions are waiting")
            self._taken += 1
        future = self._threads.submit(work)
        future.add_done_callback(self._given)
        return future

    def _given(self, _future: Future[Any]) -> None:
        with self._lock:
            self._taken -= 1


class Desks:
    """The two of a process."""

    def __init__(self) -> None:
        self.quick = Desk("quick", *QUICK)
        self.costly = Desk("costly", *COSTLY)

    def close(self) -> None:
        self.quick.close()
        self.costly.close()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
