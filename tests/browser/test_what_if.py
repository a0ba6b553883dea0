"""What would be under other terms, and charts, in a real browser."""

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from api.pages.charts.shown import HOW_TO, charts_shown
from api.pages.frame import TEMPLATES
from api.pages.static_files import static
from infrastructure.process.drawing.draughtsmen import Draughtsmen
from tests.api.conftest import opened
from tests.browser.chromium import PROGRAM
from tests.browser.windows import NARROW, WIDE, opened_in

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")


@pytest.fixture(scope="module")
def address(server: str) -> str:
    """The path of an engagement's page of what would be."""
    with httpx2.Client(base_url=server) as client:
        return opened(client, model="managed_marketplace", calendar="london").removeprefix("/v1") + "/what-if"


def sound(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth == window.innerWidth"), name
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], name


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "dark"), (NARROW, "light")], ids=["wide-dark", "narrow-light"])
def test_terms_are_chosen_written_and_put_right(
    browser: Browser, server: str, address: str, size: tuple[int, int], scheme: str
) -> None:
    with opened_in(browser, size, scheme) as page:
        page.goto(server + address)
        page.select_option("[name=calendar]", "always@1")
        page.click(".choose button.main")
        page.wait_for_selector("#result")
        assert page.locator("tr.differs >> text=always@1").count() == 1
        if size == WIDE:
            sound(page, "chosen")
        page.click("text=Write another policy")
        right = page.input_value("#f-policy")
        page.fill("#f-policy", right.replace('"platform"', '"platfrom"', 1))
        page.click(".write .actions button")
        page.wait_for_selector("#refusal")
        assert page.evaluate("document.activeElement.id") == "refusal"
        assert "did you mean platform?" in page.inner_text("#policy-wrong")
        if size == NARROW:
            sound(page, "refused")
        page.fill("#f-policy", right.replace('"value": 10,', '"value": 7,'))
        page.click(".write .actions button")
        page.wait_for_selector("#result")
        assert page.locator(".terms tr.differs").count() >= 3
        assert '"value": 7,' in page.input_value("#f-policy")


def test_without_scripts_it_works_as_well(browser: Browser, server: str, address: str) -> None:
    with opened_in(browser, WIDE, "light", scripts=False) as page:
        page.goto(server + address)
        page.select_option("[name=calendar]", "always@1")
        page.click(".choose button.main")
        page.wait_for_selector("#result")
        page.click("text=Write another calendar")
        page.fill("#f-calendar", "{")
        page.click(".write .actions button")
        page.wait_for_selector("#calendar-wrong")
        assert page.input_value("#f-calendar") == "{"


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide-light", "narrow-dark"])
def test_a_page_shows_the_chart_of_its_scheme_and_width(
    browser: Browser, server: str, size: tuple[int, int], scheme: str
) -> None:
    """As the pages show them: a window asks for the pictures that it shows, and for no others."""
    charts = TEMPLATES.from_string('{% from "charts.html" import charts %}{{ charts(found, how_to) }}')
    found = charts_shown(Draughtsmen(), {}, ())
    markup = charts.render(found=found, how_to=HOW_TO)
    with httpx2.Client(base_url=server, timeout=60) as client:  # what is drawn once is kept
        for each in found:
            assert client.get(each.svg if size == WIDE else each.narrow_dark).status_code == 200
    with opened_in(browser, size, scheme) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/charts/" in request.url else None)
        page.goto(f"{server}/what-if")
        page.evaluate(
            """async ([markup, address]) => {
              const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
              await new Promise((loaded) => { sheet.onload = loaded; document.head.append(sheet); });
              document.querySelector("main").insertAdjacentHTML("beforeend", markup);
            }""",
            [markup, static("charts.css")],
        )
        shown = page.locator(f".for-{scheme} img")
        for place in range(2):
            shown.nth(place).scroll_into_view_if_needed()
            shown.nth(place).evaluate("picture => picture.decode()")
        assert len(asked) == 2
        assert all(("scheme=dark" in each) == (scheme == "dark") for each in asked)
        assert all(("size=narrow" in each) == (size == NARROW) for each in asked)
        sound(page, "charts")
