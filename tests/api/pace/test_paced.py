"""At the edge: 429 once a principal has asked too much, when to come again, and who is not concerned."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient
from starlette.types import Scope

from api.app import application, operations_of
from api.composition import assemble
from api.http.pace.kinds import Kinds
from api.live.routes import live_operation
from infrastructure.process.paces import Kind
from infrastructure.process.settings import Settings
from tests.api.access.conftest import HTML, Guarded, bearing
from tests.api.access.conftest import guard as guard
from tests.api.live.following import close_streams, served
from tests.api.serving import settings_of

WORK = "/v1/work"


@pytest.fixture
def limited(sqlite_url: URL) -> Iterator[Guarded]:
    standfast = assemble(
        settings_of(sqlite_url).model_copy(
            update={"authentication": "on", "limits": "questions=4/2,commands=1/1,sign-ins=0.1/2"}
        )
    )
    with TestClient(application(standfast)) as client:
        yield Guarded(standfast, client)


def test_too_much_is_429_and_taken_when_it_says(limited: Guarded) -> None:
    ana, ben = limited.key("ana"), limited.key("ben")
    limited.refresh()
    client = limited.client
    for _ in range(2):
        assert client.get(WORK, headers=bearing(ana)).status_code == 200
    refused = client.get(WORK, headers=bearing(ana))
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (429, "/problems/too-many-requests")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "too many questions" in problem["detail"]
    page = client.get("/work", headers={**bearing(ana), **HTML})
    assert (page.status_code, page.headers["Content-Type"].partition(";")[0]) == (429, "text/html")
    assert client.get(WORK, headers=bearing(ben)).status_code == 200
    assert client.post("/v1/engagements", content=b"{", headers=bearing(ana)).status_code in (400, 422)
    assert client.post("/v1/engagements", content=b"{", headers=bearing(ana)).status_code == 429
    assert client.get("/healthz", headers=bearing(ana)).status_code == 200
    time.sleep(int(refused.headers["Retry-After"]))
    assert client.get(WORK, headers=bearing(ana)).status_code == 200
    told = client.get("/metrics", headers=bearing(ben)).text
    assert 'standfast_too_many_requests_total{kind="questions"} 2' in told
    assert 'standfast_too_many_requests_total{kind="exports"} 0' in told


def test_attempts_to_sign_in_are_counted_by_address_and_keep_no_key_out(limited: Guarded) -> None:
    ana = limited.key("ana")
    limited.refresh()
    statuses = [limited.client.get(WORK, headers=bearing("sf_wrong")).status_code for _ in range(4)]
    assert statuses == [401, 401, 429, 429]
    assert limited.client.get(WORK).status_code == 401
    assert limited.client.get(WORK, headers=bearing(ana)).status_code == 200
    assert [what for what, *_ in limited.told()].count("denied") == 2, "what does not hold, and nothing at all"


def test_where_nobody_signs_in_there_are_limits_where_they_are_set(sqlite_url: URL) -> None:
    for limits, last in (("", 200), ("questions=1/2", 429)):
        settings = settings_of(sqlite_url).model_copy(update={"limits": limits})
        with TestClient(application(assemble(settings))) as client:
            assert [client.get(WORK).status_code for _ in range(3)] == [200, 200, last]


def test_a_stream_counts_while_it_is_open(sqlite_url: URL) -> None:
    with served(sqlite_url, settings={"limits": "streams=1", "heartbeat": 1}) as running:
        first = running.stream("/v1/events")
        assert (first.status, running.stream("/live").status) == (200, 429)
        assert running.http.get("/v1/events").status_code == 200
        close_streams()
        until = time.monotonic() + 10
        while running.stream("/live").status != 200:
            assert time.monotonic() < until
            time.sleep(0.05)
        close_streams()


EXPECTED: dict[str, Kind | None] = {
    "GET /v1/engagements": "questions",
    "GET /v1/engagements?as_of=2026-01-01T00:00:00Z": "costly",
    "GET /v1/engagements/{engagement_id}?known_at=2026-01-01T00:00:00Z": "costly",
    "GET /v1/engagements/{engagement_id}?%61s_of=2026-01-01T00:00:00Z": "costly",
    "GET /v1/engagements?q=as_of=": "questions",
    "HEAD /v1/engagements/{engagement_id}/metrics": "costly",
    "POST /v1/engagements/{engagement_id}/annotate": "commands",
    "POST /v1/commands": "costly",
    "POST /v1/policies": "commands",
    "DELETE /v1/webhooks/{webhook_id}": "commands",
    "GET /v1/exports/work.csv?as_of=2026-01-01T00:00:00Z": "exports",
    "POST /v1/what-if": "what-ifs",
    "GET /engagements/{engagement_id}/what-if": "what-ifs",
    "GET /work": "questions",
    "GET /fleet": "costly",
    "GET /charts/{name}.{ending}": "costly",
    "GET /engagements?because=late": "costly",
    "GET /files/{name}.{ending}": "exports",
    "POST /sign-in": None,
    "GET /live": "streams",
    "GET /nowhere": "questions",
    "GET /healthz": None,
    "GET /problems": None,
}


def test_every_address_is_of_a_kind() -> None:
    standfast = assemble(Settings(database_url="sqlite://"))
    kinds = Kinds(
        (each.name, (each.method, each.path)) for each in (*operations_of(standfast), live_operation(standfast))
    )
    standfast.close()
    found = {asked: kinds.of(_scope(asked), asked.partition(" ")[2].partition("?")[0]) for asked in EXPECTED}
    assert found == EXPECTED
    for accept in (b"text/event-stream", b"TEXT/Event-Stream;q=0.5", b"text/*", b"application/json;q=0,*/*, text/*"):
        assert kinds.of(_scope("GET /v1/events", accept), "/v1/events") == "streams", accept
    assert kinds.of(_scope("GET /v1/events", b"application/json, text/event-stream;q=0"), "/v1/events") == "questions"
    assert kinds.of(_scope("GET /docs"), "/docs") is None


def _scope(asked: str, accept: bytes = b"*/*") -> Scope:
    method, _, target = asked.partition(" ")
    path, _, query = target.partition("?")
    return {"method": method, "path": path, "query_string": query.encode(), "headers": [(b"accept", accept)]}
