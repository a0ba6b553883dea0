"""The time of whoever looks beside that of the page, the keys on figures, and what a printer gets of the fleet."""

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from tests.api.conftest import all_shown, opened
from tests.browser.chromium import PROGRAM
from tests.browser.windows import NARROW, WIDE, opened_in

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
PAGES = {
    "fleet": "/fleet?from=2026-01-01T00:00:00Z",
    "rows": "/engagements?because=engagements",
    "what if": "/what-if?calendar=always@1&as_of=2026-01-01T20:00:00Z",
}


@pytest.fixture(scope="module", autouse=True)
def engagement(server: str) -> None:
    with httpx2.Client(base_url=server) as client:
        opened(client, name="Beside", model="managed_marketplace", occurred_at="2025-12-01T09:00:00Z")
        all_shown(client)


@pytest.fixture
def in_kolkata(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(timezone_id="Asia/Kolkata")
    yield context.new_page()
    context.close()


def test_the_viewers_time_stands_beside_where_it_is_another(in_kolkata: Page, server: str) -> None:
    told = {}
    for name, path in PAGES.items():
        in_kolkata.goto(server + path)
        in_kolkata.wait_for_selector(".yours")
        told[name] = in_kolkata.locator("[data-beside]").first.inner_text()
    assert told["fleet"] == "Thu 1 Jan 2026, 00:00 UTC · 05:30 yours"
    assert told["rows"].endswith("09:00 · 14:30 yours")
    assert told["what if"] == "Thu 1 Jan 2026, 20:00 UTC · Fri 2 Jan 2026, 01:30 yours"


def test_it_stands_at_the_engagement_and_on_demand_at_every_time(in_kolkata: Page, server: str) -> None:
    in_kolkata.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    in_kolkata.goto(f"{server}/engagements?q=Beside")
    assert in_kolkata.locator("tbody .yours").count() == 0
    in_kolkata.click("#times")
    assert in_kolkata.locator("tbody .yours").first.inner_text() == " · 14:30 yours"
    in_kolkata.click("tbody [data-open]")
    in_kolkata.wait_for_selector("#facts .yours")
    assert in_kolkata.evaluate("document.documentElement.scrollWidth == window.innerWidth")
    in_kolkata.focus("#times")
    in_kolkata.keyboard.press("Enter")
    assert in_kolkata.locator("#facts .yours").count() == 0
    for beside in ("#moment", "#history .at"):
        assert in_kolkata.locator(f"{beside} .yours").count() == 1


LOW = """[...document.querySelectorAll("main a, .foot a")]
    .filter((link) => !link.closest("svg") && link.checkVisibility() && link.getBoundingClientRect().height < 24)
    .map((link) => `${link.className} ${link.textContent}: ${link.getBoundingClientRect().height}`)"""


def test_every_link_is_high_enough_for_a_finger(browser: Browser, server: str) -> None:
    with opened_in(browser, NARROW, "light") as page:
        for path in (*PAGES.values(), "/work", "/engagements", "/audit"):
            page.goto(server + path)
            assert page.evaluate(LOW) == [], path
        page.click("tbody [data-open]")
        page.wait_for_selector(".document")
        assert page.evaluate(LOW) == []


def test_where_it_is_the_same_nothing_is_added(browser: Browser, server: str) -> None:
    context = browser.new_context(timezone_id="UTC")
    page = context.new_page()
    page.goto(server + PAGES["fleet"])
    page.wait_for_selector(".aids:not([hidden])")
    assert page.locator(".yours").count() == 0
    context.close()


def test_keys_lead_to_the_rows_of_a_figure(browser: Browser, server: str) -> None:
    with opened_in(browser, WIDE, "light") as page:
        page.goto(f"{server}/work")
        page.keyboard.press("g")
        page.keyboard.press("f")
        page.wait_for_selector("table.fleet")
        assert page.locator("#keys dd >> text=Fleet").count() == page.locator("#keys dd >> text=What-if").count() == 1
        page.keyboard.press("j")  # there is no promise that was due: a row without a figure
        assert page.evaluate("document.activeElement.matches('body, .chosen a')")
        place = (
            page.locator("tr[data-row] th").all_inner_texts().index("Gaps\nrequired, and nobody active; business time")
        )
        for _ in range(place):
            page.keyboard.press("j")
        assert page.evaluate("document.activeElement.dataset.figure") == "continuity.gaps.count"
        page.keyboard.press("k")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/engagements?because=continuity.gaps.count**")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector("#facts")
        page.keyboard.press("g")
        page.keyboard.press("i")
        page.wait_for_url(f"{server}/what-if")


@pytest.mark.parametrize("name", PAGES)
def test_paper_is_light_and_has_the_tables_without_what_is_around_them(
    browser: Browser, server: str, name: str
) -> None:
    with opened_in(browser, NARROW, "dark") as page:
        page.goto(server + PAGES[name])
        page.wait_for_selector("main table")
        page.emulate_media(media="print", color_scheme="dark")
        page.set_viewport_size({"width": 680, "height": 960})  # A4 without its margins
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert page.evaluate("document.documentElement.scrollWidth == window.innerWidth")
        for around in (".bar", ".foot", ".filters", ".paging", ".choose button", ".write", ".chart p a"):
            for each in page.locator(around).all():
                assert not each.is_visible(), around
        assert page.evaluate("getComputedStyle(document.querySelector('main table tbody tr')).display") == "table-row"
        if name == "what if":
            assert page.is_visible(".choose select")
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
