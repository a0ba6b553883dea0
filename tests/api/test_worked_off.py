"""The work of the demo can be worked off: each next command is allowed and accepted, until nothing is left."""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import create_app
from api.terminal.demonstration import populated
from tests.api.serving import settings_of

ENGAGEMENTS: Final = 14
MOST_STEPS: Final = 2_000
_NUMBERS: Final = count(1)


def sensible(item: dict[str, Any]) -> dict[str, Any]:
    """What a command takes beside the ids that the item names."""
    somebody = {"professional_id": f"newcomer-{next(_NUMBERS)}", "supply_source": "internal_team"}
    items = [{"item_id": "i1", "kind": "runbook", "weight": 1, "mandatory": True}]
    plan = {"items": items, **({"purpose": "exit"} if item["subject_id"] == "exit" else {})}
    others: dict[str, dict[str, Any]] = {
        "match-professional": somebody,
        "propose-successor": somebody,
        "request-replacement": {"cause": "non_performance"},
        "resolve-underperformance": {"outcome": "improved"},
        "plan-knowledge-transfer": plan,
    }
    return others.get(item["next_command"], {})


@pytest.fixture
def demo(sqlite_url: URL) -> Iterator[TestClient]:
    """The demo of some engagements, served."""
    populated(settings_of(sqlite_url), 3, ENGAGEMENTS).close()
    with TestClient(create_app(settings_of(sqlite_url))) as client:
        yield client


def waiting(client: TestClient, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = client.get("/v1/work", params={"limit": 500, **params, **cursor})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next"] is None:
            return found
        cursor = {"cursor": answer.json()["next"]}


def do(client: TestClient, item: dict[str, Any]) -> int:
    """Does what is next about an item; the position that it is recorded at."""
    address = f"/v1/engagements/{item['engagement_id']}"
    allowed = client.get(address).json()["allowed_commands"]
    assert item["next_command"] in allowed, item
    body = {**sensible(item), **item["next_fields"]}
    headers = {"Idempotency-Key": str(uuid4())}
    answer = client.post(f"{address}/{item['next_command']}", json=body, headers=headers)
    assert answer.status_code == 200, (item, answer.text)
    assert answer.json()["events"], (item, "it records something")
    return int(answer.json()["position"])


def test_working_off_the_list_by_its_next_commands_empties_it(demo: TestClient) -> None:
    everything = waiting(demo, notices=False)
    kinds = Counter(item["kind"] for item in everything)
    assert len(kinds) > 3, kinds
    steps = 0
    for engagement_id in sorted({item["engagement_id"] for item in everything}):
        left = [item for item in everything if item["engagement_id"] == engagement_id]
        while left:
            position = do(demo, left[0])
            left = waiting(demo, notices=False, engagement_id=engagement_id, min_position=position)
            steps += 1
            assert steps < MOST_STEPS
    assert waiting(demo, notices=False) == []
    assert steps >= len(everything) > 0
    assert all(item["next_command"] is None for item in waiting(demo))
