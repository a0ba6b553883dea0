"""The figures of the fleet in the terminal: the JSON that HTTP answers, tables of 80 columns, and what is refused."""

import json
from collections.abc import Iterator
from typing import Any, Final, get_args

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import create_app
from application.ports.fleet import GroupBy
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.api.terminal.conftest import Run

CLIENTS: Final = ("acme", "globex", "initech")
SAME: Final = {
    "fleet --by client --sort -engagements --limit 1 --json": "group_by=client&sort=-engagements&limit=1",
    "fleet --by partner --partner platform --model managed_marketplace --json": "group_by=partner&partner_id=platform"
    "&model=managed_marketplace",
    "fleet --by client --key initech --to 2030-01-01T00:00:00Z --json": "group_by=client&key=initech"
    "&to=2030-01-01T00:00:00Z",
    "fleet --by month --from 2026-01-01 --json": "group_by=month&from=2026-01-01T00:00:00Z",
}
PASSING: Final = ("as_of", "to", "next")


@pytest.fixture
def http(standfast: Run, sqlite_url: URL) -> Iterator[TestClient]:
    """Two engagements of one client, and one each of two others."""
    with TestClient(create_app(settings_of(sqlite_url))) as client:
        for client_id in (*CLIENTS, CLIENTS[0]):
            opened(client, client_id=client_id, seats=[{"seat_id": "backend-1", "role": "dev"}])
        position = client.get("/v1/events").json()["position"]
        assert client.get("/v1/metrics", params={"min_position": position}).status_code == 200
        yield client


def lasting(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what is another one by the second at which it is asked."""
    text = json.dumps([{**each, "continuity": None} for each in answer["groups"]])
    return {**answer, **dict.fromkeys(PASSING), "groups": text}


def test_json_is_what_http_answers(standfast: Run, http: TestClient) -> None:
    for command, query in SAME.items():
        told, answer = json.loads(standfast(*command.split()).out), http.get(f"/v1/metrics?{query}").json()
        assert answer["groups"] or "partner" in command, command
        assert lasting(told) == lasting(answer), command
        assert (told["next"] is None) == (answer["next"] is None)


def test_the_tables_fit_eighty_columns(standfast: Run, http: TestClient) -> None:
    for by in get_args(GroupBy):
        shown = standfast("fleet", "--by", by).out
        assert max(map(len, shown.splitlines())) <= 80, by
        told = ("Engagements", "Continuity", "Guarantee", "Accountability") if by != "partner" else ("no engagements",)
        assert all(each in shown for each in told), shown
    window = standfast("fleet", "--by", "client", "--from", "2025-03-01", "--to", "2026-02-01").out
    assert max(map(len, window.splitlines())) <= 80
    assert window.startswith("Engagements from 2025-03-01 00:00:00 to 2026-02-01 00:00:00 (UTC),\nas of ")


def test_without_a_group_it_says_so(standfast: Run, http: TestClient) -> None:
    assert "no engagements that are asked for" in standfast("fleet", "--client", "nobody-of-this-name").out


def test_it_goes_on_where_it_says(standfast: Run, http: TestClient) -> None:
    found, more, after = list[str](), list[str](), list[str]()
    for _ in CLIENTS:
        ran = standfast("fleet", "--by", "client", "--sort", "-engagements", "--limit", "1", *more)
        found += [each for each in CLIENTS if each in ran.out]
        after = [line.split()[-1] for line in ran.out.splitlines() if line.startswith("more: ")]
        more = ["--cursor", *after]
    assert (sorted(found), found[0], after) == (sorted(CLIENTS), "acme", [])


REFUSED: Final = {
    "--by moon": "moon",
    "--from soon": "--from",
    "--from 2999-01-01": "from",
    "--from 2026-03-01 --to 2026-02-01": "to",
    "--by client --cursor nonsense": "cursor",
    "--limit 0": "--limit",
    "--sort size": "size",
}


def test_what_cannot_be_asked_is_refused_with_what_is_wrong(standfast: Run, http: TestClient) -> None:
    for arguments, said in REFUSED.items():
        ran = standfast("fleet", *arguments.split())
        assert (ran.code != 0, ran.out, "Traceback" in ran.err) == (True, "", False), arguments
        assert said in ran.err, arguments
