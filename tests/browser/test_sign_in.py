"""Signing in and out in a real browser, and a session that is over under somebody who writes."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update
from sqlalchemy.engine import make_url

from api.app import application
from api.composition import Standfast, assemble
from api.terminal.serving import address_of, configured, listening
from domain.access.principal import LOCAL
from infrastructure.access.wanted import WantedKey
from infrastructure.database.tables import sessions
from tests.api.conftest import opened
from tests.api.serving import settings_of, started
from tests.browser.chromium import PROGRAM
from tests.browser.test_live import live
from tests.browser.test_pages import sound
from tests.browser.windows import NARROW, WIDE, opened_in
from tests.moulds import Files
from tests.moulds import started as with_terms

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server that asks whoever comes to sign in, a key, and the path of an engagement."""

    standfast: Standfast
    address: str
    key: str
    path: str

    def lets_all_sessions_expire(self) -> None:
        """Has all of them be unused for longer than one may be."""
        unused = 60_000_000 * (self.standfast.settings.session_idle + 1)
        with self.standfast.database.writing() as connection:
            connection.execute(update(sessions).values(seen_at=sessions.c.seen_at - unused))
        self.standfast.access.sessions._known.clear()

    def version(self) -> int:
        headers = {"Authorization": f"Bearer {self.key}"}
        return int(httpx2.get(f"{self.address}/v1{self.path}", headers=headers).json()["version"])


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Guarded]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('signing') / 'standfast.db'}")
    sqlite_moulds.copy(with_terms, url)
    standfast = assemble(settings_of(url).model_copy(update={"authentication": "on"}))
    key = standfast.access.keys.make(WantedKey(name="ana"), LOCAL).bearer
    config = configured(application(standfast), 1_000)
    with listening("127.0.0.1", 0) as listener, started(config, listener):
        address = address_of(listener)
        with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}) as client:
            path = opened(client, name="Checkout team", calendar="london").removeprefix("/v1")
        yield Guarded(standfast, address, key, path)


def signs_in(page: Page, key: str) -> None:
    page.fill("#key", key)
    page.press("#key", "Enter")


def test_a_key_signs_in_and_signed_out_in_one_tab_the_other_says_so(browser: Browser, guarded: Guarded) -> None:
    with opened_in(browser, WIDE, "light") as first:
        first.goto(f"{guarded.address}{guarded.path}?span=all")
        assert first.title() == "Sign in · Standfast"
        sound(first, "sign-in")
        signs_in(first, guarded.key)
        first.wait_for_url(f"{guarded.address}{guarded.path}?span=all")
        assert "Signed in as platform:ana." in first.inner_text("footer")
        assert first.evaluate("document.cookie") == ""
        live(first, f"{guarded.address}{guarded.path}")
        second = first.context.new_page()
        second.goto(f"{guarded.address}/work")
        second.click("text=Sign out")
        second.wait_for_url(f"{guarded.address}/sign-in")
        first.wait_for_selector("#signed-out >> text=You are signed out.")
        first.reload()
        assert first.title() == "Sign in · Standfast"


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.long)])
def test_a_form_sent_when_the_session_is_over_comes_back_as_it_was_written(
    browser: Browser, guarded: Guarded, scripts: bool
) -> None:
    with opened_in(browser, NARROW, "dark", scripts=scripts) as page:
        before = guarded.version()
        page.goto(f"{guarded.address}{guarded.path}/do/annotate")
        signs_in(page, guarded.key)
        page.fill("[name=note]", "written before it was over")
        guarded.lets_all_sessions_expire()
        page.click("form.command button.main")
        page.wait_for_selector("text=Nothing that you wrote is lost")
        signs_in(page, guarded.key)
        if not scripts:
            page.click("text=Go on with it")
        page.wait_for_selector("text=nothing is recorded yet")
        assert page.input_value("[name=note]") == "written before it was over"
        assert guarded.version() == before
        page.click("form.command button.main")
        page.wait_for_selector(f"text=Recorded as version {before + 1}")
        assert guarded.version() == before + 1


def test_a_form_half_written_is_there_again_after_signing_in_though_it_was_never_sent(
    browser: Browser, guarded: Guarded
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        form = f"{guarded.address}{guarded.path}/do/annotate"
        page.goto(form)
        signs_in(page, guarded.key)
        page.fill("[name=note]", "half a thought")
        guarded.lets_all_sessions_expire()
        page.reload()
        assert page.title() == "Sign in · Standfast"
        signs_in(page, guarded.key)
        page.wait_for_url(form)
        assert page.input_value("[name=note]") == "half a thought"


def test_in_the_drawer_it_stays_and_is_sent_once_one_has_signed_in_elsewhere(
    browser: Browser, guarded: Guarded
) -> None:
    with opened_in(browser, WIDE, "light") as page:
        before = guarded.version()
        page.goto(f"{guarded.address}/sign-in?next=%2Fwork%3Fengagement_id%3D{guarded.path.rpartition('/')[2]}")
        signs_in(page, guarded.key)
        page.wait_for_selector("tr[data-row]")
        page.keyboard.press("j")
        page.keyboard.press("r")
        page.wait_for_selector("dialog.drawer[open] form.command")
        page.fill(".drawer [name=professional_id]", "omar")
        page.check(".drawer [name=supply_source][value=internal_team]")
        guarded.lets_all_sessions_expire()
        page.click(".drawer button.main")
        page.wait_for_selector(".drawer #signed-out")
        with page.context.expect_page() as elsewhere:
            page.click("#signed-out a")
        signs_in(elsewhere.value, guarded.key)
        elsewhere.value.wait_for_selector("tr[data-row]")
        page.click(".drawer button.main")
        page.wait_for_selector(f"main > .done >> text=Recorded as version {before + 1}.")
        assert page.locator("#signed-out").count() == 0
