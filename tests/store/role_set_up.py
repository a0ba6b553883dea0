"""A PostgreSQL database as the documentation sets it up for production: an owner, a writer and a reader."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

import psycopg
from sqlalchemy.engine import URL

from infrastructure.database import roles, schema
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.moulds import Copied
from tests.store import samples

WRITER, READER, OWNER = "standfast_writer", "standfast_reader", "standfast_owner"


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


def make_roles(url: URL, *names: str) -> None:
    """Roles belong to the server, so that they may be there from another database."""
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as admin:
        for name in names:
            admin.execute(
                f"DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation "
                "THEN NULL; END $$".encode()
            )


def owned_by_its_role(url: URL) -> URL:
    """An empty database as somebody who owns it and administers no server: row-level security holds for that one."""
    make_roles(url, OWNER)
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as admin:
        admin.execute(f"ALTER DATABASE {url.database} OWNER TO {OWNER}".encode())
    return url.set(username=OWNER)
