"""The answers over HTTP: the golden histories to the letter, a restated past, and questions that cannot be answered."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests import golden
from tests.answers import differences

ENGAGEMENT = "00000000-0000-4000-8000-000000000001"
HERE = f"/v1/engagements/{ENGAGEMENT}"


def answered(client: TestClient, path: str, **asked: str) -> Any:
    response = client.get(path, params=asked)
    assert response.status_code == 200, response.text
    return response.json()


def recorded(client: TestClient, command: str, **body: Any) -> Any:
    path = HERE if command == "open-engagement" else f"{HERE}/{command}"
    path = "/v1/engagements" if command == "open-engagement" else path
    response = client.post(path, json=body)
    assert response.status_code in (200, 201), response.text
    return response.json()


@pytest.fixture
def concern(client: TestClient) -> TestClient:
    """A concern of Monday 09:00, four business hours to acknowledge it, reported on Wednesday's review."""
    recorded(
        client,
        "open-engagement",
        engagement_id=ENGAGEMENT,
        client_id="acme",
        model="managed_marketplace",
        work_class="core",
        occurred_at="2026-06-01T08:00:00Z",
        seats=[{"seat_id": "s1", "role": "backend"}],
    )
    about = {"assignment_id": "a1"}
    match = {"seat_id": "s1", "professional_id": "ana", "supply_source": "internal_team"}
    recorded(client, "match-professional", **about, **match, occurred_at="2026-06-01T08:00:00Z")
    for item in ("access", "context", "nda", "ip_assignment", "classification"):
        recorded(client, "complete-onboarding-item", **about, item=item, occurred_at="2026-06-01T08:00:00Z")
    recorded(client, "onboard-professional", **about, occurred_at="2026-06-01T08:00:00Z")
    report = {"concern_id": "c1", "category": "quality", "severity": "high"}
    recorded(client, "report-underperformance", **about, **report, occurred_at="2026-06-08T09:00:00Z")
    return client


@golden.needed
@pytest.mark.parametrize("name", golden.NAMES)
def test_a_golden_history_reads_the_same_over_http(client: TestClient, name: str) -> None:
    case = golden.case(name)
    for policy in case.get("publish", []):
        client.post("/v1/policies", json={key: value for key, value in policy.items() if key != "version"})
    log = "\n".join(json.dumps(line) for line in case["commands"])
    client.post("/v1/commands", content=log, headers={"Content-Type": "application/x-ndjson"})
    here = f"/v1/engagements/{case['commands'][0]['engagement_id']}"
    for expected in case["expected"]:
        as_of = {"as_of": expected["as_of"]}
        window = {key: expected[key] for key in ("from", "to") if key in expected}
        found = answered(client, f"{here}/metrics", **as_of, **window)
        found["clocks"] = answered(client, f"{here}/clocks", **as_of)["clocks"]
        assert not differences(expected, found)


def test_a_fact_recorded_late_restates_the_past_and_leaves_what_was_known(concern: TestClient) -> None:
    as_of = "2026-06-10T12:00:00Z"
    before = answered(concern, f"{HERE}/clocks", as_of=as_of)
    recorded(concern, "acknowledge-underperformance", concern_id="c1", occurred_at="2026-06-08T11:00:00Z")
    after = answered(concern, f"{HERE}/clocks", as_of=as_of)
    then = answered(concern, f"{HERE}/clocks", as_of=as_of, known_at=before["known_at"])
    assert [each["state"] for each in before["clocks"]] == ["breached", "met"]
    assert [each["state"] for each in after["clocks"]] == ["met", "met"]
    assert after["clocks"][0]["recorded_late"] is True
    assert then == before


def test_a_replay_is_the_state_and_the_metrics_of_that_instant(concern: TestClient) -> None:
    as_of = "2026-06-08T10:00:00Z"
    replay = answered(concern, f"{HERE}/replay", as_of=as_of)
    assert replay["state"]["concerns"][0]["state"] == "open"
    metrics = answered(concern, f"{HERE}/metrics", as_of=as_of)
    assert replay["metrics"] == {name: metrics[name] for name in replay["metrics"]}


def test_an_explanation_has_no_hole_and_adds_up(concern: TestClient) -> None:
    clock = answered(concern, f"{HERE}/clocks/acknowledge/c1", as_of="2026-06-10T12:00:00Z")
    intervals = clock["intervals"]
    assert intervals[0]["from"] == clock["started_at"]
    assert [each["to"] for each in intervals[:-1]] == [each["from"] for each in intervals[1:]]
    assert intervals[-1]["to"] == clock["as_of"]
    assert sum(each["counted_seconds"] for each in intervals) == clock["elapsed_seconds"]


def test_a_breach_is_noticed_once_and_only_when_it_is_one(concern: TestClient) -> None:
    about = {"clock": "acknowledge", "subject_id": "c1"}
    assert recorded(concern, "record-breach", **about, due_at="2026-06-08T13:00:00Z")["events"]
    assert recorded(concern, "record-breach", **about, due_at="2026-06-08T13:00:00Z")["events"] == []
    refused = concern.post(f"{HERE}/record-breach", json={**about, "due_at": "2026-06-08T14:00:00Z"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/due-at-other-instant")
    assert "the goal was used up at 2026-06-08T13:00:00Z" in refused.json()["detail"]


def test_a_supposition_records_nothing(concern: TestClient) -> None:
    before = answered(concern, HERE)["version"]
    supposed = concern.post(f"{HERE}/what-if", json={"policy": "managed_marketplace@1"}).json()
    assert supposed["actual"] == supposed["hypothetical"]
    assert (supposed["flipped"], answered(concern, HERE)["version"]) == ([], before)


def test_a_supposed_model_brings_its_default_policy_along_also_where_it_is_the_engagement_s_own(
    concern: TestClient,
) -> None:
    for model, nobody in (("freelancer_platform", True), ("managed_marketplace", False)):
        supposed = concern.post(f"{HERE}/what-if", json={"model": model}).json()
        assert ("nobody" in supposed["hypothetical"]["accountability"]["parties"]) is nobody
    own = answered(concern, "/v1/policies/managed_marketplace@1")
    concern.post("/v1/policies", json={**_without_version(own), "at_risk_percent": 50}).raise_for_status()
    named = concern.post(f"{HERE}/what-if", json={"model": "managed_marketplace", "policy": "managed_marketplace@1"})
    assert named.json()["hypothetical"] == named.json()["actual"]
    wrong = concern.post(f"{HERE}/what-if", json={"model": "freelancer_platform", "policy": "managed_marketplace"})
    assert (wrong.status_code, wrong.json()["type"]) == (409, "/problems/policy-does-not-apply")


def _without_version(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "version"}


def test_a_supposition_takes_a_document(concern: TestClient) -> None:
    policy = answered(concern, "/v1/policies/managed_marketplace@1")
    policy["obligations"]["acknowledge"]["goal"] = {"value": 400, "unit": "hours"}
    asked = {"policy": policy, "as_of": "2026-06-10T12:00:00Z"}
    supposed = concern.post(f"{HERE}/what-if", json=asked).json()
    parties = [supposed[side]["accountability"]["parties"]["platform"] for side in ("actual", "hypothetical")]
    assert [party["breached"] for party in parties] == [1, 0]


def test_before_the_opening_the_answers_are_empty(concern: TestClient) -> None:
    for asked in ({"as_of": "2020-01-01T00:00:00Z"}, {"known_at": "2020-01-01T00:00:00Z"}):
        assert answered(concern, f"{HERE}/clocks", **asked)["clocks"] == []
        metrics = answered(concern, f"{HERE}/metrics", **asked)
        assert (metrics["from"], metrics["continuity"]["coverage"], metrics["guarantee"]["cases"]) == (None, None, [])


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("clocks?as_of=yesterday", 422, "as_of"),
        ("clocks?as_of=2026-06-08T10:00:00", 422, "as_of"),
        ("metrics?as_of=2026-06-08T10:00:00+02:00", 422, "as_of"),
        ("metrics?as_of=2999-01-01T00:00:00Z", 422, "as_of"),
        ("metrics?from=2026-06-08T10:00:00Z&to=2026-06-08T10:00:00Z", 422, "from"),
        ("metrics?from=2026-06-08T10:00:00Z&as_of=2026-06-07T10:00:00Z", 422, "from"),
        ("metrics?from=2026-06-08T10:00:00Z&to=2026-06-07T10:00:00Z&as_of=2026-06-09T10:00:00Z", 422, "from"),
        ("metrics?to=2026-06-01T07:59:59Z", 422, "to"),
        ("metrics?to=2026-06-01T08:00:00Z", 422, "to"),
        ("metrics?to=2026-05-01T08:00:00Z&as_of=2026-06-07T10:00:00Z", 422, "to"),
        ("metrics?to=2026-05-01T08:00:00Z&as_of=2026-05-07T10:00:00Z", 422, "to"),
        ("clocks/acknowledge/c9", 404, "subject_id"),
        ("clocks/breathe/c1", 404, None),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_clear_problem(
    concern: TestClient, path: str, status: int, field: str | None
) -> None:
    response = concern.get(f"{HERE}/{path}")
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert [each["field"] for each in response.json().get("violations", [])] == ([field] if field else [])


def test_a_window_may_end_after_it_is_read_and_begin_before_the_opening(concern: TestClient) -> None:
    for asked in (
        {"to": "2026-06-01T08:00:01Z"},
        {"to": "2099-01-01T00:00:00Z"},
        {"to": "2099-01-01T00:00:00Z", "as_of": "2026-05-01T08:00:00Z"},
        {"to": "2020-01-01T00:00:00Z", "known_at": "2020-01-01T00:00:00Z"},  # of no opening anything is known
        {"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"},
        {"from": "2026-06-08T09:00:00Z", "as_of": "2026-06-08T09:00:00Z"},
    ):
        answered(concern, f"{HERE}/metrics", **asked)


def test_an_instant_with_an_offset_is_the_instant_it_names(concern: TestClient) -> None:
    there = answered(concern, f"{HERE}/clocks", as_of="2026-06-08T12:00:00+02:00")
    here = answered(concern, f"{HERE}/clocks", as_of="2026-06-08T10:00:00Z")
    assert there["clocks"] == here["clocks"]


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        ({"policy": "freelancer_platform@1"}, 409, "policy-does-not-apply"),
        ({"policy": "nobody@9"}, 422, "fields-wrong"),
        ({"calendar": {"code": "shut", "zone": "UTC", "week": {}, "hours_per_business_day": 8}}, 422, "fields-wrong"),
        ({}, 422, "nothing-supposed"),
    ],
)
def test_a_supposition_that_makes_no_sense_is_refused(
    concern: TestClient, body: dict[str, Any], status: int, rule: str
) -> None:
    response = concern.post(f"{HERE}/what-if", json=body)
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{rule}")


def test_the_list_tells_which_engagements_are_at_risk(concern: TestClient) -> None:
    calm = {"client_id": "initech", "model": "freelancer_platform", "work_class": "non_core", "seats": []}
    position = concern.post("/v1/engagements", json=calm).json()["position"]
    listed = answered(concern, "/v1/engagements", min_position=str(position))["items"]
    assert [(line["client_id"], line["at_risk"]) for line in listed] == [("acme", True), ("initech", False)]
    for asked, clients in (("true", ["acme"]), ("false", ["initech"])):
        page = answered(concern, "/v1/engagements", at_risk=asked, limit="1")
        found = page["items"] + (
            answered(concern, "/v1/engagements", at_risk=asked, cursor=page["next"])["items"] if page["next"] else []
        )
        assert [line["client_id"] for line in found] == clients
