"""Databases for every test that wants one; see `tests.databases`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from tests import databases
from tests.compiled import keep_compiled
from tests.moulds import Copied, Files, Make, ServerDatabases, migrated, started

SAMPLED_ON_POSTGRESQL = (
    "tests/api/terminal/",
    "tests/api/test_came_back.py",
    "tests/api/test_whole.py",
    "tests/application/commands/",
    "tests/faults/",
    "tests/infrastructure/fleet/",
    "tests/infrastructure/keeping/",
    "tests/infrastructure/projections/",
    "tests/infrastructure/webhooks/",
)
"""Of each file there the first test on PostgreSQL runs each time, the rest with the long ones: they take seconds."""

SAMPLE = 1

LONG_ON_POSTGRESQL = (
    "tests/api/terminal/test_deadlines.py",
    "tests/api/terminal/test_projecting.py",
    "tests/api/terminal/test_workers.py",
)
"""What starts several processes, and takes tens of seconds: on PostgreSQL only with the long ones."""


def pytest_configure(config: pytest.Config) -> None:
    keep_compiled(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: Counter[str] = Counter()
    for item in items:
        module = item.nodeid.partition("::")[0]
        if module.startswith(SAMPLED_ON_POSTGRESQL) and "[" in item.nodeid and "postgres" in item.nodeid:
            seen[module] += 1
            if seen[module] > SAMPLE or module in LONG_ON_POSTGRESQL:
                item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL server for the whole run."""
    with databases.postgres_server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[URL]:
    """An empty PostgreSQL database of its own."""
    with databases.fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> URL:
    """A SQLite file of its own."""
    return make_url(f"sqlite:///{tmp_path / 'standfast.db'}")


@pytest.fixture(scope="session")
def sqlite_moulds(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("moulds"))


@pytest.fixture(scope="session")
def postgres_moulds(postgres_server: URL) -> Iterator[ServerDatabases]:
    with ExitStack() as held:
        yield ServerDatabases(postgres_server, held)


@pytest.fixture
def copied(request: pytest.FixtureRequest) -> Iterator[Copied]:
    """Gives a copy of what is made: ``copied(started, "postgresql")``."""
    with ExitStack() as held:

        def copy(make: Make, kind: str) -> URL:
            if kind == "postgresql":
                on_server: ServerDatabases = request.getfixturevalue("postgres_moulds")
                return held.enter_context(on_server.copy(make))
            files: Files = request.getfixturevalue("sqlite_moulds")
            return files.copy(make, request.getfixturevalue("sqlite_url"))

        yield copy


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, copied: Copied) -> URL:
    """A database of its own at the newest schema, once on SQLite and once on PostgreSQL."""
    return copied(migrated, request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def started_url(request: pytest.FixtureRequest, copied: Copied) -> URL:
    """The same with the shipped terms published."""
    return copied(started, request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> URL:
    """An empty database of its own, once on SQLite and once on PostgreSQL."""
    url: URL = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url
