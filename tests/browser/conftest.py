"""A browser, and a server for it to look at."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.engine import make_url

from api.app import create_app
from api.terminal.serving import address_of, configured, listening
from tests.api.serving import settings_of, started
from tests.browser.chromium import PROGRAM
from tests.moulds import Files
from tests.moulds import started as with_terms


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[str]:
    """The address of a server."""
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('pages') / 'standfast.db'}")
    sqlite_moulds.copy(with_terms, url)
    with listening("127.0.0.1", 0) as listener, started(configured(create_app(settings_of(url)), 1_000), listener):
        yield address_of(listener)
