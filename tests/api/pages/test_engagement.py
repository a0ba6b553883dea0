"""The page of one engagement, now and as it was, and the page of a clock."""

import pytest
from starlette.testclient import TestClient

from tests.api.pages.browsing import Browser, Page
from tests.api.pages.conftest import shown_at
from tests.api.telling import ACME, OPS, Telling, june, person


@pytest.fixture(scope="module")
def address(lasting_client: TestClient) -> str:
    """A case of acme's since 3 June 2026, on a seat that somebody has since 2 June."""
    story = Telling(lasting_client, "backend", "qa")
    story.did(OPS, "match-professional", june(1, 9), seat_id="backend", assignment_id="a-1", **person("omar"))
    story.starts("a-1", june(2, 9))
    story.did(ACME, "report-underperformance", june(2, 12), assignment_id="a-1", concern_id="c-1", **CONCERN)
    story.did(ACME, "request-replacement", june(3, 9), seat_id="backend", case_id="case-1", cause="non_performance")
    note = story.did(OPS, "annotate", june(3, 10), note="to be taken back")
    assert note == ["EventAnnotated"]
    return str(lasting_client.get("/v1/engagements?client_id=acme").json()["items"][0]["engagement_id"])


CONCERN = {"category": "delivery", "severity": "high"}


def shown(client: TestClient, address: str, query: str = "") -> Page:
    return Browser(client).open(f"/engagements/{address}{query}")


def facts(page: Page) -> dict[str, str]:
    return {str(each["data-figure"]): str(each["data-value"]) for _, each in page.attributes if "data-figure" in each}


@pytest.mark.parametrize("query", ["", "?as_of=2026-06-02T12:00:00Z", "?as_of=2026-06-03T12:00:00Z"])
def test_its_figures_are_those_of_the_replay(lasting_client: TestClient, address: str, query: str) -> None:
    metrics = lasting_client.get(f"/v1/engagements/{address}/replay{query}").json()["metrics"]
    clocks = lasting_client.get(f"/v1/engagements/{address}/clocks{query}").json()["clocks"]
    told = facts(shown(lasting_client, address, query))
    met = sum(each["met"] for each in metrics["accountability"]["parties"].values())
    assert told["accountability.met"] == str(met)
    assert told["clocks.open"] == str(sum(each["ended_at"] is None for each in clocks))
    for name, each in metrics["accountability"]["parties"].items():
        assert told.get(f"accountability.{name}.met", "0") == str(each["met"])
    assert float(told["continuity.coverage"]) == pytest.approx(metrics["continuity"]["coverage"], rel=1e-6)


def test_it_has_its_seats_clocks_and_history(lasting_client: TestClient, address: str) -> None:
    page = shown(lasting_client, address)
    assert page.title == "Checkout team · Standfast"
    assert address not in page.title
    assert "omar devshop · active since Tue 2 Jun 2026, 09:00" in page.text
    assert "replacement: searching" in page.text
    assert page.link("replace").endswith("/clocks/replace/case-1")
    events = lasting_client.get(f"/v1/engagements/{address}/history?limit=500").json()["items"]
    assert {f"v{each['version']}" for each in events} <= page.ids
    assert "Replacement requested replacement on backend, for omar" in page.text


def test_as_it_was_nothing_later_is_shown_and_nothing_can_be_recorded(lasting_client: TestClient, address: str) -> None:
    page = shown(lasting_client, address, "?as_of=2026-06-02T10:00:00Z")
    assert "Underperformance reported" not in page.text
    assert "Going back changes nothing" in page.text
    assert not [each for each in page.forms if each.method == "post"]
    assert page.link("Back to now") == f"/engagements/{address}"
    now = shown(lasting_client, address)
    assert "Underperformance reported" in now.text
    assert now.link("as of then").startswith(f"/engagements/{address}?as_of=2026-")


def test_a_span_is_kept_by_every_link_and_by_the_form_that_goes_to_a_time(
    lasting_client: TestClient, address: str
) -> None:
    query = "?span=month&as_of=2026-06-03T12:00:00Z"
    page = shown(lasting_client, address, query)
    path = f"/engagements/{address}"
    own = [each.href for each in page.links if each.href.startswith((f"{path}?", f"{path}/clocks/"))]
    chosen = {page.link(name) for name in ("a month", "3 months", "a year", "all")}
    assert len(chosen) == 4
    assert [each for each in own if "span=month" not in each and each not in chosen] == []
    assert page.link("Back to now") == f"{path}?span=month"
    [going] = [each for each in page.forms if "go" in each.names]
    assert going.values["span"] == "month"
    clock = Browser(lasting_client).open(page.link("replace"))
    assert "span=month" in clock.link("Checkout team")
    assert shown(lasting_client, address, "?span=decade").status == 422


def test_what_changed_last_is_told_in_words(lasting_client: TestClient, address: str) -> None:
    page = shown(lasting_client, address, "?as_of=2026-06-02T09:00:00Z")
    assert "Professional onboarded by client:acme" in page.text
    assert "assignment: omar on backend state: matched → active" in page.text
    assert "active at: – → Tue 2 Jun 2026, 09:00" in page.text
    reported = shown(lasting_client, address, "?as_of=2026-06-02T12:00:00Z")
    assert "concern: high delivery of omar: new" in reported.text


def test_before_its_opening_it_says_when_it_was_opened(lasting_client: TestClient, address: str) -> None:
    page = shown(lasting_client, address, "?as_of=2026-05-01T00:00:00Z")
    assert page.status == 200
    assert "it was opened Mon 1 Jun 2026, 08:00" in page.text
    unknown = shown(lasting_client, address, "?known_at=2026-06-02T00:00:00Z")
    assert page.link("As it is now") == unknown.link("As it is now")


def test_what_may_be_recorded_stands_below_the_clocks_and_above_the_history(
    lasting_client: TestClient, address: str
) -> None:
    source = shown(lasting_client, address, "").source
    places = [source.index(f'id="{each}"') for each in ("lanes", "clocks", "record", "history")]
    assert places == sorted(places)


def test_a_time_is_gone_to_on_the_clocks_of_its_zone(client: TestClient) -> None:
    page = shown_at(client, occurred_at="2026-01-01T09:00:00Z")  # in London
    answer = client.get(f"{page}?go=2026-07-01T10:00&known=then", follow_redirects=False)
    at = "2026-07-01T09%3A00%3A00Z"
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?as_of={at}&known_at={at}")
    assert client.get(f"{page}?go=2026-02-30T10:00").status_code == 422
    for time, how, instants in (
        ("2026-10-25T01:30", "twice", ("2026-10-25T00%3A30%3A00Z", "2026-10-25T01%3A30%3A00Z")),
        ("2026-03-29T01:30", "never", ("2026-03-29T01%3A30%3A00Z", "2026-03-29T00%3A30%3A00Z")),
    ):
        unclear = Browser(client).open(f"{page}?span=year&go={time}&known=then")
        assert unclear.status == 422
        assert f"Clocks in Europe/London showed this time {how}" in unclear.text
        ways = [each.href for each in unclear.links]
        for instant in instants:
            assert f"{page}?span=year&as_of={instant}&known_at={instant}" in ways
        assert unclear.link("As it is now") == f"{page}?span=year"
    assert client.get(f"{page}?go=now").status_code == 422
    shown_then = Browser(client).open(f"{page}?go=2026-07-01T10:00&known=today")
    assert "As it was Wed 1 Jul 2026, 10:00" in shown_then.text


def test_history_goes_on_page_by_page(client: TestClient, browser: Browser, page: str) -> None:
    for number in range(45):
        assert client.post(f"/v1{page}/annotate", json={"note": f"note {number}"}).status_code == 200
    newest = browser.open(page)
    assert {"v46", "v7"} <= newest.ids
    assert "v6" not in newest.ids
    older = browser.open(newest.link("Older ones"))
    assert {"v6", "v1"} <= older.ids
    assert "v7" not in older.ids


def test_what_was_voided_is_struck_out(client: TestClient, browser: Browser, page: str) -> None:
    fields = {"seat_id": "ops-1", "role": "Operations"}
    assert client.post(f"/v1{page}/add-seat", json=fields).status_code == 200
    correction = {"void": [2], "record": [], "reason": "never asked for"}
    assert client.post(f"/v1{page}/correct-history", json=correction).status_code == 200
    shown_now = browser.open(page)
    assert "voided by 3" in shown_now.text
    assert len(list(shown_now.tags("del"))) == 1


def test_two_hundred_seats_stay_a_page(client: TestClient, browser: Browser) -> None:
    seats = [{"seat_id": f"seat-{number}", "role": "Backend engineer"} for number in range(200)]
    page = shown_at(client, seats=seats)
    for number in range(60):
        who = {"seat_id": f"seat-{number}", "professional_id": f"p-{number}", "supply_source": "internal_team"}
        assert client.post(f"/v1{page}/match-professional", json=who).status_code == 200
    few = browser.open(f"{page}?recorded=61")
    assert len(few.source.encode()) < 300_000
    assert few.source.count('data-label="Required"') == 40
    assert browser.open(few.link("all 200")).source.count('data-label="Required"') == 200


def test_a_clock_is_explained_by_stretches_that_sum(lasting_client: TestClient, address: str) -> None:
    query = "?as_of=2026-06-10T12:00:00Z"
    path = f"/engagements/{address}/clocks/replace/case-1{query}"
    clock = lasting_client.get(f"/v1{path}").json()
    page = Browser(lasting_client).open(path)
    values = [int(str(each["data-value"])) for each in page.tags("span") if "data-value" in each]
    assert values.count(clock["elapsed_seconds"]) >= 2  # the stretch, and the sum
    assert "Replace: replacement on backend, for omar" in page.text
    assert "on the clock" in page.text
    assert page.link("Checkout team") == f"/engagements/{address}?as_of=2026-06-10T12%3A00%3A00Z"


def test_a_clock_says_when_it_is_and_lives_now(lasting_client: TestClient, address: str) -> None:
    path = f"/engagements/{address}/clocks/replace/case-1"
    then = Browser(lasting_client).open(f"{path}?span=year&as_of=2026-06-10T12:00:00Z")
    assert "As it was Wed 10 Jun 2026, 12:00 UTC · as known today" in then.text
    assert then.link("Back to now") == f"{path}?span=year"
    assert "live" not in then.ids
    assert next(then.tags("body"))["class"] == "replay"
    now = Browser(lasting_client).open(path)
    assert "As it is" in now.text
    assert "live" in now.ids


def test_a_clock_that_there_is_not_is_told(lasting_client: TestClient, address: str) -> None:
    assert Browser(lasting_client).open(f"/engagements/{address}/clocks/replace/case-9").status == 404
    assert Browser(lasting_client).open(f"/engagements/{address}/clocks/dream/case-1").status == 404


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "a\"'><b>", "\u202egnp.exe"])
def test_its_name_is_shown_as_text(client: TestClient, browser: Browser, hostile: str) -> None:
    page = browser.open(shown_at(client, name=hostile) + "?recorded=1")
    assert hostile in page.text
    assert page.title == f"{hostile} · Standfast"
    assert hostile in browser.open("/engagements").text
    assert hostile in browser.open("/work").text
