"""The next command of a row of what waits, recorded from a drawer."""

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Route

from tests.api.conftest import all_shown, opened
from tests.browser.chromium import PROGRAM
from tests.browser.test_live import live
from tests.browser.test_pages import sound
from tests.browser.windows import NARROW, WIDE, opened_in

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")


@pytest.fixture
def work(server: str) -> str:
    """The address of what waits in an engagement with an empty seat."""
    with httpx2.Client(base_url=server) as client:
        there = opened(client, name="Drawn out", calendar="london")
        all_shown(client)
    return f"{server}/work?engagement_id={there.rpartition('/')[2]}"


def drawn(page: Page, address: str) -> None:
    """Opens the form of the first row."""
    live(page, address)
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.wait_for_selector("dialog.drawer[open] form.command")


def test_it_is_recorded_from_there_once_what_is_wrong_is_put_right(browser: Browser, server: str, work: str) -> None:
    with opened_in(browser, WIDE, "light") as page:
        drawn(page, work)
        assert page.text_content("#drawer-title") == "Match professional"
        assert page.locator("h1").count() == 1
        page.fill(".drawer [name=professional_id]", "no good id")
        page.check(".drawer [name=supply_source][value=internal_team]")
        page.click(".drawer button.main")
        page.wait_for_selector(".drawer #refusal")
        assert page.evaluate("document.activeElement.id") == "refusal"
        page.fill(".drawer [name=professional_id]", "omar")
        page.click(".drawer button.main")
        page.wait_for_selector("main > .done >> text=Recorded as version 2.")
        assert not page.is_visible("dialog.drawer")
        page.wait_for_selector("tr[data-row] >> text=omar")
        assert page.url == work


def test_esc_closes_it_and_what_was_written_is_kept(browser: Browser, server: str, work: str) -> None:
    with opened_in(browser, NARROW, "dark") as page:
        drawn(page, work)
        page.fill(".drawer [name=professional_id]", "half-written")
        sound(page, "drawer")
        page.keyboard.press("Escape")
        assert not page.is_visible("dialog.drawer")
        page.keyboard.press("r")
        page.wait_for_selector("dialog.drawer[open] form.command")
        assert page.input_value(".drawer [name=professional_id]") == "half-written"
        page.keyboard.press("Escape")
        page.goto(f"{server}{page.get_attribute('[data-next]', 'href')}")
        assert page.input_value("[name=professional_id]") == "half-written"


def test_what_is_sent_again_after_its_answer_was_lost_is_recorded_once(
    browser: Browser, server: str, work: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    drawn(page, work)
    page.fill(".drawer [name=professional_id]", "omar")
    page.check(".drawer [name=supply_source][value=internal_team]")
    page.route("**/do/match-professional", lose, times=1)
    page.click(".drawer button.main")
    page.wait_for_selector(".drawer .unsent")
    assert lost == [303]
    page.keyboard.press("Escape")
    page.keyboard.press("r")  # closed and opened anew it is the same form still
    page.click(".drawer button.main")
    page.wait_for_selector("main > .done >> text=Recorded as version 2.")
    annotate = f"{server}/engagements/{work.rpartition('=')[2]}/do/annotate"
    page.goto(annotate)
    page.fill("[name=note]", "said once")
    page.route("**/do/annotate", lose, times=1)
    page.click("button.main")
    page.wait_for_url("chrome-error://**")
    page.goto(annotate)
    assert page.inner_text("[name=note] + .hint") == "9 of 2,000 characters"
    page.click("button.main")
    page.wait_for_selector("text=Recorded as version 3.")
    page.goto(annotate)
    assert page.input_value("[name=note]") == ""
    page.fill("[name=note]", "and another")
    page.click("button.main")
    page.wait_for_selector("text=Recorded as version 4.")
    context.close()
    history = httpx2.get(f"{server}/v1/engagements/{work.rpartition('=')[2]}/history").json()["items"]
    assert [each["version"] for each in history] == [1, 2, 3, 4]


def test_on_the_page_of_an_engagement_it_opens_above_the_buttons(browser: Browser, server: str, work: str) -> None:
    address = f"{server}/engagements/{work.rpartition('=')[2]}?span=year"
    with opened_in(browser, WIDE, "light") as page:
        live(page, address)
        page.keyboard.press("r")
        page.wait_for_selector("#placed form.command")
        page.fill("#placed [name=professional_id]", "no good id")
        page.check("#placed [name=supply_source][value=internal_team]")
        page.click("#placed button.main")
        page.wait_for_selector("#placed #refusal")
        sound(page, "placed")
        page.fill("#placed [name=professional_id]", "omar")
        page.keyboard.press("Escape")
        assert not page.is_visible("#placed")
        assert page.evaluate("document.activeElement.matches('#record [data-next]')")
        page.keyboard.press("j")
        page.keyboard.press("r")
        page.wait_for_selector("#placed form.command")
        assert page.input_value("#placed [name=professional_id]") == "omar"
        assert page.url == address
        page.click("#placed button.main")
        page.wait_for_selector("main > .done >> text=Recorded as version 2.")
        assert page.url == f"{address}&recorded=2#v2"
        page.keyboard.press("c")
        page.click("#record a[href$='/do/annotate']")
        page.wait_for_selector("#placed [name=note]")


def test_without_scripts_the_button_leads_to_the_form(browser: Browser, server: str, work: str) -> None:
    with opened_in(browser, WIDE, "light", scripts=False) as page:
        page.goto(work)
        page.click("[data-next]")
        page.wait_for_selector("h1 >> text=Match professional")
