"""Signing in and out in a real browser, and a session that is over under somebody who writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update
from sqlalchemy.engine import make_url

from api.app import application
from api.composition import Standfast, assemble
from api.http.access.session_cookie import SESSION
from api.terminal.serving import address_of, configured, listening
from domain.access.principal import LOCAL
from infrastructure.access.wanted import WantedKey
from infrastructure.database.tables import sessions
from tests.api.conftest import opened
from tests.api.serving import settings_of, started
from tests.browser.chromium import PROGRAM
from tests.browser.pages import site
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
        first.wait_for_selector("#signed-out >> text=You are signed out. Sign in in another tab and go on here.")
        first.wait_for_selector("#live >> text=not live: signed out")
        foot = first.inner_text("footer")
        assert "Nobody is signed in any more." in foot
        assert "Signed in as" not in foot
        signs_in(second, guarded.key)
        second.wait_for_url(f"{guarded.address}/work")
        first.wait_for_selector("#live.on")
        assert first.locator("#signed-out").count() == 0
        assert "Signed in as platform:ana." in first.inner_text("footer")
        second.click("text=Sign out")
        first.wait_for_selector("#signed-out")
        first.reload()
        assert first.title() == "Sign in · Standfast"


def test_a_page_that_is_looked_at_says_so_when_the_key_was_revoked_that_it_was_opened_with(
    browser: Browser, guarded: Guarded
) -> None:
    made = guarded.standfast.access.keys.make(WantedKey(name="leaving"), LOCAL)
    guarded.standfast.access.ring.read()
    with opened_in(browser, NARROW, "dark") as page:
        page.goto(f"{guarded.address}{guarded.path}")
        signs_in(page, made.bearer)
        page.wait_for_selector("#live.on")
        guarded.standfast.access.keys.revoke(made.key.key_id, LOCAL)
        page.wait_for_selector("#signed-out >> text=You are signed out.")
        sound(page, "signed out")
        page.reload()
        assert page.title() == "Sign in · Standfast"


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
        page.wait_for_url(form)  # and for the script that keeps what is written
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
        page.wait_for_selector(".drawer #signed-out >> text=What you wrote here is kept.")
        with page.context.expect_page() as elsewhere:
            page.click("#signed-out a")
        signs_in(elsewhere.value, guarded.key)
        elsewhere.value.wait_for_selector("tr[data-row]")
        page.click(".drawer button.main")
        page.wait_for_selector(f"main > .done >> text=Recorded as version {before + 1}.")
        assert page.locator("#signed-out").count() == 0


ELSEWHERE = """<!doctype html><body>
<form id="out" method="post" action="{0}/sign-out"><input name="_token" value="0"></form>
<form id="note" method="post" action="{0}{1}/do/annotate"><input name="note" value="forged"></form>
</body>"""
"""A page that would sign out, and record, as whoever looks at it."""


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"], ids=["same site", "another site"])
def test_a_page_of_another_origin_neither_records_nor_signs_out(browser: Browser, guarded: Guarded, name: str) -> None:
    """By one name it is of the same site for the browser, which sends the session along; by the other it is not."""
    before = guarded.version()
    context = browser.new_context()
    own, other = context.new_page(), context.new_page()
    own.goto(f"{guarded.address}/work")
    signs_in(own, guarded.key)
    own.wait_for_selector("text=Signed in as platform:ana.")
    with site(ELSEWHERE.format(guarded.address, guarded.path)) as elsewhere:
        for form in ("out", "note"):
            other.goto(f"http://{name}:{elsewhere.port}/")
            with other.expect_navigation() as answered:
                other.evaluate(f"document.getElementById('{form}').submit()")
            sent = answered.value.request.all_headers().get("cookie", "")
            assert (SESSION in sent) == (name == "127.0.0.1")
            assert answered.value.status == 403, form
    own.reload()
    assert "Signed in as platform:ana." in own.inner_text("footer")
    assert guarded.version() == before
    context.close()


def test_a_session_that_was_put_upon_a_browser_is_over_once_it_signs_in(browser: Browser, guarded: Guarded) -> None:
    with opened_in(browser, WIDE, "light") as of_another, opened_in(browser, WIDE, "light") as page:
        of_another.goto(f"{guarded.address}/work")
        signs_in(of_another, guarded.key)
        of_another.wait_for_selector("text=Signed in as platform:ana.")
        [put] = sessions_of(of_another)
        page.context.add_cookies([{"name": put["name"], "value": put["value"], "url": guarded.address}])
        page.goto(f"{guarded.address}/sign-in?next=%2F%2Fevil.example%2F")
        signs_in(page, guarded.key)
        page.wait_for_url(f"{guarded.address}/work")
        [given] = sessions_of(page)
        assert given["value"] != put["value"]
        assert (given["httpOnly"], given["sameSite"], given["path"]) == (True, "Lax", "/")
        of_another.reload()
        assert of_another.title() == "Sign in · Standfast"


def sessions_of(page: Page) -> list[Any]:
    """The cookies by which a browser is signed in."""
    return [each for each in page.context.cookies() if each["name"].endswith(SESSION)]
