"""What is said of the projections: 503 where they are too far behind, degraded where something is to be looked at."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application
from api.composition import Standfast, assemble
from infrastructure.projections import folding
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.seen import Seen
from tests.api.conftest import opened
from tests.api.serving import settings_of

READY_WITHIN = 10.0


def projected(client: TestClient, position: int) -> None:
    assert client.get("/v1/engagements", params={"min_position": position}).status_code == 200


def numbers(client: TestClient) -> dict[str, float]:
    """Every number of /metrics, by name and labels as they are written."""
    lines = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def unprojected(url: URL, lag_limit: int) -> Standfast:
    return assemble(settings_of(url).model_copy(update={"lag_limit": lag_limit}))


def test_projections_beyond_the_limit_are_not_ready_and_say_how_far_they_are(database_url: URL) -> None:
    standfast = unprojected(database_url, 1)
    with TestClient(application(standfast, projects=False)) as client:
        opened(client)
        within = client.get("/readyz")
        assert (within.status_code, within.json()["projections"]["behind_events"]) == (200, 1)
        time.sleep(1.1)
        answer = client.get("/readyz")
        found = answer.json()["projections"]
        assert (answer.status_code, answer.json()["status"], answer.json()["database"]) == (503, "unavailable", True)
        assert (found["ok"], found["position"], found["behind_events"], found["leading"]) == (False, 0, 1, False)
        assert 1 < found["behind_seconds"] < READY_WITHIN
        assert re.fullmatch(r"\d+ seconds behind the log, more than 1", found["detail"])
        told = numbers(client)
        assert (told["standfast_ready"], told['standfast_projection_behind_events{projection="people"}']) == (0, 1)
        assert told['standfast_projection_behind_seconds{projection="people"}'] > 1
        standfast.projections.catch_up()
        assert client.get("/readyz").json()["status"] == "ready"


def broken(fold: Callable[[Seen], object]) -> Callable[[Seen], list[object]]:
    def fails(seen: Seen) -> list[object]:
        raise ValueError("does not fold")

    return fails


@pytest.fixture
def one_projection_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = PROJECTIONS
    monkeypatch.setattr(folding, "PROJECTIONS", (replace(first, fold=broken(first.fold)), *others))


@pytest.mark.usefixtures("one_projection_broken")
def test_what_is_parked_is_a_warning(either_client: TestClient) -> None:
    opened(either_client)
    projected(either_client, 1)
    answer = either_client.get("/readyz")
    found = answer.json()["projections"]
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert (found["ok"], found["parked"], found["behind_events"]) == (False, 1, 0)
    assert found["detail"] == "parked: 1 of engagements (standfast parked says why)"
    told = numbers(either_client)
    assert told['standfast_projection_parked{projection="engagements"}'] == 1
    assert told['standfast_projection_parked{projection="people"}'] == 0


def test_missing_projections_are_a_warning_with_the_reason(database_url: URL) -> None:
    standfast = unprojected(database_url, 1)
    with standfast.projections.database.writing() as connection:
        standfast.projections.projector.generations.disown(connection)
    with TestClient(application(standfast, projects=False)) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        found = answer.json()["projections"]
        assert (found["ok"], found["position"], found["behind_seconds"], found["parked"]) == (False, None, None, None)
        assert found["detail"] == "the projections were made by another version and are being made anew"
        assert "standfast_projection_position" not in client.get("/metrics").text


def test_what_is_recorded_and_projected_is_counted(either_client: TestClient) -> None:
    path = opened(either_client)
    assert either_client.post(f"{path}/annotate", json={"note": "one more"}).status_code == 200
    projected(either_client, 2)
    told = numbers(either_client)
    assert told["standfast_appends_total"] == told["standfast_events_total"] == told["standfast_commits_total"] == 2
    assert told["standfast_projected_events_total"] == 2
    assert 1 <= told["standfast_projected_batches_total"] <= 2
    assert told['standfast_projecting_seconds_total{doing="folding"}'] > 0
    assert told['standfast_projecting_seconds_total{doing="writing"}'] > 0
    assert told['standfast_projection_position{projection="cover"}'] == 2
    assert (told["standfast_queue_length"], told["standfast_reads_waiting"]) == (0, 0)


def test_reads_that_wait_for_a_position_are_counted(client: TestClient) -> None:
    assert client.get("/v1/engagements", params={"min_position": 9}).status_code == 503
    assert numbers(client)["standfast_reads_waited_total"] == 1
