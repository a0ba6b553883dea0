"""What is traced of a request, from its own span to that of the batch that projects what it recorded."""

import time
from collections.abc import Callable, Iterator

import pytest
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id
from starlette.testclient import TestClient

from api.composition import Standfast
from tests.api.conftest import opened
from tests.spans import Spans, context, said, tracing, within

SOON = 10.0
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
FROM_OUTSIDE = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Correlation-Id": "order-17"}
ANNOTATE = "POST /v1/engagements/{engagement_id}/annotate"


@pytest.fixture
def spans() -> Iterator[Spans]:
    with tracing() as found:
        yield found


def standfast_of(client: TestClient) -> Standfast:
    found: Standfast = client.app.state.standfast  # type: ignore[attr-defined]  # an application of ours
    return found


def soon(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < until, "it never held"
        time.sleep(0.01)


def test_a_command_is_one_trace_from_the_request_to_the_append(either_client: TestClient, spans: Spans) -> None:
    path = opened(either_client)
    answer = either_client.post(f"{path}/annotate?", json={"note": "for Mei alone"}, headers=FROM_OUTSIDE)
    assert answer.status_code == 200, answer.text
    request, decide = spans.one(ANNOTATE), spans.one("decide annotate")
    append = spans.named("append")[-1]
    assert request.parent is not None
    assert (format_trace_id(request.parent.trace_id), format_span_id(request.parent.span_id)) == (TRACE, PARENT)
    assert (request.kind, request.status.status_code) == (SpanKind.SERVER, StatusCode.UNSET)
    assert said(request) == {
        "standfast.correlation_id": "order-17",
        "http.request.method": "POST",
        "http.route": "/v1/engagements/{engagement_id}/annotate",
        "http.response.status_code": 200,
        "network.protocol.version": "1.1",
        "server.address": "testserver",
        "server.port": 80,
        "url.path": f"{path}/annotate",
        "url.scheme": "http",
    }
    assert within(decide, request)
    assert within(append, decide)
    engagement_id = path.rpartition("/")[2]
    assert (
        said(decide).items()
        >= {
            "standfast.command": "annotate",
            "standfast.engagement.id": engagement_id,
            "standfast.correlation_id": "order-17",
            "standfast.events": 1,
            "standfast.version": 2,
            "standfast.position": 2,
        }.items()
    )
    assert said(append) == {
        "standfast.engagement.id": engagement_id,
        "standfast.appends": 1,
        "standfast.events": 1,
        "standfast.position.from": 2,
        "standfast.position": 2,
    }
    assert "Mei" not in "".join(each.to_json() for each in spans.exporter.get_finished_spans())


def test_a_batch_that_is_projected_leads_to_the_requests_that_recorded_it(
    either_client: TestClient, spans: Spans
) -> None:
    path = opened(either_client)
    either_client.post(f"{path}/annotate", json={"note": "one more"}, headers=FROM_OUTSIDE)

    def batches() -> list[str]:
        return [each for span in spans.named("project") for each in said(span)["standfast.correlation_ids"]]

    soon(lambda: "order-17" in batches())
    [batch] = [each for each in spans.named("project") if "order-17" in said(each)["standfast.correlation_ids"]]
    assert (batch.kind, said(batch)["standfast.position"]) == (SpanKind.CONSUMER, 2)
    assert said(batch)["standfast.events"] == 3 - said(batch)["standfast.position.from"]
    assert format_trace_id(context(batch).trace_id) != TRACE
    assert TRACE in {format_trace_id(link.context.trace_id) for link in batch.links}


def test_what_is_refused_has_not_failed(client: TestClient, spans: Spans) -> None:
    path = opened(client)
    body = {"case_id": "case-1", "reason": "too late"}
    refused = client.post(f"{path}/withdraw-replacement", json=body)
    assert 400 <= refused.status_code < 500
    decide = spans.one("decide withdraw-replacement")
    assert (said(decide)["error.type"], decide.status.status_code) == ("Refused", StatusCode.UNSET)
    request = spans.one("POST /v1/engagements/{engagement_id}/withdraw-replacement")
    assert said(request)["http.response.status_code"] == refused.status_code
    assert (request.status.status_code, "error.type" in said(request)) == (StatusCode.UNSET, False)


def test_what_nobody_foresaw_has_failed_and_its_text_is_not_told(
    client: TestClient, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("something about Mei")

    monkeypatch.setattr(standfast_of(client).fleet, "groups", fails)
    assert client.get("/v1/metrics").status_code == 500
    request, fleet = spans.one("GET /v1/metrics"), spans.one("ask the fleet: groups")
    assert within(fleet, request)
    assert (said(request)["error.type"], request.status.status_code) == ("500", StatusCode.ERROR)
    assert (said(fleet)["error.type"], fleet.status.status_code) == ("RuntimeError", StatusCode.ERROR)
    assert "Mei" not in request.to_json() + fleet.to_json()


def test_a_question_to_the_fleet_is_a_part_of_its_request(client: TestClient, spans: Spans) -> None:
    opened(client)
    asked = {"group_by": "model", "min_position": "1"}
    assert client.get("/v1/metrics", params=asked).status_code == 200
    fleet = spans.one("ask the fleet: groups")
    assert within(fleet, spans.one("GET /v1/metrics"))
    assert said(fleet) == {"standfast.group_by": "model", "standfast.groups": 1, "standfast.position": 1}
    figure = {"figure": "engagements", "min_position": "1"}
    assert client.get("/v1/metrics/rows", params=figure).status_code == 200
    assert within(spans.one("ask the fleet: rows"), spans.one("GET /v1/metrics/rows"))


def test_what_machines_ask_is_not_traced_and_what_is_nowhere_has_no_route(client: TestClient, spans: Spans) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)
    assert spans.names() <= {"project"}
    client.get("/nothing/here")
    client.request("MADEUP", "/v1/events")
    assert "http.route" not in said(spans.one("GET"))
    assert said(spans.one("HTTP"))["http.request.method"] == "_OTHER"


def test_a_malformed_traceparent_begins_a_trace_of_its_own(client: TestClient, spans: Spans) -> None:
    client.get("/v1/events", headers={"traceparent": "00-nonsense"})
    assert spans.one("GET /v1/events").parent is None
