"""A refusal over HTTP teaches: when it was judged, who is in the way, what to do, and what was perhaps meant."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.commands.bodies import BODIES, LINES
from api.http.problem_kinds import REMEDIES, STATUSES, kinds
from api.http.strict_json import FieldsWrong, validated
from api.http.what_was_meant import names_at
from domain.law.rejection import Rejection
from tests.api.conftest import opened

KEY = {"Idempotency-Key": "taught-once"}
SEAT = {"seat_id": "qa-1", "role": "Test engineer"}
MATCH = {"supply_source": "independent", "professional_id": "omar", "assignment_id": "a-omar"}
EARLY, LATE, LATER = "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z"


@pytest.fixture
def seated(client: TestClient, engagement: str) -> str:
    """An engagement on whose seat qa-1 omar is matched."""
    said = {"X-Actor": "platform:ops"}
    assert client.post(f"{engagement}/add-seat", json={**SEAT, "occurred_at": EARLY}, headers=said).status_code == 200
    match = {**MATCH, "seat_id": "qa-1", "occurred_at": LATE}
    assert client.post(f"{engagement}/match-professional", json=match, headers=said).status_code == 200
    return engagement


def refused(client: TestClient, path: str, body: Mapping[str, Any], actor: str = "platform:ops") -> dict[str, Any]:
    answer = client.post(path, json=body, headers={"X-Actor": actor})
    assert answer.status_code >= 400, answer.text
    problem: dict[str, Any] = answer.json()
    return problem


def test_it_says_when_it_was_judged_who_is_in_the_way_and_what_to_do(client: TestClient, seated: str) -> None:
    body = {**MATCH, "assignment_id": "a-ben", "professional_id": "ben", "seat_id": "qa-1", "occurred_at": LATER}
    problem = refused(client, f"{seated}/match-professional", body)
    assert problem["type"] == "/problems/seat-taken"
    assert problem["detail"] == f"at {LATER} seat qa-1 is held by omar (a-omar), matched since {LATE}"
    assert problem["judged_at"] == "2026-03-04T09:00:00.000000Z"
    assert problem["violations"] == [
        {"field": "seat_id", "message": f"seat qa-1 is held by omar (a-omar), matched since {LATE}"}
    ]
    assert problem["remedy"] == client.get(problem["type"]).json()["remedy"]


def test_what_is_allowed_is_the_party_s_at_the_instant_it_was_judged_at(client: TestClient, seated: str) -> None:
    wrong = {"assignment_id": "a-omar", "percent": 80}
    now = refused(client, f"{seated}/report-productivity", wrong, "client:cto")["allowed_commands"]
    assert {"withdraw-match", "waive-onboarding-item", "annotate"} <= set(now)
    assert not {"match-professional", "change-rate"} & set(now)
    before = {**wrong, "occurred_at": EARLY}
    then = refused(client, f"{seated}/report-productivity", before, "client:cto")["allowed_commands"]
    assert "withdraw-match" not in then
    anything = refused(client, f"{seated}/report-productivity", wrong)["allowed_commands"]
    assert {*now, "change-rate"} <= set(anything)
    nothing = refused(client, f"{seated}/report-productivity", wrong, "professional:omar")
    assert (nothing["type"], nothing["allowed_commands"]) == ("/problems/not-yours", ["record-effort", "annotate"])


def test_before_the_opening_nothing_is_allowed(client: TestClient, seated: str) -> None:
    problem = refused(client, f"{seated}/add-seat", {**SEAT, "occurred_at": "2001-01-01T00:00:00Z"})
    assert (problem["type"], problem["allowed_commands"]) == ("/problems/before-the-opening", [])
    assert problem["judged_at"] == "2001-01-01T00:00:00.000000Z"


def test_an_entry_of_a_correction_is_judged_at_its_own_instant(client: TestClient, seated: str) -> None:
    entry = {"command": "close-seat", "seat_id": "qa-9", "reason": "x", "occurred_at": LATE}
    problem = refused(client, f"{seated}/correct-history", {"record": [entry], "reason": "typed wrongly"})
    assert problem["judged_at"] == "2026-03-03T09:00:00.000000Z"
    assert problem["detail"].startswith(f"at {LATE} there is no seat qa-9; there are qa-1, ")
    assert problem["violations"][0]["field"] == "record[0].seat_id"


def test_a_contradiction_names_the_later_fact_and_the_way_to_correct_it(client: TestClient, seated: str) -> None:
    ending = {"seat_id": "qa-1", "reason": "x", "occurred_at": "2026-03-02T12:00:00Z"}
    problem = refused(client, f"{seated}/close-seat", ending)
    assert problem["type"] == "/problems/contradicts-later-fact"
    version = problem["contradicted"]["version"]
    assert problem["contradicted"] == {"version": version, "type": "ProfessionalMatched", "rule": "seat-closed-already"}
    assert problem["detail"] == (
        f"ProfessionalMatched at {LATE} (version {version}) would break seat-closed-already: "
        "seat qa-1 has been closed since 2026-03-02T12:00:00Z"
    )
    assert "correct-history" in problem["remedy"]


def test_the_same_key_is_answered_with_the_same_bytes(client: TestClient, seated: str) -> None:
    body = {"seat_id": "qa-1", "cause": "other"}
    first = client.post(f"{seated}/request-replacement", json=body, headers=KEY)
    client.post(f"{seated}/withdraw-match", json={"assignment_id": "a-omar", "reason": "x"})
    again = client.post(f"{seated}/request-replacement", json=body, headers=KEY)
    assert (first.status_code, again.status_code, again.content) == (409, 409, first.content)
    assert first.json().keys() >= {"judged_at", "remedy", "allowed_commands"}


def test_an_unknown_engagement_was_judged_at_no_instant(client: TestClient) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    problem = refused(client, f"/v1/engagements/{nobody}/add-seat", SEAT)
    assert problem["detail"] == f"there is no engagement {nobody}"
    assert not problem.keys() & {"judged_at", "allowed_commands"}
    assert "GET /v1/engagements" in problem["remedy"]


def test_what_is_wrong_outside_the_rules_has_a_remedy_too(client: TestClient, seated: str) -> None:
    stale = client.post(f"{seated}/add-seat", json=SEAT, headers={"If-Match": '"1"'}).json()
    assert (stale["type"], stale["remedy"]) == ("/problems/stale-version", client.get(stale["type"]).json()["remedy"])
    assert "judged_at" not in stale


def test_every_kind_of_problem_has_a_remedy() -> None:
    assert REMEDIES.keys() == {kind for kind in STATUSES if not issubclass(kind, Rejection)}
    for kind in kinds().values():
        assert kind.remedy[:1].isupper()
        assert kind.remedy.endswith(".")
        assert kind.remedy != kind.title


def test_the_document_describes_what_a_problem_says(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for member in ("remedy", "judged_at", "allowed_commands", "detail", "current_version"):
        assert schemas["Problem"]["properties"][member]["description"]
    assert "remedy" in schemas["ProblemKind"]["properties"]


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("POST", "{engagement}/ad-seat", "add-seat"),
        ("POST", "{engagement}/report_underperformance", "report-underperformance"),
        ("POST", "{engagement}/AddSeat", "add-seat"),
        ("POST", "/v1/engagments/x/add-seat", "engagements"),
        ("GET", "{engagement}/metric", "metrics"),
        ("HEAD", "{engagement}/metric", None),
        ("GET", "/v1/polices", "policies"),
        ("POST", "{engagement}/metric", None),
        ("POST", "{engagement}/promote", None),
        ("POST", "/v1/engagments/x/ad-seat", None),
        ("GET", "/v1/engagements/x/y/z/w/v", None),
    ],
)
def test_a_mistyped_address_is_told_the_nearest_one(
    client: TestClient, engagement: str, method: str, path: str, meant: str | None
) -> None:
    answer = client.request(method, path.format(engagement=engagement))
    assert answer.status_code == 404
    if method != "HEAD":
        assert answer.json()["detail"].partition(" (")[2] == (f"did you mean {meant}?)" if meant else "")


def test_an_address_whose_id_is_wrong_says_so(client: TestClient) -> None:
    problem = refused(client, "/v1/engagements/x/add-seat", SEAT)
    assert problem["detail"] == "there is nothing at '/v1/engagements/x/add-seat': the id of an engagement is a UUID"


def test_a_mistyped_rule_is_told_the_nearest_one(client: TestClient) -> None:
    assert client.get("/problems/seat-take").json()["detail"] == "there is no rule seat-take (did you mean seat-taken?)"


def told(kind: Any, value: object) -> list[tuple[str, str]]:
    with pytest.raises(FieldsWrong) as wrong:
        validated(kind, json.dumps(value).encode())
    return wrong.value.violations


def test_a_mistyped_field_is_told_the_nearest_one() -> None:
    assert told(BODIES["add-seat"], {**SEAT, "allocaton": 1, "surprise": 1}) == [
        ("allocaton", "unknown field (did you mean allocation?)"),
        ("surprise", "unknown field"),
    ]
    assert told(BODIES["add-seat"], {**SEAT, "ocurred_at": EARLY})[0][1] == "unknown field (did you mean occurred_at?)"


def test_a_mistyped_field_deeper_is_told_the_nearest_one_there() -> None:
    algorithm = {"name": "nearest", "verson": "1"}
    match = {"score": 0.5, "algorithm": algorithm, "decided_by": "person", "factors": [{"nam": "x"}]}
    violations = told(BODIES["match-professional"], {**MATCH, "seat_id": "s", "match": match})
    assert ("match.algorithm.verson", "unknown field (did you mean version?)") in violations
    assert ("match.factors[0].nam", "unknown field (did you mean name?)") in violations


def test_a_mistyped_field_of_an_entry_or_a_line_is_told_the_nearest_one_of_that_command() -> None:
    entry = {"command": "add-seat", "seatid": "s", "role": "r", "percnt": 1}
    violations = told(BODIES["correct-history"], {"record": [entry], "reason": "x"})
    assert ("record[0].seatid", "unknown field (did you mean seat_id?)") in violations
    assert ("record[0].percnt", "unknown field") in violations
    line = {"command": "open-engagement", "seats": [{"sead_id": "x"}], "actr": "client:a"}
    assert {
        ("seats[0].sead_id", "unknown field (did you mean seat_id?)"),
        ("actr", "unknown field (did you mean actor?)"),
    } <= set(told(LINES, line))


def test_a_field_that_python_keeps_to_itself_is_told_as_it_is_written() -> None:
    assert ("form", "unknown field (did you mean from?)") in told(BODIES["record-absence"], {"form": EARLY})


def test_a_mistyped_command_of_a_line_is_told_the_nearest_one() -> None:
    assert told(LINES, {"command": "add-saet"}) == [
        ("command", "there is no command add-saet (did you mean add-seat?)")
    ]
    assert told(LINES, {"command": "x" * 1_000}) == [("command", f"there is no command {'x' * 100}")]
    assert told(LINES, {"seat_id": "s"}) == [("command", "the field is required")]
    record = {"record": [{"command": "fly"}, {}], "reason": "x"}
    assert told(BODIES["correct-history"], record) == [
        ("record[0].command", "there is no command fly"),
        ("record[1].command", "the field is required"),
    ]


def test_a_mistyped_code_is_told_the_nearest_one() -> None:
    body = {**MATCH, "seat_id": "s", "supply_source": "agency", "day_rate": {"amount": "1.00", "currency": "EURO"}}
    assert told(BODIES["match-professional"], body) == [
        (
            "supply_source",
            "Input should be 'internal_team', 'agency_partner' or 'independent' (did you mean agency_partner?)",
        ),
        ("day_rate.currency", "Input should be one of 167 codes (did you mean EUR?)"),
    ]
    assert told(BODIES["complete-onboarding-item"], {"assignment_id": "a", "item": "aces"})[0][1].endswith(
        "(did you mean access?)"
    )
    assert told(BODIES["complete-onboarding-item"], {"assignment_id": "a", "item": 7})[0][1].endswith(
        "'classification'"
    )


def test_the_form_of_an_id_is_said_in_words() -> None:
    assert told(BODIES["close-seat"], {"seat_id": "a b", "reason": "x"}) == [
        ("seat_id", "an id has 1 to 64 characters: letters A to Z, digits and . _ : -")
    ]
    assert told(BODIES["amend-terms"], {"policy": "a b", "reason": "x"})[0][1].startswith(
        "a code, or a code and a version"
    )


def test_of_many_wrong_fields_some_are_told(client: TestClient, engagement: str) -> None:
    problem = refused(client, f"{engagement}/add-seat", {f"wrong_{number}": 1 for number in range(500)})
    assert problem["type"] == "/problems/fields-wrong"
    assert len(problem["violations"]) == 100
    assert problem["detail"].count(";") == 10
    assert problem["detail"].endswith("; and 492 more")


def test_where_there_is_no_class_there_are_no_names() -> None:
    assert names_at(dict[str, int], ["x"]) == set()
    assert names_at(BODIES["add-seat"], ["role", "x"]) == set()
    assert "seat_id" in names_at(BODIES["add-seat"], [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "/v1/policies/managed_market@1",
            "there is no published policy managed_market@1; there are managed_marketplace@1",
        ),
        ("/v1/calendars/weekdays@9", "there is no published calendar weekdays@9; there are weekdays@1"),
    ],
)
def test_a_document_that_is_not_published_is_told_with_those_that_are(client: TestClient, path: str, text: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-document")
    assert answer.json()["detail"].startswith(text)


@pytest.mark.parametrize("field", ["policy", "calendar"])
def test_terms_that_are_not_published_are_told_with_those_that_are(
    client: TestClient, engagement: str, field: str
) -> None:
    there = {"policy": "managed_marketplace", "calendar": "weekdays"}[field]
    problem = refused(client, f"{engagement}/amend-terms", {field: there[:-1], "reason": "x"})
    assert problem["type"] == "/problems/unknown-terms"
    assert problem["detail"].startswith(f"there is no published {field} {there[:-1]}; there are {there}@1")
    assert opened(client), "the shelf is as it was"
