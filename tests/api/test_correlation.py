"""One id from a request to its events, the log, what is answered, and what is projected of it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from infrastructure.projections import folding
from infrastructure.projections.seen import Seen
from tests.api.conftest import opened
from tests.spans import tracing

OURS = {"X-Correlation-Id": "order-17"}
SOON = 10.0

Lines = list[Any]


@pytest.fixture
def lines(_quiet: None) -> Iterator[Lines]:
    """What is logged."""
    with structlog.testing.capture_logs() as found:
        yield found


def line(lines: Lines, event: str, **said: Any) -> Any:
    """The line of an event that says so, once it is there."""
    until = time.monotonic() + SOON
    while True:
        found = [each for each in lines if each["event"] == event and said.items() <= each.items()]
        if found or time.monotonic() > until:
            assert found, f"no {event!r} with {said} in {lines}"
            return found[-1]
        time.sleep(0.01)


def test_an_id_is_followed_from_the_request_to_the_projection(either_client: TestClient, lines: Lines) -> None:
    path = opened(either_client)
    answer = either_client.post(f"{path}/annotate", json={"note": "one more"}, headers=OURS)
    assert answer.headers["X-Correlation-Id"] == "order-17"
    [_, event] = either_client.get("/v1/events").json()["items"]
    assert event["correlation_id"] == "order-17"
    told = line(lines, "request", correlation_id="order-17")
    assert (told["status"], "trace_id" in told) == (200, False)
    until = time.monotonic() + SOON
    while not (found := [each for each in lines if "order-17" in each.get("correlation_ids", ())]):
        assert time.monotonic() < until
        time.sleep(0.01)
    assert (found[0]["event"], found[0]["position"]) == ("projected", 2)


def test_without_one_a_request_gets_its_own(client: TestClient, lines: Lines) -> None:
    path = opened(client)
    made = client.post(f"{path}/annotate", json={"note": "one more"}).headers["X-Correlation-Id"]
    assert client.get("/v1/events").json()["items"][-1]["correlation_id"] == made
    assert line(lines, "request", correlation_id=made)["status"] == 200


def test_a_problem_is_answered_and_logged_under_it(client: TestClient, lines: Lines) -> None:
    missing = client.get("/v1/engagements/0b7e4d52-6c1f-4f6a-9a3e-2d8c5f1b7a90", headers=OURS)
    assert (missing.status_code, missing.headers["X-Correlation-Id"]) == (404, "order-17")
    assert line(lines, "request", correlation_id="order-17")["status"] == 404


def test_what_is_parked_names_the_requests(client: TestClient, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_history: object) -> Iterator[Seen]:
        raise ValueError("does not fold")

    monkeypatch.setattr(folding, "seen", fails)
    body_path = opened(client)
    answer = client.post(f"{body_path}/annotate", json={"note": "one more"}, headers=OURS)
    assert client.get("/v1/engagements", params={"min_position": answer.json()["position"]}).status_code == 200
    first = client.get("/v1/events").json()["items"][0]["correlation_id"]
    assert first in line(lines, "an engagement is parked", projection="people")["correlation_ids"]


def test_where_it_is_traced_the_line_of_a_request_names_its_trace(client: TestClient, lines: Lines) -> None:
    with tracing() as spans:
        client.get("/v1/events", headers=OURS)
    trace_id = line(lines, "request", correlation_id="order-17")["trace_id"]
    assert f"0x{trace_id}" in spans.one("GET /v1/events").to_json()
