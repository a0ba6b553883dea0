"""Senders killed at random moments: no delivery is lost, and each engagement's arrive in their order."""

import pytest
import structlog
from sqlalchemy.engine import URL

from tests.faults.sending import killed


@pytest.mark.long
def test_no_delivery_is_lost_by_any_number_of_kills(started_url: URL) -> None:
    with structlog.testing.capture_logs():
        proven = killed(started_url, kills=20)
    assert proven.events > 50
    print(f"{started_url.get_backend_name()}: {proven.events} events, 20 kills, {proven.again} requests more than that")


def test_no_delivery_is_lost_by_a_kill(started_url: URL) -> None:
    with structlog.testing.capture_logs():
        proven = killed(started_url, kills=1)
    assert proven.events > 3
