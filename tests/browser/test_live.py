"""What is recorded while a page is looked at is shown on it, and never under somebody who writes or looks back."""

from collections.abc import Callable
from time import monotonic

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from tests.api.conftest import opened
from tests.browser.chromium import PROGRAM
from tests.browser.windows import WIDE, opened_in

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
Say = Callable[[str], None]


@pytest.fixture
def engagement(server: str) -> str:
    """The path of an engagement."""
    with httpx2.Client(base_url=server) as client:
        return opened(client, name="Checkout team", calendar="london").removeprefix("/v1")


@pytest.fixture
def says(server: str, engagement: str) -> Say:
    """Records a note over the interface."""

    def say(note: str) -> None:
        answer = httpx2.post(f"{server}/v1{engagement}/annotate", json={"note": note})
        assert answer.status_code == 200, answer.text

    return say


def live(page: Page, address: str) -> None:
    """Opens a page, and waits until it follows; it is marked, so that it is seen whether it was loaded anew."""
    page.goto(address)
    page.wait_for_selector("#live.on")
    page.evaluate("document.body.dataset.first = 'yes'")


def is_the_same(page: Page) -> bool:
    return bool(page.evaluate("document.body.dataset.first == 'yes'"))


def test_an_event_is_on_the_page_within_a_second(browser: Browser, server: str, engagement: str, says: Say) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        says("the first one, for what is made once only")
        page.wait_for_selector("text=the first one")
        page.wait_for_timeout(600)
        begun = monotonic()
        says("seen at once")
        page.wait_for_selector("text=seen at once")
        assert monotonic() - begun < 1
        assert is_the_same(page)
        assert page.text_content("#live") == "live"
        assert "fresh" in (page.get_attribute("#v3", "class") or "")


def test_a_list_goes_along(browser: Browser, server: str) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, f"{server}/engagements?q=newcomer")
        with httpx2.Client(base_url=server) as client:
            opened(client, name="The newcomer")
        page.wait_for_selector("tr.fresh >> text=The newcomer")
        assert "min_position" not in page.content()
        assert is_the_same(page)


def test_under_a_form_with_input_nothing_moves_and_the_lamp_is_a_button(
    browser: Browser, server: str, engagement: str, says: Say
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.click("text=Go to a time")
        page.fill("[name=go]", "2026-01-02T03:04:05")
        says("one")
        says("two")
        page.wait_for_selector("#live button >> text=2 new events")
        page.wait_for_timeout(700)
        assert page.locator("#v2").count() == 0
        assert page.input_value("[name=go]") == "2026-01-02T03:04:05"
        page.click("#live button")
        page.wait_for_selector("#v3")
        assert page.input_value("[name=go]") == "2026-01-02T03:04:05"
        assert is_the_same(page)


def test_nor_under_a_selection_until_that_is_given_up(
    browser: Browser, server: str, engagement: str, says: Say
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
        says("while selected")
        page.wait_for_selector("#live button >> text=1 new event")
        assert page.locator("text=while selected").count() == 0
        page.evaluate("getSelection().removeAllRanges()")
        page.wait_for_selector("text=while selected")


def test_nor_while_somebody_looks_back(browser: Browser, server: str, engagement: str, says: Say) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, f"{server}{engagement}?as_of=2100-01-01T00:00:00Z".replace("2100", "2030"))
        says("not now")
        page.wait_for_selector("#live button >> text=1 new event")
        page.wait_for_timeout(700)
        assert page.locator("text=not now").count() == 0


def test_what_was_opened_stays_open_and_the_focus_where_it_was(
    browser: Browser, server: str, engagement: str, says: Say
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.click("#record summary >> text=Engagement")
        page.focus("#v1 a")
        says("meanwhile")
        page.wait_for_selector("text=meanwhile")
        assert page.locator("#record details[open]").count() == 1
        assert page.evaluate("document.activeElement.closest('#v1') != null")


def test_a_hidden_tab_lets_go_and_goes_on_where_it_was(
    browser: Browser, server: str, engagement: str, says: Say
) -> None:
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.evaluate(hide, True)
        says("unseen")
        page.wait_for_timeout(700)
        assert page.locator("text=unseen >> visible=true").count() == 0
        page.evaluate(hide, False)
        page.wait_for_selector(".history >> text=unseen")
