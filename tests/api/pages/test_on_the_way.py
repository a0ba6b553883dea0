"""A window, a filter and an instant go along with every link, and the charts of the fleet have those of its page."""

import sys
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from api.composition import Standfast
from api.pages.charts.shown import HOW_TO
from tests.api.pages.browsing import Browser, Page

FROM, TO = "2026-01-01T00:00:00Z", "2026-09-01T00:00:00Z"
WINDOW = {"from": FROM, "to": TO}
OF_THE_FLEET = ("/fleet", "/engagements", "/charts/")
"""Where a window means something."""


@pytest.fixture
def browser(demo: tuple[Standfast, TestClient]) -> Browser:
    return Browser(demo[1])


@pytest.fixture
def chosen(browser: Browser) -> dict[str, str]:
    """A window, and filters under which there is something."""
    first = browser.client.get("/v1/engagements?model=managed_marketplace&sort=name&limit=1").json()["items"][0]
    return {**WINDOW, "model": "managed_marketplace", "client_id": first["client_id"]}


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def path_of(address: str) -> str:
    return urlsplit(address).path


def leading_on(page: Page) -> Iterator[str]:
    """What the content of a page leads to, and the pictures in it; not what takes a filter back."""
    content = Page(page.address, page.status, page.source.partition("<main")[2].partition("</main>")[0])
    for tag, each in content.attributes:
        if tag == "a" and each.get("class") not in ("chip", "clear"):
            yield str(each["href"])
        if tag in ("img", "source"):
            yield str(each.get("src") or each["srcset"])


def one_of_each(addresses: Iterator[str]) -> Mapping[tuple[str, str | None], str]:
    """An address of each place and figure."""
    return {(path_of(each), query_of(each).get("because")): each for each in addresses}


def windows(page: Page) -> set[str]:
    return {page.link(name) for name in ("30 days", "3 months", "12 months", "all time")}


@pytest.mark.parametrize("group_by", ["model", "client", "month"])
def test_every_link_of_the_fleet_keeps_the_window_and_the_filters(
    browser: Browser, chosen: dict[str, str], group_by: str
) -> None:
    query = "&".join(f"{name}={value}" for name, value in {**chosen, "group_by": group_by}.items())
    page = browser.open(f"/fleet?{query}")
    others = windows(page)
    followed = 0
    for (path, because), address in one_of_each(leading_on(page)).items():
        if path.startswith("/files/"):  # of all time
            assert query_of(address).items() >= {name: chosen[name] for name in ("model", "client_id")}.items()
            continue
        assert path.startswith(OF_THE_FLEET), address
        told = query_of(address)
        kept = {name: told.get(name) for name in chosen}
        if address in others:
            assert {name: kept[name] for name in ("model", "client_id")} == {
                name: chosen[name] for name in ("model", "client_id")
            }
        elif path == "/fleet" and group_by == "month" and "sort" not in told:  # a month of the window
            assert FROM <= str(kept["from"]) < str(kept["to"]) <= TO
        else:
            assert kept == chosen, address
        if because or path == "/fleet":
            goes_on(browser, address, told if because else None)
            followed += 1
    assert followed > 5


def goes_on(browser: Browser, address: str, asked: Mapping[str, str] | None) -> None:
    """What is there is there; the rows behind a figure lead on with all that was ``asked``, and back to the fleet."""
    page = browser.open(address)
    assert page.status == 200, address
    if asked is None:
        return
    back = query_of(page.link("The fleet"))
    assert {name: back.get(name) for name in WINDOW} == {name: asked.get(name) for name in WINDOW}
    assert back.get("client_id") == asked["client_id"]
    for each in leading_on(page):
        told, path = query_of(each), path_of(each)
        if path == "/engagements":
            assert told.items() >= {name: each for name, each in asked.items() if name != "state"}.items()
        elif path.startswith("/engagements/"):
            assert told == {"as_of": asked["as_of"]}, each
        else:
            assert path == "/fleet", each


def test_a_row_leads_to_what_it_is_about_at_the_instant_of_its_figure(browser: Browser) -> None:
    at = "2026-10-01T00:00:00Z"
    for because in (
        "accountability.fulfilment",
        "guarantee.cases.requested",
        "continuity.coverage",
        "continuity.tenures.count",
    ):
        rows = browser.open(f"/engagements?because={because}&as_of={at}&limit=3")
        led = [each.href for each in rows.links if path_of(each.href).startswith("/engagements/")]
        assert led
        assert {query_of(each)["as_of"] for each in led} == {at}
        first = browser.open(led[0])
        assert urlsplit(led[0]).fragment in first.ids, led[0]
        if because == "accountability.fulfilment":
            assert "/clocks/" in path_of(led[1])
            back = [each.href for each in browser.open(led[1]).links if path_of(each.href) == path_of(led[0])]
            assert [query_of(each) for each in back] == [{"as_of": at}]


def test_what_takes_one_filter_back_leaves_the_others(browser: Browser, chosen: dict[str, str]) -> None:
    query = "&".join(f"{name}={value}" for name, value in chosen.items())
    for address in (f"/fleet?{query}", f"/engagements?because=engagements&{query}"):
        page = browser.open(address)
        taken = [str(each["href"]) for each in page.tags("a") if each.get("class") == "chip"]
        assert taken
        for each in taken:
            assert len(set(query_of(address)) - set(query_of(each))) == 1
            assert browser.open(each).status == 200
    rows = browser.open(f"/engagements?because=engagements&{query}")
    assert "from 1 Jan 2026" in rows.text
    assert query_of(rows.link("all of them back")) == {"because": "engagements"}


def test_the_group_is_taken_back_with_by_what_it_is_one(browser: Browser) -> None:
    rows = browser.open("/engagements?because=engagements&group_by=model&key=managed_marketplace")
    [back] = [str(each["href"]) for each in rows.tags("a") if each.get("class") == "chip"]
    assert query_of(back) == {"because": "engagements"}
    assert browser.open(back).status == 200


def test_the_same_address_shows_the_same_again(browser: Browser, chosen: dict[str, str]) -> None:
    query = "&".join(f"{name}={value}" for name, value in chosen.items())
    first, again = browser.open(f"/fleet?{query}"), browser.open(f"/fleet?{query}")
    assert first.address == again.address
    assert list(leading_on(first)) == list(leading_on(again))


def test_the_instant_of_a_supposition_goes_along(browser: Browser) -> None:
    at = "2026-10-01T00:00:00Z"
    page = browser.open(f"/what-if?model=staff_augmentation&of_model=managed_marketplace&as_of={at}")
    assert page.status == 200
    assert page.forms[1].values["as_of"] == page.form("/what-if#result").values["as_of"] == at
    led = [each for each in leading_on(page) if not each.startswith("#")]
    assert any(path_of(each).startswith("/engagements/") for each in led)
    for each in led:
        assert query_of(each)["as_of"] == at, each
    assert query_of(page.link("Start again")) == {"of_model": "managed_marketplace", "as_of": at}


def test_so_does_that_of_an_engagement_between_its_pages(browser: Browser) -> None:
    at = "2026-10-01T00:00:00Z"
    [first] = browser.client.get("/v1/engagements?sort=opened_at&limit=1").json()["items"]
    here = first["engagement_id"]
    page = browser.open(f"/engagements/{here}?as_of={at}")
    for path in (f"/engagements/{here}/what-if", f"/audit/{here}"):
        assert [query_of(each.href) for each in page.links if path_of(each.href) == path] == [{"as_of": at}]
    supposed = browser.open(f"/engagements/{here}/what-if?as_of={at}")
    assert supposed.forms[1].values["as_of"] == at
    assert query_of(supposed.link("Now and then")) == {"as_of": at}


@pytest.mark.parametrize("group_by", ["model", "month", "all"])
def test_the_charts_have_the_figures_of_the_page(browser: Browser, chosen: dict[str, str], group_by: str) -> None:
    query = "&".join(f"{name}={value}" for name, value in {**chosen, "group_by": group_by}.items())
    page = browser.open(f"/fleet?{query}")
    table = browser.client.get(f"/v1/metrics?limit=200&{query}").json()["groups"]
    pictures = list(page.tags("img"))
    assert len(pictures) == 4  # two charts, each light and dark
    assert all(each["alt"] for each in pictures)
    assert len(list(page.tags("source"))) == 4
    for path, title in (
        ("guarantee.replace_seconds", "Request to replaced"),
        ("accountability.response_seconds", "First answer"),
    ):
        family, figure = path.split(".")
        [address] = {each.href for each in page.links if "Vega-Lite" in each.text and title in each.text}
        lines = {each["key"]: each for each in browser.client.get(address).json()["usermeta"]["figures"]["lines"]}
        for group in table:
            expected, line = group[family][figure], lines.get(group["key"])
            assert (
                (line["count"], line["median"]) == (expected["count"], expected["median"])
                if line
                else not expected["count"]
            )
    addresses = {str(each["src"]) for each in pictures}
    assert {query_of(each).get("scheme") for each in addresses} == {None, "dark"}


def test_of_clients_a_chart_says_which_it_shows(browser: Browser) -> None:
    page = browser.open("/fleet?group_by=client&window=all&sort=coverage")
    assert {query_of(str(each["src"]))["group_by"] for each in page.tags("img")} == {"client"}
    assert all("clients with the most engagements" in str(each["alt"]) for each in page.tags("img"))


def test_a_usual_window_is_that_of_the_charts_too(browser: Browser) -> None:
    page = browser.open("/fleet")
    assert {query_of(str(each["src"]))["from"] for each in page.tags("img")} == {"2025-12-01T00:00:00Z"}


def test_without_the_extra_a_line_says_how_to_get_charts(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    assert HOW_TO not in browser.open("/fleet").text
    monkeypatch.setitem(sys.modules, "vl_convert", None)  # as if it were not installed
    page = browser.open("/fleet")
    assert HOW_TO in page.text
    assert not list(page.tags("img"))
    assert "The guarantee held" in page.text


def test_a_page_that_does_not_follow_says_as_of_when_it_is_and_leads_to_now(browser: Browser) -> None:
    at = "2026-10-01T00:00:00Z"
    rows = browser.open(f"/engagements?because=accountability.fulfilment&as_of={at}&limit=1")
    [clock] = [each.href for each in rows.links if "/clocks/" in each.href]
    here = clock.split("/")[2]
    pages = (
        "/fleet",
        rows.address,
        clock,
        "/audit",
        f"/audit/{here}?as_of={at}",
        f"/engagements/{here}/what-if?as_of={at}",
    )
    for page in map(browser.open, pages):
        assert "not live: as of" in page.text
        anew = page.link("show anew")
        assert "as_of" not in query_of(anew)
        assert browser.open(anew).status == 200
    assert "not live: as of Thu 1 Oct 2026, 00:00 UTC" in browser.open(clock).text
    assert "not live" not in browser.open("/work").text
