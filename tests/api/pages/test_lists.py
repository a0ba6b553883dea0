"""What waits, the list, and the rows behind a figure: each says what the address beside it says."""

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import all_shown, opened
from tests.api.pages.browsing import Browser, Page
from tests.api.telling import ACME, DEVSHOP, OPS, Telling, june, person


def story(client: TestClient) -> Telling:
    """A case of acme's that is past its goal, and one seat that nobody has."""
    told = Telling(client, "backend", "qa")
    told.did(OPS, "match-professional", june(1, 9), seat_id="backend", assignment_id="a-1", **person("omar"))
    told.starts("a-1", june(2, 9))
    concern = {"assignment_id": "a-1", "category": "delivery", "severity": "high"}
    told.did(ACME, "report-underperformance", june(2, 12), **concern)
    told.did(ACME, "request-replacement", june(3, 9), seat_id="backend", case_id="case-1", cause="non_performance")
    all_shown(client)
    return told


@pytest.fixture
def told(client: TestClient) -> Telling:
    return story(client)


def figures(page: Page) -> dict[str, str]:
    return {
        str(each["data-figure"]): str(each["data-value"])
        for tag, each in page.attributes
        if each.get("data-figure") and tag == "b"
    }


def test_what_waits_is_shown_with_its_counts_and_its_next_command(either_client: TestClient) -> None:
    story(either_client)
    answer = either_client.get("/v1/work").json()
    page = Browser(either_client).open("/work")
    assert page.title == f"({answer['counts']['overdue']}) Work · Standfast"
    assert figures(page) == {
        "work.overdue": str(answer["counts"]["overdue"]),
        "work.due today": str(answer["counts"]["today"]),
        "work.this week": str(answer["counts"]["this_week"]),
        "work.later": str(answer["counts"]["later"]),
        "work.without a date": str(answer["counts"]["undated"]),
        "work.to come": str(answer["counts"]["notices"]),
    }
    for item in answer["items"]:
        assert item["title"] in page.text
    form = Browser(either_client).open(page.link("Propose successor")).form("/do/propose-successor")
    assert form.values["case_id"] == "case-1"


def test_a_count_leads_to_its_rows_wherever_they_are(client: TestClient, told: Telling) -> None:
    fields = {"waiting_on": "client", "reason": "a pause"}
    [found] = client.get("/v1/engagements").json()["items"]
    answer = client.post(f"/v1/engagements/{found['engagement_id']}/suspend-engagement", json=fields)
    assert answer.status_code == 200, answer.text
    all_shown(client)
    stretches = {"overdue": "Overdue", "today": "Due today", "this_week": "This week", "later": "Later"}
    stretches["undated"] = "Without a date"
    counts = client.get("/v1/work").json()["counts"]
    browser = Browser(client)
    whole = browser.open("/work?client_id=acme")
    linked = {key: each.href for key, name in stretches.items() for each in whole.links if name in each.text}
    assert linked.keys() == {key for key in stretches if counts[key]}
    assert len(linked) >= 2
    for key, address in linked.items():
        assert address == f"/work?client_id=acme&due={key}"
        page = browser.open(f"{address}&limit=500")
        days = [each["id"] for each in page.tags("tr") if each.get("class") == "day"]
        rows = [each for each in page.tags("td") if str(each.get("class")).startswith("due")]
        assert (days, len(rows)) == ([key], counts[key])
        tiles = [each for each in page.tags("b") if str(each.get("data-figure")).startswith("work.")]
        assert [each["data-value"] for each in tiles] == [str(count) for count in counts.values()], "counts of all"
        assert [each["href"] for each in page.tags("a") if "aria-current" in each and "due" not in str(each["href"])]


def test_what_others_hold_is_told_where_nothing_waits_for_who_is_asked_for(client: TestClient, told: Telling) -> None:
    page = Browser(client).open("/work?party=professional")
    others = sum(each["kind"] not in ("window", "upcoming") for each in client.get("/v1/work").json()["items"])
    assert f"What others hold: {others} ." in page.text
    assert page.link("held by professional × take this filter back") == "/work"


def test_the_address_holds_the_filters_and_the_page(client: TestClient, told: Telling) -> None:
    page = Browser(client).open("/work?limit=1&party=platform&within=86400")
    following = Browser(client).open(page.link("The next ones"))
    assert "party=platform" in following.address
    assert "within=86400" in following.address
    assert page.link("3 days") == "/work?limit=1&party=platform&within=259200#at-risk"


def test_the_clocks_that_breach_next_are_shown_within_the_time_that_is_asked(client: TestClient) -> None:
    address = opened(client, model="managed_marketplace", calendar="weekdays", name="Soon")
    fields = {"seat_id": "backend-1", "assignment_id": "a-1", **person("omar")}
    assert client.post(f"{address}/match-professional", json=fields).status_code == 200
    all_shown(client)
    [clock] = client.get("/v1/at-risk?within=2592000").json()["items"]
    page = Browser(client).open("/work?within=2592000")
    assert page.link("onboard").endswith("/clocks/onboard/a-1")
    assert clock["title"] in page.text
    assert "No clock breaches within this time." in Browser(client).open("/work?within=60").text


def test_the_list_has_the_filters_of_its_address(client: TestClient, told: Telling) -> None:
    browser = Browser(client)
    page = browser.open("/engagements?client_id=acme&at_risk=true")
    assert page.link("Checkout team").startswith("/engagements/")
    assert page.link("at risk true × take this filter back") == "/engagements?client_id=acme"
    assert "No engagement under these filters." in browser.open("/engagements?client_id=nobody").text
    hidden = [each.get("name") for each in page.tags("input") if each.get("type") == "hidden"]
    assert hidden == ["client_id"]


def test_the_list_goes_on_where_the_page_ends(client: TestClient) -> None:
    for name in ("Alpha", "Beta", "Gamma"):
        opened(client, name=name)
    all_shown(client)
    page = Browser(client).open("/engagements?sort=name&limit=2")
    following = Browser(client).open(page.link("The next ones"))
    assert ("Gamma" in page.text, "Gamma" in following.text) == (False, True)
    assert page.link("next breach") == "/engagements?sort=next_breach_at&limit=2"


def test_the_rows_behind_a_figure_are_those_of_the_interface(either_client: TestClient) -> None:
    story(either_client)
    asked = "group_by=model&key=managed_marketplace"
    rows = either_client.get(f"/v1/metrics/rows?figure=guarantee.cases.eligible&{asked}").json()
    page = Browser(either_client).open(f"/engagements?because=guarantee.cases.eligible&{asked}")
    assert f"{rows['total']} case in managed marketplace: 1" in page.text
    values = [each["data-value"] for each in page.tags("td") if "data-value" in each]
    assert values == [str(each["value"]) for each in rows["items"]]
    [case] = rows["items"]
    assert f"replacement on {case['seat_id']}" in page.text
    assert case["subject_id"] not in page.text  # an id that was made says nothing to anybody
    alone = Browser(either_client).open(f"/engagements?because=guarantee.cases.eligible&{asked}&state={case['state']}")
    assert f"1 of {rows['total']} case in managed marketplace: {case['state']}." in alone.text
    assert page.link("Checkout team") == f"/engagements/{case['engagement_id']}#of-{case['subject_id']}"
    assert page.link("model managed marketplace × take this filter back")


def test_a_group_of_rows_is_called_as_what_it_is(lasting_client: TestClient) -> None:
    browser = Browser(lasting_client)
    page = browser.open("/engagements?because=seats&group_by=client&key=helix-diagnostics&from=2025-11-01T00:00:00Z")
    assert "0 seats in helix-diagnostics from 1 Nov 2025." in page.text
    assert page.link("client helix-diagnostics × take this filter back")
    assert page.link("from 1 Nov 2025 × take this filter back")
    month = browser.open("/engagements?because=seats&group_by=month&key=2026-02")
    assert month.link("month Feb 2026 × take this filter back")


def test_a_figure_that_there_is_not_is_told(lasting_client: TestClient) -> None:
    page = Browser(lasting_client).open("/engagements?because=guarantee.luck")
    assert page.status == 422
    assert "guarantee.luck is no figure of a group" in page.text


def test_a_state_chooses_among_the_rows(client: TestClient, told: Telling) -> None:
    told.did(DEVSHOP, "propose-successor", june(4, 9), case_id="case-1", **person("mei"))
    all_shown(client)
    browser = Browser(client)
    page = browser.open("/engagements?because=accountability.parties.platform.met")
    total = client.get("/v1/metrics/rows?figure=accountability.parties.platform.met").json()["total"]
    assert page.text.count("● met") == total
    explained = [each.href for each in page.links if "/clocks/" in each.href]
    assert len(explained) == total >= 1
    assert browser.open(explained[0]).status == 200
    only = browser.open(page.link(f"met {total}"))
    assert only.text.count("● met") == total
    assert browser.open("/engagements?because=accountability.parties.platform.met&state=late").text.count("●") == 0


@pytest.mark.parametrize("within", ["-5", "99999999999999999999"])
def test_within_has_the_bounds_of_the_interface(client: TestClient, within: str) -> None:
    assert client.get(f"/work?within={within}", headers={"Accept": "text/html"}).status_code == 422
