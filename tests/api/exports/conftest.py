"""A client with the example log, in which every event occurs, and an engagement with a hostile name."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.examples.commands import lines
from tests.api.conftest import opened

HOSTILE = '=HYPERLINK("http://evil.example","x")'
SEATS = [{"seat_id": "-1", "role": '@SUM(1),\r\n"two"'}, {"seat_id": "s2", "role": "naïve; rôle, \U0001f600"}]


@pytest.fixture(scope="module")
def exporting(lasting_client: TestClient) -> TestClient:
    log = "\n".join(json.dumps(line) for line in lines())
    answer = lasting_client.post("/v1/commands", content=log, headers={"Content-Type": "application/x-ndjson"})
    assert all(json.loads(line)["events"] for line in answer.text.splitlines())
    opened(lasting_client, name=HOSTILE, client_id="-globex", seats=SEATS)
    return lasting_client


def settled(client: TestClient) -> dict[str, Any]:
    """What to ask with so that everything recorded is in the answer."""
    return {"min_position": client.get("/v1/events").json()["position"]}
