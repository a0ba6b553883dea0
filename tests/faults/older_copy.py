"""An older copy of a database, put in its place while processes work on it: what a restored backup is to them."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from infrastructure.database.sqlite import library
from tests.databases import OWNER, administered

PutBack = Callable[[], None]


@contextmanager
def older_copy(url: URL) -> Iterator[PutBack]:
    """A copy of the database as it is now, which nobody may have open; calling it puts the copy in its place."""
    copy_of = _of_postgresql if url.get_backend_name() == "postgresql" else _of_sqlite
    with copy_of(url) as put_back:
        yield put_back


@contextmanager
def _of_sqlite(url: URL) -> Iterator[PutBack]:
    """Put back into the same file, as SQLite's own backup does it."""
    path = Path(str(url.database))
    copy = path.with_name("older.db")
    copied(path, copy)
    yield lambda: copied(copy, path)


def copied(source: Path, target: Path) -> None:
    """Copies a SQLite database, whoever has it open."""
    opened = library().connect  # the store's own SQLite: a second one would let go of the first one's locks
    with closing(opened(source)) as one, closing(opened(target)) as other:
        one.backup(other)


@contextmanager
def _of_postgresql(url: URL) -> Iterator[PutBack]:
    """Put back as a database of the same name; whoever was connected has to connect again."""
    name, copy = str(url.database), f"{url.database}_older"
    administrator = administered(url).set(drivername="postgresql", database="postgres")
    address = administrator.render_as_string(hide_password=False)

    def put_back() -> None:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {copy}".encode())

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {copy} TEMPLATE {name}".encode())
        yield put_back
        connection.execute(f"DROP DATABASE {copy}".encode())
