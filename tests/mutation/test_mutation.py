"""The mutation test itself: its mutants differ from the text, and the tests notice a sample of them."""

import ast
from pathlib import Path

import pytest

from tests.mutation.mutants import mutants_of

MODULES = sorted((Path(__file__).parents[2] / "domain").glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_mutant_has_a_name_of_its_own(path: Path) -> None:
    names = [(mutant.where, mutant.change) for mutant in mutants_of(path)]
    assert len(set(names)) == len(names)


def test_a_mutant_changes_one_place_of_the_text() -> None:
    path = next(each for each in MODULES if each.stem == "pauses")
    text = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
    for number in range(len(mutants_of(path))):
        mutant = mutants_of(path)[number]
        mutant.apply()
        assert ast.unparse(mutant.tree) != text
