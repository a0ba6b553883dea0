"""By what errors a database says that the schema is not the one that was there, and not that a question was wrong.

A schema is taken away, or brought back in another shape, under a process that keeps its connections.
"""

from typing import Final

from sqlalchemy import Engine, event
from sqlalchemy import exc as sql
from sqlalchemy.engine import ExceptionContext

OUTDATED: Final = frozenset({"0A000", "26000"})
"""PostgreSQL: what was prepared on this connection has another shape by now, or is gone; a new one prepares it anew."""

_AWAY: Final = (sql.OperationalError, sql.InterfaceError, sql.TimeoutError)
"""What SQLAlchemy raises where the database does not answer; SQLite says so, too, that a table is missing."""


def is_unusable(error: sql.SQLAlchemyError) -> bool:
    """Whether the database could not be asked at all: then it is not the question that was wrong."""
    if isinstance(error, _AWAY) or type(error) is sql.DatabaseError:  # SQLite's, of a file that is no database
        return True
    return isinstance(error, sql.DBAPIError) and _state(error.orig) in OUTDATED


def let_go_of_the_outdated(engine: Engine) -> None:
    """Have the connections of an engine made anew where what they prepared is outdated; they would fail for ever."""

    @event.listens_for(engine, "handle_error")
    def let_go(context: ExceptionContext) -> None:
        if _state(context.original_exception) in OUTDATED:
            context.is_disconnect = True


def _state(error: BaseException | None) -> str | None:
    return getattr(error, "sqlstate", None)
