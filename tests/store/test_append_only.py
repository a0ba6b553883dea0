"""The event table and the catalogue refuse every change, whoever asks for it."""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from infrastructure.database.database import Database
from infrastructure.database.sqlite import library
from infrastructure.log.recorder import LogRecorder
from infrastructure.terms.catalogue import Catalogue
from tests.databases import administered
from tests.moulds import Copied, migrated
from tests.store import samples

CHANGES = [
    "UPDATE events SET state = x'00'",
    "UPDATE events SET recorded_at = 0 WHERE position = 1",
    "DELETE FROM events",
    "UPDATE catalogue SET document = x'00'",
    "DELETE FROM catalogue",
]
TRUNCATIONS = ["TRUNCATE events", "TRUNCATE events, catalogue CASCADE"]
COLUMNS = "position, originator_id, originator_version, topic, state, salt, recorded_at, command_id, ordinal"
REPLACEMENTS = [
    f"INSERT OR REPLACE INTO events ({COLUMNS}) SELECT {COLUMNS} FROM events",
    f"REPLACE INTO events ({COLUMNS}) "
    "SELECT 99, originator_id, originator_version, 't', x'', x'', 0, NULL, NULL FROM events",
    f"REPLACE INTO events ({COLUMNS}) SELECT 99, 'other', 1, 't', x'', x'', 0, command_id, ordinal FROM events",
    "REPLACE INTO catalogue SELECT kind, code, version, x'00', x'00', 0 FROM catalogue",
]


def filled(url: URL) -> None:
    migrated(url)
    database = Database(url)
    recorder = LogRecorder(database)
    recorder.append(samples.append(uuid4(), 1))
    Catalogue(database).publish("policy", "p", b"{}")
    recorder.close()
    database.close()


@pytest.fixture
def postgres(copied: Copied) -> Iterator[Database]:
    with closing(Database(copied(filled, "postgresql"))) as database:
        yield database


@pytest.fixture
def sqlite(copied: Copied) -> Iterator[Database]:
    with closing(Database(copied(filled, "sqlite"))) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(request.param)
    return database


def refused(database: Database, statement: str) -> None:
    if database.is_postgresql:
        statement = statement.replace("x'00'", "'\\x00'::bytea")
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", CHANGES)
def test_change_is_refused(database: Database, statement: str) -> None:
    refused(database, statement)


@pytest.mark.parametrize("statement", TRUNCATIONS)
def test_truncate_is_refused(postgres: Database, statement: str) -> None:
    refused(postgres, statement)


def test_an_update_by_conflict_is_refused(postgres: Database) -> None:
    refused(postgres, "INSERT INTO events SELECT * FROM events ON CONFLICT (position) DO UPDATE SET topic = 'other'")


def test_replica_mode_does_not_switch_the_guard_off(postgres: Database) -> None:
    with closing(Database(administered(postgres.url))) as administrator:
        refused(administrator, "SET LOCAL session_replication_role = replica; DELETE FROM events")


@pytest.mark.parametrize("statement", REPLACEMENTS)
def test_replacement_is_refused_on_any_connection(sqlite: Database, statement: str) -> None:
    connection = library().connect(sqlite.url.database)  # as another program would, without our settings
    with pytest.raises(library().IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()
