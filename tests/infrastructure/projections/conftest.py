"""A log and its projections, on both databases."""

from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.engine import URL

from tests.infrastructure.projections.harness import Bench, prepared
from tests.infrastructure.projections.harness import bench as opened
from tests.moulds import Copied


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the projector says of itself is not part of a test's output."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def anyio_backend() -> str:
    """What runs the tests that are coroutines."""
    return "asyncio"


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared_url(request: pytest.FixtureRequest, copied: Copied) -> URL:
    """A migrated database whose clock the test sets."""
    return copied(prepared, request.param)


@pytest.fixture
def bench(prepared_url: URL) -> Iterator[Bench]:
    """The log in it."""
    with opened(prepared_url) as made:
        yield made
