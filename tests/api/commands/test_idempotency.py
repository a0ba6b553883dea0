"""The same key: one effect, and the first answer for ever."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.examples.commands import body_example
from tests.api.conftest import opened
from tests.api.serving import serving

OPENING = {name: value for name, value in body_example("open-engagement").items() if name != "engagement_id"}
SEAT = {"seat_id": "qa-1", "role": "Test engineer", "allocation": 0.5}
KEY = {"Idempotency-Key": "5b2f0c1e"}


def test_sixteen_threads_with_one_key_open_one_engagement(database_url: URL) -> None:
    with serving(database_url) as address, httpx2.Client(base_url=address, timeout=30) as http:
        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(lambda _: http.post("/v1/engagements", json=OPENING, headers=KEY), range(16)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert len({answer.headers["Location"] for answer in answers}) == 1
        assert http.get("/v1/events").json()["position"] == 1


def test_the_first_answer_outlives_a_restart(database_url: URL, restarted: Callable[[URL], TestClient]) -> None:
    first = restarted(database_url).post("/v1/engagements", json=OPENING, headers=KEY)
    again = restarted(database_url).post("/v1/engagements", json=OPENING, headers=KEY)
    assert (again.status_code, again.text) == (201, first.text)


def test_it_outlives_the_version_it_was_made_for(client: TestClient, engagement: str) -> None:
    headers = {**KEY, "If-Match": '"1"'}
    first = client.post(f"{engagement}/add-seat", json=SEAT, headers=headers)
    client.post(f"{engagement}/add-seat", json={**SEAT, "seat_id": "qa-2"})
    again = client.post(f"{engagement}/add-seat", json=SEAT, headers=headers)
    assert (again.status_code, again.text, again.headers["ETag"]) == (200, first.text, '"2"')


def test_a_refusal_is_an_answer_too(client: TestClient, engagement: str) -> None:
    body = {"seat_id": "qa-1", "reason": "not needed"}
    first = client.post(f"{engagement}/close-seat", json=body, headers=KEY)
    client.post(f"{engagement}/add-seat", json=SEAT)
    again = client.post(f"{engagement}/close-seat", json=body, headers=KEY)
    assert (first.status_code, again.status_code, again.text) == (404, 404, first.text)
    assert again.headers["Content-Type"] == "application/problem+json"


def test_an_effect_that_stood_is_an_answer_too(client: TestClient, engagement: str) -> None:
    client.post(f"{engagement}/add-seat", json=SEAT)
    first = client.post(f"{engagement}/add-seat", json=SEAT, headers=KEY)
    client.post(f"{engagement}/add-seat", json={**SEAT, "seat_id": "qa-2"})
    again = client.post(f"{engagement}/add-seat", json=SEAT, headers=KEY)
    assert (first.json()["version"], first.json()["events"]) == (2, [])
    assert again.text == first.text


@pytest.mark.parametrize(
    "spelled",
    [
        b'{"role":"Test engineer","seat_id":"qa-1","allocation":0.5}',
        b'{ "seat_id" : "qa-1",\n "role": "Test engineer", "allocation": 0.500 }',
        b'{"seat_id":"qa\\u002d1","role":"Test engineer","allocation":5e-1}',
    ],
)
def test_the_spelling_of_a_body_makes_no_difference(client: TestClient, engagement: str, spelled: bytes) -> None:
    first = client.post(f"{engagement}/add-seat", json=SEAT, headers=KEY)
    assert client.post(f"{engagement}/add-seat", content=spelled, headers=KEY).text == first.text


def test_another_body_is_422(client: TestClient, engagement: str) -> None:
    client.post(f"{engagement}/add-seat", json=SEAT, headers=KEY)
    answer = client.post(f"{engagement}/add-seat", json={**SEAT, "allocation": 1}, headers=KEY)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-reused")


def test_a_key_belongs_to_its_actor_and_its_address(client: TestClient, engagement: str) -> None:
    elsewhere = opened(client)
    for path, actor in ((engagement, "client:cto"), (engagement, "client:lead"), (elsewhere, "client:cto")):
        body = {"note": f"by {actor}"}
        answer = client.post(f"{path}/annotate", json=body, headers={**KEY, "X-Actor": actor})
        assert answer.json()["events"], answer.text


def test_a_key_of_a_publication_gives_the_first_answer(client: TestClient) -> None:
    policy = {**body_of_policy(client), "code": "mine"}
    first = client.post("/v1/policies", json=policy, headers=KEY)
    again = client.post("/v1/policies", json=policy, headers=KEY)
    other = client.post("/v1/policies", json={**policy, "cooldown_days": 7}, headers=KEY)
    assert (first.status_code, again.status_code, again.text) == (201, 201, first.text)
    assert other.status_code == 422
    assert client.get("/v1/policies/mine@2").status_code == 404


def test_a_key_of_a_log_gives_the_first_answers(client: TestClient, engagement: str) -> None:
    about = {"engagement_id": engagement.rpartition("/")[2], "command": "annotate"}
    log = "\n".join(json.dumps({**about, "note": note}) for note in ("same", "same", "other"))
    first = client.post("/v1/commands", content=log, headers=KEY)
    again = client.post("/v1/commands", content=log, headers=KEY)
    assert [json.loads(line)["version"] for line in first.text.splitlines()] == [2, 3, 4]
    assert again.text == first.text
    assert client.post("/v1/commands", content=log + "\n{}", headers=KEY).status_code == 422


def test_a_key_of_a_log_gives_the_first_refusals(client: TestClient, engagement: str) -> None:
    about = {"engagement_id": engagement.rpartition("/")[2], "command": "close-seat"}
    lines = [{**about, "seat_id": "qa-1", "reason": "x"}, {**about, "seat_id": "qa-1"}]
    opening = {**body_example("open-engagement"), "command": "open-engagement", "client_id": "someone-else"}
    log = "\n".join(json.dumps(line) for line in [*lines, {**opening, "engagement_id": about["engagement_id"]}])
    first = client.post("/v1/commands", content=log, headers=KEY)
    client.post(f"{engagement}/add-seat", json=SEAT)
    again = client.post("/v1/commands", content=log, headers=KEY)
    assert again.text == first.text
    problems = [json.loads(line) for line in first.text.splitlines()]
    assert [each["status"] for each in problems] == [404, 422, 409]
    assert [each["instance"] for each in problems] == [f"{engagement}/close-seat", "/v1/commands", "/v1/engagements"]


def test_a_refusal_is_the_same_by_every_way_that_leads_to_the_command(client: TestClient, engagement: str) -> None:
    engagement_id, body = engagement.rpartition("/")[2], {"seat_id": "qa-1", "reason": "x"}
    line = {"command": "close-seat", "engagement_id": engagement_id, **body, "idempotency_key": "k"}
    first = client.post("/v1/commands", content=json.dumps(line))
    key = {"Idempotency-Key": "k"}
    shouted = f"/v1/engagements/{engagement_id.upper()}/close-seat"
    assert client.post(f"{engagement}/close-seat", json=body, headers=key).text == first.text.strip()
    assert client.post(shouted, json=body, headers=key).text == first.text.strip()
    before = client.post(shouted, json=body, headers=KEY)
    assert client.post(shouted, json=body, headers=KEY).text == before.text


def body_of_policy(client: TestClient) -> dict[str, object]:
    found: dict[str, object] = client.get("/v1/policies/managed_services@1").json()
    del found["version"]
    return found
