"""The page of the fleet: each figure is what its rows come to, and its addresses lose nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from api.composition import Standfast
from api.pages.fleet.behind import Note
from api.pages.fleet.figures import writing
from api.pages.fleet.sentence import sentence
from api.queries.fleet import GroupsAsked
from api.queries.kept_figures import FleetFigures
from application.ports.fleet import FleetWanted, GroupRatio, GroupReplace
from domain.access.reach import EVERYTHING
from tests.api.pages.browsing import Browser, Page
from tests.api.pages.demo import standing, told
from tests.moulds import Copied


@pytest.fixture
def browser(demo: tuple[Standfast, TestClient]) -> Browser:
    return Browser(demo[1])


def figures_of(page: Page) -> list[Mapping[str, str]]:
    """The links of its figures, each with its path, its value and its text."""
    found = [(each, link) for each, link in zip(page.tags("a"), page.links, strict=True) if each.get("data-figure")]
    return [
        {
            "path": str(each["data-figure"]),
            "value": str(each["data-value"]),
            "href": str(each["href"]),
            "text": link.text,
        }
        for each, link in found
    ]


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def agrees(browser: Browser, figure: Mapping[str, str]) -> None:
    """The rows behind a figure add up to it, and what stands under them is written as it is."""
    page = browser.open(f"{figure['href']}&limit=500")
    assert page.status == 200, (figure, page.text)
    values = [Decimal(str(each["data-value"])) for each in cells_of(page, "data-value")]
    together = [each["data-together"] for each in page.tags("b") if "data-together" in each]
    value, kind = figure["value"], writing(figure["path"]).kind
    for name, called in (("data-value", "data-sum"), ("data-of", "data-sum-of")):
        for said in (each[called] for each in page.tags("td") if called in each):
            added = sum(Decimal(str(each[name])) for each in cells_of(page, name))
            assert float(str(said)) == pytest.approx(float(added)), figure
    if kind == "median":  # Kaplan-Meier: its rows are the tenures
        assert values
    elif kind == "count" or "state" in query_of(figure["href"]):
        assert len(values) == int(value), figure
        assert together == ([figure["text"]] if values else []), figure
    elif kind == "ratio":
        parts = [Decimal(str(each["data-of"])) for each in cells_of(page, "data-of")]
        assert float(sum(values) / sum(parts)) == pytest.approx(float(value)), figure
        assert together == [figure["text"]], figure
    elif kind == "distribution":
        few = len(values) < 5
        assert sorted(values)[0 if few else (len(values) - 1) // 2] == Decimal(value), figure
        assert together == [figure["text"]], figure
    else:
        assert (max(values) if kind == "longest" else sum(values)) == Decimal(value), figure
        assert together == [figure["text"]], figure


def cells_of(page: Page, name: str) -> list[Mapping[str, Any]]:
    return [each for each in page.tags("td") if name in each]


def test_the_rows_of_a_page_come_to_what_all_of_them_do(browser: Browser) -> None:
    told = [each for each in one_of_each(browser.open("/fleet?window=all")) if Decimal(each["value"])]
    for figure in told[::7]:
        whole, first = (browser.open(f"{figure['href']}&limit={limit}") for limit in (500, 1))
        assert len(cells_of(first, "data-value")) == 1
        feet = [
            [each for each in page.tags("td") if "data-sum" in each or "data-sum-of" in each] for page in (whole, first)
        ]
        assert feet[0] == feet[1]
        figures = [
            [each["data-together"] for each in page.tags("b") if "data-together" in each] for page in (whole, first)
        ]
        assert figures[0] == figures[1] != [], figure


def one_of_each(page: Page) -> Iterator[Mapping[str, str]]:
    """A figure of each path and state: that of the group with the greatest value, which has the most rows."""
    most: dict[tuple[str, str | None], Mapping[str, str]] = {}
    for each in figures_of(page):
        path = each["path"], query_of(each["href"]).get("state")
        if path not in most or Decimal(each["value"]) > Decimal(most[path]["value"]):
            most[path] = each
    yield from most.values()


def test_each_figure_of_the_models_is_what_its_rows_come_to(browser: Browser) -> None:
    page = browser.open("/fleet?window=all")
    chosen = list(one_of_each(page))
    assert len(chosen) > 38
    assert len({query_of(each["href"])["as_of"] for each in chosen}) == 1
    for figure in chosen:
        agrees(browser, figure)


@pytest.mark.parametrize("group_by", ["client", "partner", "month", "all"])
def test_so_is_each_of_other_groups(browser: Browser, group_by: str) -> None:
    chosen = list(one_of_each(browser.open(f"/fleet?group_by={group_by}&from=2026-01-01T00:00:00Z")))
    assert len(chosen) > 9
    for figure in chosen[5:8]:
        agrees(browser, figure)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_figures_are_those_of_the_interface_on_either_database(copied: Copied, database: str) -> None:
    with standing(copied(told, database)) as (_, client):
        groups = {each["key"]: each for each in client.get("/v1/metrics?group_by=model").json()["groups"]}
        page = Browser(client).open("/fleet?window=all")
        compared = 0
        for figure in figures_of(page):
            query = query_of(figure["href"])
            if "key" not in query or "state" in query:
                continue
            assert figure["value"] == str(told_at(groups[query["key"]], figure["path"])), figure
            compared += 1
        assert compared > 80
        agrees(Browser(client), next(each for each in figures_of(page) if each["path"] == "continuity.coverage"))


def told_at(group: Mapping[str, Any], path: str) -> Any:
    """What the interface says at a path of a group, as the page tells it."""
    found: Any = group
    for name in path.split("."):
        found = found[name]
    if isinstance(found, dict) and "buckets" in found:
        return found["min"] if found["median"] is None else found["median"]
    return found["value"] if isinstance(found, dict) else found


def test_the_first_sentence_is_of_all_that_is_asked_for(demo: tuple[Standfast, TestClient]) -> None:
    [group] = demo[1].get("/v1/metrics?from=2025-12-01T00:00:00Z").json()["groups"]
    of = group["guarantee"]
    page = Browser(demo[1]).open("/fleet")
    assert f"The guarantee held in {of['replace']['met']} of {of['attainment']['denominator']} promised " in page.text
    assert "No other model promises a replacement." in page.text


@pytest.mark.parametrize(
    ("met", "late", "overdue", "credit", "said"),
    [
        (2, 20, 2, {"EUR": "34576.00"}, "20 came late, 2 are overdue now; 34,576.00 EUR of credit follows."),
        (2, 0, 1, {"EUR": "1.50", "USD": "2.00"}, "1 is overdue now; 1.50 EUR and 2.00 USD of credit follow."),
        (1, 0, 0, {}, "None came late."),
        (0, 1, 0, {}, "1 came late."),
    ],
)
def test_it_says_in_words_whether_the_guarantee_held(
    demo: tuple[Standfast, TestClient], met: int, late: int, overdue: int, credit: dict[str, str], said: str
) -> None:
    page = demo[0].fleet.groups(FleetWanted(), EVERYTHING)
    due = met + late + overdue
    guarantee = replace(
        page.groups[0].guarantee,
        attainment=GroupRatio(met / due, met, due),
        replace=GroupReplace(met=met, late=late, breached=overdue, goal_seconds=None),
        credit=credit,
    )
    figures = FleetFigures(page, (replace(page.groups[0], guarantee=guarantee),), frozenset())
    told = sentence(figures, GroupsAsked())
    noun = "replacement" if due == 1 else "replacements"
    assert (
        words_of(told.answer) == f"The guarantee held in {met} of {due} promised {noun} ({round(100 * met / due)} %)."
    )
    assert words_of(told.more) == f" {said}"


def words_of(note: Note) -> str:
    said = (each if isinstance(each, str) else f"{each.text} {each.after}".strip() for each in note)
    return "".join(said).replace("\u202f", " ")


@pytest.mark.parametrize("group_by", ["model", "client"])
def test_every_number_of_it_leads_to_its_rows_and_every_time_says_exactly_how_long(
    browser: Browser, group_by: str
) -> None:
    page = browser.open(f"/fleet?group_by={group_by}")
    table = page.source.partition("<tbody>")[2].partition("</table>")[0]
    told = re.sub(r"<a\b.*?</a>|<svg.*?</svg>|<span class=\"of\">.*?</span>|<th.*?</th>", "", table, flags=re.DOTALL)
    assert not re.findall(r"[^<>]*\d[^<>]*", re.sub(r"<[^>]*>|\d+ departures?", "<>", told))
    for each, link in zip(page.tags("a"), page.links, strict=True):
        if re.search(r"\d\u202f(bd|d|h|min|s)\b", link.text) and "data-value" in each:
            kind = "business" if re.search("bd|business", link.text) else "calendar"
            assert re.fullmatch(rf"[\d,]+( – [\d,]+)? seconds of {kind} time", str(each["title"])), link.text


def test_where_nothing_is_promised_it_says_so(browser: Browser) -> None:
    page = browser.open("/fleet?model=freelancer_platform")
    assert "No promised replacement was due in this window." in page.text
    paths = {each["path"] for each in figures_of(page)}
    assert not paths & {"guarantee.attainment", "guarantee.cases.honoured", "accountability.fulfilment"}
    assert page.text.count("no promise") == 3
    assert "so nothing can be late" in page.text


def test_what_is_not_known_is_neither_none_nor_all(browser: Browser) -> None:
    page = browser.open("/fleet?group_by=partner&window=all")
    row = page.source.partition("<tbody>")[2].partition("</tr>")[0]
    assert '<td data-label="Coverage"><div class="in"><span class="word">–</span>' in "".join(row.splitlines())


def test_few_values_are_told_without_a_median(browser: Browser) -> None:
    page = browser.open("/fleet?group_by=client&window=all")
    [*few] = [each for each in figures_of(page) if each["path"] == "guarantee.replace_seconds" and "–" in each["text"]]
    assert few
    agrees(browser, few[0])


def test_a_bar_of_what_is_missing_has_one_scale_a_row(demo: tuple[Standfast, TestClient]) -> None:
    groups = demo[1].get("/v1/metrics?group_by=model").json()["groups"]
    missing = sorted(100 * (1 - each["continuity"]["coverage"]["value"]) for each in groups)
    scale = next(each for each in (1, 2, 5, 10, 20, 50, 100) if each >= missing[-1])
    page = Browser(demo[1]).open("/fleet?window=all")
    assert f"bar: what is missing, to {scale} %" in page.text
    widths = [float(str(each["width"]).rstrip("%")) for each in page.tags("rect") if each.get("class") == "missing"]
    assert sorted(widths[: len(groups)]) == pytest.approx([100 * each / scale for each in missing], abs=0.01)


@pytest.mark.parametrize("query", ["from=2026-03-01T00:00:00Z&to=2026-09-01T00:00:00Z", "window=all", ""])
def test_the_window_and_the_filters_are_in_every_address(browser: Browser, query: str) -> None:
    client = some_client(browser)
    page = browser.open(f"/fleet?client_id={client}&{query}")
    window = {name: value for name, value in query_of(page.address).items() if name in ("from", "to")}
    expected = window or ({} if query else {"from": "2025-12-01T00:00:00Z"})
    for figure in figures_of(page):
        asked = query_of(figure["href"])
        assert asked["client_id"] == client
        assert {name: asked[name] for name in ("from", "to") if name in asked} == expected
    rows = browser.open(figures_of(page)[0]["href"])
    again = query_of(rows.link("The fleet"))
    assert again["client_id"] == client
    assert {name: again[name] for name in ("from", "to") if name in again} == expected
    assert ("window" in again) == (query == "window=all")


def some_client(browser: Browser) -> str:
    [first] = browser.client.get("/v1/engagements?sort=name&limit=1").json()["items"]
    return str(first["client_id"])


def test_a_day_that_was_chosen_becomes_an_instant_and_the_last_one_belongs_to_the_window(browser: Browser) -> None:
    page = browser.open("/fleet?group_by=model&model=&from=2026-03-01&to=2026-08-31&window=all")
    assert query_of(page.address) == {
        "group_by": "model",
        "from": "2026-03-01T00:00:00Z",
        "to": "2026-09-01T00:00:00Z",
    }
    form = page.forms[1]
    assert (form.values["from"], form.values["to"]) == ("2026-03-01", "2026-08-31")


def shown_again(browser: Browser, page: Page, **changed: str) -> dict[str, str]:
    """What the address asks for after Show."""
    values = {**page.forms[1].values, **changed}
    return query_of(browser.open(f"/fleet?{urlencode(values)}").address)


def test_instants_and_filters_survive_the_form_to_the_second(browser: Browser) -> None:
    asked = {
        "group_by": "client",
        "sort": "-overdue",
        "model": "managed_marketplace",
        "key": some_client(browser),
        "from": "2026-03-01T08:15:59Z",
        "to": "2026-08-31T17:00:01Z",
    }
    page = browser.open(f"/fleet?{urlencode(asked)}")
    assert shown_again(browser, page) == asked
    assert shown_again(browser, page, to="2026-09-01") == {**asked, "to": "2026-09-02T00:00:00Z"}
    assert shown_again(browser, page, **{"from": ""}) == {name: asked[name] for name in asked if name != "from"}
    of_months = {name: asked[name] for name in asked if name != "key"} | {"group_by": "month"}
    assert shown_again(browser, page, group_by="month") == of_months, "a key is one of its groups"
    for each in (each["href"] for each in page.tags("a") if str(each.get("href")).startswith("/fleet?")):
        assert query_of(str(each)).get("to", asked["to"]) == asked["to"]


@pytest.mark.parametrize(
    "query", ["from=2026-13-01", "to=9999-12-31", "from=yesterday", "window=some", "from=2030-01-01"]
)
def test_a_window_that_cannot_be_is_refused(browser: Browser, query: str) -> None:
    assert browser.open(f"/fleet?{query}").status == 422


def test_each_window_is_a_link_that_keeps_the_filters(browser: Browser) -> None:
    page = browser.open("/fleet?group_by=month&model=managed_marketplace")
    assert query_of(page.link("3 months")) == {
        "group_by": "month",
        "model": "managed_marketplace",
        "from": "2026-09-01T00:00:00Z",
    }
    for name, months in (("3 months", 3), ("12 months", 12)):
        told = browser.open(page.link(name))
        assert len([each for each in told.tags("tr") if "data-row" in each]) == months
    assert query_of(page.link("30 days"))["from"] == "2026-10-03T00:00:00Z"
    everything = browser.open(page.link("all time"))
    assert query_of(everything.address)["window"] == "all"
    chosen = [each["href"] for each in everything.tags("a") if each.get("aria-current") == "true"]
    assert chosen[0] == everything.address


def test_lines_are_ordered_by_a_figure_and_back(browser: Browser) -> None:
    page = browser.open("/fleet?group_by=client&window=all&limit=3")
    ordered = browser.open(page.link("Promises kept"))
    assert query_of(ordered.address)["sort"] == "-fulfilment"
    [sorted_by] = [each for each in ordered.tags("th") if each.get("aria-sort")]
    assert sorted_by["aria-sort"] == "descending"
    assert query_of(ordered.link("Promises kept ▼"))["sort"] == "fulfilment"
    shares = [float(each["value"]) for each in figures_of(ordered) if each["path"] == "accountability.fulfilment"]
    assert shares == sorted(shares, reverse=True)
    following = browser.open(ordered.link("The next ones"))
    assert {"sort": "-fulfilment", "window": "all"}.items() <= query_of(following.address).items()
    assert following.text.partition(" promised")[0][-40:] == page.text.partition(" promised")[0][-40:], (
        "of all, not of a page"
    )


def test_a_line_leads_to_the_models_of_that_group_and_a_month_to_its_days(browser: Browser) -> None:
    client = some_client(browser)
    page = browser.open("/fleet?group_by=client&window=all&sort=-engagements")
    assert query_of(page.link(client)) == {"window": "all", "client_id": client}
    months = browser.open("/fleet?group_by=month")
    assert query_of(months.link("Feb 2026")) == {"from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"}


def test_a_group_may_be_shown_alone(browser: Browser) -> None:
    page = browser.open("/fleet?key=managed_services&window=all")
    assert "managed services" in page.text
    assert {query_of(each["href"])["key"] for each in figures_of(page)} == {"managed_services"}


def test_where_nobody_lived_it_is_said_what_to_do(browser: Browser) -> None:
    page = browser.open("/fleet?client_id=nobody")
    assert "No engagement lived in this window under these filters." in page.text
    assert query_of(page.link("All time")) == {"client_id": "nobody", "window": "all"}


def test_a_window_that_ends_before_it_begins_keeps_its_form(browser: Browser) -> None:
    page = browser.open("/fleet?from=2026-05-01&to=2026-03-31&model=managed_services")
    assert page.status == 422
    [filters] = [each for each in page.forms if "group_by" in each.names]
    assert (filters.values["from"], filters.values["to"]) == ("2026-05-01", "2026-03-31")
    assert filters.values["model"] == "managed_services"
    assert "The window ends before it begins." in page.text
    wrong = [str(each["name"]) for each in page.tags("input") if each.get("aria-invalid")]
    assert wrong
    assert set(wrong) <= {"from", "to"}
    assert browser.open(page.link("12 months")).status == 200


def test_a_window_up_to_the_first_instant_of_time_is_a_window(lasting_client: TestClient) -> None:
    answer = lasting_client.get("/fleet?to=0001-01-01T00:00:00Z", headers={"Accept": "text/html"})
    assert answer.status_code < 500
