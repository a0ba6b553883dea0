"""The audit in the terminal, on the worked example of docs/metrics.md."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.terminal.conftest import Run

EXAMPLE = Path(__file__).parents[3] / "docs" / "worked-example.jsonl"
CLIENT = json.loads(EXAMPLE.read_text().splitlines()[0])["client_id"]


@pytest.fixture
def imported(standfast: Run, written: Callable[[str, str], Path]) -> Run:
    """The example up to the middle of its last month."""
    lines = [line for line in EXAMPLE.read_text().splitlines() if json.loads(line)["occurred_at"] < "2026-11-20"]
    assert standfast("import", written("example.jsonl", "\n".join(lines))).code == 0
    return standfast


def test_a_clock_is_explained_interval_by_interval(imported: Run) -> None:
    said = imported("explain", CLIENT, "replace", "k1", "--as-of", "2026-11-18T14:00:00Z")
    assert said.code == 0
    assert "replace of k1: met · accountable: platform" in said.out
    assert "elapsed 75:30:00 · goal 80:00:00 · remaining 4:30:00" in said.out
    assert re.search(r"as of 2026-11-18 14:00:00, as known at [0-9: -]{19} \(UTC\)", said.out)
    assert "awaiting decision" in said.out
    assert "holiday 2026-11-11" in said.out
    assert "450:30:00" in said.out, "all of it, from the request to the replacement"


def test_a_replay_shows_state_clocks_and_metrics_of_that_instant(imported: Run) -> None:
    said = imported("replay", CLIENT, "--as-of", "2026-11-12T15:00:00Z").out
    assert re.search(r"as of 2026-11-12 15:00:00, as known at [0-9: -]{19} \(UTC; position \d+\)", said)
    assert "since (UTC)" in said
    assert "due or used up at (UTC)" in said
    assert "ana (active)" in said
    assert "2026-11-18 18:30:00" in said, "when the goal of the replacement will be used up"
    assert "platform 20:30:00, client 14:00:00, partner 24:00:00" in said


def test_a_replay_is_the_answer_of_the_api_too(imported: Run) -> None:
    answer = json.loads(imported("replay", CLIENT, "--as-of", "2026-11-12T15:00:00Z", "--json").out)
    assert answer["as_of"] == "2026-11-12T15:00:00.000000Z"
    assert answer["metrics"]["accountability"]["waiting_seconds"]["client"] == 14 * 3600


@pytest.mark.parametrize("command", ["clocks", "metrics"])
def test_instants_of_an_answer_say_their_zone(imported: Run, command: str) -> None:
    said = imported(command, CLIENT, "--as-of", "2026-11-12T15:00:00Z").out
    assert re.search(r"as of 2026-11-12 15:00:00, as known at [0-9: -]{19} \(UTC\)", " ".join(said.split()))


def test_when_a_goal_is_used_up_says_its_zone(imported: Run) -> None:
    said = imported("explain", CLIENT, "replace", "k1", "--as-of", "2026-11-12T15:00:00Z").out
    assert "goal used up at 2026-11-18 18:30:00 (UTC)" in " ".join(said.split())


def test_before_the_opening_there_is_nothing_to_show(imported: Run) -> None:
    assert "not opened yet" in imported("replay", CLIENT, "--as-of", "2020-01-01T00:00:00Z").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", CLIENT, "replace", "k9"), "there is no clock replace of k9"),
        (("explain", CLIENT, "replace", "k9"), "or standfast clocks in the terminal"),
        (("what-if", CLIENT), "nothing is supposed.\nName a model, a policy, a calendar"),
        (("replay", CLIENT, "--as-of", "yesterday"), "--as-of yesterday: an instant is RFC 3339 text"),
        (("replay", CLIENT, "--as-of", "2999-01-01T00:00:00Z"), "as_of lies more than ten years ahead"),
        (("explain", CLIENT, "replace", "k1", "--as-of", "2999-01-01T00:00:00Z"), "more than ten years ahead"),
        (("replay", "nobody"), "nobody is neither the id of an engagement"),
    ],
)
def test_what_cannot_be_told_is_said_in_one_line(imported: Run, arguments: tuple[str, ...], said: str) -> None:
    found = imported(*arguments)
    assert found.code == 2
    assert said in found.err
    assert "Traceback" not in found.err
