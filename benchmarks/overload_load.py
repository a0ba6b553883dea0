"""Callers who ask at a rate of their own, whether they are answered or not, from a process of their own.

`python -m benchmarks.overload_load PORT RATE SECONDS CONNECTIONS [KEY]` reads one path and body a line (tab between; no
body: a GET) from standard input, and prints what came of it as JSON. An answer counts while its caller waits for it.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import cycle

WAITS_SECONDS = 2.0
"""How long a caller waits for an answer; what comes later is of no use to it."""

TICK_SECONDS = 0.005
AT_A_TIME = 32
"""How many connect at one moment."""

AFTERWARDS_SECONDS = 2.5


def asked(line: str, key: str | None) -> bytes:
    """A request as it is written."""
    path, _, body = line.partition("\t")
    head = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    if key:
        head.append(f"Authorization: Bearer {key}")
    return "\r\n".join((*head, "", body)).encode()


class Callers:
    """Connections with one request at a time, and what came of all of them."""

    def __init__(self, port: int, requests: Sequence[bytes], most: int) -> None:
        self._port = port
        self._next: Iterator[bytes] = cycle(requests)
        self._most = most
        self._open = self._connecting = 0
        self.idle: deque[Caller] = deque()
        self.came: Counter[str] = Counter()
        self.seconds: list[float] = []

    def ask(self) -> None:
        """One request more, on a connection that is free or a new one. Where there is none it is not sent."""
        self.came["offered"] += 1
        if self.idle:
            self.idle.popleft().send(next(self._next))
        elif self._open < self._most and self._connecting < AT_A_TIME:
            self._open += 1
            self._connecting += 1
            asyncio.ensure_future(self._connected(next(self._next)))  # noqa: RUF006  its end is told by the protocol
        else:
            self.came["unsent"] += 1

    async def _connected(self, request: bytes) -> None:
        started = time.perf_counter()
        try:
            _, caller = await asyncio.get_running_loop().create_connection(
                lambda: Caller(self), "127.0.0.1", self._port
            )
        except OSError:
            self.lost()
            return
        finally:
            self._connecting -= 1
        caller.send(request, started)

    def lost(self) -> None:
        """A connection that is gone, with its request."""
        self._open -= 1
        self.came["lost"] += 1

    def closed(self) -> None:
        """A connection that is gone between two requests."""
        self._open -= 1

    def answered(self, status: int, seconds: float) -> None:
        if status in (429, 503):
            self.came["refused"] += 1
        elif not 200 <= status < 300:
            self.came["failed"] += 1
        elif seconds > WAITS_SECONDS:
            self.came["late"] += 1
        else:
            self.came["good"] += 1
            self.seconds.append(seconds)


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._transport: asyncio.Transport
        self._began: float | None = None
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes, began: float | None = None) -> None:
        self._began = began or time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, body = self._came.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if not end or len(body) < int(length) or self._began is None:
            return
        status, began, self._came, self._began = int(head[9:12]), self._began, b"", None
        self._callers.answered(status, time.perf_counter() - began)
        if not self._transport.is_closing():
            self._callers.idle.append(self)

    def connection_lost(self, _: Exception | None) -> None:
        if self._began is not None:
            self._callers.lost()
        else:
            self._callers.closed()
            if self in self._callers.idle:
                self._callers.idle.remove(self)


async def load(callers: Callers, rate: float, seconds: float) -> None:
    """So many requests a second, evenly, for so long; then what is still to come is waited for."""
    start = time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        for _ in range(int(passed * rate) - callers.came["offered"]):
            callers.ask()
        await asyncio.sleep(TICK_SECONDS)
    await asyncio.sleep(AFTERWARDS_SECONDS)


def told(callers: Callers) -> str:
    """What came of it, with the seconds that good answers took."""
    return json.dumps({"came": callers.came, "seconds": sorted(callers.seconds)})


if __name__ == "__main__":
    lines = sys.stdin.read().splitlines()
    given_key = sys.argv[5] if len(sys.argv) > 5 else None
    all_callers = Callers(int(sys.argv[1]), [asked(line, given_key) for line in lines], int(sys.argv[4]))
    asyncio.run(load(all_callers, float(sys.argv[2]), float(sys.argv[3])))
    print(told(all_callers))
