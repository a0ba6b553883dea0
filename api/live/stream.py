"""An answer that goes on until its caller is gone, or until it is over by itself."""

import asyncio
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.live.frames import EVENT_STREAM
from api.live.reader import Reader
from infrastructure.live.tail import Tail
from infrastructure.process.telemetry import Counters

AT_ONCE: Final = {"X-Accel-Buffering": "no"}
"""Has nginx pass on what comes as it comes."""

CALLER_GONE: Final = "caller-gone"


class EventStream(Response):
    """A stream of server-sent events; in the log and the counts its route is apart from that of answers that end."""

    media_type = EVENT_STREAM

    def __init__(self, tail: Tail, reader: Reader, first: bytes, counters: Counters) -> None:
        super().__init__(headers=AT_ONCE)
        del self.headers["content-length"]
        self._tail = tail
        self._reader = reader
        self._first = first
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["route"] += " (stream)"
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body"})
            return
        with self._tail.counted():
            reason = await self._until_either_ends(receive, send)
        self._counters.add("standfast_streams_ended_total", reason=reason)
        if reason != CALLER_GONE:
            await send({"type": "http.response.body"})

    async def _until_either_ends(self, receive: Receive, send: Send) -> str:
        following = asyncio.ensure_future(self._followed(send))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({following, gone}, return_when=asyncio.FIRST_COMPLETED)
            return following.result() if following.done() else CALLER_GONE
        finally:
            following.cancel()
            gone.cancel()
            await asyncio.gather(following, gone, return_exceptions=True)

    async def _followed(self, send: Send) -> str:
        async def part(written: bytes) -> None:
            await send({"type": "http.response.body", "body": written, "more_body": True})

        await part(self._first)
        return await self._reader.follow(part)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
