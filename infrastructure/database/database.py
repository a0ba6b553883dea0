"""One database, SQLite or PostgreSQL: how it is opened, and how a reading or a writing transaction is begun.

Reading transactions are short; on SQLite a writing one is BEGIN IMMEDIATE. A SQLite database in memory has a single
connection, so there everything takes its turn.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from threading import RLock, local
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import InvalidRequestError

from application.ports.log import OutcomeUnknown, StoreReadOnly, StoreSchemaDiffers, StoreUnavailable, StoreUnsafe
from infrastructure.database import sqlite
from infrastructure.database.address import address_of, driver_of
from infrastructure.database.another_schema import let_go_of_the_outdated
from infrastructure.database.condition import DURABLE, Condition, condition_of, examined, not_durable, told
from infrastructure.database.row_security import INSIDE, UNSAID, demand_heard, option, say_reach, sees_everything
from infrastructure.database.standby import HEAR_WARNINGS, StandbyWait

# A server that is frozen or out of reach must not hold a writer for hours: silent for 25 s, or, where it was sent
# something, 20 s without a word from its machine. What the address says of it goes before.
_LINK: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "connect_timeout": 10,
}
_STANDBY = "standby"
"""Where a connection of the pool keeps its `StandbyWait`."""


class Database:
    """An open database. `unsafe_settings=True` (to verify, and for tests) opens a PostgreSQL that could lose commits.

    `to_read=True` opens one as it is, whatever its settings: no file is made or changed, and nothing is written.
    Raises StoreUnsafe for one otherwise, and StoreUnavailable where the file cannot be used.
    """

    def __init__(
        self, url: str | URL, *, unsafe_settings: bool = False, to_read: bool = False, pool_size: int = 8
    ) -> None:
        self.url = canonical(url)
        self.to_read = to_read
        self.in_memory = sqlite.in_memory(self.url)
        self.turn: AbstractContextManager[object] = RLock() if self.in_memory else nullcontext()
        self._minds_settings = not (unsafe_settings or to_read)
        self._kept = local()
        self._pool_size = pool_size
        self._claim: sqlite.Claim | None = None
        if self.url.get_backend_name() == "sqlite":
            self._claim = None if to_read or self.in_memory else sqlite.claim(self.url)
            self.engine = sqlite.engine(self.url, pool_size, to_read=to_read and not self.in_memory)
        else:
            self.engine = _postgresql(self.url, pool_size, INSIDE)
            if self._minds_settings:
                _refuse_unsafe(self.engine)
        self._readers = (
            self.engine.execution_options(isolation_level="AUTOCOMMIT") if self.is_postgresql else self.engine
        )

    @cached_property
    def _for_others(self) -> Engine:
        """Connections for what somebody reads who does not see everything: they see nothing until they say whom for."""
        return _postgresql(self.url, self._pool_size, UNSAID)

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @property
    def for_many_processes(self) -> bool:
        """Whether another process may open it too while this one has it."""
        return not self.in_memory and self._claim is None

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
        return {**_LINK, **address, "options": inside(self.url), "autocommit": True, "prepare_threshold": None}

    def condition(self) -> Condition:
        """In which condition it is now. Raises StoreUnavailable, and SQLAlchemy's errors where it does not answer."""
        try:
            with self.reading() as connection:
                return condition_of(connection)
        except StoreSchemaDiffers:  # there is not even a table that says which it is
            return Condition(revision=None)

    def demand(self, answer: Sequence[Any] | None) -> None:
        """Raises StoreUnavailable unless a connection that answered so to `condition.QUESTION` can record durably."""
        found = examined(answer)
        refusal = (found if self._minds_settings else found.excused()).refusal
        if refusal is not None:
            raise refusal

    def own_sqlite_connection(self) -> Any:
        """A SQLite connection outside the pool; of a database in memory the only one, to be used in `turn`.

        Raises StoreReadOnly where the database was opened to be read.
        """
        self._may_write()
        if self.in_memory:
            return self.engine.raw_connection().driver_connection
        return sqlite.connect(self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that writes nothing.

        On PostgreSQL each statement is its own transaction: under READ COMMITTED it sees what it would see inside of
        one, and two round trips are saved. What is read for somebody who does not see everything is one transaction,
        which says so first.
        """
        kept = getattr(self._kept, "connection", None)
        with self.turn, told(reading=True), nullcontext(kept) if kept else self._connected() as connection:
            inside = connection.engine.pool is self.engine.pool and sees_everything()
            if inside or not self.is_postgresql:
                yield connection
                return
            with connection.begin():
                say_reach(connection)
                yield connection

    @contextmanager
    def one_connection(self) -> Iterator[None]:
        """What this thread reads meanwhile it reads on one connection, so at one server, whatever stands between.

        SQLite's file is one for all connections.
        """
        if not self.is_postgresql:
            yield
            return
        with told(reading=True), self._connected() as self._kept.connection:
            try:
                yield
            finally:
                self._kept.connection = None

    @contextmanager
    def one_snapshot(self) -> Iterator[Connection]:
        """A connection whose statements all read one state of the database, and write nothing."""
        if not self.is_postgresql:  # there every transaction does
            with self.reading() as connection:
                yield connection
            return
        whose = self.engine if sees_everything() else self._for_others
        snapshots = whose.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with told(reading=True), snapshots.connect() as connection:
            if whose is not self.engine:
                say_reach(connection)
            yield connection

    def _connected(self) -> Connection:
        """Raises StoreUnavailable where the file of the database keeps being another one."""
        try:
            inside = not self.is_postgresql or sees_everything()
            return (self._readers if inside else self._for_others).connect()
        except InvalidRequestError as error:
            raise StoreUnavailable(f"the file of the database is not there to be read: {error}") from error

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """A connection in a transaction that is committed at the end, or rolled back by an exception.

        Not ``durable``: on PostgreSQL the commit waits for no disk and no standby. It may be lost, all of it, which is
        for what can be made again.

        Raises OutcomeUnknown where the server committed without its standby, StoreReadOnly where the database was
        opened to be read.
        """
        self._may_write()
        immediate = self.engine.execution_options(**{sqlite.IMMEDIATE: True})
        with self.turn, told(reading=False), immediate.begin() as connection:
            standby: StandbyWait | None = connection.info.get(_STANDBY)
            if self.is_postgresql and not durable:
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            yield connection
        if standby and (said := standby.given_up()):
            raise OutcomeUnknown(said)

    def _may_write(self) -> None:
        if self.to_read:
            raise StoreReadOnly("the database was opened to be read")

    def close(self) -> None:
        """Close every connection; on SQLite also give the claim on the file back."""
        self.engine.dispose()
        if others := vars(self).get("_for_others"):
            others.dispose()
        if self._claim is not None:
            self._claim.release()
            self._claim = None


def canonical(url: str | URL) -> URL:
    """The URL with the driver that the store uses: psycopg 3 for PostgreSQL. Raises AddressUnclear."""
    if isinstance(url, str):
        return address_of(url)
    return url.set(drivername=driver_of(url.get_backend_name()))


def inside(url: URL) -> str:
    """The options of a connection that sees every row, behind those that the address has for it."""
    return beginning(url, INSIDE)


def beginning(url: URL, reach: str) -> str:
    """The options of a connection that says this of its reach, behind those that the address has for it."""
    return " ".join((*filter(None, [str(url.query.get("options", ""))]), option(reach)))


def _postgresql(url: URL, pool_size: int, reach: str) -> Engine:
    link = {name: value for name, value in _LINK.items() if name not in url.query}
    made = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={**link, "options": beginning(url, reach)},
    )
    let_go_of_the_outdated(made)

    @event.listens_for(made, "connect")
    def attend(connection: psycopg.Connection[Any], record: Any) -> None:
        connection.autocommit = True  # for the one statement: no commit is spent on it
        connection.execute(HEAR_WARNINGS)
        demand_heard(connection, reach)
        connection.autocommit = False
        record.info[_STANDBY] = standby = StandbyWait()
        standby.attend(connection)

    @event.listens_for(made, "checkin")
    def as_it_was(connection: psycopg.Connection[Any] | None, _: Any) -> None:
        """After a snapshot the dialect would begin each transaction READ WRITE, which a standby does not know."""
        if connection is not None and not connection.closed:
            connection.read_only = None

    return made


def _refuse_unsafe(engine: Engine) -> None:
    wrong = unsafe(engine)
    if wrong:
        engine.dispose()
        raise StoreUnsafe(f"PostgreSQL can lose acknowledged events with {', '.join(wrong)}")


def unsafe(engine: Engine) -> list[str]:
    """The settings of a PostgreSQL server that are not durable, as `name=value`, whatever its schema is."""
    with engine.connect() as connection:
        return list(not_durable([connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in DURABLE]))
