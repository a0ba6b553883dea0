"""A line of a history is corrected by its form: prefilled, tried, and recorded where nothing has gone on since."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.pages.browsing import Browser, Form, Page
from tests.api.pages.conftest import shown_at

PERSON = {"professional_id": "omar", "supply_source": "agency_partner", "partner_id": "devshop"}
Do = Callable[..., int]


def doing(client: TestClient, page: str) -> Do:
    def did(command: str, actor: str = "platform:ops", **fields: object) -> int:
        answer = client.post(f"/v1{page}/{command}", json=fields, headers={"X-Actor": actor})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["version"])

    return did


@pytest.fixture
def do(client: TestClient, page: str) -> Do:
    return doing(client, page)


def events(client: TestClient, page: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/v1{page}/history?limit=500").json()["items"]
    return found


def form_of(browser: Browser, page: str, version: int) -> Form:
    return browser.open(f"{page}/do/correct-history?void={version}").form()


def tried(browser: Browser, form: Form, **extra: str) -> Page:
    return browser.send(form, _step="try", **extra)


def recorded(browser: Browser, form: Form) -> Page:
    return browser.send(form, _step="record")


def test_a_line_is_recorded_as_it_was_once_what_it_changes_was_seen(either_client: TestClient) -> None:
    client, page = either_client, shown_at(either_client)
    browser, do = Browser(client), doing(client, page)
    do("match-professional", seat_id="backend-1", assignment_id="a-1", **PERSON)
    version = do(
        "match-professional",
        "partner:devshop",
        seat_id="qa-1",
        assignment_id="a-2",
        **{**PERSON, "professional_id": "mei"},
        day_rate={"amount": "480.00", "currency": "EUR"},
    )
    line = browser.open(page)
    form = browser.open(next(each.href for each in line.links if each.href.endswith(f"void={version}"))).form()
    held = {
        "seat_id": "qa-1",
        "professional_id": "mei",
        "day_rate.amount": "480.00",
        "_on_behalf_of": "partner:devshop",
    }
    assert held.items() <= form.values.items()
    form.fill(professional_id="viktor").set("correction.reason", "the other one of the two")
    seen = tried(browser, form)
    assert seen.status == 200, seen.text
    assert len(events(client, page)) == version
    assert "Changed from mei" in seen.text
    assert seen.text.count("Changed from") == 1
    assert "nothing is recorded yet · seen at version 3" in seen.text
    assert "mei → becomes viktor" in seen.text
    done = recorded(browser, seen.form())
    assert done.address == f"{page}?recorded=5"
    voiding, instead = events(client, page)[-2:]
    assert voiding["data"] == {"version": 3, "voids": [3], "reason": "the other one of the two"}
    assert (instead["data"]["professional_id"], instead["data"]["assignment_id"]) == ("viktor", "a-2")
    assert instead["on_behalf_of"] == {"party": "partner", "id": "devshop"}
    assert instead["occurred_at"] == events(client, page)[2]["occurred_at"]


def test_it_may_be_voided_only(either_client: TestClient) -> None:
    client, page = either_client, shown_at(either_client)
    browser, do = Browser(client), doing(client, page)
    version = do("annotate", note="by mistake")
    opened = browser.open(f"{page}/do/correct-history?void={version}")
    assert "What it said, and counts no more: Note by mistake" in opened.text
    form = opened.form().set("correction.how", "void").set("correction.reason", "by mistake")
    seen = tried(browser, form)
    assert "3 Fact voided version 2" in seen.text
    assert recorded(browser, seen.form()).status == 200
    assert [each["type"] for each in events(client, page)][2:] == ["FactVoided"]


def test_nothing_is_recorded_without_what_it_changes_having_been_shown(
    client: TestClient, browser: Browser, page: str, do: Do
) -> None:
    form = form_of(browser, page, do("annotate", note="one")).fill(note="two").set("correction.reason", "a slip")
    assert "What this changes" in recorded(browser, form).text
    assert len(events(client, page)) == 2


def test_what_was_written_after_it_was_shown_is_shown_before_it_is_recorded(
    client: TestClient, browser: Browser, page: str, do: Do
) -> None:
    version = do("annotate", note="as it was")
    form = form_of(browser, page, version)
    form.fill(note="shown").set("correction.reason", "it was not so")
    seen = tried(browser, form)
    unseen = recorded(browser, seen.form().fill(note="not shown"))
    assert "nothing is recorded yet · seen at version 2" in unseen.text
    assert len(events(client, page)) == version
    assert recorded(browser, unseen.form()).address == f"{page}?recorded={version + 2}"
    assert events(client, page)[-1]["data"]["note"] == "not shown"


def test_where_the_history_has_gone_on_it_is_shown_again(
    client: TestClient, browser: Browser, page: str, do: Do
) -> None:
    form = form_of(browser, page, do("annotate", note="one")).fill(note="two").set("correction.reason", "a slip")
    seen = tried(browser, form)
    do("annotate", note="meanwhile")
    back = recorded(browser, seen.form())
    assert back.status == 412
    assert "gone on to version 3" in back.text
    assert {"note": "two", "correction.reason": "a slip"}.items() <= back.form().values.items()
    assert len(events(client, page)) == 3
    assert recorded(browser, back.form()).text.count("seen at version 3") == 1
    assert recorded(browser, tried(browser, back.form()).form()).address == f"{page}?recorded=5"


def test_a_reason_is_needed_and_what_is_wrong_stands_beside_its_field(browser: Browser, page: str, do: Do) -> None:
    form = form_of(browser, page, do("add-seat", seat_id="ops-1", role="Operations"))
    back = tried(browser, form.fill(allocation="3", role="Ops").set("correction.reason", " "))
    assert back.status == 422
    assert back.wrong["f-correction-reason-wrong"]
    assert back.wrong["f-allocation-wrong"] == "the number must be above 0, at most 1"
    assert {"allocation": "3", "role": "Ops"}.items() <= back.form().values.items()
    assert back.form().values["_key"] == form.values["_key"]


def test_what_a_later_fact_forbids_is_refused_and_nothing_written_is_lost(
    client: TestClient, browser: Browser, page: str, do: Do
) -> None:
    version = do("match-professional", seat_id="backend-1", assignment_id="a-1", **PERSON)
    do("complete-onboarding-item", assignment_id="a-1", item="nda")
    form = form_of(browser, page, version).set("correction.how", "void").set("correction.reason", "nobody came")
    back = tried(browser, form)
    assert back.status == 409
    assert [each.get("id") for each in back.tags("div") if each.get("role") == "alert"] == ["refusal"]
    assert {"correction.how": "void", "correction.reason": "nobody came"}.items() <= back.form().values.items()
    assert len(events(client, page)) == 3


def test_an_instant_that_nobody_touched_stays_to_the_microsecond(
    client: TestClient, browser: Browser, do: Do, page: str
) -> None:
    at = "2026-11-20T09:00:00.123456Z"
    opened = shown_at(client, occurred_at="2026-01-01T09:00:00Z")
    version = doing(client, opened)("annotate", note="one", occurred_at=at)
    form = form_of(browser, opened, version)
    assert form.values["occurred_at"] == "2026-11-20T09:00:00"
    recorded(browser, tried(browser, form.fill(note="two").set("correction.reason", "a slip")).form())
    assert events(client, opened)[-1]["occurred_at"] == at


def test_sent_twice_it_is_recorded_once(client: TestClient, browser: Browser, page: str, do: Do) -> None:
    form = form_of(browser, page, do("annotate", note="one")).fill(note="two").set("correction.reason", "a slip")
    seen = tried(browser, form).form()
    first, second = recorded(browser, seen), recorded(browser, seen)
    assert first.address == second.address == f"{page}?recorded=4"
    assert len(events(client, page)) == 4


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_it_is_proved_as_every_form_is(client: TestClient, browser: Browser, page: str, do: Do, token: str) -> None:
    form = form_of(browser, page, do("annotate", note="one")).fill(note="two").set("correction.reason", "a slip")
    seen = tried(browser, form).form()
    assert recorded(browser, seen.set("_token", token)).status == 403
    assert len(events(client, page)) == 2


@pytest.mark.parametrize("query", ["", "?void=", "?void=x", "?void=1", "?void=99"])
def test_what_cannot_be_corrected_has_no_form(browser: Browser, page: str, query: str) -> None:
    assert browser.open(f"{page}/do/correct-history{query}").status == 404


DIRECT = {"supply_source": "internal_team", "planned_start": "2027-03-01T09:00:00.25Z"}
FACTOR = {"name": "skills", "value": 0.9, "weight": 2, "facts": {"years": 7, "badge": "7", "remote": True, "gap": None}}
MATCH = {
    "score": 0.8,
    "algorithm": {"name": "ranker", "version": "7"},
    "decided_by": "person",
    "factors": [FACTOR, {**FACTOR, "name": "price", "facts": None}],
}
CASES: Mapping[str, Mapping[str, Any]] = {
    "add-seat": {"seat_id": "ops-1", "role": "Operations", "key_role": True, "allocation": 0.5},
    "amend-seat": {"seat_id": "qa-1", "required_until": None, "role": "Tester"},
    "suspend-engagement": {"waiting_on": "client", "reason": "budget"},
    "match-professional": {
        "seat_id": "qa-1",
        "assignment_id": "a-1",
        "professional_id": "mei",
        "match": MATCH,
        **DIRECT,
    },
    "annotate": {"note": "two\nlines", "corrects": 1},
}


@pytest.mark.parametrize("command", CASES)
def test_a_form_that_nobody_touched_records_the_same_again(
    client: TestClient, browser: Browser, page: str, do: Do, command: str
) -> None:
    version = do(command, **CASES[command])
    seen = tried(browser, form_of(browser, page, version).set("correction.reason", "as it was"))
    assert seen.status == 200, seen.text
    assert "Changed from" not in seen.text
    assert recorded(browser, seen.form()).status == 200
    told = events(client, page)
    assert told[-1]["data"] == told[version - 1]["data"]


def test_what_an_empty_field_of_a_row_holds_is_no_change(
    client: TestClient, browser: Browser, page: str, do: Do
) -> None:
    do("match-professional", seat_id="backend-1", assignment_id="a-1", **PERSON)
    for item in ("access", "context", "nda", "ip_assignment", "classification"):
        do("complete-onboarding-item", assignment_id="a-1", item=item)
    do("onboard-professional", assignment_id="a-1")
    concern = {"assignment_id": "a-1", "concern_id": "c-1", "category": "delivery", "severity": "high"}
    version = do("report-underperformance", **concern, evidence=[{"title": "One"}])
    form = form_of(browser, page, version)
    assert form.values["evidence[0].title"] == "One"
    seen = tried(browser, form.fill(severity="low").set("correction.reason", "misread"))
    assert seen.text.count("Changed from") == 1
    assert recorded(browser, seen.form()).status == 200
    instead = events(client, page)[-1]["data"]
    assert (instead["concern_id"], instead["severity"], instead["evidence"][0]["title"]) == ("c-1", "low", "One")
