"""`verify` on what the interface records with keys: nothing to find, and a refusal does not pass for a success."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import create_app
from infrastructure.database.database import Database
from infrastructure.log import verify
from infrastructure.log.reading import Log
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.api.terms.test_routes import policy
from tests.moulds import Copied
from tests.store.verify.tampering import run, tamper

SEAT = {"seat_id": "qa-1", "role": "Test engineer", "allocation": 0.5}
NOTES = [{"command": "annotate", "note": note} for note in ("one", "two")]
CORRECTIONS: dict[str, dict[str, object]] = {
    "void-only": {"void": [2]},
    "record-only": {"record": NOTES},
    "void-and-record": {"void": [3], "record": [{"command": "add-seat", **SEAT}, *NOTES]},
}
CORRECTED = [(5, 1), (6, 2), (8, 4)]
"""Where each correction begins, and how many events it recorded."""


def recorded(url: URL) -> None:
    """What a client did with keys: recorded, without effect, refused, a log of commands, a policy twice."""
    with TestClient(create_app(settings_of(url))) as client:
        record(client)


def record(client: TestClient) -> None:
    seats = opened(client)
    publishing = policy(client, code="own")

    def post(key: str, path: str, status: int, body: object) -> None:
        answer = client.post(path, json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == status, answer.text

    post("recorded", f"{seats}/add-seat", 200, SEAT)
    post("without-effect", f"{seats}/add-seat", 200, SEAT)
    post("recorded-again", f"{seats}/add-seat", 200, {**SEAT, "seat_id": "qa-2"})
    post("refused", f"{seats}/close-seat", 404, {"seat_id": "none", "reason": "not needed"})
    post("nowhere", f"/v1/engagements/{'0' * 8}-0000-4000-8000-{'0' * 12}/annotate", 404, {"note": "x"})
    post("published", "/v1/policies", 201, publishing)
    post("published-again", "/v1/policies", 200, publishing)
    log = {"command": "annotate", "engagement_id": seats.rpartition("/")[2], "note": "still here"}
    post("a-log", "/v1/commands", 200, log)
    for key, correction in CORRECTIONS.items():
        post(key, f"{seats}/correct-history", 200, {**correction, "reason": "otherwise than told"})


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, copied: Copied) -> Iterator[Database]:
    database = Database(copied(recorded, request.param))
    yield database
    database.close()


def test_what_was_recorded_with_keys_is_whole(database: Database) -> None:
    assert verify.store(database) == []
    Log(database).forget_answers(datetime(2999, 1, 1, tzinfo=UTC))
    assert verify.store(database) == []


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ("UPDATE answers SET status = 200 WHERE status = 404", 2),
        ("UPDATE answers SET status = 200, problem = NULL WHERE status = 404", 2),
        ("UPDATE answers SET status = 201, problem = NULL, position = 1 WHERE status = 404", 2),
        ("UPDATE answers SET status = 409 WHERE status = 404", 2),
        ("UPDATE answers SET status = 404 WHERE count > 0", 6),
    ],
)
def test_no_answer_becomes_another_kind(database: Database, change: str, count: int) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql(change)
    findings = verify.store(database)
    assert [finding.check for finding in findings] == ["answers"] * count


def test_an_answer_that_points_at_the_events_of_another_command_is_named(database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE answers SET first_position = 3, position = 3 WHERE first_position = 2")
    [finding] = verify.store(database)
    assert finding.detail.endswith(
        "is answered with events 3 to 3 (a count of 1), but recorded events 2 to 2 (a count of 1)"
    )


def wrong_after(database: Database, *changes: str) -> list[str]:
    """What is said of the answers after these changes, without the ids of their commands."""
    tamper(database, *changes)
    details = [finding.detail for finding in verify.store(database) if finding.check == "answers"]
    return [detail.split(" ", 2)[2] for detail in details]


@contextmanager
def untouched(database: Database) -> Iterator[None]:
    """The events are put back afterwards."""
    run(database, "CREATE TABLE copy_of_events AS SELECT * FROM events")
    yield
    tamper(
        database, "DELETE FROM events", "INSERT INTO events SELECT * FROM copy_of_events", "DROP TABLE copy_of_events"
    )


@pytest.mark.parametrize("change", ["count = count + 1", "position = 12", "count = 0, first_position = NULL"])
@pytest.mark.parametrize(("first", "count"), CORRECTED)
def test_an_answer_that_tells_otherwise_of_a_correction_is_named(
    database: Database, first: int, count: int, change: str
) -> None:
    [wrong] = wrong_after(database, f"UPDATE answers SET {change} WHERE first_position = {first}")
    assert wrong.endswith(f"but recorded events {first} to {first + count - 1} (a count of {count})")


@pytest.mark.parametrize(
    ("change", "told", "left"),
    [
        ("first_position = 7, count = 1", "events 7 to 7 (a count of 1)", 6),
        ("position = 6, count = 1, version = 6", "events 6 to 6 (a count of 1)", 6),
        ("first_position = 11, count = 1", "events 11 to 11 (a count of 1)", 8),
        ("position = 8, count = 1, version = 8", "events 8 to 8 (a count of 1)", 8),
    ],
)
def test_an_answer_that_leaves_entries_of_a_correction_out_is_named(
    database: Database, change: str, told: str, left: int
) -> None:
    said = wrong_after(database, f"UPDATE answers SET {change} WHERE first_position = {left}")
    assert said[0].startswith(f"is answered with {told}, but recorded events {left} to ")


@pytest.mark.parametrize("position", [6, 7, 9, 11])
def test_an_event_that_is_of_no_entry_is_not_taken_for_one(database: Database, position: int) -> None:
    """Neither with an id that the correction gave nobody, nor caused by something else."""
    for change in (f"command_id = '{uuid5(uuid4(), '0').hex}'", "causation_id = 'nobody'"):
        with untouched(database):
            [wrong, *_] = wrong_after(database, f"UPDATE events SET {change} WHERE position = {position}")
            assert "but recorded events" in wrong


@pytest.mark.parametrize(
    "change", ["originator_version = 99", "recorded_at = recorded_at + 1", f"originator_id = '{UUID(int=7).hex}'"]
)
def test_what_a_command_recorded_is_in_one_piece(database: Database, change: str) -> None:
    """An entry that was torn off is missed, or found apart from the others."""
    for position in (7, 10):
        with untouched(database):
            assert wrong_after(database, f"UPDATE events SET {change} WHERE position = {position}")
