"""A PostgreSQL database as the documentation sets it up for production: an owner, a writer and a reader."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

from sqlalchemy.engine import URL

from infrastructure.database import roles, schema
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.databases import make_roles
from tests.moulds import Copied
from tests.store import samples

WRITER, READER = "standfast_writer", "standfast_reader"


def as_documented(url: URL) -> Database:
    """The owner's database, migrated and with the rights of both roles, which it makes where they are missing."""
    make_roles(url, WRITER, READER)
    database = Database(url)
    schema.upgrade(database)
    roles.grant(database, writer=WRITER, reader=READER)
    return database


def with_one_event(url: URL) -> None:
    """Leaves the same with one event in it."""
    database = as_documented(url)
    recorder = LogRecorder(database)
    recorder.append(samples.append(uuid4(), 1))
    recorder.close()
    database.close()


@contextmanager
def copy_with_one_event(copied: Copied) -> Iterator[Database]:
    """A copy of that; the rights on a database itself are not copied, so they are given again."""
    with closing(Database(copied(with_one_event, "postgresql"))) as database:
        roles.grant(database, writer=WRITER, reader=READER)
        yield database
