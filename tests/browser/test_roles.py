"""What each role finds at ``/`` and behind every link from there, and that nothing of the others comes with it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy.engine import make_url

from tests.browser.chromium import PROGRAM
from tests.browser.crawling import crawl_from
from tests.browser.roles import ROLES, Peopled, peopled
from tests.browser.windows import WIDE, opened_in
from tests.moulds import Files
from tests.moulds import started as with_terms

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
SOME = 25


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Peopled]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('roles') / 'standfast.db'}")
    sqlite_moulds.copy(with_terms, url)
    with peopled(url) as running:
        yield running


@pytest.mark.parametrize("most", [pytest.param(SOME, id="some"), pytest.param(None, id="all", marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_led_to_its_pages_and_shown_nothing_of_others(
    browser: Browser, server: Peopled, name: str, most: int | None
) -> None:
    person = ROLES[name]
    with opened_in(browser, WIDE, "light") as page:
        page.goto(f"{server.address}/")
        page.fill("#key", server.keys[name])
        page.press("#key", "Enter")
        page.wait_for_url(f"{server.address}{person.begins}")
        assert tuple(page.locator("nav[aria-label=Parts] a").all_inner_texts()) == person.parts
        crawl = crawl_from(page, f"{server.address}{person.begins}")
        for part in ("engagements", "audit"):
            crawl.open(f"{server.address}/{part}/{person.engagement}")
        crawl.follow(most)
        assert {address: status for address, status in crawl.answered.items() if status != 200} == {}
        assert {each: found for each in person.never if (found := crawl.holding(each))} == {}
        assert [each for each in person.sees if not crawl.holding(each)] == [], "a part of it is shown"
