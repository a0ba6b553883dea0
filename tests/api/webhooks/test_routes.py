"""Webhooks over HTTP: made, shown, listed, removed, their deliveries shown and sent again."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application
from api.composition import Standfast, assemble
from api.examples.bodies import bodies
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.infrastructure.webhooks.receiver import Receiver, Reply, receiving, until

WEBHOOKS = "/v1/webhooks"
BODY: dict[str, Any] = bodies()["make-webhook"]


def make(client: TestClient, key: str | None = None, **fields: Any) -> Any:
    headers = {"X-Actor": "platform:ops", **({"Idempotency-Key": key} if key else {})}
    return client.post(WEBHOOKS, json={**BODY, **fields}, headers=headers)


def test_its_secret_is_shown_once(client: TestClient) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = make(client)
        made = answer.json()
        address = answer.headers["Location"]
        assert (answer.status_code, address) == (201, f"{WEBHOOKS}/{made['webhook_id']}")
        secret = made.pop("secret")
        assert secret.startswith("whsec_")
        assert client.get(address).json() == made
        assert client.get(WEBHOOKS).json()["items"] == [made]
        assert client.get(f"{address}/deliveries").json() == {"items": [], "next": None, "position": 0}
        assert client.delete(address).json() == made
    assert made["made_by"] == {"party": "platform", "id": "ops"}
    assert {name: made[name] for name in BODY} == BODY
    assert secret.removeprefix("whsec_") not in json.dumps(logged, default=repr)
    assert client.get(address).status_code == client.delete(address).status_code == 404
    assert client.get(address).json()["type"] == "/problems/no-webhook"


def test_the_same_key_makes_it_once(either_client: TestClient) -> None:
    first, again = make(either_client, "one"), make(either_client, "one")
    assert (again.status_code, again.json(), again.headers["Location"]) == (
        201,
        first.json(),
        first.headers["Location"],
    )
    assert len(either_client.get(WEBHOOKS).json()["items"]) == 1
    other = make(either_client, "one", description="another")
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
    either_client.delete(first.headers["Location"])
    removed = make(either_client, "one")
    assert (removed.status_code, removed.json()["type"]) == (409, "/problems/answer-forgotten")
    assert either_client.get(WEBHOOKS).json()["items"] == []
    assert make(either_client, "two").json()["webhook_id"] != first.json()["webhook_id"]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("url", {"url": "http://hooks.example.com/"}),
        ("url", {"url": "https://127.0.0.1/"}),
        ("url", {"url": "https://[::ffff:169.254.169.254]/"}),
        ("url", {"url": "https://2130706433/"}),
        ("url", {"url": "https://user@hooks.example.com/"}),
        ("url", {"url": "hooks"}),
        ("url", {"url": ""}),
        ("url", {"url": "https://hooks.example.com/" + "a" * 2_000}),
        ("types", {"types": []}),
        ("types", {"types": ["EngagementOpened", "EngagementOpened"]}),
        ("types[0]", {"types": ["EngagementOpend"]}),
        ("engagement_id", {"engagement_id": "x"}),
        ("engagement_id", {"engagement_id": "0198d2f1-4c55-7d0e-8a61-93b0c9a1f7e4"}),
        ("model", {"model": "none"}),
        ("description", {"description": ""}),
        ("secret", {"secret": "whsec_mine"}),
    ],
)
def test_wrong_fields_are_named(lasting_client: TestClient, field: str, change: dict[str, Any]) -> None:
    answer = make(lasting_client, **change)
    assert answer.status_code == 422
    assert field in [each["field"] for each in answer.json()["violations"]]


def test_where_nothing_is(lasting_client: TestClient) -> None:
    for address in (f"{WEBHOOKS}/{uuid4()}", f"{WEBHOOKS}/x", f"{WEBHOOKS}/{uuid4()}/deliveries"):
        assert lasting_client.get(address).status_code == 404
    assert lasting_client.post(f"{WEBHOOKS}/{uuid4()}/redeliver", json={}).status_code == 404
    assert lasting_client.put(WEBHOOKS, json={}).status_code == 405


@pytest.mark.parametrize("cursor", ["x", "e30", "WzEsMl0", "WyJhIiwiYiJd", "Ingi", "bnVsbA", "W10"])
def test_a_cursor_that_is_none_is_refused(lasting_client: TestClient, cursor: str) -> None:
    made = make(lasting_client).json()["webhook_id"]
    for address in (WEBHOOKS, f"{WEBHOOKS}/{made}/deliveries"):
        answer = lasting_client.get(address, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["violations"][0]["field"]) == (422, "cursor")


def test_lists_go_on_page_by_page(client: TestClient) -> None:
    ids = [make(client, description=str(number)).json()["webhook_id"] for number in range(5)]
    found, after = [], None
    while True:
        page = client.get(WEBHOOKS, params={"limit": 2, **({"cursor": after} if after else {})}).json()
        found += [each["webhook_id"] for each in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == ids


@pytest.fixture
def standfast(started_url: URL) -> Standfast:
    return assemble(settings_of(started_url).model_copy(update={"webhook_allow": "127.0.0.1"}))


@pytest.fixture
def sending(standfast: Standfast) -> Iterator[TestClient]:
    """A client of an application that sends."""
    app: FastAPI = application(standfast, sends=True)
    with TestClient(app) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def test_what_is_recorded_is_delivered_and_dead_letters_are_sent_again(
    sending: TestClient, standfast: Standfast, receiver: Receiver
) -> None:
    made = make(sending, url=receiver.url, types=["EngagementOpened"]).json()
    address = f"{WEBHOOKS}/{made['webhook_id']}"
    opened(sending)
    [came] = receiver.until(1)
    [event] = sending.get("/v1/events").json()["items"]
    assert came.verified(made["secret"])["data"] == event

    def delivery() -> dict[str, Any]:
        [found] = sending.get(f"{address}/deliveries").json()["items"]
        return dict(found)

    until(lambda: delivery()["state"] == "delivered")
    told = delivery()
    assert (told["position"], told["message_id"], told["tries"], told["answered"]) == (1, came.message_id, 1, 204)
    receiver.answering = lambda _: Reply(410)
    assert sending.post(f"{address}/redeliver", json={}).json() == {
        "webhook_id": made["webhook_id"],
        "redelivered": 0,
    }
    key = {"Idempotency-Key": "again"}
    again = [sending.post(f"{address}/redeliver", json={"position": 1}, headers=key) for _ in range(2)]
    assert [each.json()["redelivered"] for each in again] == [1, 1]
    until(lambda: sending.get(address).json()["state"] == "gone")
    assert len(receiver.came) == 2
    gone = sending.post(f"{address}/redeliver", json={})
    assert (gone.status_code, gone.json()["type"]) == (409, "/problems/webhook-gone")
    other = make(sending, url=receiver.url).json()["webhook_id"]
    none = sending.post(f"{WEBHOOKS}/{other}/redeliver", json={"position": 1})
    assert (none.status_code, none.json()["type"]) == (404, "/problems/no-delivery")
    numbers = sending.get("/metrics").text
    assert 'standfast_webhook_tries_total{outcome="delivered"} 1\n' in numbers
    for line in ("standfast_webhook_waiting 0", "standfast_webhook_dead 1", "standfast_sending 1"):
        assert f"{line}\n" in numbers
    assert standfast.webhooks.sender.leading
