"""What is recorded while a page is looked at is shown on it, and never under somebody who writes or looks back."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from api.http import reach
from tests.api.conftest import all_shown, opened
from tests.browser.chromium import PROGRAM
from tests.browser.windows import WIDE, opened_in

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
Say = Callable[[str], None]
TRIES = 3
"""Within which one event at least is shown in time, however much else the machine does."""

MARK = """note => {
  const seen = () => document.querySelector(".history").textContent.includes(note);
  new MutationObserver((_changes, observer) => {
    if (!seen()) return;
    document.body.dataset.shown = Date.now();
    observer.disconnect();
  }).observe(document.querySelector("main"), { childList: true, subtree: true });
}"""
"""Has the page write down when it first shows a note."""

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


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
        assert any(seconds_until_shown(page, says, f"seen at once: {each}") < 1 for each in range(TRIES))
        assert is_the_same(page)
        page.wait_for_selector("#live >> text=/^live$/")
        assert "fresh" in (page.get_attribute(".history li:first-child", "class") or "")


def seconds_until_shown(page: Page, says: Say, note: str) -> float:
    """From when an event was recorded, by the server's clock, to when a page shows it, by the browser's: one clock."""
    page.wait_for_timeout(600)  # what follows another event sooner waits for its turn
    page.evaluate("delete document.body.dataset.shown")
    page.evaluate(MARK, note)
    says(note)
    page.wait_for_selector("body[data-shown]")
    shown = float(str(page.get_attribute("body", "data-shown"))) / 1000
    here = urlsplit(page.url)
    found = httpx2.get(f"{here.scheme}://{here.netloc}/v1{here.path}/history?order=desc&limit=1").json()["items"][0]
    assert found["data"]["note"] == note
    return shown - datetime.fromisoformat(found["recorded_at"]).timestamp()


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


def test_a_time_at_a_full_minute_is_no_input(browser: Browser, server: str, engagement: str, says: Say) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.evaluate("document.querySelector('[name=go]').setAttribute('value', '2026-01-02T03:04:00')")
        assert page.input_value("[name=go]") == "2026-01-02T03:04"
        says("shown all the same")
        page.wait_for_selector("text=shown all the same")


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


def test_what_was_opened_stays_open_and_what_says_the_same_stays_itself(
    browser: Browser, server: str, engagement: str, says: Say
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.click("#record summary >> text=Engagement")
        page.mouse.move(700, 5)
        page.evaluate("for (const each of document.querySelectorAll('main [data-part] > *')) each.mine = true")
        says("meanwhile")
        page.wait_for_selector("text=meanwhile")
        assert page.locator("#record details[open]").count() == 1
        whose = "name => [...document.querySelectorAll(`#${name} > *`)].every(each => each.mine)"
        assert page.evaluate(whose, "record")
        assert page.evaluate(whose, "joining")
        assert not page.evaluate(whose, "history")


def test_under_the_focus_lines_wait_and_say_how_many_they_are(
    browser: Browser, server: str, engagement: str, says: Say
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.focus("#v1 a")
        says("one")
        says("two")
        page.wait_for_selector("#history .news >> text=2 new")
        page.wait_for_selector("#live button >> text=2 new events")
        page.wait_for_selector("#told >> text=3 events so far")
        assert page.locator("#v3").count() == 0
        page.click("#history .news button")
        page.wait_for_selector("#v3.fresh")
        assert page.locator(".news").count() == 0
        page.wait_for_selector("#live >> text=/^live$/")


def test_under_the_pointer_too_until_it_leaves(browser: Browser, server: str, engagement: str, says: Say) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.hover("#v1")
        says("pointed at")
        page.wait_for_selector("#history .news >> text=1 new")
        assert page.locator("text=pointed at").count() == 0
        page.mouse.move(700, 5)
        page.wait_for_selector("#v2.fresh >> text=pointed at")
        page.wait_for_selector("#v2:not(.fresh)")


def test_a_row_that_changed_is_marked_and_time_alone_is_no_change(browser: Browser, server: str) -> None:
    with httpx2.Client(base_url=server) as client:
        changing = opened(client, name="Changing one")
        opened(client, name="Changing not")
        all_shown(client)
        with opened_in(browser, WIDE, "light") as page:
            live(page, f"{server}/engagements?q=changing")
            assert page.locator("tr[data-row]").count() == 2
            answer = client.post(f"{changing}/suspend-engagement", json={"waiting_on": "client", "reason": "a pause"})
            assert answer.status_code == 200, answer.text
            page.wait_for_selector("tr.fresh >> text=Changing one")
            assert page.locator("tr.fresh").count() == 1


def test_a_form_is_never_refreshed_and_the_lamp_leads_to_what_is_new(
    browser: Browser, server: str, engagement: str, says: Say
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, f"{server}{engagement}/do/annotate")
        page.fill("[name=note]", "half a thought")
        says("one")
        says("two")
        page.click("#live a >> text=2 new events")
        page.wait_for_selector(".history >> text=two")
        page.go_back()
        assert page.input_value("[name=note]") == "half a thought"


def test_a_hidden_tab_lets_go_and_goes_on_where_it_was(
    browser: Browser, server: str, engagement: str, says: Say
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        page.evaluate(HIDE, True)
        says("unseen")
        page.wait_for_timeout(700)
        assert page.locator("text=unseen >> visible=true").count() == 0
        page.evaluate(HIDE, False)
        page.wait_for_selector(".history >> text=unseen")


def test_whoever_is_told_tokens_of_positions_follows_all_the_same(
    browser: Browser, server: str, engagement: str, says: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tab has a stream of its own, and begins it anew where it was."""
    monkeypatch.setattr(reach, "WHO_IS_TOLD_NUMBERS", frozenset())
    with opened_in(browser, WIDE, "light") as page:
        live(page, server + engagement)
        assert (page.get_attribute("#live", "data-after") or "").startswith("p-")
        says("told by a token")
        page.wait_for_selector(".history >> text=told by a token")
        page.evaluate(HIDE, True)
        says("recorded meanwhile")
        page.evaluate(HIDE, False)
        page.wait_for_selector(".history >> text=recorded meanwhile")
        assert "position p-" in page.inner_text("#position")
        live(page, f"{server}/engagements?q=latecomer")
        with httpx2.Client(base_url=server) as client:
            opened(client, name="The latecomer")
        page.wait_for_selector("tr.fresh >> text=The latecomer")
