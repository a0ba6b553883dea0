"""Many readers of the feed's stream, from a process of their own.

`python -m benchmarks.live_readers PORT READERS AFTER EVENTS SECONDS` follows from position AFTER until every reader has
had EVENTS events, or for so many seconds; once all follow it prints a line, and in the end a `Read` as JSON.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime

FRAME = re.compile(rb"id: (\d+)\ndata: ")
RECORDED_AT = re.compile(rb'"recorded_at":"([^"]+)"')


class NoStream(Exception):
    """The answer is no stream."""


@dataclass(slots=True)
class Read:
    """What all readers had: events, those that did not follow the one before, and how old each was, in seconds."""

    events: int = 0
    out_of_order: int = 0
    short: int = 0
    """How many readers had fewer events than there are."""
    ages: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Readers:
    """What readers have in common: when each event was recorded is read once."""

    port: int
    after: int
    events: int
    recorded_at: dict[int, float] = field(default_factory=dict)
    read: Read = field(default_factory=Read)
    all_follow: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def one(self) -> None:
        position, until = self.after, self.after + self.events
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        request = f"GET /v1/events?after={position} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b"text/event-stream" not in head:
            raise NoStream(head.decode())
        await _chunk(reader)  # the first frame tells where it begins
        self.all_follow.release()
        try:
            while position < until and (written := await _chunk(reader)):
                position = self._had(written, position)
        except asyncio.CancelledError:
            self.read.short += 1
        else:
            self.read.short += position < until
        writer.close()

    def _had(self, written: bytes, position: int) -> int:
        """The position once these are read."""
        now = time.time()
        for frame in written.split(b"\n\n"):
            found = FRAME.match(frame)
            if found is None:
                continue
            here = int(found[1])
            self.read.out_of_order += here != position + 1
            self.read.ages.append(now - self._recorded_at(here, frame))
            self.read.events += 1
            position = here
        return position

    def _recorded_at(self, position: int, frame: bytes) -> float:
        if position not in self.recorded_at:
            told = RECORDED_AT.search(frame)
            assert told, frame
            self.recorded_at[position] = datetime.fromisoformat(told[1].decode()).timestamp()
        return self.recorded_at[position]


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    """The next part of a chunked body; nothing at its end."""
    try:
        size = int(await reader.readuntil(b"\r\n"), 16)
        return (await reader.readexactly(size + 2))[:-2]
    except asyncio.IncompleteReadError:
        return b""


async def followed(port: int, count: int, after: int, events: int, seconds: float) -> Read:
    """Follows with so many readers; tells on standard output when all of them do."""
    readers = Readers(port, after, events)
    tasks = [asyncio.ensure_future(readers.one()) for _ in range(count)]
    async with asyncio.timeout(seconds):
        for _ in range(count):
            await readers.all_follow.acquire()
    print("following", flush=True)
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks)
    return readers.read


if __name__ == "__main__":
    port, count, after, events = map(int, sys.argv[1:5])
    print(json.dumps(asdict(asyncio.run(followed(port, count, after, events, float(sys.argv[5]))))))
