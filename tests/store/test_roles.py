"""The writer's role can append and nothing else, whatever it tries; the reader's can read."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from application.ports.log import Append, StoreReadOnly, VersionTaken
from infrastructure.database import roles, schema
from infrastructure.database.database import Database
from infrastructure.log import verify
from infrastructure.log.reading import Log
from infrastructure.log.recorder import LogRecorder
from infrastructure.terms.catalogue import Catalogue
from tests.moulds import Copied
from tests.store import samples
from tests.store.role_set_up import READER, WRITER, copy_with_one_event


@pytest.fixture
def owner(copied: Copied) -> Iterator[Database]:
    """A database as the documentation sets it up, with one event in it."""
    with copy_with_one_event(copied) as database:
        yield database


@pytest.fixture
def writer(owner: Database) -> Iterator[Database]:
    database = Database(owner.url.set(username=WRITER))
    yield database
    database.close()


def test_who_could_append_before_a_migration_can_after_it(owner: Database) -> None:
    schema.downgrade(owner, "0003")
    roles.grant(owner, writer=WRITER, reader=READER)
    schema.upgrade(owner)
    for name in (WRITER, READER):
        database = Database(owner.url.set(username=name))
        assert Log(database).head().position == 1
        database.close()
    as_writer = Database(owner.url.set(username=WRITER))
    recorder = LogRecorder(as_writer)
    assert recorder.append(samples.append(uuid4(), 1)).first_position == 2
    recorder.close()
    as_writer.close()


def attempt(database: Database, *statements: str) -> None:
    """Run statements in one transaction of its own connection."""
    with database.own_connection() as connection, connection.transaction():
        for statement in statements:
            connection.execute(statement.encode())


ONE_EVENT = (
    f"'{{0}}','{{{uuid4()}}}','{{1}}','{{SeatAdded}}','{{x}}','{{x}}','{{1}}','{{1}}','{{0}}','{{platform}}','{{NULL}}',"
    f"'{{NULL}}','{{NULL}}','{{{uuid4()}}}','{{0}}','{{NULL}}','{{NULL}}',1"
)
NO_ANSWER = ",".join(["'{}'"] * 9)
NOTHING_FOLLOWED = ",".join(["'{}'"] * 3)
APPEND_ONE = f"SELECT base FROM public.append_events({ONE_EVENT},{NO_ANSWER},{NOTHING_FOLLOWED})"


def test_the_writer_appends_publishes_reads_and_forgets(writer: Database) -> None:
    recorder = LogRecorder(writer)
    stream = uuid4()
    receipt = recorder.append(Append(events=(samples.event(stream, 1),)))
    assert receipt.first_position == 2
    with pytest.raises(VersionTaken):
        recorder.append(samples.append(stream, 1))
    assert len(recorder.select_events(stream)) == 1
    assert recorder.log.forget_answers(receipt.recorded_at) == 0
    assert Catalogue(writer).publish("policy", "p", b"{}") == (1, True)
    recorder.close()


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE events SET topic = 'x'"],
        ["DELETE FROM events"],
        ["TRUNCATE events"],
        ["INSERT INTO events SELECT 99, gen_random_uuid(), 1, 't', '', '', 0 FROM events"],
        ["UPDATE head SET position = 100"],
        ["INSERT INTO head VALUES (2, 0, 0)"],
        ["UPDATE answers SET status = 200"],
        ["DELETE FROM answers"],
        ["INSERT INTO catalogue SELECT 'policy', 'x', 1, '', '', 0"],
        ["DROP TRIGGER events_append_only ON events"],
        ["ALTER TABLE events DISABLE TRIGGER ALL"],
        ["SET session_replication_role = replica"],
        ["CREATE TEMP TABLE head (id int, position bigint, recorded_at bigint)"],
        ["CREATE TABLE public.mine (x int)"],
        ["CREATE FUNCTION public.greatest(bigint, bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0'"],
        ["SET ROLE postgres"],
    ],
)
def test_the_writer_cannot(writer: Database, statements: list[str]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attempt(writer, *statements)


@pytest.mark.parametrize("setting", ["off", "local", "remote_write"])
def test_the_writer_cannot_commit_without_durability(writer: Database, setting: str) -> None:
    careless = f"SET LOCAL synchronous_commit = {setting}"
    publish = "SELECT public.publish_document('policy', 'p', '{}')"
    for statements in ([careless, APPEND_ONE], [APPEND_ONE, careless], [careless, publish], [publish, careless]):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=setting):
            attempt(writer, *statements)
    attempt(writer, "SET LOCAL synchronous_commit = remote_apply", publish)


def test_what_the_writer_cannot_is_possible_otherwise(writer: Database) -> None:
    """The control: the same call without the forbidden setting passes, so that is what was refused."""
    attempt(writer, APPEND_ONE)


def test_a_temporary_table_of_somebody_who_may_make_one_fools_no_function(owner: Database) -> None:
    attempt(owner, f"GRANT TEMPORARY ON DATABASE {owner.url.database} TO {WRITER}")
    writer = Database(owner.url.set(username=WRITER))
    with writer.own_connection() as connection, connection.transaction():
        connection.execute("CREATE TEMP TABLE head (id int, position bigint, recorded_at bigint)")
        connection.execute("INSERT INTO head VALUES (1, 1000, 0)")
        connection.execute("CREATE TEMP TABLE events (LIKE public.events)")
        connection.execute("SET LOCAL search_path = pg_temp, public")
        assert connection.execute(APPEND_ONE.encode()).fetchone() == (1,)
    writer.close()


def test_the_reader_reads_and_cannot_append(owner: Database) -> None:
    reader = Database(owner.url.set(username=READER))
    with reader.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one() == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attempt(reader, APPEND_ONE)
    recorder = LogRecorder(reader)
    with pytest.raises(StoreReadOnly):
        recorder.append(samples.append(uuid4(), 1))
    with pytest.raises(StoreReadOnly):
        Catalogue(reader).publish("policy", "p", b"{}")
    recorder.close()
    reader.close()


def test_both_roles_can_verify_whom_engagements_are_about(owner: Database, writer: Database) -> None:
    reader = Database(owner.url.set(username=READER))
    for database in (writer, reader):
        assert [*verify.reaches(database), *verify.row_security(database)] == []
    reader.close()


def test_a_right_that_is_taken_away_under_a_writer_is_told_as_that(owner: Database, writer: Database) -> None:
    recorder = LogRecorder(writer)
    recorder.append(samples.append(uuid4(), 1))
    attempt(owner, f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM {WRITER}")
    with pytest.raises(StoreReadOnly):
        recorder.append(samples.append(uuid4(), 1))
    roles.grant(owner, writer=WRITER, reader=READER)
    assert recorder.append(samples.append(uuid4(), 1)).first_position == 3
    recorder.close()
