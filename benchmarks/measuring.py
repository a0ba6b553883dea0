"""How a rate is taken: callers that append one after the other, each to a stream of its own, for some seconds.

What is appended is made before the clock starts, so that a rate is the store's and not that of making events.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import TypeVar

CALLERS = 16

T = TypeVar("T")
STATE = (
    b'{"seat_id":"backend-1","role":"Backend engineer","allocation":"1","required_from":"2026-01-05T08:00:00.000000Z",'
    b'"required_until":null,"key_role":true}'
)
"""The bytes of one event, the same for all: a seat that was added."""


def from_threads(append: Callable[[T], object], streams: list[Iterator[T]], seconds: float) -> float:
    """Appends per second of one thread a stream."""

    def caller(stream: Iterator[T]) -> int:
        appends = 0
        while time.perf_counter() < until:
            append(next(stream))
            appends += 1
        return appends

    _settle()
    start = time.perf_counter()
    until = start + seconds
    with ThreadPoolExecutor(len(streams)) as threads:
        appends = sum(threads.map(caller, streams))
    return appends / (time.perf_counter() - start)


def from_coroutines(append: Callable[[T], Awaitable[object]], streams: list[Iterator[T]], seconds: float) -> float:
    """Appends per second of one coroutine a stream, all on one loop."""

    async def caller(stream: Iterator[T], until: float) -> int:
        appends = 0
        while time.perf_counter() < until:
            await append(next(stream))
            appends += 1
        return appends

    async def together() -> float:
        start = time.perf_counter()
        done = await asyncio.gather(*(caller(stream, start + seconds) for stream in streams))
        return sum(done) / (time.perf_counter() - start)

    _settle()
    return asyncio.run(together())


def _settle() -> None:
    """What was prepared shall not be walked through by every collection while the clock runs."""
    gc.collect()
    gc.freeze()


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of what each round gave: what disturbs the machine disturbs all of one round."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))
