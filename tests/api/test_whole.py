"""`verify` on what the interface records with keys: nothing to find, and a refusal does not pass for a success."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from infrastructure.database.database import Database
from infrastructure.log import verify
from infrastructure.log.reading import Log
from tests.api.conftest import opened
from tests.api.terms.test_routes import policy

SEAT = {"seat_id": "qa-1", "role": "Test engineer", "allocation": 0.5}


@pytest.fixture
def database(either_client: TestClient, database_url: URL) -> Iterator[Database]:
    """What a client did with keys: recorded, without effect, refused, a log of commands, a policy twice."""
    seats = opened(either_client)
    publishing = policy(either_client, code="own")

    def post(key: str, path: str, status: int, body: object) -> None:
        answer = either_client.post(path, json=body, headers={"Idempotency-Key": key})
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
    database = Database(database_url)
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
        ("UPDATE answers SET status = 404 WHERE count > 0", 3),
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
