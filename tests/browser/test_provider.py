"""Signing in with an identity provider in a real browser, which is led there and back, and out again."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy.engine import URL, make_url

from api.app import application
from api.composition import assemble
from api.terminal.serving import address_of, configured, listening
from tests.api.access.test_provider import provided
from tests.api.serving import settings_of, started
from tests.browser.chromium import PROGRAM
from tests.browser.test_pages import fits
from tests.browser.windows import NARROW, opened_in
from tests.moulds import Files
from tests.moulds import started as with_terms

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")


@pytest.fixture
def url(sqlite_url: URL, sqlite_moulds: Files) -> URL:
    return sqlite_moulds.copy(with_terms, make_url(sqlite_url))


def test_one_is_led_to_the_provider_and_back_to_what_one_wanted_and_signs_out(browser: Browser, url: URL) -> None:
    with listening("127.0.0.1", 0) as listener, provided(f"{address_of(listener)}/sign-in/callback") as (there, told):
        standfast = assemble(settings_of(url).model_copy(update={"authentication": "on", **told}))
        config = configured(application(standfast), 1_000)
        with started(config, listener), opened_in(browser, NARROW, "light") as page:
            page.goto(f"{there.callback.partition('/sign-in')[0]}/fleet?group_by=month")
            fits(page, "sign-in")
            page.click("text=with Example Works")
            page.wait_for_url(f"{there.issuer}/authorize**")
            page.evaluate("address => { location = address; }", there.signs_in(page.url))
            page.wait_for_url("**/fleet?group_by=month")
            assert "Signed in as platform:desk." in page.inner_text("footer")
            assert page.evaluate("document.cookie") == ""
            page.click("text=Sign out")
            page.wait_for_url("**/sign-in")
            page.go_back()
            page.wait_for_url("**/sign-in?next=%2Ffleet%3Fgroup_by%3Dmonth")
            assert page.title() == "Sign in · Standfast"
