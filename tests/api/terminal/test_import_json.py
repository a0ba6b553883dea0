"""`standfast import --json`: what came of a file, for a program."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy.engine import URL
from typer.main import get_command

from api.http.problem_kinds import kinds
from api.terminal import command_line
from tests.api.terminal.conftest import Ran, Run
from tests.api.terminal.test_import_log import NOTE, OPENING, SEAT, log

Write = Callable[[str, str], Path]
HEADER = "team,role,professional,partner,started_at,ended_at,succeeded_by"
NO_ANSWER = {"serve", "project", "keep", "demo"}
"""They serve, project or keep."""


def told(ran: Ran) -> dict[str, Any]:
    [line] = ran.out.splitlines()
    answer: dict[str, Any] = json.loads(line)
    return answer


def test_every_command_that_answers_may_answer_as_json() -> None:
    group = get_command(command_line.app)
    assert isinstance(group, typer.core.TyperGroup)
    commands = dict(group.commands)
    for name, each in group.commands.items():
        if isinstance(each, typer.core.TyperGroup):
            del commands[name]
            commands |= {f"{name} {under}": command for under, command in each.commands.items()}
    flags = {name: [flag for each in command.params for flag in each.opts] for name, command in commands.items()}
    without = {name for name, known in flags.items() if "--json" not in known}
    assert without == NO_ANSWER


def test_the_sums_of_a_log_are_told(standfast: Run, written: Write, sqlite_url: URL) -> None:
    file = written("log.jsonl", log(OPENING, NOTE, NOTE, SEAT))
    first, again = standfast("import", file, "--json"), standfast("import", file, "--json")
    assert (first.code, first.err) == (0, "")
    sums = {"lines": 4, "imported": 4, "refused_lines": 0, "engagements": 1, "refused": [], "remarks": []}
    where = {"database": str(sqlite_url), "file": str(file)}
    assert told(first) == {**where, **sums, "commands": 4, "events": 4, "before": 0}
    assert told(again) == {**where, **sums, "commands": 0, "events": 0, "before": 4}


def test_refused_lines_are_told_with_rule_and_remedy(standfast: Run, written: Write) -> None:
    closing = {"command": "close-seat", "engagement_id": OPENING["engagement_id"], "reason": "x", "seat_id": "s9"}
    at = "2025-02-03T09:00:00.000000Z"
    keyed = {**NOTE, "idempotency_key": "k-1"}
    lines: list[dict[str, Any] | str] = [
        OPENING,
        "",
        "{",
        {**OPENING, "model": "barter"},
        {**closing, "occurred_at": at},
    ]
    lines += [keyed, {**keyed, "note": "Another."}, {**closing, "idempotency_key": "k-2"}]
    ran = standfast("import", written("log.jsonl", log(*lines)), "--json")
    answer = told(ran)
    assert (ran.code, ran.err) == (1, "")
    assert (answer["lines"], answer["imported"], answer["refused_lines"]) == (7, 2, 5)
    refused = answer["refused"]
    rules = [(3, "malformed"), (4, "fields-wrong"), (5, "unknown-seat"), (7, "key-reused"), (8, "unknown-seat")]
    assert [(each["line"], each["rule"]) for each in refused] == rules
    assert {each["remedy"] for each in refused} == {kinds()[rule].remedy for _, rule in rules}
    assert refused[2]["judged_at"] == at
    assert "there is no seat s9" in refused[2]["detail"]
    assert [each["judged_at"] for each in refused[:2]] == [None, None]
    again = standfast("import", written("again.jsonl", log(lines[-1])), "--json")
    before = told(again)["refused"]
    assert before == [{**refused[4], "line": 1, "refused_before": True}]
    [said] = standfast("import", written("again.jsonl", log(lines[-1]))).err.splitlines()
    assert said.startswith("line 1: refused before by unknown-seat")


def test_the_lines_of_a_table_are_told_alike(standfast: Run, written: Write) -> None:
    rows = (
        "t,r,ann,,2023-01-09,2023-02-01,bob",
        "t,r,bob,,2023-02-01,2023-01-01,",
        "t,r,cyn,,2023-03-01,,",
    )
    file = written("t.csv", "\n".join((HEADER, *rows)))
    ran = standfast("import", file, "--json")
    answer = told(ran)
    assert ran.code == 1
    assert (answer["lines"], answer["imported"], answer["refused_lines"], answer["engagements"]) == (3, 2, 1, 1)
    [refused] = answer["refused"]
    assert refused == {
        "line": 3,
        "rule": None,
        "field": None,
        "detail": "ended_at (2023-01-01) is not after started_at (2023-02-01)",
        "remedy": None,
        "judged_at": None,
        "refused_before": False,
    }
    [remark] = answer["remarks"]
    assert remark["line"] == 2


@pytest.mark.parametrize(
    ("row", "field", "advised"),
    [
        ("t,r,ann,,2023-01-09,30.10.2026,", "ended_at", True),
        ("t,r,ann,,2023-01-09 09:00,,", "started_at", True),
        (",r,ann,,2023-01-09,,", "team", False),
        (f"t,r,{'a' * 65},,2023-01-09,,", "professional", False),
    ],
)
def test_a_cell_that_is_wrong_is_named_by_its_column(
    standfast: Run, written: Write, row: str, field: str, advised: bool
) -> None:
    [refused] = told(standfast("import", written("t.csv", f"{HEADER}\n{row}\n"), "--json"))["refused"]
    assert (refused["rule"], refused["field"]) == (None, field)
    assert refused["detail"].startswith(f"{field} is ")
    assert ("as a date alone" in (refused["remedy"] or "")) == advised


def test_what_cannot_be_imported_at_all_gives_no_json(standfast: Run, tmp_path: Path) -> None:
    ran = standfast("import", tmp_path / "none.csv", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be read" in ran.err


@pytest.mark.parametrize("calendar", ["weekdays", "us-east"])
def test_what_a_rule_forbids_of_a_table_has_its_name(standfast: Run, written: Write, calendar: str) -> None:
    file = written("t.csv", f"{HEADER}\nt,r,ann,,2099-01-09,,\n")
    [refused] = told(standfast("import", file, "--calendar", calendar, "--json"))["refused"]
    assert (refused["line"], refused["rule"]) == (2, "in-the-future")
    assert refused["remedy"]
