"""The roles of PostgreSQL from the command line."""

import json

import pytest
from sqlalchemy.engine import URL

from infrastructure.database import schema
from infrastructure.database.database import Database
from tests.api.terminal.conftest import Run
from tests.databases import make_roles
from tests.store.role_set_up import READER, WRITER


def test_sqlite_has_no_roles(standfast: Run) -> None:
    ran = standfast("grant")
    assert (ran.code, ran.out) == (2, "")
    assert "SQLite has no roles" in ran.err


def test_roles_get_their_rights_and_wrong_ones_are_refused(
    standfast: Run, postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDFAST_DATABASE_URL", postgres_url.render_as_string(hide_password=False))
    make_roles(postgres_url, WRITER, READER)
    assert "there is no log in this database yet" in standfast("grant").err
    database = Database(postgres_url)
    schema.upgrade(database)
    database.close()
    for arguments, said in (
        (("--writer", "nobody_of_that_name"), "there is no role nobody_of_that_name: CREATE ROLE"),
        (("--writer", READER), "cannot be the writer and the reader"),
        (("--reader", str(postgres_url.username)), "may act as the owner"),
    ):
        ran = standfast("grant", *arguments)
        assert (ran.code, said in ran.err) == (2, True), ran.err
    granted = json.loads(standfast("grant", "--json").out)
    assert (granted["writer"], granted["reader"]) == (WRITER, READER)
    assert standfast("verify").out.endswith("checked, whole\n")
    for role in (WRITER, READER):
        as_role = postgres_url.set(username=role).render_as_string(hide_password=False)
        monkeypatch.setenv("STANDFAST_DATABASE_URL", as_role)
        assert (standfast("list").code, standfast("grant").code) == (0, 2)
        assert "only the owner grants rights" in standfast("grant").err
