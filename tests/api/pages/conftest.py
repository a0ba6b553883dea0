"""Engagements to look at."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

from api.composition import Standfast
from tests.api.conftest import opened
from tests.api.pages.browsing import Browser
from tests.api.pages.demo import standing
from tests.api.pages.demo import told as demo_told
from tests.moulds import Files

SEATS = [{"seat_id": "backend-1", "role": "Backend engineer"}, {"seat_id": "qa-1", "role": "Test engineer"}]


def shown_at(client: TestClient, **fields: object) -> str:
    """The address of the page of a new engagement with two empty seats."""
    fields = {"name": "Checkout team", "model": "managed_marketplace", "seats": SEATS, "calendar": "london", **fields}
    return opened(client, **fields).removeprefix("/v1")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[tuple[Standfast, TestClient]]:
    """The demo, for tests that only look at it."""
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('fleet') / 'standfast.db'}")
    sqlite_moulds.copy(demo_told, url)
    with standing(url) as running:
        yield running


@pytest.fixture
def browser(client: TestClient) -> Browser:
    return Browser(client)


@pytest.fixture
def page(client: TestClient) -> str:
    """The address of the page of an engagement with two empty seats."""
    return shown_at(client)
