"""Connections that keep a server waiting, from a process of their own, until standard input ends.

`python -m benchmarks.overload_slow PORT COUNT`: a third says nothing, a third sends the head of a request byte by byte,
a third a body. Whoever is cut off comes again. Prints a line once all have been there, and at the end how often they
came.
"""

import asyncio
import sys
from contextlib import suppress

PAUSE_SECONDS = 2.0
TURNS = 50
AT_A_TIME = 50
"""How many connect at one moment."""

HEAD = b"POST /v1/engagements HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
SAID = (b"", b"GET /v1/work HTTP/1.1\r\n", HEAD + b"Content-Length: 1000\r\n\r\n")


class Slow(asyncio.Protocol):
    """One connection, until it is cut off."""

    def __init__(self, crowd: "Crowd", said: bytes) -> None:
        self._crowd = crowd
        self._said = said
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._said)
        self._crowd.there.add(self)
        self._crowd.came += 1

    def drip(self) -> None:
        if self._said:
            self._transport.write(b"x")

    def connection_lost(self, _: Exception | None) -> None:
        self._crowd.there.discard(self)
        self._crowd.missing.put_nowait(self._said)


class Crowd:
    """Those who are there, and those who are to come again."""

    def __init__(self, port: int, count: int) -> None:
        self._port = port
        self.there: set[Slow] = set()
        self.came = 0
        self.missing: asyncio.Queue[bytes] = asyncio.Queue()
        for number in range(count):
            self.missing.put_nowait(SAID[number % len(SAID)])

    async def connect(self) -> None:
        """Has one after the other come, for ever."""
        while True:
            said = await self.missing.get()
            try:
                await asyncio.get_running_loop().create_connection(lambda: Slow(self, said), "127.0.0.1", self._port)  # noqa: B023  called at once
            except OSError:
                self.missing.put_nowait(said)

    async def drip(self) -> None:
        """A byte of each in so many seconds, evenly, for ever."""
        while True:
            now = list(self.there)
            for turn in range(TURNS):
                for each in now[turn::TURNS]:
                    each.drip()
                await asyncio.sleep(PAUSE_SECONDS / TURNS)


async def stay(port: int, count: int) -> int:
    """So many at once, until standard input ends: how often they came."""
    crowd = Crowd(port, count)
    tasks = [asyncio.ensure_future(crowd.drip()), *(asyncio.ensure_future(crowd.connect()) for _ in range(AT_A_TIME))]
    while crowd.came < count:  # noqa: ASYNC110  those who connect have nobody to tell
        await asyncio.sleep(0.1)
    print("there", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    return crowd.came


if __name__ == "__main__":
    print(asyncio.run(stay(int(sys.argv[1]), int(sys.argv[2]))))
