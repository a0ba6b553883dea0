"""`as_of` is read alike by every answer that takes one."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import opened

TOO_FAR = "2999-01-01T00:00:00Z"
INSTANTS = {"as_of", "known_at", "position", "projected"}
INSTEAD = {"clock": "replace", "subject_id": "k1"}


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    return lasting_client


@pytest.fixture(scope="module")
def takers(client: TestClient) -> dict[str, str]:
    """The address of every query with an ``as_of``, by its name, about an engagement that there is."""
    here = opened(client).rpartition("/")[2]

    def address(path: str) -> str:
        return re.sub(r"{(\w+)}", lambda found: {**INSTEAD, "engagement_id": here}[found[1]], path)

    described: dict[str, Any] = client.get("/openapi.json").json()["paths"]
    return {
        methods["get"]["operationId"]: address(path)
        for path, methods in described.items()
        if path.startswith("/v1/engagements/")
        and any(each["name"] == "as_of" for each in methods.get("get", {}).get("parameters", ()))
    }


def test_every_answer_refuses_an_instant_more_than_ten_years_ahead(client: TestClient, takers: dict[str, str]) -> None:
    assert takers.keys() >= {"show-state", "read-clocks", "explain-clock", "show-metrics", "replay"}
    for name, address in takers.items():
        answer = client.get(address, params={"as_of": TOO_FAR})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/as-of-too-far"), name
        assert answer.json()["violations"][0]["field"] == "as_of", name


def test_so_do_the_rows_behind_a_figure(client: TestClient) -> None:
    answer = client.get("/v1/metrics/rows", params={"figure": "engagements", "as_of": TOO_FAR})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/as-of-too-far")


def test_so_does_a_supposition(client: TestClient, takers: dict[str, str]) -> None:
    answer = client.post(f"{takers['show-state']}/what-if", json={"calendar": "always@1", "as_of": TOO_FAR})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/as-of-too-far")


def test_every_answer_says_the_same_instants(client: TestClient, takers: dict[str, str]) -> None:
    asked = {"as_of": "2026-01-01T00:00:00+01:00", "known_at": client.get(takers["show-state"]).json()["known_at"]}
    said = {name: client.get(address, params=asked) for name, address in takers.items()}
    assert said.pop("explain-clock").status_code == 404, "there is no such clock: it has nothing to say"
    instants = set()
    for name, answer in said.items():
        assert answer.json().keys() >= INSTANTS, f"{name} does not say as of when, and as known when, it answers"
        instants.add(tuple(answer.json()[each] for each in sorted(INSTANTS)))
    assert len(instants) == 1, instants


def test_every_answer_says_whether_it_tells_of_what_is_to_come(client: TestClient, takers: dict[str, str]) -> None:
    for ahead in (-1, 1):
        as_of = (datetime.now(UTC) + timedelta(days=ahead)).isoformat()
        said = {name: client.get(address, params={"as_of": as_of}) for name, address in takers.items()}
        assert said.pop("explain-clock").status_code == 404, "there is no such clock: it has nothing to say"
        assert {name: answer.json()["projected"] for name, answer in said.items()} == dict.fromkeys(said, ahead > 0)
        supposing = {"calendar": "always@1", "as_of": as_of}
        assert client.post(f"{takers['show-state']}/what-if", json=supposing).json()["projected"] is (ahead > 0)
    assert client.get(takers["show-state"]).json()["projected"] is False
