"""Charts: each draws the figures of the page beside it, and says so where it cannot be drawn."""

import sys
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.composition import Standfast
from api.http.reach import seen_by
from api.pages.charts import figures
from api.pages.charts.shown import charts_shown
from api.pages.charts.specs import BEYOND, place_of
from api.queries.fleet import GroupsAsked, groups
from domain.access.reach import OPERATOR
from tests.api.pages.replaced import HOURS, replaced_once

REPLACED, ANSWERED = "/charts/request-to-replaced", "/charts/first-answer"
PATHS = {REPLACED: "guarantee.replace_seconds", ANSWERED: "accountability.response_seconds"}


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    replaced_once(lasting_client)
    return lasting_client


def spec(client: TestClient, chart: str, **asked: str) -> dict[str, Any]:
    answer = client.get(f"{chart}.json", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    told: dict[str, Any] = answer.json()
    return told


def figure(group: dict[str, Any], path: str) -> Any:
    family, name = path.split(".")
    return group[family][name]


def marks(of: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [each for layer in of["layer"] if layer["mark"]["type"] == mark for each in layer["data"]["values"]]


@pytest.mark.parametrize(
    ("chart", "asked"),
    [
        (REPLACED, {}),
        (ANSWERED, {}),
        (ANSWERED, {"group_by": "month", "from": "2026-05-01T00:00:00Z", "to": "2026-08-01T00:00:00Z"}),
        (REPLACED, {"group_by": "partner", "client_id": "acme"}),
    ],
)
def test_a_chart_draws_what_the_table_says(client: TestClient, chart: str, asked: dict[str, str]) -> None:
    drawn = spec(client, chart, **asked)
    table = client.get("/v1/metrics", params={"group_by": "model", "limit": "200", **asked}).json()
    told = drawn["usermeta"]["figures"]
    assert (told["group_by"], told["position"]) == (table["group_by"], table["position"])
    lines = {each["key"]: each for each in told["lines"]}
    assert lines
    for group in table["groups"]:
        found, line = figure(group, PATHS[chart]), lines.get(group["key"])
        if line is None:
            assert found["count"] == 0
            continue
        assert [line[name] for name in ("count", "median", "p90", "buckets")] == [
            found[name] for name in ("count", "median", "p90", "buckets")
        ]
        rows = client.get(
            "/v1/metrics/rows", params={"group_by": "model", **asked, "figure": PATHS[chart], "key": group["key"]}
        ).json()
        assert line["values"] == sorted(each["value"] for each in rows["items"])
    ticks = marks(drawn, "tick")
    assert sorted(each["seconds"] for each in ticks) == sorted(
        each for line in lines.values() for each in line["values"]
    )
    assert {(each["group"], each["seconds"]) for each in marks(drawn, "point")} == {
        (line["name"], line["median"]) for line in lines.values() if line["median"] is not None
    }


def test_the_median_is_the_nearest_rank_and_the_goal_is_dashed(client: TestClient) -> None:
    answered = spec(client, ANSWERED)
    [median] = marks(answered, "point")
    assert (median["seconds"], median["value"], median["told"]) == (3 * 3600, 3, "3.0")
    assert marks(answered, "rule") == []
    replaced = spec(client, REPLACED)
    [goal] = marks(replaced, "rule")
    assert (goal["group"], goal["seconds"], goal["value"]) == ("managed marketplace", 80 * 3600, 10)
    [rule] = [layer["mark"] for layer in replaced["layer"] if layer["mark"]["type"] == "rule"]
    assert rule["strokeDash"]
    assert marks(replaced, "point") == []  # of one there is no median


def test_of_many_the_buckets_are_drawn(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST_MARKS", 5)
    drawn = spec(client, ANSWERED, **{"from": "2020-01-01T00:00:00Z"})  # what was not asked before
    [line] = drawn["usermeta"]["figures"]["lines"]
    assert line["values"] is None
    assert marks(drawn, "tick") == []
    bars = marks(drawn, "rect")
    told = {each["up_to"]: each["count"] for each in line["buckets"] if each["count"]}
    assert {each["up_to"]: each["count"] for each in bars} == told
    assert sum(told.values()) == len(HOURS)
    [median] = marks(drawn, "point")
    assert median["seconds"] == line["median"]
    assert client.get(f"{ANSWERED}.svg").headers["content-type"] == "image/svg+xml"


def test_seconds_have_their_place_within_their_bucket() -> None:
    places = [place_of(each) for each in (0, 450, 900, 901, 3600, 1_728_000, 9_999_999)]
    assert places == sorted(places)
    assert (places[0], places[1], places[2], places[4]) == (0, 0.5, 1, 2)
    assert places[-1] == BEYOND - 0.5


@pytest.mark.parametrize("asked", [{}, {"scheme": "dark", "size": "narrow"}])
def test_a_picture_needs_nothing_beside_it(client: TestClient, asked: dict[str, str]) -> None:
    answer = client.get(f"{REPLACED}.svg", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml"), answer.text
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["cache-control"] == "no-store"
    for forbidden in ("<style", "<script", " style=", "href=", "<a ", "<image"):
        assert forbidden not in answer.text
    assert "managed marketplace" in answer.text
    assert ("#1c1f23" if asked else "#ffffff") in answer.text


def test_the_same_as_png(client: TestClient) -> None:
    answer = client.get(f"{ANSWERED}.png", params={"scheme": "dark"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/charts/first-answers.svg", 404),
        ("/charts/first-answer.gif", 404),
        (f"{ANSWERED}.svg?scheme=sepia", 422),
        (f"{ANSWERED}.json?group_by=moon", 422),
        (f"{ANSWERED}.json?from=2030-01-01T00:00:00Z", 422),
    ],
)
def test_what_cannot_be_is_a_problem(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_without_the_extra_it_is_said_how_to_get_charts(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)  # as if it were not installed
    answer = client.get(f"{ANSWERED}.svg")
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (404, "/problems/charts-not-installed")
    assert "standfast[charts]" in problem["remedy"]
    assert spec(client, ANSWERED)["usermeta"]["figures"]["lines"]
    standfast: Standfast = client.app.state.standfast  # type: ignore[attr-defined]  # the client's type has no state
    assert charts_shown(standfast.draughtsmen, {}, ()) == ()


def test_a_page_is_told_what_a_chart_shows_in_words_and_where_it_is(client: TestClient) -> None:
    standfast: Standfast = client.app.state.standfast  # type: ignore[attr-defined]  # the client's type has no state
    found = groups(seen_by(standfast, OPERATOR), GroupsAsked(group_by="model")).groups
    query = {"from": "2026-06-01T00:00:00Z", "cursor": "x", "client_id": "acme"}
    replaced, answered = charts_shown(standfast.draughtsmen, query, found)
    assert replaced.alt == (
        "Request to replaced, in business days of 8 hours. managed marketplace: 1 replacement, promised 10.0."
    )
    assert "6 concerns, median 3.0, 90 % within 7.0" in answered.alt
    assert "dashed" in replaced.note
    assert "dashed" not in answered.note
    assert replaced.svg == f"{REPLACED}.svg?group_by=model&from=2026-06-01T00%3A00%3A00Z&client_id=acme"
    for address in (replaced.dark, replaced.narrow, replaced.narrow_dark, replaced.json):
        assert client.head(address).status_code == 200
