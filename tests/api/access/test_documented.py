"""docs/security.md says what each scope allows, as the code has it; the document says how to sign in."""

import re
from pathlib import Path

import pytest

from api.http.access.needs import ANYBODY, OPERATIONS, PAGES
from api.openapi import KEY
from domain.access.may import TABLE
from domain.access.principal import ALL, MOST_SCOPES, PARTIES, ROLES, SCOPES, Role
from domain.register import COMMANDS
from tests.api.access.conftest import Guarded

SECURITY = (Path(__file__).parents[3] / "docs" / "security.md").read_text(encoding="utf-8")
SECTION = SECURITY.partition("\n## Who asks\n")[2].partition("\n## ")[0]


def rows(heading: str, columns: int) -> list[list[str]]:
    """The lines of the table under a heading that has so many columns."""
    section = SECURITY.partition(f"\n{heading}\n")[2].partition("\n### ")[0]
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"
    ]
    return [cells for cells in lines if len(cells) == columns]


def test_the_roles_and_what_they_may_are_those_of_the_code() -> None:
    told = {cells[0]: (cells[3], cells[4]) for cells in rows("### Who may what", 5)}
    assert told == {f"`{role}`": (_scopes(role), _commands(role)) for role in ROLES}
    shown = [(cells[0], *cells[1:]) for cells in rows("### Who may what", 4)]
    parties: tuple[Role, ...] = ("client-admin", "partner", "professional")
    assert shown == [
        (f"`{name}`", *(TABLE[role][name].who if name in TABLE[role] else "–" for role in parties)) for name in COMMANDS
    ]


def _scopes(role: Role) -> str:
    most = MOST_SCOPES[role]
    return "all" if most == ALL else ", ".join(f"`{each}`" for each in SCOPES if each in most)


def _commands(role: Role) -> str:
    number = len(TABLE[role])
    return "none" if number == 0 else "all" if number == len(COMMANDS) else f"the {PARTIES[role]}'s"


def test_every_scope_has_its_row() -> None:
    assert tuple(re.findall(r"^\| `([a-z]+)` \| [^|]+ \|$", SECTION, re.MULTILINE)) == SCOPES


@pytest.mark.parametrize("path", [route[1] for route, needed in PAGES.items() if needed is ANYBODY])
def test_what_is_open_is_named(path: str) -> None:
    assert f"`{path.partition('/{')[0]}`" in SECTION


def test_the_document_says_where_one_signs_in_and_what_is_open(lasting: Guarded) -> None:
    described = lasting.client.get("/openapi.json").json()
    assert described["security"] == [{KEY: []}]
    assert described["components"]["securitySchemes"][KEY]["scheme"] == "bearer"
    for path in described["paths"].values():
        for operation in path.values():
            is_open = OPERATIONS[operation["operationId"]] is ANYBODY
            assert (operation.get("security") == []) == is_open
            assert ("401" in operation["responses"]) == (not is_open)
            assert "403" in operation["responses"]
    refused = described["paths"]["/v1/work"]["get"]["responses"]["401"]
    assert "WWW-Authenticate" in refused["headers"]
