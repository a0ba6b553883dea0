"""docs/reach.md says what is hidden from whom as the table of the code says it."""

from pathlib import Path

from domain.access.hiding.table import ABOUT, HIDDEN, HOLDS, What

PAGE = (Path(__file__).parent.parent / "docs" / "reach.md").read_text(encoding="utf-8")
OF = {"all": "of all", "others": "of others", "unseen": "of candidates that it never saw", None: "–"}
SHOWN: dict[What, str] = {
    "person": "ids of professionals",
    "partner": "partners of assignments",
    "rate": "day rates",
    "match": "scores of matches",
    "assignment": "ids of assignments",
    "proposal": "proposals",
    "concern": "concerns",
    "text": "marked texts that it did not record",
    "actor": "who acted for a partner or professional",
}


def table() -> list[str]:
    """The table as the page has it."""
    lines = [f"| hidden | {' | '.join(whose.replace('managed_services', '`managed_services`') for whose in HIDDEN)} |"]
    lines.append("|---" * (len(HIDDEN) + 1) + "|")
    for what, words in SHOWN.items():
        lines.append(f"| {words} | {' | '.join(OF[rules.get(what)] for rules in HIDDEN.values())} |")
    return lines


def test_the_table_is_that_of_the_code() -> None:
    assert "\n".join(table()) in PAGE, "the table of docs/reach.md is another one:\n" + "\n".join(table())


def test_all_that_may_be_hidden_stands_in_it() -> None:
    assert {what for rules in HIDDEN.values() for what in rules} == SHOWN.keys()


def test_the_events_that_are_withheld_with_what_they_are_about_are_named() -> None:
    for about in ("proposal", "concern", "rate", "fact"):
        assert all(f"`{name}`" in PAGE for name, each in ABOUT.items() if each == about)


def test_the_fields_that_are_replaced_are_named() -> None:
    assert not [name for name in HOLDS if f"`{name}`" not in PAGE]
