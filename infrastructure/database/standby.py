"""Whether PostgreSQL waited for its standby, as it is set up to, before it said that a commit is done.

A wait that is cancelled ends in a commit all the same, with a warning: it stands on this server, and might be gone
after a fail-over. That is no acknowledgement. The warning is known by the file of PostgreSQL that it comes from,
since its words are translated.
"""

from typing import Any, Final

from psycopg import AsyncConnection, Connection
from psycopg.errors import Diagnostic

HEAR_WARNINGS: Final = "SET client_min_messages = 'warning'"
"""For every connection that commits: a role or a database may be set up not to be told of warnings."""

_GIVES_UP: Final = "syncrep.c"


class StandbyWait:
    """Attends to what the server says on one connection after the other."""

    def __init__(self) -> None:
        self._said: str | None = None

    def attend(self, connection: Connection[Any] | AsyncConnection[Any]) -> None:
        self._said = None
        connection.add_notice_handler(self._hear)

    def given_up(self) -> str | None:
        """What the server said, since this was last asked, of a commit that it did not wait for; None: it waited."""
        said, self._said = self._said, None
        return said

    def _hear(self, diagnostic: Diagnostic) -> None:
        if diagnostic.source_file == _GIVES_UP:
            self._said = diagnostic.message_primary or "the wait for a standby was given up"
