"""The migrations, up and down on both databases, and the settings with which SQLite is opened."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL

import migrations
from application.ports.log import StoreUnsafe
from infrastructure.database import schema, sqlite
from infrastructure.database.database import Database, unsafe
from infrastructure.database.tables import metadata


def test_up_and_down_and_up_again(database_url: URL) -> None:
    database = Database(database_url)
    for _ in range(2):
        schema.upgrade(database)
        with database.reading() as connection:
            assert migrations.current(connection) == migrations.newest()
            assert set(metadata.tables) <= set(inspect(connection).get_table_names())
        schema.downgrade(database, "base")
        with database.reading() as connection:
            assert inspect(connection).get_table_names() == ["alembic_version"]
            if database.is_postgresql:
                own = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                assert connection.execute(text(own)).scalar_one() == 0
    database.close()


def test_the_migrated_schema_is_the_one_that_the_queries_know(database: Database) -> None:
    with database.reading() as connection:
        known = {"compare_type": True, "include_name": lambda name, *_: name != "reaches"}  # asked by a policy alone
        context = MigrationContext.configure(connection, opts=known)
        indexes = {"remove_index"}  # indexes are the migrations' own business
        assert [step for step in compare_metadata(context, metadata) if step[0] not in indexes] == []


def test_several_processes_may_migrate_at_once(database_url: URL) -> None:
    databases = [Database(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(schema.upgrade, databases))
    for database in databases:
        database.close()


def test_sqlite_is_opened_durably_and_for_its_owner_only(sqlite_url: URL) -> None:
    database = Database(sqlite_url)
    schema.upgrade(database)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "recursive_triggers": 1}
    with database.reading() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted} == wanted
        assert stat.S_IMODE(Path(str(sqlite_url.database)).stat().st_mode) == 0o600
        assert stat.S_IMODE(Path(f"{sqlite_url.database}-wal").stat().st_mode) == 0o600
    database.close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 6), False), ((3, 50, 7), True),
     ((3, 51, 1), False), ((3, 51, 3), True), ((3, 53, 0), True)],
)  # fmt: skip
def test_which_sqlite_may_be_shared_by_processes(version: tuple[int, ...], safe: bool) -> None:
    assert sqlite.safe_for_many_processes(version) is safe


def test_an_old_sqlite_serves_one_process(sqlite_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "safe_for_many_processes", lambda _: False)
    first = Database(sqlite_url)
    code = (
        "import sys; from infrastructure.database import sqlite; from infrastructure.database.database import Database;"
        "sqlite.safe_for_many_processes = lambda version: False; Database(sys.argv[1])"
    )
    second = subprocess.run(
        [sys.executable, "-c", code, str(sqlite_url)], capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert "DatabaseInUse" in second.stderr
    assert "served by another process" in second.stderr
    first.close()
    Database(sqlite_url).close()


def test_a_postgresql_that_may_lose_commits_is_refused(postgres_url: URL) -> None:
    careless = postgres_url.update_query_dict({"options": "-c synchronous_commit=off"})
    with pytest.raises(StoreUnsafe, match="synchronous_commit=off"):
        Database(careless)
    allowed = Database(careless, unsafe_settings=True)
    assert unsafe(allowed.engine) == ["synchronous_commit=off"]
    allowed.close()


def test_only_two_kinds_of_database() -> None:
    with pytest.raises(ValueError, match="mysql"):
        Database("mysql://localhost/x")
