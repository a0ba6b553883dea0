"""Two servers on one database: what ends in one of them, or by the command line, ends in the pages of both."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import pytest
from sqlalchemy.engine import URL

from api.composition import assemble
from api.http.access.session_cookie import SESSION
from domain.access.principal import LOCAL
from domain.access.reach import Mandate
from infrastructure.access.wanted import WantedKey
from tests.api.access.conftest import HTML
from tests.api.conftest import opened
from tests.api.live.following import Stream, close_streams
from tests.api.pages.browsing import Page
from tests.api.serving import settings_of
from tests.api.terminal.running import running

pytestmark = pytest.mark.long
COMMAND_LINE = (sys.executable, "-c", "from api.terminal.command_line import main; main()")
ROOT = Path(__file__).parents[3]
NAME = "Checkout team"


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of both, and their settings."""

    addresses: tuple[str, str]
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> Any:
        """What a command of the command line says, as JSON."""
        told = {**os.environ, **self.environment, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(
            [*COMMAND_LINE, *arguments, "--json"], env=told, capture_output=True, text=True, check=True
        )
        return json.loads(ran.stdout)


@contextmanager
def two_servers(url: URL, folder: Path) -> Iterator[Servers]:
    environment = {
        "STANDFAST_DATABASE_URL": url.render_as_string(hide_password=False),
        "STANDFAST_AUTHENTICATION": "on",
        "STANDFAST_HEARTBEAT": "1",
    }
    folders = [folder / "one", folder / "other"]
    for each in folders:
        each.mkdir()
    serve = ("serve", "--port", "0")
    with (
        running(*serve, environment=environment, folder=folders[0]) as (one, _),
        running(*serve, environment=environment, folder=folders[1]) as (other, _),
    ):
        yield Servers((one, other), environment)


@pytest.fixture
def servers(started_url: URL, tmp_path: Path) -> Iterator[Servers]:
    with two_servers(started_url, tmp_path) as both:
        yield both
        close_streams()


@pytest.fixture
def browser() -> Iterator[httpx2.Client]:
    with httpx2.Client(headers=HTML) as client:
        yield client


def sign_in(browser: httpx2.Client, address: str, key: str) -> None:
    """By a key, at one server; the browser takes its session along to the other."""
    form = Page("/sign-in", 200, browser.get(f"{address}/sign-in").text).form("/sign-in").set("_sign_in_key", key)
    assert browser.post(f"{address}{form.action}", data=form.values).status_code == 303


def ended_within_a_second(is_over: Callable[[], bool]) -> None:
    """From now on; refused at the latest by what is asked a second later."""
    ended_at = asked_at = time.monotonic()
    while not is_over():
        assert asked_at - ended_at < 1
        asked_at = time.monotonic()


def test_a_key_that_the_command_line_revokes_ends_sessions_and_streams_of_both(
    servers: Servers, browser: httpx2.Client
) -> None:
    key = servers.run("keys", "create", "--name", "ana")
    sign_in(browser, servers.addresses[0], key["key"])
    cookie = f"{SESSION}={browser.cookies[SESSION]}"
    streams = [Stream(urlsplit(each).port or 0, "/live", Cookie=cookie) for each in servers.addresses]
    for address, stream in zip(servers.addresses, streams, strict=True):
        assert "Signed in as platform:ana." in browser.get(f"{address}/work").text
        assert stream.status == 200
    servers.run("keys", "revoke", key["key_id"])
    for address in servers.addresses:
        ended_within_a_second(lambda at=address: browser.get(f"{at}/work").status_code == 303)  # type: ignore[misc]
    for address, stream in zip(servers.addresses, streams, strict=True):
        assert all(frame.kind == "start" or frame.is_sign_of_life for frame in stream.frames()), "and then it ends"
        assert Stream(urlsplit(address).port or 0, "/live", Cookie=cookie).status == 401
        assert browser.get(f"{address}/work").headers["Location"] == "/sign-in?next=%2Fwork"


def test_a_mandate_ends_at_its_instant_in_the_pages_of_both(
    servers: Servers, browser: httpx2.Client, started_url: URL
) -> None:
    operator = servers.run("keys", "create", "--name", "ana")["key"]
    with httpx2.Client(base_url=servers.addresses[0], headers={"Authorization": f"Bearer {operator}"}) as client:
        engagement = opened(client, name=NAME).rpartition("/")[2]
        while NAME not in client.get("/v1/engagements").text:
            time.sleep(0.05)
    ends_at = datetime.now(UTC) + timedelta(seconds=6)
    key = auditing(started_url, engagement, ends_at)
    time.sleep(0.6)  # what a process knows of keys is half a second old at most
    sign_in(browser, servers.addresses[0], key)
    for address in servers.addresses:
        assert NAME in browser.get(f"{address}/audit").text
        assert browser.get(f"{address}/audit/{engagement}", follow_redirects=True).status_code == 200
    while datetime.now(UTC) < ends_at:
        time.sleep(0.05)
    for address in servers.addresses:
        for path in ("/audit", "/engagements", f"/audit/{engagement}", f"/engagements/{engagement}"):
            answer = browser.get(f"{address}{path}")
            assert answer.status_code == (404 if engagement in path else 200), path
            assert NAME not in answer.text
            assert "Your mandate lasted until" in answer.text, path


def auditing(url: URL, engagement: str, ends_at: datetime) -> str:
    """The key of an auditor whose mandate ends at an instant; the command line gives whole days alone."""
    of = Mandate(engagement_ids=frozenset({UUID(engagement)}), begins_at=ends_at - timedelta(days=1), ends_at=ends_at)
    standfast = assemble(settings_of(url))
    try:
        return standfast.access.keys.make(WantedKey(name="kim", role="auditor", mandate=of), LOCAL).bearer
    finally:
        standfast.close()
