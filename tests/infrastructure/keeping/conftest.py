"""A marketplace whose deadlines are kept, on both databases."""

from collections.abc import Iterator

import pytest
import structlog

from tests.infrastructure.keeping.market import Market, fitted_out
from tests.infrastructure.keeping.market import market as opened
from tests.moulds import Copied


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the keeper and the projector say of themselves is not part of a test's output."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def market(request: pytest.FixtureRequest, copied: Copied) -> Iterator[Market]:
    with opened(copied(fitted_out, request.param)) as made:
        yield made
