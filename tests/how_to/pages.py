"""The pages of docs/how-to as what they say to do: blocks that change files, commands to run, what is said without one.

A block is marked with a file: `diff` changes what is there (lines with a blank, `+` or `-` in front), any other
language is the whole file. A block of `sh` is run. A block `text without FILE` is what is said when that file was
forgotten.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from os import environ
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ROOT / "docs" / "how-to"
BLOCK: Final = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED: Final = ("domain", "application", "infrastructure", "api", "migrations", "docs", "tests")
LEFT_OUT: Final = frozenset({"faults", "store", "mutation", "browser", "door", "how_to"})
"""The folders of tests that no page needs."""

PLAIN: Final = "[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider -q\n"
WITHOUT_PLUGINS: Final = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The pages are walked without the plugins that the whole suite needs: they take longer than the tests."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a page does to one file."""

    path: str
    is_diff: bool
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its changes in their order, the commands that show them, and what is said without one of the files."""

    name: str
    text: str
    changes: tuple[Change, ...]
    commands: str
    without: dict[str, str]

    @property
    def touched(self) -> list[str]:
        return list(dict.fromkeys(change.path for change in self.changes))


def page(name: str) -> Page:
    """The page of this name."""
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    return Page(
        name=name,
        text=text,
        changes=tuple(Change(mark, kind == "diff", body) for kind, mark, body in blocks if mark and kind != "text"),
        commands="".join(body for kind, mark, body in blocks if kind == "sh" and not mark),
        without={mark.removeprefix("without "): body for kind, mark, body in blocks if kind == "text" and mark},
    )


def _left_out(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in LEFT_OUT] if Path(folder) == ROOT / "tests" else []


def copy_of_the_tree(folder: Path) -> Path:
    """A tree of its own, as far as the pages need it; what is compiled comes along and saves half of the time."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=_left_out)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "pytest.ini").write_text(PLAIN, encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def apply(tree: Path, changes: Iterable[Change]) -> None:
    """Makes the changes in a tree, in their order. Raises AssertionError where a page no longer fits."""
    for change in changes:
        target = tree / change.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if change.is_diff:
            target.write_text(_changed(target, change.text), encoding="utf-8")
        else:
            assert not target.exists(), f"{change.path} is there already"
            target.write_text(change.text, encoding="utf-8")


def _changed(target: Path, diff: str) -> str:
    text = target.read_text(encoding="utf-8")
    before, after = _side(diff, "-"), _side(diff, "+")
    assert text.count(before) == 1, f"{target.name} holds these lines {text.count(before)} times:\n{before}"
    return text.replace(before, after)


def _side(diff: str, sign: str) -> str:
    lines = diff.splitlines(keepends=True)
    assert {line[:1] for line in lines} <= {" ", "+", "-", "\n"}, "a line of a diff begins with a blank, + or -"
    return "".join(line[1:] if line != "\n" else line for line in lines if line[:1] in (" ", "\n", sign))


def run(tree: Path, commands: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Runs the commands of a page in a tree, none after one that fails; `flags` are pytest's."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tree,
        env={**environ, **WITHOUT_PLUGINS, "PYTHONPATH": str(tree), "PYTEST_ADDOPTS": " ".join(flags)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
