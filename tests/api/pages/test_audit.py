"""The audit: a history is found, and read as a document that stays what it was."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import all_shown
from tests.api.pages.browsing import Browser, Page
from tests.api.telling import ACME, OPS, Telling, june, person

CONCERN = {"category": "delivery", "severity": "high"}


def story(client: TestClient) -> str:
    """The id of an engagement of acme's with a note that was voided, and one that was recorded late."""
    told = Telling(client, "backend", "qa")
    told.did(OPS, "match-professional", june(1, 9), seat_id="backend", assignment_id="a-1", **person("omar"))
    told.starts("a-1", june(2, 9))
    told.did(ACME, "report-underperformance", june(2, 12), assignment_id="a-1", concern_id="c-1", **CONCERN)
    told.did(OPS, "annotate", june(3, 10), note="<b>taken back</b>")
    told.corrected("never said", void=[10], record=[])
    all_shown(client)
    return str(client.get("/v1/engagements?client_id=acme").json()["items"][0]["engagement_id"])


@pytest.fixture(scope="module")
def engagement(lasting_client: TestClient) -> str:
    return story(lasting_client)


def read(client: TestClient, engagement: str, query: str = "") -> Page:
    return Browser(client).open(f"/audit/{engagement}{query}")


def test_each_event_stands_with_both_times_who_and_what_it_changed(either_client: TestClient) -> None:
    engagement = story(either_client)
    page = read(either_client, engagement)
    items = either_client.get(f"/v1/engagements/{engagement}/history?limit=500").json()["items"]
    assert [int(str(each["value"])) for each in page.tags("li") if each.get("value")] == [
        each["version"] for each in items
    ]
    assert "Underperformance reported high delivery of omar" in page.text
    assert "happened Tue 2 Jun 2026, 12:00 · recorded " in page.text
    assert "later · by client:acme" in page.text
    assert "concern: high delivery of omar – → becomes" in page.text
    assert "assignment: omar on backend · state matched → becomes active" in page.text
    assert '"command_id"' in page.text
    for step in either_client.get(f"/v1/engagements/{engagement}/steps?limit=500").json()["items"]:
        shown = [each.get("title") for each in page.tags("span") if (each.get("title") or "").startswith("/")]
        assert {each["path"] for each in step["changes"]} <= {str(each).partition(" ")[0] for each in shown}
    assert "active at – → becomes Tue 2 Jun 2026, 09:00" in page.text


def test_what_was_voided_is_struck_out_and_leads_to_what_voided_it(lasting_client: TestClient, engagement: str) -> None:
    page = read(lasting_client, engagement)
    assert page.link("voided by 11") == "#v11"
    assert len(list(page.tags("del"))) == 2
    assert "<b>taken back</b>" in page.text
    alone = read(lasting_client, engagement, "?voided=true")
    target = urlsplit(alone.link("voided by 11"))
    assert target.fragment == "v11"
    assert "v11" in read(lasting_client, engagement, f"?{target.query}").ids
    assert "voided" not in parse_qs(target.query)
    without = read(lasting_client, engagement, "?voided=false")
    assert "v10" not in without.ids
    assert "v11" in without.ids


def test_its_head_says_whose_times_the_zone_is(lasting_client: TestClient, engagement: str) -> None:
    assert re.search(r"position \d+ · times of \S+ · everything is visible", read(lasting_client, engagement).text)


def test_its_instants_stand_in_the_address_and_on_every_link_of_it(lasting_client: TestClient, engagement: str) -> None:
    page = read(lasting_client, engagement)
    query = parse_qs(urlsplit(page.address).query)
    assert set(query) == {"as_of", "known_at"}
    for each in page.links:
        if each.text != "show anew" and each.href.startswith((f"/audit/{engagement}", f"/engagements/{engagement}?")):
            assert {
                name: value for name, value in parse_qs(urlsplit(each.href).query).items() if name in query
            } == query
    early = read(lasting_client, engagement, "?as_of=2026-06-02T10:00:00Z")
    assert "Underperformance reported high delivery of omar" not in early.text
    assert "v9" not in early.ids
    unknown = read(lasting_client, engagement, "?known_at=2026-06-02T10:00:00Z")
    assert "Nothing was known of it yet" in unknown.text
    assert unknown.status == 200


def test_a_document_stays_what_it_was(client: TestClient) -> None:
    engagement = story(client)
    before = read(client, engagement)
    client.post(f"/v1/engagements/{engagement}/annotate", json={"note": "more", "occurred_at": june(3, 11)})
    assert read(client, engagement, f"?{urlsplit(before.address).query}").text == before.text


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("type=EventAnnotated", ["EventAnnotated"]),
        ("party=client&from=2026-06-02T10:00:00Z", ["UnderperformanceReported"]),
        ("from=2026-06-03T00:00:00Z&to=2026-06-04T00:00:00Z", ["EventAnnotated"]),
    ],
)
def test_it_shows_what_is_asked_for(lasting_client: TestClient, engagement: str, query: str, types: list[str]) -> None:
    page = read(lasting_client, engagement, f"?{query}")
    items = lasting_client.get(f"/v1/engagements/{engagement}/history?limit=500").json()["items"]
    assert [each["type"] for each in items if f"v{each['version']}" in page.ids] == types
    assert read(lasting_client, engagement, "?from=2026-06-03T00:00:00Z&to=2026-06-03T00:00:00Z").status == 422


def test_a_long_one_comes_in_pages(client: TestClient) -> None:
    engagement = story(client)
    for number in range(45):
        client.post(f"/v1/engagements/{engagement}/annotate", json={"note": f"n {number}"})
    first = read(client, engagement)
    assert len([each for each in first.tags("li") if each.get("value")]) == 50
    second = Browser(client).open(first.link("The next ones"))
    assert [str(each["value"]) for each in second.tags("li") if each.get("value")][:1] == ["51"]
    assert second.link("From the start") == first.address


def test_a_history_is_found_by_engagement_client_and_day(lasting_client: TestClient, engagement: str) -> None:
    browser, today = Browser(lasting_client), datetime.now(UTC).date()
    for query in ("", "?q=checkout", "?client_id=acme", f"?day={today}", f"?day={today}&q=check&client_id=acme"):
        page = browser.open(f"/audit{query}")
        assert urlsplit(page.link("Checkout team")).path == f"/audit/{engagement}", query
        assert browser.open(page.link("Checkout team")).title == "Audit: Checkout team · Standfast"
    for query in ("?q=nothing", "?client_id=nobody", "?day=2026-06-02", f"?day={today}&client_id=nobody"):
        assert "Checkout team" not in browser.open(f"/audit{query}").text, query
    assert browser.open("/audit?day=someday").status == 422


def test_a_day_is_looked_for_by_what_an_engagement_is_called_and_not_by_its_address(
    lasting_client: TestClient, engagement: str
) -> None:
    today = lasting_client.get(f"/v1/engagements/{engagement}/history").json()["items"][0]["recorded_at"][:10]
    found = Browser(lasting_client).open(f"/audit?day={today}&q={engagement}")
    assert any(each.href.startswith(f"/audit/{engagement}?known_at=") for each in found.links)
    for text in ("known_at", "after", "audit"):
        nothing = Browser(lasting_client).open(f"/audit?day={today}&q={text}")
        assert not any(each.href.startswith(f"/audit/{engagement}?known_at=") for each in nothing.links)


def test_the_document_of_today_is_as_known_when_it_was_found(lasting_client: TestClient, engagement: str) -> None:
    last = lasting_client.get(f"/v1/engagements/{engagement}/history").json()["items"][-1]["recorded_at"]
    found = Browser(lasting_client).open(f"/audit?day={last[:10]}&q={engagement}")
    [address] = [each.href for each in found.links if each.href.startswith(f"/audit/{engagement}?known_at=")]
    known_at = datetime.fromisoformat(parse_qs(urlsplit(address).query)["known_at"][0])
    assert datetime.fromisoformat(last) <= known_at <= datetime.now(UTC)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_either_end_of_the_years_is_refused(lasting_client: TestClient, day: str) -> None:
    answer = lasting_client.get(f"/audit?day={day}", headers={"Accept": "text/html"})
    assert answer.status_code == 422


def test_an_instant_at_the_beginning_of_the_years_is_answered(lasting_client: TestClient, engagement: str) -> None:
    query = "as_of=0001-01-01T00:00:00Z&known_at=0001-01-01T00:00:00Z"
    assert lasting_client.get(f"/audit/{engagement}?{query}", headers={"Accept": "text/html"}).status_code == 200
    form = f"/engagements/{engagement}/do/annotate?occurred_at=0001-01-01T00:00:00Z"
    assert lasting_client.get(form, headers={"Accept": "text/html"}).status_code == 200
