"""The feed as CloudEvents: what its own library reads of it, and how a reader goes on."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from starlette.testclient import TestClient

from api.examples.commands import lines
from domain.register import EVENTS

BATCH = "application/cloudevents-batch+json"


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    """With every event of the example log."""
    log = "\n".join(json.dumps(line) for line in lines())
    answer = lasting_client.post("/v1/commands", content=log, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 200
    return lasting_client


def batch(client: TestClient, address: str = "/v1/events?limit=500") -> Any:
    answer = client.get(address, headers={"Accept": BATCH})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, BATCH), answer.text
    assert answer.headers["Vary"] == "Accept"
    return answer


def test_its_library_reads_every_event_as_the_feed_tells_it(client: TestClient) -> None:
    feed = client.get("/v1/events", params={"limit": 500}).json()
    read = [JSONFormat().read(None, json.dumps(each)) for each in batch(client).json()]
    assert len(read) == len(feed["items"]) > 40
    for found, event in zip(read, feed["items"], strict=True):
        assert isinstance(found, CloudEvent)
        assert found.get_specversion() == "1.0"
        assert found.get_id() == f"{event['engagement_id']}/{event['version']}"
        assert found.get_source() == f"urn:uuid:{feed['log_id']}"
        assert found.get_type() == f"standfast.engagement.{event['type']}.v{event['schema_version']}"
        assert found.get_subject() == event["engagement_id"]
        assert found.get_time() == datetime.fromisoformat(event["occurred_at"])
        assert found.get_data() == event["data"]
        assert found.get_extension("position") == str(event["position"])
        assert found.get_extension("recordedat") == event["recorded_at"]
        assert found.get_extension("correlationid") == event["correlation_id"]
        assert UUID(found.get_extension("commandid")) == UUID(event["command_id"])


def test_the_schema_that_it_names_is_that_of_its_event_in_the_document(client: TestClient) -> None:
    """Every event has one under its own name: tests.api.test_openapi."""
    for event in batch(client).json():
        name = event["type"].split(".")[2]
        assert event["dataschema"] == f"http://testserver/openapi.json#/components/schemas/{name}"
        assert name in EVENTS


def test_what_there_is_not_is_left_out(client: TestClient) -> None:
    assert all(value is not None for each in batch(client).json() for name, value in each.items())


def test_the_next_batch_is_where_the_header_says_until_it_leads_to_itself(client: TestClient) -> None:
    found: list[Any] = []
    address = "/v1/events?limit=7"
    while True:
        answer = batch(client, address)
        found += answer.json()
        following = answer.links["next"]["url"]
        if following == address:
            break
        address = following
    assert answer.json() == []
    assert found == batch(client).json()


def test_several_lines_of_what_is_accepted_are_one(client: TestClient) -> None:
    lines = [("Accept", "application/json;q=0.1"), ("Accept", BATCH)]
    for order in (lines, lines[::-1]):
        assert client.get("/v1/events", headers=order).headers["Content-Type"] == BATCH


def test_filters_are_kept_on_the_way(client: TestClient) -> None:
    asked = {"type": "EngagementOpened", "engagement_id": lines()[0]["engagement_id"], "limit": "1"}
    answer = client.get("/v1/events", params=asked, headers={"Accept": BATCH})
    assert [each["type"] for each in answer.json()] == ["standfast.engagement.EngagementOpened.v1"]
    following = batch(client, answer.links["next"]["url"])
    assert following.json() == []
    assert "type=EngagementOpened" in following.links["next"]["url"]


@pytest.mark.parametrize(("address", "status"), [("?after=999999", 409), ("?limit=0", 422), ("?type=Nothing", 422)])
def test_what_is_wrong_is_a_problem(client: TestClient, address: str, status: int) -> None:
    answer = client.get(f"/v1/events{address}", headers={"Accept": BATCH})
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


def test_whoever_takes_anything_is_given_the_page(client: TestClient) -> None:
    for accept in ("*/*", f"application/json, {BATCH};q=0.9"):
        answer = client.get("/v1/events", headers={"Accept": accept})
        assert (answer.headers["Content-Type"], answer.headers["Vary"]) == ("application/json", "Accept")
