"""The pages in a real browser: nothing is wrong with them in any width or scheme, and the keys do what they say."""

from typing import Any

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.api.conftest import all_shown, opened
from tests.browser.chromium import PROGRAM
from tests.browser.windows import NARROW, WIDE, opened_in

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
HOSTILE = "<img src=x onerror=\"alert('named')\"> & Sons"
VARIANTS = [(WIDE, "light"), (NARROW, "dark")]
JUDGED_WIDE = ("work", "engagement", "fleet", "form", "document")
"""What axe looks at in a wide window too: it takes its time."""


@pytest.fixture(scope="module")
def engagement(server: str) -> str:
    """The path of an engagement with a hostile name, on which somebody works and about whom there is a concern."""
    with httpx2.Client(base_url=server) as client:
        here = opened(client, name=HOSTILE, model="managed_marketplace", calendar="london")
        seat = client.get(here).json()["seats"][0]["seat_id"]
        who = {"seat_id": seat, "professional_id": "omar", "supply_source": "internal_team", "assignment_id": "a-1"}
        done: list[tuple[str, dict[str, Any]]] = [("match-professional", who)]
        items = ("access", "context", "nda", "ip_assignment", "classification")
        done += [("complete-onboarding-item", {"assignment_id": "a-1", "item": item}) for item in items]
        done.append(("onboard-professional", {"assignment_id": "a-1"}))
        concern = {"assignment_id": "a-1", "concern_id": "c-1", "category": "delivery", "severity": "high"}
        done += [("report-underperformance", concern), ("annotate", {"note": HOSTILE})]
        for command, fields in done:
            answer = client.post(f"{here}/{command}", json=fields)
            assert answer.status_code == 200, answer.text
        all_shown(client)
        return here.removeprefix("/v1")


PATHS = {
    "work": "/work",
    "engagements": "/engagements",
    "engagement": "{0}",
    "as it was": "{0}?as_of=2026-01-01T00:00:00Z",
    "clock": "{0}/clocks/acknowledge/c-1",
    "rows": "/engagements?because=engagements",
    "fleet": "/fleet?window=all",
    "clients": "/fleet?group_by=client",
    "form": "{0}/do/propose-successor",
    "correction": "{0}/do/correct-history?void=9",
    "opening": "/engagements/do/open-engagement",
    "audit": "/audit",
    "document": "/audit/{1}",
    "form with rows": "{0}/do/plan-knowledge-transfer",
    "what if": "{0}/what-if?calendar=always",
    "what if of many": "/what-if?calendar=always",
    "not there": "/nowhere",
}


@pytest.mark.parametrize(("size", "scheme"), VARIANTS, ids=["wide-light", "narrow-dark"])
def test_nothing_is_wrong_with_a_page(
    browser: Browser, server: str, engagement: str, size: tuple[int, int], scheme: str
) -> None:
    with opened_in(browser, size, scheme) as page:
        for name, path in PATHS.items():
            page.goto(server + path.format(engagement, engagement.rpartition("/")[2]))
            page.wait_for_selector("main")
            if size == NARROW or name in JUDGED_WIDE:
                sound(page, name)
            else:
                fits(page, name)


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "dark"), (NARROW, "light")], ids=["wide-dark", "narrow-light"])
def test_nor_with_its_other_scheme(
    browser: Browser, server: str, engagement: str, size: tuple[int, int], scheme: str
) -> None:
    with opened_in(browser, size, scheme) as page:
        page.goto(server + engagement)
        page.wait_for_selector("main")
        sound(page, scheme)


def sound(page: Page, name: str) -> None:
    """Nothing lies beside the window, and axe finds nothing."""
    fits(page, name)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], name


def fits(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth == window.innerWidth"), name


def test_a_refused_form_is_sound_and_says_so_first(browser: Browser, server: str, engagement: str) -> None:
    with opened_in(browser, NARROW, "light") as page:
        page.goto(f"{server}{engagement}/do/add-seat")
        page.fill("[name=seat_id]", "no id")
        page.click("button.main")
        page.wait_for_selector("#refusal")
        assert page.evaluate("document.activeElement.id") == "refusal"
        assert page.input_value("[name=seat_id]") == "no id"
        sound(page, "refused")


def test_without_scripts_a_form_is_recorded(browser: Browser, server: str, engagement: str) -> None:
    with opened_in(browser, WIDE, "light", scripts=False) as page:
        page.goto(f"{server}{engagement}/do/acknowledge-underperformance?concern_id=c-1")
        page.click("button.main")
        page.wait_for_selector("text=Recorded as version")
        assert page.locator(".history .fresh").count() == 1
        assert not page.is_visible("#help")


def test_keys_go_where_they_say(browser: Browser, server: str, engagement: str) -> None:
    with opened_in(browser, WIDE, "light") as page:
        page.goto(f"{server}/engagements")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "find"
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        assert page.is_visible("#keys")
        page.keyboard.press("Escape")
        assert not page.is_visible("#keys")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{server}{engagement}")
        page.keyboard.press("g")
        page.keyboard.press("w")
        page.wait_for_url(f"{server}/work")


def test_single_letters_can_be_switched_off(browser: Browser, server: str) -> None:
    with opened_in(browser, WIDE, "light") as page:
        page.goto(f"{server}/engagements")
        page.click("#help")
        page.uncheck("#letters")
        page.keyboard.press("Escape")
        page.reload()
        page.keyboard.press("g")
        page.keyboard.press("w")
        page.keyboard.press("j")
        assert page.url == f"{server}/engagements"
        assert page.locator(".chosen").count() == 0


def test_the_scheme_is_switched_and_stays(browser: Browser, server: str) -> None:
    with opened_in(browser, WIDE, "light") as page:
        page.goto(f"{server}/work")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.click("#scheme")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.goto(f"{server}/engagements")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark != light


def test_what_was_written_is_there_after_the_window_was_left(browser: Browser, server: str, engagement: str) -> None:
    with opened_in(browser, WIDE, "light") as page:
        filled_in = "?occurred_at=2026-11-10T09:02:00Z"
        page.goto(f"{server}{engagement}/do/annotate{filled_in}")
        page.fill("[name=note]", "of another form")
        page.reload()
        assert page.input_value("[name=note]") == "of another form"
        page.goto(f"{server}{engagement}/do/annotate")
        assert page.input_value("[name=note]") == ""
        page.fill("[name=note]", "half a thought")
        page.goto(f"{server}/work")
        page.goto(f"{server}{engagement}/do/annotate")
        assert page.input_value("[name=note]") == "half a thought"
        page.click("button.main")
        page.wait_for_selector("text=Recorded as version")
        page.goto(f"{server}{engagement}/do/annotate")
        assert page.input_value("[name=note]") == ""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_line_is_corrected_once_it_was_seen_what_that_changes(
    browser: Browser, server: str, engagement: str, scripts: bool
) -> None:
    with opened_in(browser, NARROW, "dark", scripts=scripts) as page:
        page.goto(server + engagement)
        page.click("a[aria-label^='correct version']")
        assert page.is_visible(".instead")
        assert not page.is_visible(".voided")
        page.fill("[name='correction.reason']", "looked at twice")
        page.click("button.main")
        page.wait_for_selector(".preview")
        assert page.input_value("[name='correction.reason']") == "looked at twice"
        if scripts:
            assert page.evaluate("document.activeElement.id") == "preview-title"
            sound(page, "what a correction changes")
        page.check("[name='correction.how'][value=void]")
        assert not page.is_visible(".instead")
        assert page.is_visible(".voided")
        page.check("[name='correction.how'][value=replace]")
        page.click(".preview button.main")
        page.wait_for_selector("text=Recorded as version")


def test_the_models_stay_named_above_their_figures_and_beside_them(
    browser: Browser, server: str, engagement: str
) -> None:
    with opened_in(browser, (1440, 500), "light", scripts=False) as page:
        page.goto(f"{server}/fleet?window=all")
        page.evaluate("window.scrollTo(0, 600)")
        assert page.evaluate("document.querySelector('.fleet thead th').getBoundingClientRect().top") == 44
        page.select_option("[name=group_by]", "client")
        page.click("text=Show")
        page.wait_for_selector(".many")
        assert "window=all" in page.url
        page.go_back()
        page.wait_for_selector(".fleet")
    with opened_in(browser, NARROW, "dark") as page:
        page.goto(f"{server}/fleet?window=all")
        assert page.locator(".fleet tbody tr[data-row] .of").first.inner_text() == "managed marketplace"
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.querySelector('.fleet .value')).color") == "rgb(0, 0, 0)"
        left = "document.querySelector('.fleet {}').getBoundingClientRect().left"
        assert page.evaluate(left.format("thead th")) == page.evaluate(left.format("tbody [data-row] td"))


def test_a_document_is_printed_light_and_without_what_is_around_it(
    browser: Browser, server: str, engagement: str
) -> None:
    with opened_in(browser, WIDE, "dark") as page:
        page.goto(server + engagement.replace("/engagements/", "/audit/"))
        dark = page.evaluate("getComputedStyle(document.body).color")
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)" != dark
        for around in (".bar", ".foot", ".filters", ".envelope"):
            assert not page.locator(around).first.is_visible(), around
        assert "known at" in page.inner_text(".sheet-head")
        assert "as_of=" in page.inner_text(".sheet-foot")
