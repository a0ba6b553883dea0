"""Deadlines kept by serve, or by a process of their own; breaches listed, and the old ones recorded: real processes."""

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from domain.engagement.terms.policy import Policy
from infrastructure.events.codec import adapter
from tests.api.terminal.conftest import Run
from tests.api.terminal.running import alone, running
from tests.api.terminal.test_projecting import asked
from tests.domain.clocks.test_reading import in_hours

PATIENCE = 20.0
GOAL = timedelta(hours=0.001)
"""What the policy `soon` grants to acknowledge a concern: seconds that a test can wait for."""


def concern(address: str, name: str | None = None, **when: str) -> str:
    """An engagement, named or not, in which a concern was reported now, or at an instant: its id."""
    policy = json.loads(adapter(Policy).dump_json(in_hours("soon", 0.001)))
    del policy["version"]
    told(f"{address}/v1/policies", policy)
    opening = {
        "client_id": "acme",
        "model": "managed_marketplace",
        "work_class": "core",
        "policy": "soon",
        "name": name,
    }
    seats = [{"seat_id": "s1", "role": "developer"}]
    here = f"{address}/v1/engagements"
    engagement = str(told(here, {**opening, **when, "seats": seats})["engagement_id"])
    who = {"seat_id": "s1", "professional_id": "ana", "supply_source": "independent", "assignment_id": "a1"}
    told(f"{here}/{engagement}/match-professional", {**when, **who})
    told(f"{here}/{engagement}/onboard-professional", {**when, "assignment_id": "a1"})
    about = {"assignment_id": "a1", "concern_id": "c1", "category": "delivery", "severity": "high", "evidence": []}
    told(f"{here}/{engagement}/report-underperformance", {**when, **about})
    return engagement


def told(address: str, body: dict[str, Any]) -> Any:
    status, answer = asked(address, body)
    assert status in (200, 201), answer
    return answer


def notices(address: str, engagement: str) -> list[dict[str, Any]]:
    status, answer = asked(f"{address}/v1/engagements/{engagement}/history?limit=500")
    assert status == 200, answer
    return [each for each in answer["items"] if each["type"] == "ServiceLevelBreached"]


def awaited(address: str, engagement: str) -> dict[str, Any]:
    """The one notice of an engagement, once it is there."""
    deadline = time.monotonic() + PATIENCE
    while not (found := notices(address, engagement)):
        assert time.monotonic() < deadline, "no notice was given"
        time.sleep(0.05)
    [notice] = found
    return notice


def test_serve_gives_notice_within_two_seconds_and_leaves_what_is_old(
    environment: dict[str, str], tmp_path: Path, terminal: Run
) -> None:
    with running("serve", "--port", "0", environment=environment, folder=tmp_path) as (address, _):
        old = concern(address, "A [bold] plan", occurred_at="2025-03-03T09:00:00Z")
        notice = awaited(address, concern(address))
        at, recorded_at = (datetime.fromisoformat(notice[name]) for name in ("occurred_at", "recorded_at"))
        assert timedelta(0) <= recorded_at - at < timedelta(seconds=2)
        assert at - datetime.fromisoformat(notice["data"]["due_at"]) == timedelta(seconds=1)
        assert notices(address, old) == []
        with urlopen(f"{address}/metrics") as answer:
            numbers = answer.read().decode()
        assert "\nstandfast_breaches_recorded_total 1\n" in numbers
        assert "\nstandfast_breaches_old 1\n" in numbers
        assert "\nstandfast_keeping 1\n" in numbers
        found = json.loads(terminal("status", "--json").out)
        assert (found["keeping"], found["last_breach"]["subject_id"]) == (True, "c1")
        assert "last breach recorded at" in terminal("status").out
        breaches = json.loads(terminal("breaches", "--json").out)
        assert (breaches["due"], breaches["old"]["count"]) == ({"count": 0, "first": []}, 1)
        assert breaches["old"]["first"][0]["engagement_id"] == old
        told = breaches["old"]["first"][0]
        title = "Concern about ana on s1 (high): to be acknowledged"
        assert (told["engagement_name"], told["client_id"], told["title"]) == ("A [bold] plan", "acme", title)
        said = terminal("breaches").out
        for each in ("0 due, 1 old", "acknowledge of c1", title, "acme: A [bold] plan"):
            assert each in said
        assert max(map(len, said.splitlines())) <= 80
        ran = terminal("breaches", "--record-old")
        assert (ran.code, ran.out) == (0, "1 notice of old breaches recorded\n")
        assert awaited(address, old)["occurred_at"].startswith("2025-03-03T09:00:0")
        assert json.loads(terminal("breaches", "--record-old", "--json").out) == {"recorded": 0}


def test_another_process_keeps_what_serve_leaves_to_it(
    environment: dict[str, str], tmp_path: Path, terminal: Run
) -> None:
    with running("serve", "--no-keep", "--port", "0", environment=environment, folder=tmp_path) as (address, _):
        engagement = concern(address)
        time.sleep(GOAL.total_seconds() + 3)
        assert notices(address, engagement) == []
        assert "nobody keeps the deadlines" in terminal("status").out
        [due] = json.loads(terminal("breaches", "--json").out)["due"]["first"]
        assert (due["engagement_id"], due["engagement_name"]) == (engagement, None)
        assert f"acme: {engagement}" in terminal("breaches").out
        with alone("keep", {**environment, "STANDFAST_KEEPER_OLD": "record"}, tmp_path):
            awaited(address, engagement)
            awaited(address, concern(address, occurred_at="2025-03-03T09:00:00Z"))
    remarks = (tmp_path / "keep.txt").read_text()
    assert '"event":"the deadlines are kept here"' in remarks
    assert '"event":"the keeper has ended"' in remarks
    assert "Traceback" not in remarks
