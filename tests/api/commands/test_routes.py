"""Commands over HTTP: each at its own address, answered with what it recorded."""

import pytest
from starlette.testclient import TestClient

from api.examples.commands import body_example, lines
from domain.register import COMMANDS
from tests.api.conftest import opened

NOBODY = "00000000-0000-4000-8000-000000000000"
SEAT = {"seat_id": "qa-1", "role": "Test engineer"}


def test_opening_answers_201_with_its_address_and_version(either_client: TestClient) -> None:
    body = body_example("open-engagement")
    answer = either_client.post("/v1/engagements", json=body)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/engagements/{body['engagement_id']}"
    assert answer.headers["ETag"] == '"1"'
    [event] = answer.json().pop("events")
    assert answer.json() | {"events": []} == {
        "engagement_id": body["engagement_id"],
        "version": 1,
        "position": 1,
        "recorded_at": event["recorded_at"],
        "events": [],
    }
    assert event["type"] == "EngagementOpened"
    assert event["data"]["policy"]["version"] == 1
    assert event["actor"] == {"party": "platform", "id": "local"}


def test_an_engagement_without_an_id_gets_one_in_the_order_of_time(client: TestClient) -> None:
    assert opened(client) < opened(client)


def test_an_opening_that_stands_records_nothing(client: TestClient) -> None:
    body = body_example("open-engagement")
    first = client.post("/v1/engagements", json=body)
    again = client.post("/v1/engagements", json=body)
    assert (again.status_code, again.json()["events"]) == (200, [])
    assert again.json()["position"] == first.json()["position"]


def test_what_stands_is_named_and_how_to_move_it_and_a_retry_is_told_the_same(either_client: TestClient) -> None:
    path = opened(either_client)
    added = either_client.post(f"{path}/add-seat", json=SEAT).json()["events"][0]
    keyed = {"Idempotency-Key": "again"}
    again = either_client.post(f"{path}/add-seat", json=SEAT, headers=keyed)
    told = again.json()["already"]
    assert (told["version"], told["occurred_at"]) == (2, added["occurred_at"])
    assert "void version 2 by correct-history" in told["detail"]
    either_client.post(f"{path}/close-seat", json={"seat_id": "qa-1", "reason": "not needed"})
    assert either_client.post(f"{path}/add-seat", json=SEAT, headers=keyed).json() == again.json()
    assert "already" not in either_client.post(f"{path}/add-seat", json={**SEAT, "seat_id": "qa-2"}).json()


def test_an_opening_that_stands_is_ended_and_not_moved(client: TestClient) -> None:
    body = body_example("open-engagement")
    client.post("/v1/engagements", json=body)
    told = client.post("/v1/engagements", json=body).json()["already"]
    assert (told["version"], "open it anew" in told["detail"]) == (1, True)


def test_a_pause_that_is_over_with_its_engagement_leaves_nothing_to_move(client: TestClient) -> None:
    path = opened(client)
    client.post(f"{path}/suspend-engagement", json={"waiting_on": "client", "reason": "budget"})
    client.post(f"{path}/end-engagement", json={"reason": "completed"})
    told = client.post(f"{path}/resume-engagement", json={}).json()["already"]
    assert (told["version"], told["occurred_at"]) == (None, None)


def test_every_command_has_an_address_and_a_life_runs_through_them(either_client: TestClient) -> None:
    seen = set()
    for line in lines():
        name = line["command"]
        body = {field: value for field, value in line.items() if field not in ("command", "actor", "engagement_id")}
        path = f"/v1/engagements/{line['engagement_id']}/{name}"
        if name == "open-engagement":
            path, body = "/v1/engagements", {**body, "engagement_id": line["engagement_id"]}
        answer = either_client.post(path, json=body, headers={"X-Actor": line["actor"]})
        assert answer.status_code in (200, 201), answer.text
        assert answer.json()["events"], name
        assert answer.json()["events"][0]["actor"]["party"] == line["actor"].partition(":")[0]
        seen.add(name)
    assert seen == COMMANDS.keys()


def test_the_platform_acts_on_behalf_of_another(client: TestClient, engagement: str) -> None:
    [event] = client.post(
        f"{engagement}/add-seat", json=SEAT, headers={"X-Actor": "platform:ops", "X-On-Behalf-Of": "client:cto"}
    ).json()["events"]
    assert event["actor"] == {"party": "platform", "id": "ops"}
    assert event["on_behalf_of"] == {"party": "client", "id": "cto"}


def test_another_partys_command_is_refused(client: TestClient, engagement: str) -> None:
    answer = client.post(f"{engagement}/add-seat", json=SEAT, headers={"X-Actor": "professional:ana"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-yours")


@pytest.mark.parametrize("header", ["X-Actor", "X-On-Behalf-Of"])
@pytest.mark.parametrize(
    "value", ["system", "system:keeper", "nobody:x", "client:", "client:a b", "client:" + "x" * 65]
)
def test_an_actor_that_is_nobody_outside_is_refused(
    client: TestClient, engagement: str, header: str, value: str
) -> None:
    answer = client.post(f"{engagement}/add-seat", json=SEAT, headers={header: value})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["violations"]] == [header]


def test_a_stale_version_is_412_and_a_present_one_is_taken(client: TestClient, engagement: str) -> None:
    assert client.post(f"{engagement}/add-seat", json=SEAT, headers={"If-Match": '"1"'}).status_code == 200
    stale = client.post(
        f"{engagement}/close-seat", json={"seat_id": "qa-1", "reason": "x"}, headers={"If-Match": '"1"'}
    )
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


@pytest.mark.parametrize("form", ['W/"%d"', '"%d-gzip"', '"%d-br"', '"%d-zstd"', '"%d-deflate"', 'W/"%d-gzip"'])
def test_a_version_that_a_proxy_altered_is_the_same_version(client: TestClient, engagement: str, form: str) -> None:
    def note(value: str) -> tuple[int, int | None]:
        answer = client.post(f"{engagement}/annotate", json={"note": "x"}, headers={"If-Match": value})
        return answer.status_code, answer.json().get("current_version")

    assert note(form % 1) == (200, None)
    assert note(form % 1) == note('"1"') == (412, 2)
    assert note(form % 0) == note(form % 3) == (412, 2)
    assert note("*") == note(form % 3) == (200, None)


@pytest.mark.parametrize(
    "value",
    ["", "1", '"x"', 'W/"x"', 'w/"1"', "W/1", "W/*", '"-1"', '"01"', '"1", "2"', '"1-rot13"', f'"{"9" * 30}"'],
)
def test_a_malformed_version_is_refused(client: TestClient, engagement: str, value: str) -> None:
    answer = client.post(f"{engagement}/add-seat", json=SEAT, headers={"If-Match": value})
    assert (answer.status_code, answer.json()["violations"][0]["field"]) == (422, "If-Match")


@pytest.mark.parametrize(
    ("value", "instead"),
    [
        ('"2", "1"', 'these are several, and a command was made for one: send the right one, such as "2"'),
        ('*,W/"2"', 'these are several, and a command was made for one: send the right one, such as "2"'),
        ("2", 'the quotes are missing: send "2"'),
        ('"0199e2a4"', "send the ETag of an answer as it came"),
        ("", "send the ETag of an answer as it came"),
    ],
)
def test_a_malformed_version_is_told_what_to_send(
    client: TestClient, engagement: str, value: str, instead: str
) -> None:
    answer = client.post(f"{engagement}/add-seat", json=SEAT, headers={"If-Match": value})
    said = f'the header is one version in quotes, such as "7", or *; {instead}'
    assert answer.json()["violations"] == [{"field": "If-Match", "message": said}]


def test_a_rule_that_forbids_says_what_is_possible(client: TestClient, engagement: str) -> None:
    client.post(f"{engagement}/end-engagement", json={"reason": "completed"})
    answer = client.post(f"{engagement}/add-seat", json=SEAT)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems/engagement-ended-already")
    assert problem["current_version"] == 2
    assert "annotate" in problem["allowed_commands"]
    assert "add-seat" not in problem["allowed_commands"]


def test_a_late_fact_that_contradicts_a_later_one_names_it(client: TestClient, engagement: str) -> None:
    early, late = "2025-03-04T09:00:00Z", "2025-03-05T09:00:00Z"
    client.post(f"{engagement}/suspend-engagement", json={"waiting_on": "client", "reason": "x", "occurred_at": early})
    client.post(f"{engagement}/resume-engagement", json={"occurred_at": late})
    client.post(f"{engagement}/add-seat", json={**SEAT, "occurred_at": late})
    answer = client.post(
        f"{engagement}/end-engagement", json={"reason": "completed", "occurred_at": "2025-03-04T12:00:00Z"}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/contradicts-later-fact")
    assert answer.json()["contradicted"].keys() == {"version", "type", "rule"}


@pytest.mark.parametrize("engagement_id", [NOBODY, "x", "%00", "a" * 10_000, f"{{{NOBODY}}}", "urn:uuid:1"])
def test_an_engagement_that_is_not_there_is_404(client: TestClient, engagement_id: str) -> None:
    answer = client.post(f"/v1/engagements/{engagement_id}/add-seat", json=SEAT)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_command_nobody_knows_is_404(client: TestClient, engagement: str) -> None:
    assert client.post(f"{engagement}/promote-professional", json={}).status_code == 404


def test_a_request_is_found_again_by_its_correlation_id(client: TestClient, engagement: str) -> None:
    answer = client.post(f"{engagement}/add-seat", json=SEAT, headers={"X-Correlation-Id": "checkout-4711"})
    assert answer.headers["X-Correlation-Id"] == "checkout-4711"
    assert answer.json()["events"][0]["correlation_id"] == "checkout-4711"


def test_the_document_lists_every_command(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {path.rpartition("/")[2] for path in paths if path.count("/") == 4} >= COMMANDS.keys() - {"open-engagement"}


@pytest.mark.parametrize(("weight", "status"), [(0, 200), (-0.001, 422)])
def test_the_weight_of_a_factor_is_not_negative(
    client: TestClient, engagement: str, weight: float, status: int
) -> None:
    seat_id = client.get(engagement).json()["seats"][0]["seat_id"]
    factors = [{"name": "distance", "value": 0.5, "weight": weight}]
    matched = {
        "seat_id": seat_id,
        "professional_id": "dana",
        "supply_source": "independent",
        "match": {
            "score": 0.5,
            "algorithm": {"name": "nearest", "version": "1"},
            "decided_by": "person",
            "factors": factors,
        },
    }
    assert client.post(f"{engagement}/match-professional", json=matched).status_code == status
