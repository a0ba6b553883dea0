"""A client of an application on a database of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import monotonic
from typing import Any, Final

import pytest
import structlog
from httpx2 import Client
from sqlalchemy.engine import URL, make_url
from starlette.testclient import TestClient

from api.app import create_app
from api.examples.commands import body_example
from tests.api.serving import serving, settings_of
from tests.moulds import Copied, Files, started

PATIENCE_SECONDS: Final = 60.0


def all_shown(client: Client) -> None:
    """Waits until the lists hold everything that was recorded."""
    position = client.get("/v1/events").json()["position"]
    until = monotonic() + PATIENCE_SECONDS
    for rows in ("work", "engagements"):
        while client.get(f"/v1/{rows}", params={"min_position": position, "limit": 1}).status_code != 200:
            assert monotonic() < until, f"{rows} are not projected up to {position}"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The request log is not part of a test's output."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def client(copied: Copied) -> Iterator[TestClient]:
    with TestClient(create_app(settings_of(copied(started, "sqlite")))) as opened:
        yield opened


@pytest.fixture(scope="module")
def lasting_client(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[TestClient]:
    """The same for all tests of a module: for those that read, or are refused."""
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('lasting') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with TestClient(create_app(settings_of(url))) as opened:
        yield opened


@pytest.fixture
def either_client(started_url: URL) -> Iterator[TestClient]:
    """The same, once on SQLite and once on PostgreSQL."""
    with TestClient(create_app(settings_of(started_url))) as opened:
        yield opened


@pytest.fixture
def server(sqlite_url: URL) -> Iterator[str]:
    """The address of a real server."""
    with serving(sqlite_url) as address:
        yield address


@pytest.fixture
def restarted() -> Iterator[Callable[[URL], TestClient]]:
    """Starts an application anew on a database."""
    with ExitStack() as running:
        yield lambda url: running.enter_context(TestClient(create_app(settings_of(url))))


@pytest.fixture
def engagement(client: TestClient) -> str:
    """The address of an open engagement."""
    return opened(client)


def opened(client: Client, **fields: Any) -> str:
    """The address of a new engagement."""
    body = {name: value for name, value in body_example("open-engagement").items() if name != "engagement_id"}
    answer = client.post("/v1/engagements", json={**body, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])
