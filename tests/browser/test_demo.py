"""The demo in a real browser: nothing is wrong with any of its pages, in any width or scheme."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from html import unescape
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Response
from sqlalchemy.engine import make_url

from api.app import application
from api.composition import assemble
from api.terminal.serving import address_of, configured, listening
from tests.api.pages.demo import NOW, told
from tests.api.serving import settings_of, started
from tests.browser.chromium import PROGRAM
from tests.browser.test_pages import sound
from tests.browser.windows import NARROW, WIDE, opened_in
from tests.moulds import Files

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
VARIANTS: Final = [
    pytest.param(size, scheme, id=f"{size[0]}-{scheme}") for size in (WIDE, NARROW) for scheme in ("light", "dark")
]
SIDES: Final = ("model", "client", "month")
HREF: Final = re.compile(r'href="(/[^"]*)"')


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[str]:
    """The address of a server on the demo, for which the time stands still."""
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'standfast.db'}")
    sqlite_moulds.copy(told, url)
    standfast = assemble(settings_of(url), stands_still)
    standfast.projections.catch_up()
    with listening("127.0.0.1", 0) as listener, started(configured(application(standfast), 1_000), listener):
        yield address_of(listener)


def stands_still() -> datetime:
    return NOW


def links(client: httpx2.Client, address: str) -> list[str]:
    """Where a page leads to, in its order and each once, without the places within pages."""
    answer = client.get(address, headers={"Accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == 200, address
    return list(dict.fromkeys(unescape(each).partition("#")[0] for each in HREF.findall(answer.text)))


def first_of_each(addresses: list[str], kind: Callable[[str], object]) -> list[str]:
    """The first address of each kind; None is no kind."""
    found: dict[object, str] = {}
    for each in addresses:
        found.setdefault(kind(each), each)
    found.pop(None, None)
    return list(found.values())


def figure_of(address: str) -> object:
    return tuple(parse_qs(urlsplit(address).query).get("because", [])) or None


def clock_of(address: str) -> object:
    found = re.match("/engagements/[^/]+/clocks/([^/]+)/", address)
    return found and found[1]


def command_of(address: str) -> object:
    found = re.match("/engagements/[^/]+/do/([^/?]+)", address)
    return found and found[1]


def pages_of(client: httpx2.Client) -> list[str]:
    """The addresses of a page of every kind: every engagement, and whatever they and the fleet lead to once."""
    fleets = ["/fleet", *(f"/fleet?window=all&group_by={side}" for side in SIDES)]
    listed = client.get("/v1/engagements?limit=500").json()["items"]
    engagements = [f"/engagements/{each['engagement_id']}" for each in listed]
    behind = [link for each in engagements for link in links(client, each)]
    figures = [link for each in fleets for link in links(client, each)]
    kinds = {
        "rows": first_of_each(figures, figure_of),
        "clocks": first_of_each([*links(client, "/work"), *behind], clock_of),
        "forms": first_of_each(behind, command_of),
    }
    assert len(engagements) == 8
    assert len(kinds["rows"]) > 8
    assert len(kinds["clocks"]) > 3
    assert any("/do/correct-history" in each for each in kinds["forms"])
    supposed = [f"{each}/what-if?calendar=always@1" for each in ("", *engagements[:2])]
    documents = [each.replace("/engagements/", "/audit/") for each in engagements]
    apart = ["/work", "/engagements", "/engagements/do/open-engagement", "/what-if", "/audit"]
    return [*apart, *fleets, *supposed, *engagements, *documents, *kinds["rows"], *kinds["clocks"], *kinds["forms"]]


def seen_to(page: Page, address: str, refused: list[str]) -> None:
    """Opens a page, scrolls through what it fetches late, and judges it."""
    page.goto(address)
    page.wait_for_selector("main")
    for picture in page.locator("main img:visible").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("picture => picture.decode()")
    sound(page, address)
    assert refused == [], address


def refusals(page: Page) -> list[str]:
    """What the server refuses this window, from now on."""
    found: list[str] = []

    def noted(answer: Response) -> None:
        if answer.status >= 400:
            found.append(f"{answer.status} {answer.url}")

    page.on("response", noted)
    return found


@pytest.mark.parametrize(("size", "scheme", "path"), [(NARROW, "dark", "/work"), (WIDE, "light", "/engagements")])
def test_nothing_is_wrong_with_two_of_its_pages(
    browser: Browser, demo: str, size: tuple[int, int], scheme: str, path: str
) -> None:
    with opened_in(browser, size, scheme) as page:
        seen_to(page, demo + path, refusals(page))


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("size", "scheme"), VARIANTS)
def test_nothing_is_wrong_with_any(browser: Browser, demo: str, size: tuple[int, int], scheme: str) -> None:
    with httpx2.Client(base_url=demo, timeout=120) as client:
        addresses = pages_of(client)
    with opened_in(browser, size, scheme) as page:
        refused = refusals(page)
        for address in addresses:
            seen_to(page, demo + address, refused)
    print(f"{len(addresses)} pages")
