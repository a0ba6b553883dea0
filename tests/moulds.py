"""Databases that are made once in a run and copied for each test that wants one: a copy takes a third of the time.

What is made is what `Make` leaves behind, such as `migrated` or `started`. Copies of one mould share its log's id; who
wants several logs makes them of the empty databases that `tests.conftest` gives.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from tests.databases import fresh_database

Make = Callable[[URL], None]
"""Makes something of an empty database, and leaves it closed."""

Copied = Callable[[Make, str], URL]
"""Gives a test a copy of its own, on ``sqlite`` or ``postgresql``."""


def migrated(url: URL) -> None:
    """Brings a database to the newest schema."""
    # Only here and below: the tests of the domain need none of this, and every run reads this file.
    from infrastructure.database import schema
    from infrastructure.database.database import Database

    with closing(Database(url)) as database:
        schema.upgrade(database)


def started(url: URL) -> None:
    """Leaves a database as a first start does: migrated, with the shipped terms published."""
    from infrastructure.database.database import Database
    from infrastructure.terms.catalogue import Catalogue
    from infrastructure.terms.shelf import CatalogueShelf

    migrated(url)
    with closing(Database(url)) as database:
        CatalogueShelf(Catalogue(database)).publish_defaults()


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A file of that name for all processes of a run; whoever asks first makes it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    file = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            make(file.with_suffix(".part"))
            file.with_suffix(".part").rename(file)
    return file


class Files:
    """SQLite files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[Make, Path] = {}

    def copy(self, make: Make, url: URL) -> URL:
        """Puts a copy where the address says."""
        if make not in self._made:
            file = self._folder / f"{len(self._made)}.db"
            make(make_url(f"sqlite:///{file}"))
            self._made[make] = file
        shutil.copy(self._made[make], Path(str(url.database)))
        return url


class ServerDatabases:
    """Databases of a PostgreSQL server."""

    def __init__(self, server: URL, held: ExitStack) -> None:
        self._server, self._held = server, held
        self._made: dict[Make, URL] = {}

    @contextmanager
    def copy(self, make: Make) -> Iterator[URL]:
        """The address of a copy, closed to everybody but its owner as the migrations leave a database."""
        if make not in self._made:
            url = self._held.enter_context(fresh_database(self._server))
            make(url)
            self._made[make] = url
        with fresh_database(self._server, like=self._made[make]) as url:
            with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as owner:
                owner.execute(f"REVOKE ALL ON DATABASE {url.database} FROM PUBLIC".encode())
            yield url
