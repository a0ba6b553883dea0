"""The life in docs/operations.md runs as it is written, and its rows say what each command does to the clocks."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy.engine import URL, make_url

from api.composition import assemble
from domain.clocks.life import Ending, Key
from domain.clocks.starts_and_stops import Lives
from domain.engagement.state import EngagementHistory
from domain.law.command import Command
from domain.register import COMMANDS
from domain.time.business_time import epoch_seconds
from tests.api.serving import serving, settings_of
from tests.domain import words as say
from tests.domain.given import given

PAGE = (Path(__file__).parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
LIFE = "\n".join(re.findall(r"^```sh life\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
WRITTEN = "127.0.0.1:8000"
CELLS = dict(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE))
SAID = re.compile(r"(starts|stops|cancels|holds|frees|excuses) ((?:`\w+`(?:, )?)+)")
ENDINGS: dict[Ending, str] = {
    "stopped": "stops",
    "cancelled": "cancels",
    "overtaken": "cancels",
    "excused": "excuses",
}
MOVED: dict[tuple[str | None, str], str] = {("runs", "stands still"): "holds", ("stands still", "runs"): "frees"}
COMMAND_OF = {kind.records.__name__: name for name, kind in COMMANDS.items()}
Effect = tuple[str, str, str]
"""A command, what it does, and to which clock."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the examples printed, told from top to bottom to a server, and what is recorded then."""

    ran: subprocess.CompletedProcess[str]
    history: EngagementHistory


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    if shutil.which("curl") is None:
        pytest.skip("the examples are written for curl")
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('operations') / 'standfast.db'}")
    with structlog.testing.capture_logs(), serving(url) as address:
        ran = subprocess.run(
            ["bash", "-c", "set -euo pipefail\n" + LIFE.replace(WRITTEN, address.removeprefix("http://"))],
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr
    return Told(ran, _recorded(url))


def _recorded(url: URL) -> EngagementHistory:
    [engagement] = re.findall(r"^id=(\S+)$", LIFE, re.MULTILINE)
    standfast = assemble(settings_of(url), to_read=True)
    try:
        return standfast.marketplace.history(UUID(engagement))
    finally:
        standfast.close()


def test_the_life_runs_as_it_is_written(told: Told) -> None:
    assert {fact.type for fact in told.history.facts} >= COMMAND_OF.keys()


def test_the_one_refusal_is_the_one_it_shows(told: Told) -> None:
    assert re.findall(r'"/problems/([a-z-]+)"', told.ran.stdout) == ["not-yours"]


@pytest.fixture(scope="module")
def done(told: Told) -> set[Effect]:
    """What the commands of the page did to the clocks, and those of the lives that it leaves out."""
    return {*effects(told.history), *(each for life in LIVES for each in effects(given(*life).history))}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_row_says_what_its_command_does_to_the_clocks(name: str, done: set[Effect]) -> None:
    found = {(verb, clock) for command, verb, clock in done if command == name}
    said = {(verb, clock) for verb, clocks in SAID.findall(CELLS[name]) for clock in re.findall(r"\w+", clocks)}
    assert said == found


def effects(history: EngagementHistory) -> Iterator[Effect]:
    """What each fact of a timeline did to the clocks."""
    lives = Lives()
    for fact in history.timeline:
        at = epoch_seconds(fact.occurred_at)
        before = _shown(lives, at)
        lives.take(fact)
        for key, after in _shown(lives, at).items():
            for verb in _did(before.get(key), after):
                yield COMMAND_OF[fact.type], verb, key[0]


def _shown(lives: Lives, at: int) -> dict[Key, str]:
    """Of each clock how it ended, or whether it stands still."""
    return {
        key: ENDINGS[life.ending] if life.ending else "runs" if life.counts(life.present(at)) else "stands still"
        for key, life in lives.by_key.items()
    }


def _did(before: str | None, after: str) -> Iterator[str]:
    if before is None:
        yield "starts"
    if after in ENDINGS.values() and after != before:
        yield after
    elif (before, after) in MOVED:
        yield MOVED[before, after]


def taken_over() -> list[Command[Any]]:
    """Ben takes over from Ana, and has a plan of what she is to hand over."""
    return [
        *(say.opened(), *say.active(), say.request(), say.propose(), say.accept(), say.onboard("a2")),
        *(say.handover(case_id="k1"), say.replace_professional()),
    ]


def everything_runs() -> list[Command[Any]]:
    """A clock of each obligation but the exit."""
    return [
        *(
            *taken_over(),
            say.report(assignment_id="a2"),
            say.request("k2"),
            say.propose("p2", "cyd", "k2", qualified=False),
        ),
        *(say.add_seat(), say.match("b1", "eli", "s2")),
    ]


def handed_over_before() -> list[Command[Any]]:
    """The knowledge is transferred before the case is replaced, and a concern about the outgoing one is open."""
    before = [say.handover(case_id="k1"), say.deliver(), say.verify(), say.transferred(), say.report()]
    return [*taken_over()[:-2], *before, say.replace_professional()]


def exit_before_the_end() -> list[Command[Any]]:
    plan = say.exit_plan(), say.deliver(plan_id="x1"), say.verify(plan_id="x1"), say.transferred("x1")
    return [*everything_runs(), *plan, say.end()]


def all_declined() -> list[Command[Any]]:
    """As many qualified successors as the marketplace's policy allows."""
    proposals = [(say.propose(name, name), say.decline(name)) for name in ("p1", "p2", "p3")]
    team = [say.match(), *say.onboarded_fully("a1"), say.request()]
    return [say.opened("managed_marketplace"), *team, *(each for pair in proposals for each in pair)]


def reported(*then: Command[Any]) -> list[Command[Any]]:
    return [say.opened(), *say.active(), say.report(), *then]


LIVES: list[list[Command[Any]]] = [
    [say.opened(), say.match(), say.depart(cause="no_show")],
    [say.opened(), say.match(), say.close_seat()],
    reported(say.depart()),
    reported(say.resolve()),
    reported(say.resolve(outcome="withdrawn")),
    reported(say.request(cause="non_performance"), say.propose(qualified=False), say.accept()),
    reported(say.request(), say.propose(qualified=False), say.close_seat()),
    reported(say.request(), say.propose(), say.withdraw_case()),
    handed_over_before(),
    all_declined(),
    [*everything_runs(), say.suspend(), say.resume()],
    exit_before_the_end(),
]
"""What the life of the page leaves out: the clocks that a command changes in other circumstances."""
