"""A migrated store, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL

from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder


@pytest.fixture
def anyio_backend() -> str:
    """What runs the tests that are coroutines."""
    return "asyncio"


@pytest.fixture
def database(migrated_url: URL) -> Iterator[Database]:
    opened = Database(migrated_url)
    yield opened
    opened.close()


@pytest.fixture
def recorder(database: Database) -> Iterator[LogRecorder]:
    opened = LogRecorder(database)
    yield opened
    opened.close()
