"""SQLite takes anything for anything: what is of another kind is named, not stumbled over."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from application.ports.log import Append
from infrastructure.database.database import Database
from infrastructure.events.mapper import enveloped
from infrastructure.log import verify
from infrastructure.log.recorder import LogRecorder
from infrastructure.terms.catalogue import Catalogue
from tests.moulds import Copied, migrated
from tests.store import samples
from tests.store.test_mapper import in_its_place
from tests.store.verify.tampering import tamper


def filled(url: URL) -> None:
    """Two engagements of one event, each with its key, and one policy."""
    migrated(url)
    database = Database(url)
    recorder = LogRecorder(database)
    for _ in range(2):
        fact = replace(in_its_place(), stream_id=uuid4(), command_id=uuid4())
        key = samples.asked(fact.command_id, version=1)
        recorder.append(Append(events=(enveloped(fact),), key=key))
    recorder.close()
    Catalogue(database).publish("policy", "p", b"{}")
    assert verify.store(database) == []
    database.close()


@pytest.fixture
def sqlite(copied: Copied) -> Iterator[Database]:
    with closing(Database(copied(filled, "sqlite"))) as database:
        yield database


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("UPDATE events SET originator_id = 'x' WHERE position = 1", "events.originator_id"),
        ("UPDATE events SET originator_id = upper(originator_id) WHERE position = 1", "events.originator_id"),
        ("UPDATE events SET command_id = randomblob(16) WHERE position = 1", "events.command_id"),
        ("UPDATE events SET recorded_at = 'y' WHERE position = 1", "events.recorded_at"),
        ("UPDATE events SET originator_version = 1.5 WHERE position = 1", "events.originator_version"),
        ("UPDATE answers SET command_id = 'x' WHERE position = 1", "answers.command_id"),
        ("UPDATE answers SET status = 'x' WHERE position = 1", "answers.status"),
        ("UPDATE catalogue SET version = 'x'", "catalogue.version"),
        ("UPDATE head SET position = 'x'", "head.position"),
        ("UPDATE log_identity SET log_id = 'x'", "log_identity.log_id"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_named(sqlite: Database, change: str, column: str) -> None:
    tamper(sqlite, change)
    assert [f"{finding.check}: {finding.detail}" for finding in verify.store(sqlite)] == [
        f"kinds: {column} is of another kind, rows: 1"
    ]


def test_a_document_that_is_text_is_named(sqlite: Database) -> None:
    tamper(sqlite, "UPDATE catalogue SET document = '{}'")
    assert [finding.detail for finding in verify.store(sqlite)] == ["policy p@1 is not the document of its digest"]


def test_an_instant_that_is_none_is_named(sqlite: Database) -> None:
    tamper(sqlite, "UPDATE events SET occurred_at = 9223372036854775807 WHERE position = 1")
    [finding] = verify.store(sqlite)
    assert finding.detail == "event 1 (EventAnnotated) cannot be read: date value out of range"
