"""Triggers and functions that are not those of the migrations, or not at work."""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

import migrations
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log import verify
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.verify.promised import promised
from tests.faults.controls import altered
from tests.moulds import Copied, migrated
from tests.store import samples
from tests.store.verify.tampering import administer, run


@pytest.fixture
def sqlite(copied: Copied) -> Iterator[Database]:
    with closing(Database(copied(migrated, "sqlite"))) as database:
        yield database


@pytest.fixture
def postgres(copied: Copied) -> Iterator[Database]:
    with closing(Database(copied(migrated, "postgresql"))) as database:
        yield database


def found(database: Database) -> list[str]:
    return [f"{finding.check}: {finding.detail}" for finding in verify.protection(database)]


def test_what_came_up_revision_by_revision_has_no_finding(database_url: URL) -> None:
    database = Database(database_url)
    for revision in ("0001", "0002", "0003", "0004", "head"):
        schema.upgrade(database, revision)
    assert found(database) == []
    schema.downgrade(database, "base")
    schema.upgrade(database)
    assert found(database) == []
    database.close()


def test_everything_that_the_migrations_made_is_promised(postgres: Database) -> None:
    wanted = promised("postgresql")
    with postgres.reading() as connection:
        rows = connection.exec_driver_sql("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        assert set(rows.scalars()) == set(wanted.functions)
        tables = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert set(tables.scalars()) == wanted.tables
    assert wanted.always == wanted.triggers.keys()
    assert len(promised("sqlite").triggers) == 12


def test_the_statements_are_told_to_the_letter() -> None:
    refusing = next(text for text in migrations.statements("postgresql") if "FUNCTION public.refuse_change" in text)
    assert "'table % is append-only', TG_TABLE_NAME; END $$" in refusing


EMPTIED = "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT 1; END"
OTHER_TABLE = (
    "CREATE TRIGGER events_no_delete BEFORE DELETE ON snapshots "
    "BEGIN SELECT RAISE(ABORT, 'table events is append-only'); END"
)
NEVER = (
    "CREATE TRIGGER events_no_delete BEFORE DELETE ON events WHEN 0 "
    "BEGIN SELECT RAISE(ABORT, 'table events is append-only'); END"
)
OWN = "CREATE TRIGGER mine AFTER INSERT ON answers BEGIN UPDATE answers SET status = 200; END"
REWRITTEN = [
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = replace(sql, 'ABORT', 'IGNORE') WHERE name = 'events_no_delete'",
    "PRAGMA writable_schema = OFF",
]


@pytest.mark.parametrize(
    ("statements", "wrong"),
    [
        ([], ["is missing"]),
        ([EMPTIED], ["does not say what its migration says"]),
        ([NEVER], ["does not say what its migration says"]),
    ],
)
def test_a_trigger_of_sqlite_that_was_exchanged_is_named(
    sqlite: Database, statements: list[str], wrong: list[str]
) -> None:
    run(sqlite, "DROP TRIGGER events_no_delete", *statements)
    assert found(sqlite) == [f"triggers: events_no_delete on events {each}" for each in wrong]


def test_control_what_an_exchanged_trigger_lets_pass(database: Database, recorder: LogRecorder) -> None:
    recorder.append(samples.append(uuid4(), 1))
    exchanged = (
        [DROP, CREATE.format(ALL, "WHEN (false) ", "refuse_change"), ALWAYS.format("events")]
        if database.is_postgresql
        else ["DROP TRIGGER events_no_delete", EMPTIED]
    )
    with pytest.raises(DBAPIError, match="append-only"):
        run(database, "DELETE FROM events")
    run(database, *exchanged, "DELETE FROM events")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one() == 0


def test_a_trigger_of_sqlite_that_was_rewritten_in_the_schema_is_named(sqlite: Database) -> None:
    run(sqlite, *REWRITTEN)
    assert found(sqlite) == ["triggers: events_no_delete on events does not say what its migration says"]


def test_a_trigger_of_sqlite_on_another_table_is_named(sqlite: Database) -> None:
    run(sqlite, "DROP TRIGGER events_no_delete", OTHER_TABLE, OWN)
    assert found(sqlite) == [
        "triggers: events_no_delete on events is missing",
        "triggers: mine on answers is of no migration",
        "triggers: events_no_delete on snapshots is of no migration",
    ]


DROP = "DROP TRIGGER events_append_only ON events"
ALWAYS = "ALTER TABLE {} ENABLE ALWAYS TRIGGER events_append_only"
CREATE = "CREATE TRIGGER events_append_only BEFORE {} FOR EACH STATEMENT {}EXECUTE FUNCTION {}()"
ALL = "UPDATE OR DELETE OR TRUNCATE ON events"
HARMLESS = "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
ELSEWHERE = ["CREATE SCHEMA evil", HARMLESS.format("evil.refuse_change"), "SET LOCAL search_path = evil, public"]
ANOTHER = "does not say what its migration says"


@pytest.mark.parametrize(
    ("statements", "wrong"),
    [
        ([DROP], ["is missing"]),
        (["ALTER TABLE events DISABLE TRIGGER events_append_only"], ["is switched off"]),
        (["ALTER TABLE events ENABLE TRIGGER events_append_only"], ["can be switched off by a setting"]),
        (["ALTER TABLE events ENABLE REPLICA TRIGGER events_append_only"], ["can be switched off by a setting"]),
        ([DROP, CREATE.format("UPDATE ON events", "", "refuse_change"), ALWAYS.format("events")], [ANOTHER]),
        ([DROP, CREATE.format(ALL, "WHEN (false) ", "refuse_change"), ALWAYS.format("events")], [ANOTHER]),
        ([*ELSEWHERE, DROP, CREATE.format(ALL, "", "evil.refuse_change"), ALWAYS.format("events")], [ANOTHER]),
        (
            [HARMLESS.format("harmless"), DROP, CREATE.format(ALL, "", "harmless"), ALWAYS.format("events")],
            [ANOTHER],
        ),
    ],
)
def test_a_trigger_of_postgresql_that_was_exchanged_is_named(
    postgres: Database, statements: list[str], wrong: list[str]
) -> None:
    run(postgres, *statements)
    assert found(postgres) == [f"triggers: events_append_only on events {each}" for each in wrong]


def test_a_trigger_of_postgresql_on_another_table_is_named(postgres: Database) -> None:
    moved = CREATE.format(ALL.replace("events", "snapshots"), "", "refuse_change")
    run(postgres, DROP, moved, ALWAYS.format("snapshots"))
    assert found(postgres) == [
        "triggers: events_append_only on events is missing",
        "triggers: events_append_only on snapshots is of no migration",
    ]


def test_a_function_that_the_search_path_finds_first_is_not_taken_for_the_own_one(postgres: Database) -> None:
    run(
        postgres, *ELSEWHERE, DROP, CREATE.format(ALL, "", "evil.refuse_change"), ALWAYS.format("events"),
        f"ALTER DATABASE {postgres.url.database} SET search_path = evil, public",
    )  # fmt: skip
    postgres.engine.dispose()
    assert found(postgres) == [f"triggers: events_append_only on events {ANOTHER}"]


def test_rules_and_row_security_are_named(postgres: Database) -> None:
    run(
        postgres,
        "CREATE RULE nothing AS ON INSERT TO answers DO INSTEAD NOTHING",
        "ALTER TABLE head ENABLE ROW LEVEL SECURITY",
    )
    assert found(postgres) == [
        "triggers: rule nothing on answers is of no migration",
        "triggers: row security on head is of no migration",
    ]


def test_what_is_on_tables_of_others_is_theirs(postgres: Database) -> None:
    run(
        postgres,
        "CREATE TABLE theirs (x integer)",
        HARMLESS.format("harmless"),
        "CREATE TRIGGER own BEFORE DELETE ON theirs FOR EACH ROW EXECUTE FUNCTION harmless()",
        "GRANT ALL ON theirs TO PUBLIC",
    )
    assert found(postgres) == []


@pytest.mark.parametrize(
    ("function", "passage", "instead"),
    [
        ("append_events", "base + added, recorded_at", "base + added + 1, recorded_at"),
        ("append_events", "f.salt IS NULL OR", "false AND f.salt IS NULL OR"),
        ("refuse_change", "RAISE EXCEPTION", "RETURN NULL; RAISE EXCEPTION"),
        ("refuse_careless_commit", "'on', 'remote_apply'", "'on', 'remote_apply', 'local'"),
        ("publish_document", "held IS NULL", "true"),
        ("forget_answers", "a.count > 0", "true"),
        ("lock_head", "FOR UPDATE", ""),
    ],
)
def test_a_function_with_another_text_is_named(postgres: Database, function: str, passage: str, instead: str) -> None:
    altered(postgres, function, passage, instead)
    assert found(postgres) == [f"functions: {function} does not do what its migration says"]


FORGET = "public.forget_answers(bigint)"
OWN_SETTINGS = "forget_answers runs with other settings: "


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        (f"ALTER FUNCTION {FORGET} SECURITY INVOKER", "forget_answers runs with the rights of its caller"),
        ("ALTER FUNCTION refuse_change() SECURITY DEFINER", "refuse_change runs with the rights of its owner"),
        (f"ALTER FUNCTION {FORGET} RESET search_path", f"{OWN_SETTINGS}none"),
        (f"ALTER FUNCTION {FORGET} SET search_path = public", f"{OWN_SETTINGS}search_path=public"),
        (
            f"ALTER FUNCTION {FORGET} SET search_path = pg_catalog, pg_temp, public",
            f"{OWN_SETTINGS}search_path=pg_catalog, pg_temp, public",
        ),
        (f"GRANT EXECUTE ON FUNCTION {FORGET} TO PUBLIC", "PUBLIC may call forget_answers"),
        (f"DROP FUNCTION {FORGET}", "forget_answers is missing, or asks for something else"),
        (
            "CREATE FUNCTION forget_answers() RETURNS void LANGUAGE sql AS 'DELETE FROM answers'",
            "forget_answers() is of no migration",
        ),
        (
            "CREATE FUNCTION mine(x integer) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM answers'",
            "mine(x integer) is of no migration",
        ),
    ],
)
def test_a_function_that_runs_otherwise_is_named(postgres: Database, statement: str, wrong: str) -> None:
    run(postgres, statement)
    assert found(postgres) == [f"functions: {wrong}"]


def test_a_setting_that_the_administrator_alone_may_make_is_named(postgres: Database) -> None:
    administer(postgres, f"ALTER FUNCTION {FORGET} SET session_replication_role = replica")
    settings = "search_path=pg_catalog, pg_temp, session_replication_role=replica"
    assert found(postgres) == [f"functions: {OWN_SETTINGS}{settings}"]


def test_the_append_function_of_before_is_named_beside_the_own_one(postgres: Database) -> None:
    before = next(text for text in migrations.statements("postgresql") if "FUNCTION public.append_events" in text)
    run(postgres, before.replace("%", "%%"))
    assert [each.split("(")[0] for each in found(postgres)] == ["functions: append_events"]
