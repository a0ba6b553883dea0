"""The mutation test itself: its mutants differ from the text, and the tests notice a sample of them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.mutants import DOMAIN, mutants_of

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for path in DOMAIN.rglob("*.py") if path.name != "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(DOMAIN).as_posix())
def test_every_mutant_has_a_name_of_its_own(path: Path) -> None:
    names = [(mutant.where, mutant.change) for mutant in mutants_of(path)]
    assert len(set(names)) == len(names)


def test_a_mutant_changes_one_place_of_the_text() -> None:
    path = next(each for each in MODULES if each.stem == "pause")
    text = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
    for number in range(len(mutants_of(path))):
        mutant = mutants_of(path)[number]
        mutant.apply()
        assert ast.unparse(mutant.tree) != text


def test_what_a_test_notices_is_killed_and_what_no_test_touches_survives() -> None:
    tests = ["--tests", "engagement/test_replacement.py", "engagement/test_lifecycle.py"]
    command = [sys.executable, "-m", "tests.mutation", "engagement/nouns/pause", "metrics/upcoming", *tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    killed = {line.split()[0]: line.split()[3] for line in done.stdout.splitlines() if line.endswith("% killed")}
    assert killed == {"engagement/nouns/pause.py": "100.0", "metrics/upcoming.py": "0.0"}
    assert done.returncode == 1
