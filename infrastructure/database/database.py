"""One database, SQLite or PostgreSQL: how it is opened, and how a reading or a writing transaction is begun.

Reading transactions are short; on SQLite a writing one is BEGIN IMMEDIATE. A SQLite database in memory has a single
connection, so there everything takes its turn.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import RLock
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import InvalidRequestError

from application.ports.log import StoreUnavailable
from infrastructure.database import sqlite
from infrastructure.database.address import address_of, driver_of
from infrastructure.database.another_schema import let_go_of_the_outdated

DURABLE = {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_apply", "remote_write")}
"""PostgreSQL settings without which an acknowledged append can be lost, and the values that are safe."""

# A peer that vanished must not hold the head row for hours.
_LINK: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "connect_timeout": 10,
}


class UnsafeSettings(StoreUnavailable):
    """The database server is configured so that it can lose what it acknowledged."""


class Database:
    """An open database. `unsafe_settings=True` (for tests) serves a PostgreSQL that could lose commits."""

    def __init__(self, url: str | URL, *, unsafe_settings: bool = False, pool_size: int = 8) -> None:
        self.url = canonical(url)
        self.in_memory = sqlite.in_memory(self.url)
        self.turn: AbstractContextManager[object] = RLock() if self.in_memory else nullcontext()
        self._claim: sqlite.Claim | None = None
        if self.url.get_backend_name() == "sqlite":
            self._claim = None if self.in_memory else sqlite.claim(self.url)
            self.engine = sqlite.engine(self.url, pool_size)
        else:
            self.engine = _postgresql(self.url, pool_size)
            if not unsafe_settings:
                _refuse_unsafe(self.engine)
        self._readers = (
            self.engine.execution_options(isolation_level="AUTOCOMMIT") if self.is_postgresql else self.engine
        )

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def own_connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A PostgreSQL connection outside the pool, each statement its own transaction. Raises `psycopg.Error`.

        The driver prepares nothing on it: after a rollback it would discard every prepared statement, ours too.
        """
        return psycopg.connect(**self._own_settings())

    async def own_async_connection(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        """The same for the coroutines of one event loop."""
        return await psycopg.AsyncConnection.connect(**self._own_settings())

    def _own_settings(self) -> dict[str, Any]:
        _, address = self.engine.dialect.create_connect_args(self.url)
        return {**address, **_LINK, "autocommit": True, "prepare_threshold": None}

    def own_sqlite_connection(self) -> Any:
        """A SQLite connection outside the pool; of a database in memory the only one, to be used in `turn`."""
        if self.in_memory:
            return self.engine.raw_connection().driver_connection
        return sqlite.connect(self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that writes nothing.

        On PostgreSQL each statement is its own transaction: under READ COMMITTED it sees what it would see inside of
        one, and two round trips are saved.
        """
        with self.turn, self._connected() as connection:
            yield connection

    def _connected(self) -> Connection:
        """Raises StoreUnavailable where the file of the database keeps being another one."""
        try:
            return self._readers.connect()
        except InvalidRequestError as error:
            raise StoreUnavailable(f"the file of the database is not there to be read: {error}") from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that is committed at the end, or rolled back by an exception."""
        immediate = self.engine.execution_options(**{sqlite.IMMEDIATE: True})
        with self.turn, immediate.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; on SQLite also give the claim on the file back."""
        self.engine.dispose()
        if self._claim is not None:
            self._claim.release()
            self._claim = None


def canonical(url: str | URL) -> URL:
    """The URL with the driver that the store uses: psycopg 3 for PostgreSQL. Raises AddressUnclear."""
    if isinstance(url, str):
        return address_of(url)
    return url.set(drivername=driver_of(url.get_backend_name()))


def _postgresql(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args=_LINK,
    )
    let_go_of_the_outdated(engine)
    return engine


def _refuse_unsafe(engine: Engine) -> None:
    wrong = unsafe(engine)
    if wrong:
        engine.dispose()
        raise UnsafeSettings(f"PostgreSQL can lose acknowledged events with {', '.join(wrong)}")


def unsafe(engine: Engine) -> list[str]:
    """The settings of a PostgreSQL server that are not durable, as `name=value`."""
    with engine.connect() as connection:
        values = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in DURABLE}
    return [f"{name}={value}" for name, value in values.items() if value not in DURABLE[name]]
