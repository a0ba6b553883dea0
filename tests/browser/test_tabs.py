"""The tabs of one browser have one stream: one leads, and whoever leads next goes on where that was."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from tests.api.conftest import opened
from tests.browser.chromium import PROGRAM
from tests.browser.test_live import HIDE, live

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
WITHOUT = {
    "locks": "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });",
    "channels": "delete window.BroadcastChannel;",
}


@contextmanager
def tabs(browser: Browser, *, script: str = "") -> Iterator[tuple[Page, Page, list[str]]]:
    """Two tabs of one browser, and the streams that they have opened."""
    context = browser.new_context()
    streams: list[str] = []
    context.on("request", lambda request: streams.append(request.url) if "/live?" in request.url else None)
    if script:
        context.add_init_script(script)
    try:
        yield context.new_page(), context.new_page(), streams
    finally:
        context.close()


@pytest.fixture(scope="module")
def paths(server: str) -> tuple[str, str]:
    """The paths of two engagements."""
    with httpx2.Client(base_url=server) as client:
        return opened(client, name="First")[3:], opened(client, name="Second")[3:]


def said(server: str, path: str, note: str) -> None:
    assert httpx2.post(f"{server}/v1{path}/annotate", json={"note": note}).status_code == 200


def opens(page: Page, streams: list[str], count: int) -> None:
    """Waits until so many streams were opened, for twenty seconds at most."""
    for _ in range(200):
        if len(streams) >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(streams)} streams, not {count}")


def test_two_tabs_have_one_stream_and_each_hears_of_its_own(
    browser: Browser, server: str, paths: tuple[str, str]
) -> None:
    with tabs(browser) as (first, second, streams):
        live(first, server + paths[0])
        live(second, server + paths[1])
        opens(first, streams, 2)
        first.wait_for_timeout(300)  # in which a third would be opened
        both = ",".join(f"engagement%3A{path.rpartition('/')[2]}".replace(",", "%2C") for path in paths)
        assert both.replace(",", "%2C") in streams[-1]
        assert len(streams) == 2  # that of the first alone, and then that of both
        said(server, paths[0], "to the first")
        said(server, paths[1], "to the second")
        first.wait_for_selector(".history >> text=to the first")
        second.wait_for_selector(".history >> text=to the second")
        assert len(streams) == 2


@pytest.mark.parametrize("how", ["closed", "hidden"])
def test_another_one_leads_where_the_first_is_gone_and_misses_nothing(
    browser: Browser, server: str, paths: tuple[str, str], how: str
) -> None:
    with tabs(browser) as (first, second, streams):
        live(first, server + paths[0])
        live(second, server + paths[0])
        assert len(streams) == 1
        said(server, paths[0], f"before it is {how}")
        second.wait_for_selector(f".history >> text=before it is {how}")
        # recorded in the same moment in which the first lets go
        if how == "hidden":
            first.evaluate(HIDE, True)
        else:
            first.close()
        said(server, paths[0], f"while it is {how}")
        second.wait_for_selector(f".history >> text=while it is {how}")
        assert len(streams) == 2
        if how == "hidden":
            first.evaluate(HIDE, False)
            first.wait_for_selector(f".history >> text=while it is {how}")


@pytest.mark.parametrize("script", WITHOUT.values(), ids=WITHOUT)
def test_without_locks_or_channels_each_has_its_own(
    browser: Browser, server: str, paths: tuple[str, str], script: str
) -> None:
    with tabs(browser, script=script) as (first, second, streams):
        live(first, server + paths[0])
        live(second, server + paths[1])
        assert len(streams) == 2
        said(server, paths[1], f"alone {len(script)}")
        second.wait_for_selector(f".history >> text=alone {len(script)}")
