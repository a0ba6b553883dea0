"""A turn for whoever looks first and writes then: PostgreSQL would let two look before either writes."""

from typing import Final

from sqlalchemy import Connection, text

_LOCK: Final = text("SELECT pg_catalog.pg_advisory_xact_lock(7236412909)")


def one_at_a_time(connection: Connection) -> None:
    """Waits until no other transaction has the turn, and has it to the end of this one; SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)
