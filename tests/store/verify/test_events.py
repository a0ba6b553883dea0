"""`verify` finds what is wrong with a log, and nothing where nothing is."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from application.ports.log import Append
from infrastructure.database.database import Database
from infrastructure.events.mapper import enveloped
from infrastructure.log import verify
from infrastructure.log.recorder import LogRecorder
from tests.store.test_mapper import in_its_place


@pytest.fixture(autouse=True)
def _recorded(recorder: LogRecorder) -> None:
    for _ in range(3):
        first = replace(in_its_place(), stream_id=uuid4(), command_id=uuid4())
        second = replace(first, version=2, place=2, command_id=uuid4())
        for one in (first, second):
            recorder.append(Append(events=(enveloped(one),)))


def damage(database: Database, statement: str) -> None:
    """What somebody with every right could do."""
    with database.writing() as connection:
        if database.is_postgresql:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER USER"))
        else:
            for trigger in ("events_no_update", "events_no_delete"):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(statement))
        if database.is_postgresql:
            connection.execute(text("ALTER TABLE events ENABLE ALWAYS TRIGGER events_append_only"))


def test_a_whole_store_has_no_finding(database: Database) -> None:
    progress: list[tuple[int, int]] = []
    assert verify.store(database, lambda done, total: progress.append((done, total))) == []
    assert progress == [(6, 6)]


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("DELETE FROM events WHERE position = 3", "positions"),
        ("DELETE FROM events WHERE position = 6", "positions"),
        ("UPDATE events SET originator_version = 3 WHERE position = 2", "versions"),
        ("UPDATE events SET recorded_at = 1 WHERE position = 4", "recorded_at"),
        ("UPDATE events SET topic = 'NeverHeardOf' WHERE position = 4", "events"),
        ("UPDATE head SET position = 9", "positions"),
    ],
)
def test_damage_is_found(database: Database, statement: str, check: str) -> None:
    damage(database, statement)
    assert check in {finding.check for finding in verify.log(database)}


def test_a_missing_guard_is_found(database: Database) -> None:
    damage(database, "SELECT 1")
    if database.is_postgresql:
        with database.writing() as connection:
            connection.execute(text("ALTER TABLE events ENABLE TRIGGER events_append_only"))  # not ALWAYS any more
    assert {finding.check for finding in verify.protection(database)} == {"triggers"}
