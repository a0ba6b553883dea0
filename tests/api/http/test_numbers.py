"""What Prometheus is told from the start of a process, and of jobs."""

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application
from api.composition import assemble
from infrastructure.process.telemetry import from_zero
from tests.api.http.test_health_of_projections import numbers
from tests.api.serving import settings_of


@pytest.mark.parametrize(
    "name",
    [
        "standfast_appends_total",
        "standfast_breaches_recorded_total",
        "standfast_commits_total",
        "standfast_conflicts_total",
        "standfast_events_total",
        "standfast_keeper_delay_seconds_total",
        "standfast_projected_batches_total",
        "standfast_projected_events_total",
        'standfast_projecting_seconds_total{doing="folding"}',
        'standfast_projecting_seconds_total{doing="writing"}',
        "standfast_reads_waited_total",
    ],
)
def test_a_counter_is_told_before_its_first_count(lasting_client: TestClient, name: str) -> None:
    assert numbers(lasting_client)[name] == 0


def test_what_was_counted_goes_before_its_zero() -> None:
    counted = [("b", (), 3.0), ("a", (("of", "x"),), 1.0)]
    names = [("b", ()), ("c", ()), ("a", (("of", "y"),))]
    assert from_zero(counted, names) == [
        ("a", (("of", "x"),), 1),
        ("a", (("of", "y"),), 0),
        ("b", (), 3),
        ("c", (), 0),
    ]


def test_how_far_jobs_are_is_told(started_url: URL) -> None:
    standfast = assemble(settings_of(started_url))
    with TestClient(application(standfast, projects=False)) as client:
        standfast.projections.catch_up()
        for body in (b"1", b"2"):
            standfast.jobs.ask(body, "platform:local")
        begun = standfast.jobs.begin()
        assert begun is not None
        standfast.jobs.goes_on(begun, 40, 900)
        told = numbers(client)
    states = {state: told[f'standfast_jobs{{state="{state}"}}'] for state in ("waiting", "running", "done", "failed")}
    assert states == {"waiting": 1, "running": 1, "done": 0, "failed": 0}
    assert (told["standfast_job_done"], told["standfast_job_total"]) == (40, 900)
