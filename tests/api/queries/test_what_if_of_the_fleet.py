"""What many engagements would be under other terms, over HTTP: at once for few, as a job for many."""

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application, create_app
from api.composition import assemble
from application.ports.what_if import AT_ONCE, MOST_WAITING
from tests.api.conftest import opened
from tests.api.serving import settings_of

ADDRESS = "/v1/what-if"
LONGEST_SECONDS = 60
ALWAYS = {"calendar": "always"}
KEY = {"Idempotency-Key": "once"}


def asked(client: TestClient, body: dict[str, Any], **headers: str) -> Any:
    return client.post(ADDRESS, json=body, headers=headers)


def test_few_are_answered_at_once(lasting_client: TestClient) -> None:
    opened(lasting_client, client_id="what-if-acme")
    opened(lasting_client, client_id="what-if-globex")
    answer = asked(lasting_client, {**ALWAYS, "filter": {"client_id": "what-if-acme"}})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["engagements"], told["not_applicable"], told["flipped"]) == (1, 0, {"total": 0, "first": []})
    assert told["actual"]["engagements"] == told["hypothetical"]["engagements"] == 1


def test_a_policy_for_another_model_leaves_engagements_out(lasting_client: TestClient) -> None:
    opened(lasting_client, client_id="what-if-initech")
    body = {"policy": "freelancer_platform", "filter": {"client_id": "what-if-initech"}}
    told = asked(lasting_client, body).json()
    assert (told["engagements"], told["not_applicable"], told["actual"]["engagements"]) == (0, 1, 0)


def test_nothing_supposed_is_refused(lasting_client: TestClient) -> None:
    answer = asked(lasting_client, {"filter": {}})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/nothing-supposed")
    assert asked(lasting_client, {**ALWAYS, "as_of": "2999-01-01T00:00:00Z"}).status_code == 422
    assert asked(lasting_client, {**ALWAYS, "filter": {"moon": "full"}}).status_code == 422


def filled(client: TestClient) -> None:
    """Opens one engagement more than are answered at once."""
    seat = {"seat_id": "backend", "role": "backend-engineer"}
    lines = [
        {
            "command": "open-engagement",
            "engagement_id": str(uuid4()),
            "client_id": "acme",
            "model": "managed_marketplace",
            "policy": "managed_marketplace",
            "calendar": "weekdays",
            "work_class": "core",
            "seats": [seat],
        }
        for _ in range(AT_ONCE + 1)
    ]
    told = client.post(
        "/v1/commands",
        content="\n".join(map(json.dumps, lines)),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert told.status_code == 200, told.text
    assert all('"type":"/problems' not in line for line in told.text.splitlines()), told.text[:1000]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server with one engagement more than are answered at once."""
    url = URL.create("sqlite", database=str(tmp_path_factory.mktemp("fleet") / "standfast.db"))
    with TestClient(create_app(settings_of(url))) as client:
        filled(client)
        position = client.get("/v1/events").json()["position"]
        assert client.get("/v1/engagements", params={"min_position": position}).status_code == 200
        yield client


def ended(client: TestClient, address: str) -> dict[str, Any]:
    """The job once it has ended."""
    until = time.monotonic() + LONGEST_SECONDS
    job: dict[str, Any] = client.get(address).json()
    while job["state"] in ("waiting", "running"):
        assert time.monotonic() < until, f"the job has not ended: {job}"
        time.sleep(0.1)
        job = client.get(address).json()
    return job


def test_many_are_a_job(fleet: TestClient) -> None:
    answer = asked(fleet, ALWAYS)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "waiting"
    job = ended(fleet, answer.headers["Location"])
    assert (job["state"], job["error"], job["done"], job["total"]) == ("done", None, AT_ONCE + 1, AT_ONCE + 1)
    assert job["result"]["engagements"] == job["result"]["hypothetical"]["engagements"] == AT_ONCE + 1
    assert job["result"]["flipped"]["total"] == 0


def test_a_job_is_cancelled(fleet: TestClient) -> None:
    address = asked(fleet, ALWAYS).headers["Location"]
    cancelled = fleet.delete(address)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert fleet.get(address).json()["result"] is None


def test_a_job_is_its_creators_and_the_platforms(fleet: TestClient) -> None:
    address = asked(fleet, ALWAYS, **{"X-Actor": "client:acme"}).headers["Location"]
    other, own = {"X-Actor": "client:globex"}, {"X-Actor": "client:acme"}
    assert fleet.get(address, headers=other).status_code == fleet.delete(address, headers=other).status_code == 404
    assert fleet.get(address, headers=own).status_code == fleet.get(address).status_code == 200
    assert fleet.delete(address, headers=own).json()["state"] == "cancelled"


def test_a_key_asks_for_one_job(fleet: TestClient) -> None:
    first = asked(fleet, ALWAYS, **KEY)
    assert fleet.delete(first.headers["Location"]).json()["state"] == "cancelled"
    again = asked(fleet, ALWAYS, **KEY)
    assert (again.status_code, again.text, again.headers["Location"]) == (202, first.text, first.headers["Location"])
    other = asked(fleet, {"calendar": "weekdays"}, **KEY)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
    another = asked(fleet, ALWAYS, **KEY, **{"X-Actor": "client:acme"})
    assert another.headers["Location"] != first.headers["Location"]
    fleet.delete(another.headers["Location"])


def test_a_key_gives_the_first_answer_at_once_too(client: TestClient) -> None:
    opened(client)
    first = asked(client, ALWAYS, **KEY)
    opened(client)
    again, new = asked(client, ALWAYS, **KEY), asked(client, ALWAYS)
    assert (first.status_code, first.json()["engagements"], new.json()["engagements"]) == (200, 1, 2)
    assert (again.status_code, again.text) == (200, first.text)
    other = asked(client, {"calendar": "weekdays"}, **KEY)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
    assert asked(client, {"calendar": "nowhere"}, **{"Idempotency-Key": "wrong"}).status_code == 422
    assert asked(client, ALWAYS, **{"Idempotency-Key": "wrong"}).status_code == 200  # what was wrong is not remembered


def test_a_key_of_one_engagement_gives_the_first_answer(client: TestClient, engagement: str) -> None:
    address = f"{engagement}/what-if"
    first = client.post(address, json=ALWAYS, headers=KEY)
    client.post(f"{engagement}/add-seat", json={"seat_id": "qa-1", "role": "Test engineer"})
    again, new = client.post(address, json=ALWAYS, headers=KEY), client.post(address, json=ALWAYS)
    assert (first.status_code, again.status_code, again.text) == (200, 200, first.text)
    assert new.json()["version"] == first.json()["version"] + 1
    assert client.post(address, json={"calendar": "weekdays"}, headers=KEY).status_code == 422
    assert client.post(f"{opened(client)}/what-if", json=ALWAYS, headers=KEY).text != first.text


def test_so_many_jobs_wait_and_no_more(sqlite_url: URL) -> None:
    with TestClient(application(assemble(settings_of(sqlite_url)), projects=False)) as client:  # nobody works them out
        filled(client)
        addresses = [asked(client, ALWAYS).headers["Location"] for _ in range(MOST_WAITING)]
        refused = asked(client, ALWAYS, **KEY)
        assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-jobs")
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert client.delete(addresses[0]).json()["state"] == "cancelled"
        assert asked(client, ALWAYS, **KEY).status_code == 202  # under the same key: to be refused is no answer


def test_an_unknown_job_is_not_found(fleet: TestClient) -> None:
    assert fleet.get(f"/v1/jobs/{uuid4()}").status_code == 404
    assert fleet.delete("/v1/jobs/nonsense").status_code == 404
