"""How an export is sent: block by block, as it is taken, and cut off where it cannot be finished."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.desks import CallerGone, Desk, TooMuchAsked
from domain.language.instants import instant_text

log = structlog.get_logger("standfast.exports")
PATIENCE_SECONDS: Final = 3_600.0
"""How long somebody waits for a list, or for the next block of a log."""

MOST_AT_ONCE: Final = 16
"""How many exports may be under way in a process, each a connection that takes it."""

GRACE_SECONDS: Final = 60.0
LEAST_BYTES_A_SECOND: Final = 4_096
"""How slowly a block may be taken: so many bytes a second, after some seconds in which nothing need be."""


class TakenTooSlowly(Exception):
    """Whoever asked for an export takes it so slowly that others would wait for its place."""


class Room:
    """How many exports are under way."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._left = most

    def enter(self) -> None:
        """Raises TooMuchAsked where as many are under way as may be."""
        if self._left <= 0:
            raise TooMuchAsked("too many exports are under way")
        self._left -= 1

    def leave(self) -> None:
        self._left += 1


class Sending(Response):
    """An answer whose blocks are made in the threads of a desk, each once the one before was taken.

    ``done`` is called at the end, however it ends. Where a block cannot be made the connection is cut, so that nobody
    takes a part for the whole; so it is where blocks are taken more slowly than may be.
    """

    def __init__(
        self,
        blocks: Iterator[bytes],
        desk: Desk,
        headers: Mapping[str, str],
        done: Callable[[], object],
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        super().__init__(headers=headers)
        if "Content-Length" not in headers:
            del self.headers["content-length"]
        self._blocks = blocks
        self._desk = desk
        self._done = done
        self._grace_seconds = grace_seconds
        self._sent = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if scope["method"] != "HEAD":
                await self._all(receive, send)
            await send({"type": "http.response.body"})
        except CallerGone:
            log.info("an export was not taken to its end", path=scope["path"])
        except Exception as error:
            log.error("an export broke off", path=scope["path"], sent_bytes=self._sent, reason=str(error))
            raise
        finally:
            self._done()

    async def _all(self, receive: Receive, send: Send) -> None:
        while block := await self._desk.answer(self._next, receive, patience=PATIENCE_SECONDS):
            part = {"type": "http.response.body", "body": block, "more_body": True}
            try:
                await asyncio.wait_for(send(part), self._grace_seconds + len(block) / LEAST_BYTES_A_SECOND)
            except TimeoutError as error:
                raise TakenTooSlowly(f"{len(block)} bytes were not taken in time") from error
            self._sent += len(block)

    def _next(self) -> bytes:
        """The next block that holds anything; an empty one at the end."""
        return next((block for block in self._blocks if block), b"")


def headers_of(name: str, extension: str, media_type: str, position: int | str, as_of: datetime) -> dict[str, str]:
    """What an export says of itself outside of its data. The file is named by what it is and when it was asked for."""
    when = f"{as_of:%Y%m%dT%H%M%SZ}"
    return {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="standfast-{name}-{when}.{extension}"',
        "X-Position": str(position),
        "X-As-Of": instant_text(as_of),
    }
