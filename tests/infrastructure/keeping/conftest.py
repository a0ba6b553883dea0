"""A marketplace whose deadlines are kept, on both databases."""

from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.engine import URL

from tests.infrastructure.keeping.market import Market
from tests.infrastructure.keeping.market import market as opened


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the keeper and the projector say of themselves is not part of a test's output."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def market(database_url: URL) -> Iterator[Market]:
    with opened(database_url) as made:
        yield made
