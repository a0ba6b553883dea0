"""Projecting in a process of its own, saying how far it is, and trying again what is parked: real processes."""

import io
import json
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from rich.console import Console

from api.examples.commands import body_example
from api.terminal.projection_status import Status, lines, tables
from infrastructure.events.codec import adapter
from tests.api.terminal.conftest import Run
from tests.api.terminal.running import SECONDS_TO_STOP, alone, running

BREAKABLE = """
from pathlib import Path
from infrastructure.projections import folding
whole = folding.seen
def seen(history):
    if Path("broken").exists():
        raise ValueError(Path("broken").read_text())
    return whole(history)
folding.seen = seen
"""
"""Has nothing fold as long as there is a file `broken`, whose text is the reason."""

PATIENCE = 15.0


def asked(address: str, body: Any = None) -> tuple[int, Any]:
    """The status and the answer of a GET, or of a POST of what is to be told."""
    sent = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(address, sent, {"Content-Type": "application/json"}), timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def engagement_of(address: str) -> tuple[str, int]:
    """A new engagement: its id and the position of its opening."""
    body = {name: value for name, value in body_example("open-engagement").items() if name != "engagement_id"}
    status, answer = asked(f"{address}/v1/engagements", body)
    assert status == 201, answer
    return str(answer["engagement_id"]), int(answer["position"])


def listed(address: str, position: int) -> int:
    """How many engagements are in the list once it tells of a position."""
    until = time.monotonic() + PATIENCE
    while True:
        status, answer = asked(f"{address}/v1/engagements?min_position={position}")
        if status == 200 or time.monotonic() > until:
            assert status == 200, answer
            return len(answer["items"])


def test_another_process_projects_what_serve_leaves_to_it_and_a_third_takes_over(
    environment: dict[str, str], tmp_path: Path, terminal: Run
) -> None:
    arguments, limited = ("serve", "--no-project", "--port", "0"), {**environment, "STANDFAST_LAG_LIMIT": "1"}
    with running(*arguments, environment=limited, folder=tmp_path) as (address, _):
        _, position = engagement_of(address)
        time.sleep(1.1)
        status, answer = asked(f"{address}/readyz")
        assert (status, answer["status"], answer["projections"]["behind_events"]) == (503, "unavailable", 1)
        found = json.loads(terminal("status", "--json").out)
        assert {each["behind_events"] for each in found["projections"]} == {1}
        assert all(each["behind_seconds"] > 1 for each in found["projections"])
        said = terminal("status")
        assert (said.code, "nobody keeps the projections up to date" in said.out) == (0, True)
        with alone("project", environment, tmp_path) as first:
            assert listed(address, position) == 1
            assert asked(f"{address}/readyz")[1]["projections"]["leading"] is False
            assert "a process keeps the projections up to date" in terminal("status").out
            with alone("project", environment, tmp_path):
                first.kill()
                first.wait(SECONDS_TO_STOP)
                _, position = engagement_of(address)
                assert listed(address, position) == 2
    remarks = (tmp_path / "project.txt").read_text()
    assert remarks.count('"event":"the projections are kept up to date here"') == 2
    assert '"event":"the projector has ended"' in remarks
    assert "Traceback" not in remarks


def test_what_is_parked_is_told_and_tried_again_by_the_process_that_leads_or_here(
    environment: dict[str, str], tmp_path: Path, terminal: Run
) -> None:
    (tmp_path / "broken").write_text("a first reason [of many]")
    with running("serve", "--port", "0", environment=environment, folder=tmp_path, first=BREAKABLE) as (address, _):
        ran = terminal("parked")
        assert (ran.code, ran.out) == (0, "nothing is parked\n")
        one, _ = engagement_of(address)
        other, position = engagement_of(address)
        assert listed(address, position) == 0
        parked = json.loads(terminal("parked", "--json").out)
        assert {each["engagement_id"] for each in parked} == {one, other}
        assert {each["error"] for each in parked} == {"ValueError: a first reason [of many]"}
        assert "a first reason [of many]" in terminal("parked").out
        requests = {each["correlation_id"] for each in parked}
        assert requests == {each["correlation_id"] for each in asked(f"{address}/v1/events")[1]["items"]}
        assert all(each in terminal("parked").out for each in requests)

        (tmp_path / "broken").write_text("another reason")
        ran = terminal("parked", "retry")
        assert (ran.code, ran.out.splitlines()[0]) == (
            1,
            f"tried by the process that leads: 0 moved on, {len(parked)} still parked",
        )
        assert "ValueError: another reason" in ran.out

        (tmp_path / "broken").unlink()
        ran = terminal("parked", "retry", one, "--json")
        answer = json.loads(ran.out)
        assert (ran.code, answer["tried"], answer["left"]) == (0, "leader", [])
        assert {each["engagement_id"] for each in answer["moved_on"]} == {one}
        assert listed(address, position) == 1
        assert {each["engagement_id"] for each in json.loads(terminal("status", "--json").out)["parked"]} == {other}
    ran = terminal("parked", "retry")
    assert (ran.code, ran.out) == (
        0,
        f"tried here, since no process leads: {len(parked) // 2} moved on, 0 still parked\n",
    )
    assert "whole" in terminal("verify").out


STATUS = {
    "log": {
        "log_id": "7d4f0f57-53e4-4f0e-9c70-6f0f3c2f8d11",
        "position": 12_345_678,
        "recorded_at": "2026-01-02T03:04:05Z",
    },
    "led": False,
    "keeping": False,
    "last_breach": {
        "engagement_id": "0b7e4d52-6c1f-4f6a-9a3e-2d8c5f1b7a90",
        "clock": "transfer_knowledge",
        "subject_id": "k" * 64,
        "recorded_at": "2026-01-02T03:04:05Z",
    },
    "projections": [
        {
            "projection": "engagements",
            "fold": 1,
            "newest": 2,
            "position": 12_000_000,
            "behind_events": 345_678,
            "behind_seconds": 86_400.5,
            "parked": 1,
        }
    ],
    "generations": [
        {
            "generation": 3,
            "state": "live",
            "position": 12_000_000,
            "current": False,
            "of_this_log": True,
            "folds": {"engagements": 1},
        },
        {
            "generation": 4,
            "state": "building",
            "position": 9_000_000,
            "current": True,
            "of_this_log": True,
            "folds": {"engagements": 2},
        },
    ],
    "parked": [
        {
            "projection": "engagements",
            "engagement_id": "0b7e4d52-6c1f-4f6a-9a3e-2d8c5f1b7a90",
            "position": 11_999_999,
            "correlation_id": "an-id-of-somebody-elses-" + "x" * 104,
            "since": "2026-01-02T03:04:05Z",
            "error": "UnreadableEvent: " + "what nobody foresaw, " * 9,
        }
    ],
}


def test_the_tables_of_the_status_fit_eighty_columns() -> None:
    found = adapter(Status).validate_python(STATUS)
    told = io.StringIO()
    console = Console(width=80, file=told)
    for table in tables(found):
        console.print(table)
    shown = [*lines(found), *told.getvalue().splitlines()]
    assert max(map(len, shown)) <= 80
    text = "\n".join(shown)
    assert "0b7e4d52-6c1f-4f6a-9a3e-2d8c5f1b7a90" in text
    for word in ("1, not 2", "345,678", "86,400.5", "building", "other folds", "engagements from event 11,999,999"):
        assert word in text


def test_without_a_log_there_is_no_status(standfast: Run) -> None:
    ran = standfast("status")
    assert ran.code == 2
    assert "there is no file" in ran.err
