"""Engagements to look at."""

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import opened
from tests.api.pages.browsing import Browser

SEATS = [{"seat_id": "backend-1", "role": "Backend engineer"}, {"seat_id": "qa-1", "role": "Test engineer"}]


def shown_at(client: TestClient, **fields: object) -> str:
    """The address of the page of a new engagement with two empty seats."""
    fields = {"name": "Checkout team", "model": "managed_marketplace", "seats": SEATS, "calendar": "london", **fields}
    return opened(client, **fields).removeprefix("/v1")


@pytest.fixture
def browser(client: TestClient) -> Browser:
    return Browser(client)


@pytest.fixture
def page(client: TestClient) -> str:
    """The address of the page of an engagement with two empty seats."""
    return shown_at(client)
