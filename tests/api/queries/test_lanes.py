"""The lanes over HTTP: the example engagement, all of it, as of an instant, as known, and in a window."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.examples.commands import lines
from api.http.strict_json import json_of

LIFE = f"/v1/engagements/{lines()[0]['engagement_id']}"


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    log = b"\n".join(map(json_of, lines()))
    assert lasting_client.post("/v1/commands", content=log, headers={"Content-Type": "application/x-ndjson"}).is_success
    return lasting_client


def drawn(client: TestClient, **asked: str) -> Any:
    answer = client.get(f"{LIFE}/lanes", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_lanes_have_the_ids_of_the_state_and_the_versions_of_the_history(client: TestClient) -> None:
    lanes, state = drawn(client), client.get(LIFE).json()
    history = {event["version"]: event for event in client.get(f"{LIFE}/history?limit=500").json()["items"]}
    assert (lanes["version"], lanes["zone"]) == (state["version"], state["terms"]["zone"])
    assert [seat["seat_id"] for seat in lanes["seats"]] == [seat["seat_id"] for seat in state["seats"]]
    rows = [row for of in (*lanes["seats"], lanes) for row in of["rows"]]
    assert {row["assignment_id"] for row in rows} - {None} <= {one["assignment_id"] for one in state["assignments"]}
    for row in rows:
        for bar in row["bars"]:
            assert history[bar["version"]]["occurred_at"] == bar["from"]
    marks = [mark for of in (*lanes["seats"], lanes) for mark in of["marks"]]
    assert {mark["kind"] for mark in marks} == {"concern", "breach", "correction"}
    breach = next(mark for seat in lanes["seats"] for mark in seat["marks"] if mark["kind"] == "breach")
    assert history[breach["version"]]["data"]["subject_id"] == breach["subject_id"]
    assert sum(lanes["density"]) == len(history)


def test_as_of_an_instant_and_as_known_then(client: TestClient) -> None:
    opening = client.get(f"{LIFE}/history?limit=1").json()["items"][0]
    early = drawn(client, as_of=opening["occurred_at"])
    assert (early["as_of"], sum(early["density"]), early["from"], early["to"]) == (
        opening["occurred_at"],
        1,
        opening["occurred_at"],
        opening["occurred_at"],
    )
    known = drawn(client, known_at=opening["recorded_at"])
    assert (known["version"], [row for seat in known["seats"] for row in seat["rows"]]) == (1, [])
    before = drawn(client, known_at="2001-01-01T00:00:00Z")
    assert (before["version"], before["from"], before["seats"], before["density"]) == (0, None, [], [])


def test_a_window_has_a_start_before_its_end(client: TestClient) -> None:
    window = {"from": "2025-05-01T00:00:00Z", "to": "2025-06-01T00:00:00Z"}
    found = drawn(client, **window)
    assert (found["from"][:10], found["to"][:10], len(found["density"])) == ("2025-05-01", "2025-06-01", 400)
    counted = client.get(f"{LIFE}/history", params={**window, "limit": "500"}).json()["items"]
    assert sum(found["density"]) == len(counted) > 0
    for wrong in ({"from": window["to"], "to": window["from"]}, {"to": "2001-01-01T00:00:00Z"}):
        answer = client.get(f"{LIFE}/lanes", params=wrong)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/window-empty")
    assert client.get(f"{LIFE}/lanes?from=2125-01-01T00:00:00Z").status_code == 422
