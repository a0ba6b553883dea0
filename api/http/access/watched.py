"""An answer behind the gate, watched: its status is told, and a stream ends once who follows it may not any more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import Message, Receive, Send

from application.ports.access import SignInRefused
from application.ports.log import StoreUnavailable

LOOK_SECONDS: Final = 0.4
"""How often it is looked whether the follower of a stream still may; what is looked at is half a second old at most."""

_STREAM: Final = (b"content-type", b"text/event-stream")
StillSignedIn = Callable[[], Awaitable[object]]
"""Raises SignInRefused once that does not hold any more, StoreUnavailable."""

Answered = Callable[[int], Awaitable[None]]
"""Is told the status of the answer before that goes out, and may keep it waiting."""


class Watched:
    """One answer on its way."""

    def __init__(self, receive: Receive, send: Send, still: StillSignedIn, answered: Answered) -> None:
        self._receive = receive
        self._send = send
        self._still = still
        self._streams = False
        self._ended = False
        self._answered = answered

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._answered(message["status"])
            self._streams = any(
                name == _STREAM[0] and value.startswith(_STREAM[1]) for name, value in message.get("headers", ())
            )
        await self._send(message)

    async def receive(self) -> Message:
        """What the client sends; of a stream also that it is over, as if the client had left."""
        if not self._streams:
            return await self._receive()
        coming = asyncio.ensure_future(self._receive())
        try:
            while True:
                done, _ = await asyncio.wait({coming}, timeout=LOOK_SECONDS)
                if done:
                    return coming.result()
                try:
                    await self._still()
                except (SignInRefused, StoreUnavailable):
                    self._ended = True
                    return {"type": "http.disconnect"}
        finally:
            coming.cancel()

    async def finish(self) -> None:
        """Ends a stream that was ended here as an answer ends."""
        if self._ended:
            await self._send({"type": "http.response.body"})
