"""Attempts to sign in to the pages that fail: how many of an address are told, and whom the provider is asked for."""

import asyncio
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.pages.sign_in import places
from api.pages.sign_in.places import Places
from infrastructure.access.fetching import Unfetched
from infrastructure.access.secret import new_secret
from infrastructure.database.tables import sessions
from tests.api.access.browsers import another, guarded_pages, posted, signed_in
from tests.api.access.conftest import HTML, Guarded, bearing
from tests.api.access.test_provider import BEGUN_COOKIE, Provider, led_back, led_there, with_provider
from tests.api.pages.browsing import Browser

TWO = "sign-ins=0.001/2"
"""Two at once, and one more in a quarter of an hour: what a test takes gives none back."""

ELSEWHERE = "192.0.2.7"


@pytest.fixture
def pages(sqlite_url: URL) -> Iterator[Guarded]:
    with guarded_pages(sqlite_url, limits=TWO) as of:
        yield of


@pytest.fixture
def led(sqlite_url: URL) -> Iterator[tuple[Guarded, Provider]]:
    with with_provider(sqlite_url, limits=TWO) as of:
        yield of


def failures(of: Guarded) -> int:
    """How many entries of the access log tell of an attempt that failed."""
    return sum(what in ("sign-in-failed", "denied") for what, *_ in of.told())


def test_what_does_not_hold_is_counted_by_address_and_told_no_more_once_it_is_too_much(pages: Guarded) -> None:
    ana = pages.key("ana")
    pages.refresh()
    tried = [signed_in(another(pages), new_secret().bearer) for _ in range(5)]
    assert [each.status for each in tried] == [401, 401, 429, 429, 429]
    assert "Too many attempts from where you are fail just now" in tried[-1].text
    assert tried[-1].form("/sign-in").values["_sign_in_next"] == "/", "the form is there, to try again"
    assert failures(pages) == 2
    assert pages.client.get("/v1/work", headers=bearing("sf_wrong")).status_code == 429, "of both ways together"
    told = pages.client.get("/metrics", headers=bearing(ana)).text
    assert 'standfast_too_many_requests_total{kind="sign-ins"} 4' in told
    assert signed_in(another(pages), ana.bearer).address == "/work", "a key that holds is judged first"
    assert signed_in(another(pages, address=ELSEWHERE), "sf_wrong").status == 401
    assert failures(pages) == 3


def test_it_says_when_to_come_again(pages: Guarded) -> None:
    form = Browser(pages.client).open("/sign-in").form("/sign-in").set("_sign_in_key", "sf_wrong")
    answers = [posted(pages.client, form) for _ in range(3)]
    assert [each.status_code for each in answers] == [401, 401, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 1_000
    assert answers[-1].headers["Content-Type"].startswith("text/html")


def test_where_limits_are_off_each_is_answered(sqlite_url: URL) -> None:
    with guarded_pages(sqlite_url, limits="off") as of:
        assert {signed_in(of.client, "sf_wrong").status for _ in range(5)} == {401}


def made_up(browser: TestClient) -> str:
    """Where a browser that began to sign in comes back with a code that the provider never gave."""
    state = dict(each.split("=") for each in led_there(browser).partition("?")[2].split("&"))["state"]
    return f"/sign-in/callback?code=made-up&state={state}"


def test_made_up_codes_are_counted_before_the_provider_is_asked(led: tuple[Guarded, Provider]) -> None:
    of, there = led
    browser = another(of)
    assert [led_back(browser, made_up(browser)).status_code for _ in range(2)] == [401, 401]
    asked = len(there.forms)
    refused = led_back(browser, made_up(browser))
    assert (refused.status_code, len(there.forms)) == (429, asked)
    assert asked == 2
    assert failures(of) in (1, 2), "alike: one row where both were told within a second"
    assert 0 < int(refused.headers["Retry-After"]) <= 1_000
    assert BEGUN_COOKIE in browser.cookies, "what was begun goes on where it is tried again"
    honest = another(of, address=ELSEWHERE)
    assert led_back(honest, there.signs_in(led_there(honest))).status_code == 303


def test_what_holds_takes_nothing(led: tuple[Guarded, Provider]) -> None:
    of, there = led
    for _ in range(4):
        browser = another(of)
        assert led_back(browser, there.signs_in(led_there(browser))).status_code == 303


def test_what_was_not_begun_in_a_browser_never_reaches_the_provider(led: tuple[Guarded, Provider]) -> None:
    of, there = led
    address = made_up(another(of))
    answers = [led_back(another(of), address).status_code for _ in range(3)]
    assert (answers, there.forms) == ([401, 401, 429], [])


def test_to_begin_leaves_nothing_here(led: tuple[Guarded, Provider]) -> None:
    of, there = led
    led_there(of.client)
    asked = len(there.site.asked)
    for _ in range(20):
        assert of.client.get("/sign-in/provider", headers=HTML, follow_redirects=False).status_code == 303
    assert len(there.site.asked) == asked, "the provider is asked what it says of itself once"
    assert of.told() == []
    with of.standfast.database.reading() as connection:
        assert connection.execute(select(sessions)).all() == []


def test_one_address_leaves_places_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST_ASKING", 4)

    async def crowd() -> None:
        of, answered = Places(), Event()

        def asked(whose: str) -> asyncio.Task[Any]:
            return asyncio.create_task(of.asked(whose, answered.wait))

        waiting = [asked("one"), asked("one")]
        await asyncio.sleep(0)
        with pytest.raises(Unfetched, match="too many wait"):
            await asked("one")
        waiting.append(asked("another"))
        await asyncio.sleep(0)
        with pytest.raises(Unfetched, match="too many wait"):
            await asked("another")
        answered.set()
        assert all(await asyncio.gather(*waiting))
        assert await of.asked("one", lambda: "again") == "again"

    asyncio.run(crowd())
