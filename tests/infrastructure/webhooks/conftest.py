"""Webhooks on both databases."""

from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.engine import URL

from tests.infrastructure.webhooks.bench import Bench, bench_on
from tests.infrastructure.webhooks.receiver import Receiver, receiving


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the sender says of itself is not part of a test's output."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def bench(started_url: URL) -> Iterator[Bench]:
    with bench_on(started_url) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made
