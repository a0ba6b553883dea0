"""Streams are closed when their test is over."""

from collections.abc import Iterator

import pytest
import structlog

from tests.api.live.following import close_streams


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield
    close_streams()
