"""A form of every command: what it asks, what can be chosen, what comes back where it is refused."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.pages.commands import GROUPS, WITHOUT_FORM
from api.pages.forms.body import body_of, compacted, value_of, value_text
from api.pages.forms.shape import shape_of
from domain.register import COMMANDS
from tests.api.pages.browsing import Browser, Page
from tests.api.pages.conftest import shown_at

PERSON = {"professional_id": "omar", "supply_source": "agency_partner", "partner_id": "devshop"}
Do = Callable[..., int]


@pytest.fixture
def do(client: TestClient, page: str) -> Do:
    """Records a command over the interface; gives the version."""

    def did(command: str, **fields: object) -> int:
        answer = client.post(f"/v1{page}/{command}", json=fields)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["version"])

    return did


def test_every_command_has_a_group_or_no_form() -> None:
    grouped = [each for commands in GROUPS.values() for each in commands]
    assert sorted([*grouped, *WITHOUT_FORM]) == sorted(COMMANDS)


@pytest.mark.parametrize("command", [each for commands in GROUPS.values() for each in commands])
def test_every_command_has_a_form_that_asks_for_what_it_needs(
    lasting_client: TestClient, lasting: str, command: str
) -> None:
    page = Browser(lasting_client).open(f"{lasting}/do/{command}")
    assert page.status == 200
    names = {re.sub(r"\[\d+\]", "", each) for each in page.form(command).names}
    wanted = {each.name for each in shape_of(command).members}
    assert wanted <= {each.partition(".")[0] for each in names}
    assert COMMANDS[command].makes not in names - {""}


@pytest.fixture(scope="module")
def lasting(lasting_client: TestClient) -> str:
    return shown_at(lasting_client)


def test_only_what_fits_can_be_chosen(browser: Browser, page: str, do: Do) -> None:
    do("match-professional", seat_id="backend-1", assignment_id="a-1", **PERSON)
    form = browser.open(f"{page}/do/match-professional").form()
    assert form.choices["seat_id"] == ["qa-1"]
    assert form.values["seat_id"] == "qa-1"  # the only one
    onboarding = browser.open(f"{page}/do/complete-onboarding-item?assignment_id=a-1").form()
    assert onboarding.choices["assignment_id"] == ["a-1"]
    assert "repository" not in onboarding.choices["item"]
    do("complete-onboarding-item", assignment_id="a-1", item="nda")
    again = browser.open(f"{page}/do/complete-onboarding-item?assignment_id=a-1").form()
    assert "nda" not in again.choices["item"]


def test_an_address_fills_the_form_in(browser: Browser, page: str) -> None:
    form = browser.open(f"{page}/do/suspend-engagement?waiting_on=client&until=2026-12-24T17:00:00Z").form()
    assert form.values["waiting_on"] == "client"
    assert form.values["until"] == "2026-12-24T17:00:00"
    summer = browser.open(f"{page}/do/suspend-engagement?until=2026-07-24T17:00:00Z").form()
    assert summer.values["until"] == "2026-07-24T18:00:00"  # in London


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(browser: Browser, page: str) -> None:
    form = browser.open(f"{page}/do/add-seat").form()
    key = form.values["_key"]
    back = browser.send(form.fill(seat_id="not an id", role="Tester", allocation="3"))
    assert back.status == 422
    assert back.wrong["f-seat-id-wrong"].startswith("an id has 1 to 64 characters")
    assert back.wrong["f-allocation-wrong"] == "the number must be above 0, at most 1"
    invalid = [each for each in back.tags("input") if each.get("aria-invalid") == "true"]
    assert [each["aria-describedby"] for each in invalid] == [
        "f-seat-id-wrong f-seat-id-hint",
        "f-allocation-wrong f-allocation-hint",
    ]
    assert {"seat_id": "not an id", "role": "Tester", "allocation": "3"}.items() <= back.form().values.items()
    assert back.form().values["_key"] == key
    done = browser.send(back.form().fill(seat_id="ops-1", allocation="0.5"))
    assert "Recorded as version 2" in done.text


def test_a_rule_that_forbids_says_what_may_be_done_instead(browser: Browser, page: str, do: Do) -> None:
    form = browser.open(f"{page}/do/match-professional?seat_id=qa-1").form()
    do("suspend-engagement", waiting_on="client", reason="the budget is not approved")
    back = browser.send(form.fill(professional_id="omar", supply_source="internal_team"))
    assert back.status == 409
    assert "The engagement is suspended." in back.text
    assert back.link("Resume engagement") == f"{page}/do/resume-engagement"
    assert back.form().values["professional_id"] == "omar"
    assert [each.get("id") for each in back.tags("div") if each.get("role") == "alert"] == ["refusal"]
    assert browser.send(back.form().fill(professional_id="mei")).status == 409
    do("resume-engagement")
    again = back.form().fill(professional_id="omar")
    assert again.values["_key"] == form.values["_key"]
    first, second = browser.send(again), browser.send(again)
    assert first.address == second.address == f"{page}?recorded=4"
    assert "first attempt was recorded as version 4" in browser.send(again.fill(professional_id="mei")).text


def test_a_refusal_is_said_once_on_the_clocks_of_the_engagement(browser: Browser, page: str) -> None:
    back = browser.send(browser.open(f"{page}/do/resume-engagement").form())
    assert back.status == 409
    assert back.text.count("engagement is not suspended") == 1
    refused = browser.send(browser.open(f"{page}/do/annotate").form().fill(note="n", occurred_at="2020-01-01T00:00:00"))
    assert refused.status == 409
    assert not re.search(r"[0-9]{2}T[0-9]{2}:[0-9]{2}:", refused.text)


def test_the_same_form_sent_twice_is_recorded_once(client: TestClient, browser: Browser, page: str) -> None:
    form = browser.open(f"{page}/do/annotate").form().fill(note="once")
    first, second = browser.send(form), browser.send(form)
    assert first.address == second.address == f"{page}?recorded=2"
    assert "v2" in second.ids
    assert client.get(f"/v1{page}").json()["version"] == 2
    changed = browser.send(form.fill(note="twice"))
    assert changed.status == 422
    assert "Your first attempt was recorded as version 2; the change was not." in changed.text
    assert "data-spent" in changed.source  # what is written next is not kept with this key
    assert changed.link("Version 2") == f"{page}?recorded=2#v2"


def test_what_is_so_already_is_said(browser: Browser, page: str, do: Do) -> None:
    do("match-professional", seat_id="backend-1", assignment_id="a-1", **PERSON)
    do("complete-onboarding-item", assignment_id="a-1", item="nda")
    back = browser.send(browser.open(f"{page}/do/complete-onboarding-item?assignment_id=a-1&item=nda").form())
    assert back.status == 200
    assert "Nothing was recorded: so already since" in back.text
    assert back.link("Version 3") == f"{page}?before=4#v3"


def test_a_list_has_a_row_more_for_the_asking_and_empty_rows_are_left_out(
    client: TestClient, browser: Browser, page: str, do: Do
) -> None:
    do("match-professional", seat_id="backend-1", assignment_id="a-1", **PERSON)
    for item in ("access", "context", "nda", "ip_assignment", "classification"):
        do("complete-onboarding-item", assignment_id="a-1", item=item)
    do("onboard-professional", assignment_id="a-1")
    form = browser.open(f"{page}/do/report-underperformance").form()
    assert "evidence[1].title" not in form.names
    more = browser.send(form.set("evidence[0].title", "One").fill(category="quality"), _more="evidence").form()
    assert (more.values["evidence[0].title"], more.values["category"]) == ("One", "quality")
    more = browser.send(more, _more="evidence").form()
    more.set("evidence[1].title", "").set("severity", "low").set("evidence[0].href", "no link")
    back = browser.send(more)
    assert back.wrong["f-evidence-0--href-wrong"] == "an address that begins with http:// or https://"
    done = browser.send(back.form().set("evidence[0].href", "https://example.com/one"))
    assert done.status == 200, done.text
    event = client.get(f"/v1{page}/history?order=desc&limit=1").json()["items"][0]
    assert event["data"]["evidence"] == [{"title": "One", "href": "https://example.com/one", "sha256": None}]


MATCH = {
    "match.score": "0.8",
    "match.algorithm.name": "ranker",
    "match.algorithm.version": "7",
    "match.decided_by": "person",
    "match.factors[0].name": "skills",
    "match.factors[0].value": "0.9",
    "match.factors[0].weight": "2",
    "match.factors[0].facts[0].name": "years of Kotlin",
    "match.factors[0].facts[0].value": "7",
}


def test_a_match_has_a_control_for_its_score_its_factors_and_their_facts(
    client: TestClient, browser: Browser, page: str
) -> None:
    form = browser.open(f"{page}/do/match-professional").form()
    for name, value in {**MATCH, "seat_id": "backend-1", **PERSON}.items():
        form.set(name, value)
    facts = "match.factors[0].facts"
    more = browser.send(form, _more=facts).form()
    more.set(f"{facts}[1].name", "years of Kotlin").set(f"{facts}[1].value", '"7"')
    back = browser.send(more)
    assert back.wrong["f-match-factors-0--facts-1--name-wrong"] == "this name stands twice"
    done = browser.send(back.form().set(f"{facts}[1].name", "badge"))
    assert done.status == 200, done.text
    event = client.get(f"/v1{page}/history?order=desc&limit=1").json()["items"][0]
    assert event["data"]["match"] == {
        "score": 0.8,
        "algorithm": {"name": "ranker", "version": "7"},
        "decided_by": "person",
        "factors": [
            {"name": "skills", "value": 0.9, "weight": 2, "facts": {"years of Kotlin": 7, "badge": "7"}},
        ],
    }
    correcting = browser.open(f"{page}/do/correct-history?void={event['version']}").form()
    held = {name.partition("match.")[2]: value for name, value in correcting.values.items() if "match." in name}
    assert (held["factors[0].facts[0].value"], held["factors[0].facts[1].value"]) == ("7", '"7"')
    assert held["score"] == "0.8"


def test_a_successor_may_be_proposed_with_how_the_match_came_about() -> None:
    assert {"match"} < {each.name for each in shape_of("propose-successor").members}


@pytest.mark.parametrize("value", [7, -0.5, 10**20, True, None, "", "7", "true", '"', "a b", '"x"', "1e5", '"a"b"'])
def test_a_value_of_no_kind_of_its_own_comes_back_as_it_was(value: object) -> None:
    assert value_of(value_text(value)) == value
    assert type(value_of(value_text(value))) is type(value)


@pytest.mark.parametrize(
    ("wall", "which", "occurred_at"),
    [
        ("2025-10-26T01:30", "0", "2025-10-26T00:30:00.000000Z"),
        ("2025-10-26T01:30", "1", "2025-10-26T01:30:00.000000Z"),
        ("2025-03-30T01:30", "1", "2025-03-30T00:30:00.000000Z"),
    ],
)
def test_a_time_that_clocks_showed_twice_or_never_is_asked_back(
    client: TestClient, browser: Browser, wall: str, which: str, occurred_at: str
) -> None:
    page = shown_at(client, occurred_at="2025-01-01T09:00:00Z")
    form = browser.open(f"{page}/do/annotate").form().fill(note="at night", occurred_at=wall)
    back = browser.send(form)
    assert back.status == 422
    assert back.wrong["f-occurred-at-wrong"].startswith("clocks in Europe/London showed this time")
    again = back.form()
    assert (again.values["occurred_at"], again.choices["occurred_at~which"]) == (wall, ["0", "1"])
    assert browser.send(again.set("occurred_at~which", which)).status == 200
    event = client.get(f"/v1{page}/history?order=desc&limit=1").json()["items"][0]
    assert event["occurred_at"] == occurred_at


def test_it_may_be_recorded_for_another_party(client: TestClient, browser: Browser, page: str) -> None:
    form = browser.open(f"{page}/do/suspend-engagement").form()
    assert form.choices["_on_behalf_of"] == ["", "client"]
    browser.send(form.fill(waiting_on="client", reason="holidays", _on_behalf_of="client"))
    event = client.get(f"/v1{page}/history?order=desc&limit=1").json()["items"][0]
    assert event["on_behalf_of"] == {"party": "client", "id": None}


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "\u202eevil", "x" * 2000]
)
def test_what_somebody_wrote_is_shown_as_text(browser: Browser, page: str, hostile: str) -> None:
    def clean(shown: Page) -> None:
        assert not [each for each in shown.tags("script") if "/static/" not in (each["src"] or "")]
        assert not list(shown.tags("img"))

    form = browser.open(f"{page}/do/annotate").form().fill(note=hostile, corrects="x" + hostile)
    back = browser.send(form)
    clean(back)
    assert back.form().values["note"] == hostile
    done = browser.send(back.form().fill(corrects=""))
    clean(done)
    assert hostile in done.text


def test_a_hostile_address_is_shown_as_text(browser: Browser, page: str) -> None:
    shown = browser.open(f"{page}/do/annotate?note=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert shown.form().values["note"] == "</textarea><script>alert(1)</script>"
    assert browser.open("/engagements?q=%22%3E%3Cscript%3E").status == 200


def test_what_is_given_becomes_the_body_that_the_interface_takes() -> None:
    given = {
        "seat_id": "qa-1",
        "allocation": " 0.5 ",
        "required_until~null": "true",
        "key_role": "false",
        "role": "",
        "required_from": "2026-07-01T09:00",
        "nonsense": "x",
    }
    shape = shape_of("amend-seat")
    assert body_of(shape, compacted(shape, given), "Europe/London").values == {
        "seat_id": "qa-1",
        "allocation": 0.5,
        "required_from": "2026-07-01T08:00:00+00:00",
        "required_until": None,
        "key_role": False,
    }


def test_empty_rows_are_left_out_wherever_they_are() -> None:
    shape = shape_of("plan-knowledge-transfer")
    given = {"items[1].item_id": "a", "items[1].weight": "1", "items[4].item_id": "b", "items[4].mandatory": "true"}
    body = body_of(shape, compacted(shape, given), "UTC").values
    assert body["items"] == [
        {"item_id": "a", "weight": 1, "mandatory": False},
        {"item_id": "b", "mandatory": True},
    ]
