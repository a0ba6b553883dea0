"""pm4py reads the OCEL 2.0 log of the demo, and finds in it what the events say."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application
from api.terminal.demonstration import populated
from tests.api.serving import settings_of
from tests.clients.generators import GeneratorMissing, run, with_packages

HERE = Path(__file__).parent
PACKAGES = ("pm4py==2.7.23.11",)
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Event = dict[str, Any]
OWN = {"seat_id": "seat", "assignment_id": "assignment", "concern_id": "concern", "case_id": "case", "plan_id": "plan"}


@pytest.fixture
def demo(sqlite_url: URL) -> Iterator[TestClient]:
    with TestClient(application(populated(settings_of(sqlite_url), 1, 30))) as client:
        yield client


def counting(client: TestClient) -> list[Event]:
    """All events but those that were voided."""
    events = [json.loads(line) for line in client.get("/v1/exports/events.jsonl").text.splitlines()]
    gone = {
        (e["engagement_id"], version) for e in events if e["type"] == "FactVoided" for version in e["data"]["voids"]
    }
    assert gone
    return [event for event in events if (event["engagement_id"], event["version"]) not in gone]


def named(events: list[Event], field: str) -> set[tuple[str, str]]:
    """The ids under a field, with their engagements; of an opening also those of its seats."""
    told = [(e["engagement_id"], data) for e in events for data in (e["data"], *(e["data"].get("seats") or ()))]
    return {(whose, data[field]) for whose, data in told if data.get(field) is not None}


def test_pm4py_finds_the_objects_the_events_and_their_relations(demo: TestClient, tmp_path: Path) -> None:
    try:
        python = with_packages("mining", PACKAGES)
    except GeneratorMissing as missing:
        pytest.skip(f"no pm4py here: {missing}")
    log = tmp_path / "log.json"
    log.write_bytes(demo.get("/v1/exports/ocel.json").content)
    found = json.loads(run([str(python), str(HERE / "mined.py"), str(log)], tmp_path).stdout.splitlines()[-1])
    events = counting(demo)
    assert found["event_types"] == Counter(event["type"] for event in events)
    kinds = {kind: len(named(events, field)) for field, kind in OWN.items()}
    people = {
        kind: len({who for _, who in named(events, f"{kind}_id")}) for kind in ("client", "partner", "professional")
    }
    assert found["object_types"] == {**kinds, **people, "engagement": len({event["engagement_id"] for event in events})}
    assert found["cases"] == kinds["case"]
    assert found["relations"]["engagement"] == len(events)
    replaced = Counter(event["type"] for event in events)["ProfessionalReplaced"]
    plans = [event["data"] for event in events if event["type"] == "KnowledgeTransferPlanned"]
    successors = sum(plan["to_assignment_id"] is not None for plan in plans)
    assert found["relations"]["incoming"] == replaced + successors
    accepted = {(e["engagement_id"], e["data"]["case_id"]) for e in events if e["type"] == "SuccessorAccepted"}
    assert found["between"]["because-of"] == sum(
        event["data"]["concern_id"] is not None for event in events if event["type"] == "ReplacementRequested"
    )
    assert found["between"]["incoming"] >= len(accepted)
    assert found["changes"] > len(events) / 10
