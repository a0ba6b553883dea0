"""What each role finds at ``/`` and behind every link from there, and that nothing of the others comes with it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import duckdb
import httpx2
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.engine import make_url

from tests.api.access.reading import CANARY, OTHER
from tests.browser.chromium import PROGRAM
from tests.browser.crawling import Crawl, crawl_from, text_of
from tests.browser.roles import ROLES, Peopled, Person, peopled
from tests.browser.windows import WIDE, opened_in
from tests.moulds import Files
from tests.moulds import started as with_terms

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
SOME = 25


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Peopled]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('roles') / 'standfast.db'}")
    sqlite_moulds.copy(with_terms, url)
    with peopled(url) as running:
        yield running


def test_what_stands_in_a_parquet_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "work.parquet"
    duckdb.execute("COPY (SELECT 'zanzi' AS client_id FROM range(9)) TO '" + str(file) + "' (COMPRESSION zstd)")
    assert CANARY[0] in text_of("/files/work.parquet?q=x", file.read_bytes())


@pytest.mark.parametrize("most", [pytest.param(SOME, id="some"), pytest.param(None, id="all", marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_led_to_its_pages_and_shown_nothing_of_others(
    browser: Browser, server: Peopled, name: str, most: int | None
) -> None:
    person = ROLES[name]
    with opened_in(browser, WIDE, "light") as page:
        signs_in(page, server, name)
        assert tuple(page.locator("nav[aria-label=Parts] a").all_inner_texts()) == person.parts
        crawl = crawl_from(page, f"{server.address}{person.begins}")
        for part in ("engagements", "audit"):
            crawl.open(f"{server.address}/{part}/{person.engagement}")
        crawl.follow(most)
        assert {address: status for address, status in crawl.answered.items() if status != 200} == {}
        shows_nothing_of_others(crawl, person)
        assert [each for each in person.sees if not crawl.holding(each)] == [], "a part of it is shown"


@pytest.mark.parametrize(
    "name",
    [
        "client of managed services",
        "partner",
        *(pytest.param(each, marks=pytest.mark.long) for each in ("client-viewer", "professional", "auditor")),
    ],
)
def test_nor_does_a_page_hear_of_others_while_it_is_looked_at(browser: Browser, server: Peopled, name: str) -> None:
    person = ROLES[name]
    with opened_in(browser, WIDE, "light") as page:
        signs_in(page, server, name)
        crawl = crawl_from(page, f"{server.address}/engagements/{person.engagement}")
        page.wait_for_selector("#live.on")
        noted(server, OTHER, "while somebody looks")
        version = noted(server, person.engagement, "while somebody looks")
        page.wait_for_selector(f"#v{version}")
        crawl.look()
        assert any(f'"version":{version}' in told.replace(" ", "") for told in crawl.told.values()), "it was heard of"
        shows_nothing_of_others(crawl, person)


def signs_in(page: Page, server: Peopled, name: str) -> None:
    """By a key, and is led to where the role begins."""
    page.goto(f"{server.address}/")
    page.fill("#key", server.keys[name])
    page.press("#key", "Enter")
    page.wait_for_url(f"{server.address}{ROLES[name].begins}")


def shows_nothing_of_others(crawl: Crawl, person: Person) -> None:
    assert {each: found for each in person.never if (found := crawl.holding(each))} == {}


def noted(server: Peopled, engagement: UUID, note: str) -> int:
    """Has the operator remark something; the version as which it is recorded."""
    headers = {"Authorization": f"Bearer {server.keys['operator']}"}
    answer = httpx2.post(f"{server.address}/v1/engagements/{engagement}/annotate", json={"note": note}, headers=headers)
    return int(answer.raise_for_status().json()["version"])
