"""docs/rules.md says what the domain says: every command, event and rule of the register stands in it, and no other."""

import re
from pathlib import Path
from typing import Any

import pytest

from domain.engagement.state import State
from domain.law.command import Command
from domain.register import COMMANDS, EVENTS, REJECTIONS
from tests.domain.given import given
from tests.domain.words import end, opened, suspend

PAGE = (Path(__file__).parent.parent / "docs" / "rules.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([A-Za-z-]+)`", PAGE))
KEBAB = {name for name in NAMED if re.fullmatch(r"[a-z]+(-[a-z]+)+", name)}
ROW = re.compile(r"^\| `([a-z-]+)` \| (.*?) \| ([a-z, ]+?) \| ?([SE, ]*?) ?\|$", re.MULTILINE)
TABLE = {command: (records, parties, goes_on) for command, records, parties, goes_on in ROW.findall(PAGE)}


def test_every_rule_stands_in_it() -> None:
    missing = {kind.rule() for kind in REJECTIONS} - NAMED
    assert not missing, f"docs/rules.md does not name the rule {', '.join(sorted(missing))}: say there what it forbids"


def test_every_event_stands_in_it() -> None:
    missing = EVENTS.keys() - NAMED
    assert not missing, f"docs/rules.md does not name the event {', '.join(sorted(missing))}: add it to the table"


def test_every_command_stands_in_its_table() -> None:
    missing = COMMANDS.keys() - TABLE.keys()
    assert not missing, f"the table of docs/rules.md lacks {', '.join(sorted(missing))}: add a row"


def test_nothing_else_is_named_as_if_it_were_a_command_an_event_or_a_rule() -> None:
    assert KEBAB - COMMANDS.keys() - {kind.rule() for kind in REJECTIONS} == set()
    assert {name for name in NAMED if re.fullmatch(r"([A-Z][a-z]+){2,}", name)} - EVENTS.keys() == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_row_says_what_its_command_says(name: str) -> None:
    kind, (records, parties, goes_on) = COMMANDS[name], TABLE[name]
    assert re.findall(r"`([A-Z]\w+)`", records) == [each.__name__ for each in (kind.records, *kind.also_records)]
    assert parties == ", ".join(kind.by)
    assert goes_on == _goes_on(kind)


def _goes_on(kind: type[Command[Any]]) -> str:
    states: dict[str, State] = {"S": given(opened(), suspend()).state, "E": given(opened(), end()).state}
    return ", ".join(mark for mark, state in states.items() if kind.records.guard(state) is None)
