"""Coroutines of one event loop whose wishes are met together: what arrives during one round makes up the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from application.ports.log import StoreBusy, StoreClosed

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class Rounds(Generic[Asked, Given]):
    """Meets what is asked round by round, one round at a time, in the order of arrival.

    ``meet`` answers each wish of a round, in order, with what is given or with the exception that its caller gets;
    ``take`` takes the next round from the waiting ones, at least one.
    """

    def __init__(
        self,
        meet: Callable[[Sequence[Asked]], Awaitable[Sequence[Given | BaseException]]],
        take: Callable[[deque[Asked]], list[Asked]],
        *,
        capacity: int,
    ) -> None:
        self._meet = meet
        self._take = take
        self._capacity = capacity
        self._asked: deque[Asked] = deque()
        self._waiting: deque[asyncio.Future[Given]] = deque()
        self._work: asyncio.Task[None] | None = None
        self._ended = False

    @property
    def idle(self) -> bool:
        return self._work is None

    @property
    def waiting(self) -> int:
        """How much was asked that no round has taken yet."""
        return len(self._asked)

    async def ask(self, asked: Asked) -> Given:
        """What is given for it. Raises `StoreBusy`, `StoreClosed`, and what refuses it.

        Cancelled, it leaves what was asked to its fate.
        """
        if self._ended:
            raise StoreClosed("the store is closed")
        if len(self._asked) >= self._capacity:
            raise StoreBusy
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Given] = loop.create_future()
        self._asked.append(asked)
        self._waiting.append(future)
        if self._work is None:
            self._work = loop.create_task(self._rounds())
            self._work.add_done_callback(self._done)
        return await future

    async def end(self) -> None:
        """Accepts nothing more and finishes what was accepted."""
        self._ended = True
        if self._work is not None:
            await asyncio.wait([self._work])

    async def _rounds(self) -> None:
        while self._asked:
            await asyncio.sleep(0)  # whom the last round set free may come along
            await self._round()
        self._work = None

    def _done(self, work: asyncio.Task[None]) -> None:
        """Where the work was cancelled from outside, nobody shall wait for ever."""
        if work is not self._work:
            return
        self._work = None
        for future in self._waiting:
            future.cancel()
        self._asked.clear()
        self._waiting.clear()

    async def _round(self) -> None:
        asked = self._take(self._asked)
        waiting = [self._waiting.popleft() for _ in asked]
        try:
            answers = await self._meet(asked)
        except Exception as error:  # a defect of ours must reach the callers, and the next round its turn
            answers = [error] * len(asked)
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
        for future, answer in zip(waiting, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)
