"""Rights that the documented set-up gives nobody, on PostgreSQL."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from infrastructure.database import roles, schema
from infrastructure.database.database import Database
from infrastructure.log import verify
from tests.databases import OWNER, administered, make_roles
from tests.moulds import Copied
from tests.store.role_set_up import READER, WRITER, copy_with_one_event
from tests.store.verify.tampering import administer, run


@pytest.fixture
def owner(copied: Copied) -> Iterator[Database]:
    with copy_with_one_event(copied) as database:
        yield database


def found(database: Database) -> list[str]:
    return [f"{finding.check}: {finding.detail}" for finding in verify.protection(database)]


@pytest.mark.parametrize("name", [None, WRITER, READER])
def test_the_documented_set_up_has_no_finding_whoever_looks(owner: Database, name: str | None) -> None:
    looking = Database(owner.url.set(username=name)) if name else Database(owner.url)
    assert [each for each in verify.store(looking) if each.check != "events"] == []  # the sample is no domain event
    looking.close()


def test_an_owner_of_the_tables_alone_has_no_finding(postgres_url: URL) -> None:
    """The database itself is the administrator's."""
    make_roles(postgres_url, WRITER, READER)
    administrator = Database(administered(postgres_url))
    run(
        administrator,
        f"ALTER DATABASE {postgres_url.database} OWNER TO {administrator.url.username}",
        f"GRANT CREATE, CONNECT ON DATABASE {postgres_url.database} TO {OWNER} WITH GRANT OPTION",
        f"ALTER SCHEMA public OWNER TO {OWNER}",
    )
    owner = Database(postgres_url)
    for revision in ("0003", "head"):
        schema.upgrade(owner, revision)
        roles.grant(owner, writer=WRITER, reader=READER)
    assert found(owner) == []
    run(owner, "ALTER TABLE events DISABLE TRIGGER events_append_only")
    assert found(owner) == ["triggers: events_append_only on events is switched off"]
    owner.close()
    administrator.close()


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        (f"GRANT INSERT ON events TO {WRITER}", [f"{WRITER} may INSERT events"]),
        ("GRANT INSERT ON events TO PUBLIC", ["PUBLIC may INSERT events"]),
        (f"GRANT UPDATE ON catalogue TO {READER}", [f"{READER} may UPDATE catalogue"]),
        (f"GRANT TRIGGER ON head TO {WRITER}", [f"{WRITER} may TRIGGER head"]),
        (f"GRANT UPDATE (status) ON answers TO {WRITER}", [f"{WRITER} may UPDATE answers.status"]),
        (f"GRANT DELETE ON alembic_version TO {WRITER}", [f"{WRITER} may DELETE alembic_version"]),
        (
            f"GRANT EXECUTE ON FUNCTION lock_head() TO {READER}",
            [f"{READER} may call lock_head, but not append_events, forget_answers, publish_document"],
        ),
        (
            f"REVOKE EXECUTE ON FUNCTION lock_head() FROM {WRITER}",
            [f"{WRITER} may call append_events, forget_answers, publish_document, but not lock_head"],
        ),
        (f"ALTER TABLE snapshots OWNER TO {WRITER}", [f"snapshots belongs to {WRITER}, who did not migrate"]),
        (f"ALTER FUNCTION lock_head() OWNER TO {READER}", [f"lock_head belongs to {READER}, who did not migrate"]),
    ],
)
def test_a_right_too_many_or_too_few_is_named(owner: Database, statement: str, wrong: list[str]) -> None:
    administer(owner, statement)
    assert [each for each in found(owner) if "may call the functions" not in each] == [
        f"grants: {each}" for each in wrong
    ]


def test_a_writer_who_may_act_as_the_owner_is_named(owner: Database) -> None:
    member = f"standfast_{uuid4().hex}"
    administer(owner, f"CREATE ROLE {member}")
    try:
        roles.grant(owner, writer=member, reader=READER)
        administer(owner, f"GRANT {owner.url.username} TO {member}")
        with pytest.raises(roles.NotGranted, match="may act as the owner"):
            roles.grant(owner, writer=member, reader=READER)
        assert found(owner) == [f"grants: {member} may call the functions, and may act as their owner"]
    finally:
        administer(owner, f"DROP OWNED BY {member}", f"DROP ROLE {member}")
