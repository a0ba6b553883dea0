"""An engagement's life through its forms alone in a real browser, with its scripts and without."""

import re

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.api.conftest import opened
from tests.api.pages.story import NOTE, RECORDED, replaces
from tests.browser.chromium import PROGRAM
from tests.browser.windows import NARROW, WIDE, opened_in

pytestmark = [pytest.mark.skipif(PROGRAM is None, reason="no Chromium here"), pytest.mark.long]
SEATS = [{"seat_id": "backend-1", "role": "Backend engineer"}, {"seat_id": "qa-1", "role": "Test engineer"}]


class Pressing:
    """Somebody who presses what the pages of one engagement offer, beginning from its own."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.version = page, 1
        page.goto(address)

    def does(self, command: str, **fields: str) -> None:
        link = self.page.locator(f"a[href*='/do/{command}']")
        group = self.page.locator("#record details", has=link)
        group.locator("summary").click()
        group.locator(link).click()
        self._sends(fields)

    def next(self, title: str, **fields: str) -> None:
        self.page.locator("#record .next a", has_text=re.compile(f"^{re.escape(title)}$")).first.click()
        self._sends(fields)

    def ticks(self, item: str) -> None:
        self.page.locator("#joining form", has=self.page.locator(f"[value='{item}']")).locator("button").click()
        self._recorded()

    def _sends(self, fields: dict[str, str]) -> None:
        form = self.page.locator("form.command")
        form.wait_for()
        for name, value in fields.items():
            field = form.locator(f"[name='{name}']")
            if not field.first.is_visible():
                form.locator("details.more > summary").click()
            self._fills(field, value)
        form.locator("button.main").click()
        self._recorded()

    def _fills(self, field: Locator, value: str) -> None:
        if field.first.get_attribute("type") == "radio":
            field.and_(self.page.locator(f"[value='{value}']")).check()
        elif field.and_(self.page.locator("select")).count():
            field.select_option(value)
        else:
            field.fill(value)

    def _recorded(self) -> None:
        """The page comes back, and says of a later version than before that it was recorded."""
        self.page.wait_for_url(lambda url: version_in(url) > self.version)
        self.version = version_in(self.page.url)
        self.page.wait_for_selector(f".done >> text=Recorded as version {self.version}.")


def version_in(address: str) -> int:
    """What an address says was recorded; 0: nothing."""
    found = re.search(r"[?&]recorded=(\d+)", address)
    return int(found[1]) if found else 0


@pytest.mark.parametrize(
    ("size", "scripts"),
    [pytest.param(NARROW, True, id="with scripts"), pytest.param(WIDE, False, id="without")],
)
def test_from_a_match_to_a_replacement(browser: Browser, server: str, size: tuple[int, int], scripts: bool) -> None:
    with httpx2.Client(base_url=server) as client:
        here = opened(client, name="Checkout team", model="managed_marketplace", seats=SEATS, calendar="london")
        with opened_in(browser, size, "light", scripts=scripts) as page:
            replaces(Pressing(page, server + here.removeprefix("/v1")))
            assert re.search(r"mei\s*devshop · active since", str(page.text_content("main")))
            assert page.locator("#history >> text=" + NOTE).count() == 1
        events = client.get(f"{here}/history", params={"limit": 500}).json()["items"]
    assert [each["type"] for each in events if each["type"] != "OnboardingItemCompleted"] == list(RECORDED)
