"""docs/operations.md and docs/refusals.md say what the code says: commands, remedies, shipped policies."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import api.app  # noqa: F401  every rule is listed once its module has been read
from api.examples.commands import documents
from api.http.problem_kinds import REMEDIES, kind_of, rule_of
from domain.engagement.terms.policy import Obligations
from domain.law.rejection import all_rejections
from domain.register import COMMANDS

DOCS = Path(__file__).parent.parent / "docs"
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
REFUSALS = (DOCS / "refusals.md").read_text(encoding="utf-8")
STEPS = dict(re.findall(r"^\| `([a-z-]+)` \| ([a-z, ]+) \| [^|]+ \| [^|]+ \|$", OPERATIONS, re.MULTILINE))
EXAMPLES = "".join(re.findall(r"^```sh life\n(.*?)^```$", OPERATIONS, re.MULTILINE | re.DOTALL))
PACKAGES = ("domain", "application", "infrastructure", "api")
POLICIES = {f"{each['code']}@{each['version']}": each for each in documents()["policies"]}
Cells = dict[str, dict[str, str]]


def test_every_command_has_its_row() -> None:
    missing = COMMANDS.keys() - STEPS.keys()
    assert not missing, (
        f"the life in docs/operations.md has no row for {', '.join(sorted(missing))}: add it to its step"
    )
    assert STEPS.keys() == COMMANDS.keys()


def test_every_command_has_an_example() -> None:
    told = {*re.findall(r"^ *tell \S+ ([a-z-]+) ", EXAMPLES, re.MULTILINE), "open-engagement"}
    missing = COMMANDS.keys() - told
    assert not missing, f"docs/operations.md has no example of {', '.join(sorted(missing))}: tell it in its step"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_row_says_who_issues_its_command(name: str) -> None:
    assert STEPS.get(name) == ", ".join(COMMANDS[name].by)


def test_every_rule_has_its_remedy() -> None:
    rules = sorted((each for each in _rejections() if each.__module__.startswith("domain.")), key=rule_of)
    _are_the_rows_of("A rule forbids it", rules)


def test_everything_else_that_can_go_wrong_has_its_remedy() -> None:
    others = [*REMEDIES, *(each for each in _rejections() if not each.__module__.startswith("domain."))]
    _are_the_rows_of(
        "It could not be taken, asked or recorded",
        sorted(others, key=lambda each: (kind_of(each).status, rule_of(each))),
    )


def _rejections() -> list[type[Exception]]:
    """Those of the four packages: a test may define more."""
    return [each for each in all_rejections() if each.__module__.partition(".")[0] in PACKAGES]


def _are_the_rows_of(heading: str, kinds: Iterable[type[Exception]]) -> None:
    section = REFUSALS.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `.+$", section, re.MULTILINE)
    wanted = [_row(kind) for kind in kinds]
    missing = [row for row in wanted if row not in found]
    assert not missing, f"docs/refusals.md lacks under {heading!r} the row {missing[0]}"
    assert found == wanted, "these are the rows, in this order"


def _row(kind: type[Exception]) -> str:
    problem = kind_of(kind)
    return f"| `{rule_of(kind)}` | {problem.status} | {problem.title} | {problem.remedy} |"


def test_who_answers_for_a_clock_and_by_when_is_what_is_shipped() -> None:
    shipped: Cells = {
        name: {policy: _owed(document["obligations"][name]) for policy, document in POLICIES.items()}
        for name in Obligations.__slots__
    }
    assert _table("clock") == shipped


def test_what_else_a_policy_says_is_what_is_shipped() -> None:
    shipped: Cells = {}
    for policy, document in POLICIES.items():
        for path, value in _leaves(document, but=("code", "version", "applies_to", "obligations")):
            shipped.setdefault(path, dict.fromkeys(POLICIES, "–"))[policy] = value
    assert _table("field of the policy") == {path: row for path, row in shipped.items() if path != "guarantee"}


def test_each_model_has_a_policy_of_its_name() -> None:
    assert {name: document["applies_to"] for name, document in POLICIES.items()} == {
        f"{document['code']}@1": [document["code"]] for document in POLICIES.values()
    }


def _table(corner: str) -> Cells:
    """The table with this word in its corner: the first `code` of each row, and its cells by column."""
    rows = re.search(rf"^\| {corner} \|.*\n\|[-|]+\n((?:\|.*\n)+)", OPERATIONS, re.MULTILINE)
    assert rows, f"docs/operations.md has no table of {corner}"
    columns = re.findall(r"`(.+?)`", rows[0].splitlines()[0])
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1].splitlines()]
    return {named.split("`")[1]: dict(zip(columns, said, strict=True)) for named, *said in cells}


def _owed(obligation: dict[str, Any]) -> str:
    who, goal = obligation["accountable"] or "*nobody*", obligation["goal"]
    return f"{who}, {goal['value']} {goal['unit'].replace('_', ' ')}" if goal else who


def _leaves(document: dict[str, Any], prefix: str = "", but: tuple[str, ...] = ()) -> Iterable[tuple[str, str]]:
    """Every value of a policy with the path to it, as a cell says it."""
    for name, value in document.items():
        if name in but:
            continue
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _cell(value)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{each}`" for each in value) or "–"
    return "–" if value is None else str(value)
