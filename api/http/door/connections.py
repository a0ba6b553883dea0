"""The connections of a server together: how many there may be, which gives way, and how one is left."""

import asyncio
from collections.abc import Hashable
from typing import Final, Protocol

import structlog

from api.http.door.answers import Prepared, last_answer
from api.http.door.load import Load
from api.http.problem_kinds import Overloaded, TooManyConnections
from application.commands.random_ids import new_id

LEAST_BACKLOG: Final = 128
MOST_BACKLOG: Final = 1_024
SHARE_OF_BACKLOG: Final = 16
KEPT_FREE: Final = 128
"""Files that are neither for connections nor for those that arrive: those being left, the database, the log."""

BEING_LEFT: Final = 32
SECONDS_TO_LEAVE: Final = 2.0
SECONDS_BETWEEN_LINES: Final = 10.0
log = structlog.get_logger("standfast.connections")


class Kept(Protocol):
    """A connection between two requests."""

    def give_way(self) -> None:
        """Closes it."""


class Connections:
    """What the connections of one server have in common."""

    def __init__(self, most: int, load: Load | None = None) -> None:
        self.most = most
        self.load = load or Load()
        self.overloaded = Prepared(Overloaded())
        self._shed = 0
        self._next_line_of_shed_at = 0.0
        self._idle: dict[Kept, None] = {}  # in the order in which they became so
        self._being_left: set[Hashable] = set()
        self._turned_away = 0
        self._next_line_at = 0.0

    def is_idle(self, connection: Kept) -> None:
        self._idle[connection] = None

    def is_busy(self, connection: Kept) -> None:
        self._idle.pop(connection, None)

    def makes_room(self) -> bool:
        """Closes the connection that has been idle longest, if one is."""
        if not self._idle:
            return False
        oldest = next(iter(self._idle))
        del self._idle[oldest]
        oldest.give_way()
        return True

    def turn_away(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Answers one connection too many, before it asks; one line in ten seconds says so."""
        self._turned_away += 1
        if loop.time() >= self._next_line_at:
            log.warning(
                "as many connections as there may be: others are answered 503",
                most=self.most,
                turned_away=self._turned_away,
                raised_by="STANDFAST_CONNECTIONS, below the limit of open files (ulimit -n)",
            )
            self._next_line_at = loop.time() + SECONDS_BETWEEN_LINES
            self._turned_away = 0
        self.leave(transport, loop, last_answer(TooManyConnections(), str(new_id())))

    def tell_shed(self, now: float) -> None:
        """One request was not taken; one line in ten seconds says so."""
        self._shed += 1
        if now >= self._next_line_of_shed_at:
            log.warning("more is asked at once than is carried: some is answered 503", not_taken=self._shed)
            self._next_line_of_shed_at = now + SECONDS_BETWEEN_LINES
            self._shed = 0

    def leave(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, answer: bytes) -> None:
        """Sends the last answer of a connection. What still comes is thrown away for a moment, since closing on it
        would throw the answer away instead; where many are being left already, it is closed at once."""
        transport.write(answer)
        if len(self._being_left) < BEING_LEFT:
            transport.set_protocol(Leaving(transport, loop, self._being_left))
        else:
            transport.set_protocol(asyncio.Protocol())
            transport.close()


class Leaving(asyncio.Protocol):
    """A connection that has had its last answer: it ends with the client, or after two seconds."""

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, being_left: set[Hashable]
    ) -> None:
        self._being_left = being_left
        being_left.add(self)
        transport.resume_reading()
        transport.write_eof()
        self._end = loop.call_later(SECONDS_TO_LEAVE, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end.cancel()
        self._being_left.discard(self)


def backlog() -> int:
    """How many may wait to be accepted, and arrive at one moment: whoever comes beyond that tries again in a second."""
    files = limit_of_files()
    return MOST_BACKLOG if files is None else min(MOST_BACKLOG, max(LEAST_BACKLOG, files // SHARE_OF_BACKLOG))


def most_connections(asked: int) -> int:
    """As many as asked for, and no more than the limit of open files leaves."""
    files = limit_of_files()
    return asked if files is None else min(asked, max(files - backlog() - KEPT_FREE, files // 2))


def limit_of_files() -> int | None:
    """How many files this process may have open; None where there is no limit, or nobody says."""
    try:
        import resource
    except ImportError:  # Windows: its sockets are no files
        return None
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if limit == resource.RLIM_INFINITY else limit
