"""Every page of docs/how-to is walked on a copy of the tree: what it shows runs, and what is forgotten is said."""

from pathlib import Path

import pytest

from tests.how_to.pages import PAGES, apply, copy_of_the_tree, page, run

NAMES = sorted(each.stem for each in PAGES.glob("*.md"))
WITHOUT = [(name, forgotten) for name in NAMES for forgotten in page(name).without]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_page_shows_runs(name: str, tmp_path: Path) -> None:
    how_to = page(name)
    assert how_to.changes
    assert how_to.commands
    tree = copy_of_the_tree(tmp_path)
    apply(tree, how_to.changes)
    ran = run(tree, how_to.commands)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("name", "forgotten"),
    [pytest.param(*each, marks=() if each == WITHOUT[0] else pytest.mark.long) for each in WITHOUT],
)
def test_what_is_forgotten_is_said_in_one_sentence(name: str, forgotten: str, tmp_path: Path) -> None:
    how_to = page(name)
    assert forgotten in how_to.touched
    tree = copy_of_the_tree(tmp_path)
    apply(tree, [change for change in how_to.changes if change.path != forgotten])
    ran = run(tree, how_to.commands, "--maxfail=1")
    assert ran.returncode != 0, f"nothing fails without {forgotten}"
    assert " ".join(how_to.without[forgotten].split()) in " ".join(ran.stdout.split()), ran.stdout + ran.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_page_lists_every_file_that_it_touches(name: str) -> None:
    listed = page(name).text.partition("\n## ")[0]
    assert [path for path in page(name).touched if f"`{path}`" not in listed] == []


def test_the_pages_that_add_say_what_is_forgotten() -> None:
    assert {name for name, _ in WITHOUT} == set(NAMES) - {"add-a-stream-kind"}
