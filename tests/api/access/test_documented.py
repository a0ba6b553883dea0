"""docs/security.md says what each scope allows, as the code has it; the document says how to sign in."""

import re
from pathlib import Path

import pytest

from api.http.access.needs import ANYBODY, OPERATIONS, PAGES
from api.openapi import KEY
from domain.access.principal import SCOPES
from tests.api.access.conftest import Guarded

SECURITY = (Path(__file__).parents[3] / "docs" / "security.md").read_text(encoding="utf-8")
SECTION = SECURITY.partition("\n## Who asks\n")[2].partition("\n## ")[0]


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
