"""Questions in the terminal: the JSON that HTTP answers, tables beside it, and dates that stand for instants."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.serving import settings_of
from tests.api.terminal.conftest import Run
from tests.api.terminal.test_audit import CLIENT, EXAMPLE

ID = json.loads(EXAMPLE.read_text().splitlines()[0])["engagement_id"]
AT = "2026-11-12T15:00:00Z"
KNOWN = "2999-01-01T00:00:00Z"
SAME = {
    "list --json": "/v1/engagements",
    "list --json --status ended": "/v1/engagements?status=ended",
    "list --json --client acme --not-at-risk": "/v1/engagements?client_id=acme&at_risk=false",
    f"history {ID} --json": f"/v1/engagements/{ID}/history?limit=500",
    f"replay {ID} --as-of {AT} --json": f"/v1/engagements/{ID}/replay?as_of={AT}",
    f"clocks {ID} --as-of {AT} --json": f"/v1/engagements/{ID}/clocks?as_of={AT}",
    f"explain {ID} replace k1 --as-of {AT} --json": f"/v1/engagements/{ID}/clocks/replace/k1?as_of={AT}",
    "fleet --json": "/v1/metrics?group_by=model",
    "fleet --by month --from 2026-10-01 --to 2026-11-15 --json": (
        "/v1/metrics?group_by=month&from=2026-10-01T00:00:00Z&to=2026-11-15T00:00:00Z"
    ),
    f"metrics {ID} --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z --as-of {AT} --json": (
        f"/v1/engagements/{ID}/metrics?from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z&as_of={AT}"
    ),
}


@pytest.fixture
def recorded(standfast: Run) -> Run:
    assert standfast("import", EXAMPLE).code == 0
    return standfast


@pytest.fixture
def http(recorded: Run, sqlite_url: URL) -> Iterator[TestClient]:
    with TestClient(create_app(settings_of(sqlite_url))) as opened:
        yield opened


def _asked_at(answer: dict[str, Any]) -> dict[str, Any]:
    """What follows from the instant at which an answer was asked for."""
    return {name: answer[name] for name in ("as_of", "to") if name in answer}


def test_json_is_what_http_answers(recorded: Run, http: TestClient) -> None:
    for command, address in SAME.items():
        ran, answer = recorded(*command.split()), http.get(address)
        if "as_of" in address or "history" in address:
            assert (ran.code, ran.out) == (0, answer.text + "\n"), command
        else:  # as of the instant at which it was asked
            assert {**json.loads(ran.out), **_asked_at(answer.json())} == answer.json(), command


def test_so_is_a_supposition(recorded: Run, http: TestClient) -> None:
    body = {"model": "managed_services", "calendar": "weekdays@1", "as_of": AT}
    arguments = ("--model", "managed_services", "--calendar", "weekdays@1", "--as-of", AT, "--json")
    answer = http.post(f"/v1/engagements/{ID}/what-if", json=body)
    assert recorded("what-if", ID, *arguments).out == answer.text + "\n"


def test_a_supposition_may_be_a_document(
    recorded: Run, http: TestClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    document = http.get("/v1/calendars/weekdays@1").json()
    file = tmp_path_factory.mktemp("documents") / "calendar.json"
    file.write_text(json.dumps(document))
    ran = recorded("what-if", ID, "--calendar", file, "--json")
    assert (ran.code, json.loads(ran.out)["engagement_id"]) == (0, ID)


def test_what_would_be_stands_beside_what_is(recorded: Run) -> None:
    shown = recorded("what-if", ID, "--model", "staff_augmentation").out
    assert "would be" in shown
    assert "completed" in shown, "without a promise, the replacement has no goal"


def test_the_list_goes_on_where_it_says(recorded: Run, http: TestClient) -> None:
    body = {"client_id": "beta", "model": "staff_augmentation", "work_class": "core", "seats": []}
    answer = http.post("/v1/engagements", json=body)
    assert http.get("/v1/engagements", params={"min_position": answer.json()["position"]}).status_code == 200
    first = recorded("list", "--limit", "1")
    [cursor] = [line.split()[-1] for line in first.out.splitlines() if "--cursor" in line]
    assert (ID in first.out, "beta" in first.out) == (True, False)
    rest = recorded("list", "--cursor", cursor).out
    assert ("beta" in rest, "--cursor" in rest) == (True, False)
    assert "a cursor is the next of a page before" in recorded("list", "--cursor", "x").err


def test_a_list_of_nothing_is_told_in_words(standfast: Run) -> None:
    standfast("migrate")
    assert standfast("list").out == "no engagements\n"
    assert standfast("list", "--sort", "name", "--limit", "3").out == "no engagements\n"
    assert standfast("list", "--client", "beta").out == "no engagements that are asked for\n"


def test_metrics_and_clocks_are_tables(recorded: Run) -> None:
    shown = recorded("metrics", ID).out
    for title in ("Accountability", "Continuity", "Guarantee", "Seats filled", "Ramp-up", "Effort"):
        assert title in shown
    assert "2026-11-18 18:30:00" in recorded("clocks", ID, "--as-of", AT).out


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        ("2026-11-12", "2026-11-12T05:00:00.000000Z"),
        ("2026-10-10", "2026-10-10T04:00:00.000000Z"),
        ("2026-11-01", "2026-11-01T04:00:00.000000Z"),
        ("2020-01-01", "2020-01-01T05:00:00.000000Z"),
    ],
)
def test_a_date_is_midnight_at_its_start_on_the_calendar(recorded: Run, day: str, instant: str) -> None:
    assert json.loads(recorded("clocks", ID, "--as-of", day, "--json").out)["as_of"] == instant


@pytest.mark.parametrize("wrong", ["2026-13-01", "2026-11-12T15:00", "20261112", "today"])
def test_what_is_no_instant_is_told(recorded: Run, wrong: str) -> None:
    ran = recorded("metrics", ID, "--to", wrong)
    assert (ran.code, ran.out) == (2, "")
    assert f"standfast: --to {wrong}: " in ran.err


def test_what_was_not_known_yet_is_no_history(recorded: Run) -> None:
    assert "nothing had been recorded by then" in recorded("history", ID, "--known-at", "2020-01-01").out
    assert json.loads(recorded("history", ID, "--known-at", "2020-01-01", "--json").out)["items"] == []
    assert len(json.loads(recorded("history", ID, "--known-at", KNOWN, "--json").out)["items"]) > 30


def test_help_is_there_by_both_names(standfast: Run) -> None:
    for command in ((), ("list",), ("what-if",)):
        assert standfast(*command, "-h").out == standfast(*command, "--help").out
    assert "midnight at its start in the zone" in standfast("metrics", "-h").out.replace("\n", " ")


def test_the_client_of_the_example_is_named_too(recorded: Run) -> None:
    assert (
        recorded("clocks", CLIENT, "--as-of", AT, "--json").out == recorded("clocks", ID, "--as-of", AT, "--json").out
    )
