"""Answers, documents and lines that say something else than the events."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.engine import make_url

from application.ports.log import Append, Key
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.events.mapper import enveloped
from infrastructure.log import verify
from infrastructure.log.reading import Log
from infrastructure.log.recorder import LogRecorder
from infrastructure.terms.catalogue import Catalogue
from tests.databases import fresh_database
from tests.store import samples
from tests.store.test_mapper import in_its_place
from tests.store.verify.tampering import run, tamper


def named(number: int) -> UUID:
    return UUID(f"00000000-0000-4000-8000-{number:012}")


A, B, NOBODY = named(1), named(2), named(3)
KEPT = ("events", "answers", "catalogue")
ONE, TWO, WITHOUT, REFUSED, UNCHANGED, CLAIM, PUBLICATION = map(named, range(11, 18))


def command(stream: UUID, command_id: UUID, version: int, count: int, *, keyed: bool = True) -> Append:
    facts = [
        replace(in_its_place(), stream_id=stream, command_id=command_id, version=at, place=at, ordinal=at - version)
        for at in range(version, version + count)
    ]
    key = samples.asked(command_id, version=version + count - 1) if keyed else None
    return Append(events=tuple(map(enveloped, facts)), key=key)


def kept(command_id: UUID, status: int, version: int | None, position: int, problem: bytes | None = None) -> Append:
    return Append(
        key=Key(
            command_id=command_id, body_hash=b"", status=status, version=version, position=position, problem=problem
        )
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One store for all of them, filled once, with a copy of each table beside it."""
    with ExitStack() as held:
        url = make_url(f"sqlite:///{tmp_path_factory.mktemp('kept') / 'standfast.db'}")
        if request.param == "postgresql":
            url = held.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        database = Database(url)
        schema.upgrade(database)
        fill(database)
        run(database, *(f"CREATE TABLE copy_of_{table} AS SELECT * FROM {table}" for table in KEPT))
        yield database
        database.close()


@pytest.fixture
def database(lasting: Database) -> Iterator[Database]:
    yield lasting
    tamper(lasting, *(f"DELETE FROM {table}" for table in KEPT))
    tamper(lasting, *(f"INSERT INTO {table} SELECT * FROM copy_of_{table}" for table in KEPT))


def fill(database: Database) -> None:
    """Positions 1, 2 to 4, and 5; answers of every kind; two versions of a policy."""
    recorder = LogRecorder(database)
    for append in (
        command(A, ONE, 1, 1),
        command(B, TWO, 1, 3),
        command(A, WITHOUT, 2, 1, keyed=False),
        kept(REFUSED, 409, None, 0, b'{"status":409}'),
        kept(UNCHANGED, 200, 2, 5),
        kept(CLAIM, 200, 0, 0),
        kept(PUBLICATION, 201, 1, 0),
    ):
        recorder.append(append)
    recorder.close()
    for document in (b"{}", b'{"a":1}'):
        Catalogue(database).publish("policy", "p", document)


def found(database: Database) -> list[str]:
    return [f"{finding.check}: {finding.detail}" for finding in verify.store(database)]


def of(command_id: UUID) -> str:
    return f"command_id = '{command_id.hex}'"


def test_a_whole_store_has_no_finding(database: Database) -> None:
    assert found(database) == []


def test_answers_that_were_forgotten_leave_none(database: Database) -> None:
    Log(database).forget_answers(datetime(2999, 1, 1, tzinfo=UTC))
    assert found(database) == []


NONE, NOT_ONE = "is answered with no event", "(a count of 1), but recorded events 1 to 1 (a count of 1)"
DAMAGED = [
    (ONE, "first_position = 5, position = 5", [f"is answered with events 5 to 5 {NOT_ONE}"]),
    (ONE, "first_position = 9, position = 9", [f"is answered with events 9 to 9 {NOT_ONE}"]),
    (ONE, "first_position = NULL", [f"is answered with events None to 1 {NOT_ONE}"]),
    (ONE, "count = 2", ["is answered with events 1 to 1 (a count of 2), but recorded events 1 to 1 (a count of 1)"]),
    (TWO, "count = 2", ["is answered with events 2 to 4 (a count of 2), but recorded events 2 to 4 (a count of 3)"]),
    (
        TWO,
        "count = 2, position = 3",
        ["is answered with events 2 to 3 (a count of 2), but recorded events 2 to 4 (a count of 3)"],
    ),
    (TWO, "count = 0", [f"{NONE} (a count of 0), but recorded events 2 to 4 (a count of 3)"]),
    (TWO, "version = 4", ["is answered with version 4, but recorded 3"]),
    (TWO, "recorded_at = recorded_at + 1", ["is answered with another instant than that of its events"]),
    (TWO, "status = 409", ["recorded events or had its effect, but is answered as refused (409)"]),
    (REFUSED, "status = 200", ["was refused, but is answered as a success (200)"]),
    (REFUSED, "status = 201, problem = NULL", ["was refused, but is answered as a success (201)"]),
    (REFUSED, "status = 422", ["is answered as refused (422), its problem says otherwise"]),
    (REFUSED, "first_position = 1, count = 1, position = 1",
     ["is answered with events 1 to 1, but recorded none",
      "recorded events or had its effect, but is answered as refused (409)"]),
    (UNCHANGED, "status = 409", ["recorded events or had its effect, but is answered as refused (409)"]),
    (UNCHANGED, "version = 9", ["is answered with version 9 at 5, where another event is or none"]),
    (UNCHANGED, "position = 99", ["is answered with version 2 at 99, where another event is or none"]),
    (UNCHANGED, "first_position = 5, count = 1", ["is answered with events 5 to 5, but recorded none"]),
]  # fmt: skip


@pytest.mark.parametrize(("command_id", "change", "wrong"), DAMAGED)
def test_a_wrong_answer_is_named(database: Database, command_id: UUID, change: str, wrong: list[str]) -> None:
    tamper(database, f"UPDATE answers SET {change} WHERE {of(command_id)}")
    assert found(database) == [f"answers: command {command_id} {each}" for each in wrong]


def test_a_success_without_events_for_a_command_that_has_some_is_named(database: Database) -> None:
    columns = "body_hash, status, version, position, first_position, count, problem, recorded_at"
    tamper(
        database,
        f"INSERT INTO answers (command_id, {columns}) SELECT '{WITHOUT.hex}', {columns} FROM answers "
        f"WHERE {of(UNCHANGED)}",
    )
    [wrong] = [each for each in found(database) if "instant" not in each]
    assert wrong == (
        f"answers: command {WITHOUT} {NONE} (a count of 0), but recorded events 5 to 5 (a count of 1)"
    )  # fmt: skip


@pytest.mark.parametrize(
    "change", ["originator_version = 7", f"originator_id = '{A.hex}', originator_version = 7", "recorded_at = 1"]
)
def test_events_of_one_command_that_are_apart_are_named(database: Database, change: str) -> None:
    tamper(database, f"UPDATE events SET {change} WHERE position = 3")
    assert [each for each in found(database) if each.startswith("answers")] == [
        f"answers: command {TWO} recorded events 2 to 4, but not in one piece"
    ]


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE catalogue SET document = x'00' WHERE version = 1", ["policy p@1 is not the document of its digest"]),
        ("UPDATE catalogue SET digest = x'00' WHERE version = 2", ["policy p@2 is not the document of its digest"]),
        ("DELETE FROM catalogue WHERE version = 1", ["policy p@2 follows version 0"]),
        ("UPDATE catalogue SET version = 4 WHERE version = 2", ["policy p@4 follows version 1"]),
    ],
)
def test_a_wrong_document_is_named(database: Database, statement: str, wrong: list[str]) -> None:
    tamper(database, statement)
    assert found(database) == [f"catalogue: {each}" for each in wrong]


def test_all_pages_are_looked_at(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infrastructure.log.verify.kept._PAGE", 1)
    tamper(
        database,
        f"UPDATE answers SET version = 7 WHERE count > 0 OR {of(UNCHANGED)}",
        "UPDATE catalogue SET document = x'00'",
        "DELETE FROM events WHERE position IN (1, 5)",
    )
    checks = [finding.check for finding in verify.store(database)]
    assert [checks.count(name) for name in ("answers", "catalogue")] == [3, 2]
