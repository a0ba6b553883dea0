"""Where nothing can be recorded: queries are answered, commands are 503 of their kind, and `/readyz` says which."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

import migrations
from api.app import create_app
from api.examples.bodies import bodies
from infrastructure.database import condition, schema
from infrastructure.database.database import Database
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.databases import make_roles
from tests.store.role_set_up import READER

NOTE = {"note": "a remark"}


@pytest.fixture
def engagement_path(postgres_url: URL) -> str:
    """The address of an engagement that somebody who may has opened."""
    with TestClient(create_app(settings_of(postgres_url))) as client:
        return opened(client)


@pytest.fixture
def reader_url(postgres_url: URL, engagement_path: str) -> URL:
    """The same database for a role that may read it, and was given nothing else."""
    make_roles(postgres_url, READER)
    with psycopg.connect(postgres_url.set(drivername="postgresql").render_as_string(hide_password=False)) as owner:
        for schema in ("public", "projections"):
            owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {READER}".encode())
        owner.execute(f"GRANT USAGE ON SCHEMA projections TO {READER}".encode())
    return postgres_url.set(username=READER)


@pytest.fixture
def reader(reader_url: URL) -> Iterator[TestClient]:
    with TestClient(create_app(settings_of(reader_url))) as client:
        yield client


def test_a_role_that_may_only_read_reads(reader: TestClient, engagement_path: str) -> None:
    for path in (engagement_path, f"{engagement_path}/replay", "/v1/engagements", "/v1/events", "/v1/policies"):
        assert reader.get(path).status_code == 200
    ready = reader.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "read-only")
    assert (ready.json()["recording"]["ok"], ready.json()["recording"]["state"]) == (False, "read-only")


def test_a_role_that_may_only_read_records_nothing(reader: TestClient, engagement_path: str) -> None:
    line = b'{"command": "annotate", "engagement_id": "%s", "note": "x"}' % engagement_path[-36:].encode()
    refused = [
        reader.post(f"{engagement_path}/annotate", json=NOTE),
        reader.post(f"{engagement_path}/annotate", json=NOTE, headers={"Idempotency-Key": "k"}),
        reader.post("/v1/commands", content=line, headers={"Idempotency-Key": "k"}),
        reader.post("/v1/calendars", json=bodies()["publish-calendar"]),
    ]
    assert [(answer.status_code, answer.json()["type"]) for answer in refused] == [
        (503, "/problems/store-read-only")
    ] * 4
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    [answered] = reader.post("/v1/commands", content=line).text.splitlines()
    assert "/problems/store-read-only" in answered
    assert reader.get("/readyz").json()["position"] == 1


def test_a_session_made_read_only_is_told_the_same(postgres_url: URL, engagement_path: str) -> None:
    """By the setting, under a role that may record."""
    url = postgres_url.update_query_dict({"options": "-c default_transaction_read_only=on"})
    with TestClient(create_app(settings_of(url))) as client:
        answer = client.post(f"{engagement_path}/annotate", json=NOTE)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/store-read-only")
        assert client.get("/readyz").json()["status"] == "read-only"


@pytest.mark.parametrize("revision", ["0004", "0003", "0001", "base"])
def test_a_schema_taken_down_under_a_running_process(
    either_client: TestClient, started_url: URL, revision: str
) -> None:
    path = opened(either_client)
    database = Database(started_url)
    schema.downgrade(database, revision)
    answers = [
        either_client.post(f"{path}/annotate", json=NOTE),
        either_client.get(path),
        either_client.get("/v1/events"),
        either_client.get("/v1/policies"),
        either_client.get("/readyz"),
    ]
    assert {answer.status_code for answer in answers} <= {200, 503}
    kinds = {answer.json()["type"] for answer in answers[:-1] if answer.status_code == 503}
    assert kinds <= {"/problems/store-schema-differs"}
    recording = answers[-1].json()["recording"]
    there = "is not there" if revision == "base" else f"has revision {revision}"
    assert recording == {
        "ok": False, "state": "schema-differs",
        "detail": f"the schema {there}, and this version of Standfast needs {migrations.newest()}",
    }  # fmt: skip
    schema.upgrade(database)
    database.close()
    assert either_client.get(path).status_code == (200 if revision in ("0004", "0003", "0001") else 404)
    assert either_client.get("/readyz").json()["recording"]["ok"]


def test_a_newer_schema_under_a_running_process(either_client: TestClient, started_url: URL) -> None:
    path = opened(either_client)
    database = Database(started_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    time.sleep(condition.LOOK_AGAIN_SECONDS)
    refused = either_client.post(f"{path}/annotate", json=NOTE)
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/store-schema-differs")
    ready = either_client.get("/readyz").json()
    assert (ready["status"], ready["recording"]["state"]) == ("degraded", "schema-differs")
    assert "a newer version made it" in ready["recording"]["detail"]
    assert either_client.get(path).status_code == 200
