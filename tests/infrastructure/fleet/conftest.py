"""A log, its projections and the columns over them, on both databases."""

from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.engine import URL

from tests.infrastructure.fleet.harness import Fleet
from tests.infrastructure.fleet.harness import fleet as opened
from tests.infrastructure.projections.harness import prepared
from tests.moulds import Copied


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the projector says of itself is not part of a test's output."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared_url(request: pytest.FixtureRequest, copied: Copied) -> URL:
    """A migrated database whose clock the test sets."""
    return copied(prepared, request.param)


@pytest.fixture
def fleet(prepared_url: URL) -> Iterator[Fleet]:
    """No engagement so far."""
    with opened(prepared_url) as made:
        yield made


@pytest.fixture
def sqlite_fleet(copied: Copied) -> Iterator[Fleet]:
    """The same, where what is asked does not depend on the database."""
    with opened(copied(prepared, "sqlite")) as made:
        yield made
