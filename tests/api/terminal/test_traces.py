"""Traces of real processes: sent to a collector, to one that is away, and nothing of it loaded where none is named."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.api.terminal.running import ROOT, running
from tests.api.terminal.test_projecting import engagement_of, listed
from tests.spans import collecting

SERVED = ("serve", "--port", "0")
SECONDS_TO_END = 10.0
UNTRACED = """
import json, sys
from pathlib import Path
from starlette.testclient import TestClient
from api.app import create_app
from infrastructure.process.exporting import traces_exported
from infrastructure.process.settings import Settings
settings = Settings(host_names="testserver")
with traces_exported(), TestClient(create_app(settings)) as client:
    assert client.get("/v1/events").status_code == 200
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"STANDFAST_DATABASE_URL": f"sqlite:///{tmp_path / 'standfast.db'}", "STANDFAST_LOG_FORMAT": "json"}


def remarks(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "remarks.txt").read_text().splitlines()]


def test_a_request_and_its_append_reach_a_collector_in_one_trace(environment: dict[str, str], tmp_path: Path) -> None:
    with collecting() as collector:
        exported = {**environment, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_SERVICE_NAME": "market"}
        with running(*SERVED, "--workers", "2", environment=exported, folder=tmp_path) as (address, _):
            _, position = engagement_of(address)
            assert listed(address, position) == 1
        spans = collector.spans()  # what was traced last is handed over at the end
    request, decide, append = spans["POST /v1/engagements"], spans["decide open-engagement"], spans["append"]
    assert request.trace_id == decide.trace_id == append.trace_id
    assert (decide.parent_span_id, append.parent_span_id) == (request.span_id, decide.span_id)
    assert "project" in spans
    assert collector.resource().items() >= {"service.name": "market", "telemetry.sdk.language": "python"}.items()
    [line] = [each for each in remarks(tmp_path) if each["event"] == "request" and each["status"] == 201]
    assert line["trace_id"] == request.trace_id.hex()


def test_a_collector_that_is_away_keeps_nobody_waiting(environment: dict[str, str], tmp_path: Path) -> None:
    away = {**environment, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_BSP_SCHEDULE_DELAY": "50"}
    with running(*SERVED, environment=away, folder=tmp_path) as (address, process):
        _, position = engagement_of(address)
        assert listed(address, position) == 1
        asked_to_end = time.monotonic()
        process.terminate()
        assert process.wait(2 * SECONDS_TO_END) == 0
        assert time.monotonic() - asked_to_end < SECONDS_TO_END
    said = [str(each["event"]) for each in remarks(tmp_path) if each["level"] == "warning"]
    assert any("while exporting spans batch" in each for each in said), said


def test_without_an_exporter_nothing_of_it_is_loaded(environment: dict[str, str], tmp_path: Path) -> None:
    """Also where the framework would export for itself."""
    frameworks = {"FASTAPI_OTEL_AUTO_CONFIGURE": "true", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://127.0.0.1:1"}
    settings = {**environment, **frameworks, "PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", UNTRACED], env=settings, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    loaded = json.loads(ran.stdout.splitlines()[-1])
    assert "infrastructure.process.tracing" in loaded
    # FastAPI itself imports OpenTelemetry's API, which does nothing without the SDK.
    ours = (
        "opentelemetry.sdk",
        "opentelemetry.exporter",
        "google.protobuf",
        "requests",
        "infrastructure.process.open_",
    )
    assert [name for name in loaded if name.startswith(ours)] == []
