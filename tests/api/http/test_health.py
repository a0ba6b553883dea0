"""Liveness, readiness and numbers."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.app import application
from api.composition import assemble
from api.http import health
from application.marketplace import process_clock
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.faults.older_copy import copied


def test_a_ready_process_says_so(either_client: TestClient) -> None:
    opened(either_client)
    assert either_client.get("/v1/engagements", params={"min_position": 1}).status_code == 200
    assert either_client.get("/healthz").json() == {"status": "ok"}
    assert either_client.get("/readyz").json() == {
        "status": "ready",
        "database": True,
        "position": 1,
        "clock": {"ok": True, "behind_seconds": pytest.approx(0, abs=5)},
        "log": {"ok": True, "log_id": either_client.get("/v1/events").json()["log_id"], "replaced": None},
        "recording": {"ok": True, "state": "able", "detail": None},
        "projections": {
            "ok": True,
            "position": 1,
            "behind_events": 0,
            "behind_seconds": 0.0,
            "parked": 0,
            "leading": True,
            "detail": None,
        },
    }


def test_a_clock_behind_the_log_is_reported(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(client)
    monkeypatch.setattr(health, "process_clock", lambda: process_clock() - timedelta(seconds=60))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["clock"]["ok"]) == (200, "degraded", False)
    numbers = client.get("/metrics").text
    [behind] = [line for line in numbers.splitlines() if line.startswith("standfast_clock_behind_seconds ")]
    assert float(behind.split()[1]) == pytest.approx(60, abs=5)


def test_a_log_that_was_replaced_is_reported_and_no_longer_told_from_memory(
    client: TestClient, sqlite_url: URL, tmp_path: Path
) -> None:
    path = opened(client)
    log_id = client.get("/v1/events").json()["log_id"]
    copied(Path(str(sqlite_url.database)), tmp_path / "older.db")
    assert client.post(f"{path}/annotate", json={"note": "lost"}).json()["version"] == 2
    copied(tmp_path / "older.db", Path(str(sqlite_url.database)))
    assert client.get(path).json()["version"] == 1
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["position"]) == (200, "degraded", 1)
    log = answer.json()["log"]
    assert (log["ok"], log["log_id"], log["replaced"]["last_seen"]) == (False, log_id, 2)
    assert "standfast_log_replaced 1" in client.get("/metrics").text.splitlines()
    beyond = client.get("/v1/events", params={"after": 2})
    assert (beyond.status_code, beyond.json()["type"]) == (409, "/problems/position-beyond-head")
    assert client.post(f"{path}/annotate", json={"note": "instead"}).json()["version"] == 2


def test_without_its_database_a_process_lives_but_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    standfast = assemble(settings_of(make_url("sqlite://")))

    def fail() -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(standfast.recorder.log, "head", fail)
    with TestClient(application(standfast)) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
        assert answer.json()["recording"] == {"ok": False, "state": "unavailable", "detail": None}
        assert "standfast_ready 0" in client.get("/metrics").text


def test_the_numbers_count_requests_by_route(client: TestClient) -> None:
    path = opened(client)
    for _ in range(2):
        client.get(path)
    client.get("/nothing/here")
    client.request("MADEUP", "/v1/events")
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert 'standfast_requests_total{method="GET",route="/v1/engagements/{engagement_id}",status="200"} 2' in lines
    assert 'standfast_requests_total{method="GET",route="",status="404"} 1' in lines
    assert 'standfast_requests_total{method="other",route="",status="405"} 1' in lines
    assert "standfast_position 1" in lines
    assert all(line.startswith(("# HELP standfast_", "# TYPE standfast_", "standfast_")) for line in lines)
