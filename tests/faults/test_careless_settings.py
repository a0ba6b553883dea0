"""Settings that lose commits, a role that runs out of time, a server without a connection left: 503, and back again.

What is proven: after the start nothing is acknowledged that the server could lose, whether its configuration is read
anew under open sessions or sessions are made anew; each is told as what it is, and well again by itself. The control
takes the checks out: then the same is acknowledged.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from application.ports.log import StoreUnavailable, StoreUnsafe
from infrastructure.database import condition
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.faults.controls import altered
from tests.faults.server import OwnServer, own_server
from tests.store import samples

CARELESS = ["fsync", "full_page_writes", "synchronous_commit"]
UNSAFE = "/problems/store-unsafe"
FIRST = "finds-its-session-cut"
"""A remark whose session may be gone, so that what became of it is unknown at first."""


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IS NOT NULL AND pid <> pg_backend_pid()"

OTHERS_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IS NOT NULL AND pid <> ALL (%s)"

FEW = 12
"""So many connections the server has in all."""


@contextmanager
def reloaded(server: OwnServer, setting: str) -> Iterator[None]:
    """Switched off in the server's configuration, which open sessions read anew."""
    server.administer(f"ALTER SYSTEM SET {setting} = off", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)")
    yield
    server.administer(f"ALTER SYSTEM RESET {setting}", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)")


@contextmanager
def cut(server: OwnServer, setting: str) -> Iterator[None]:
    """The same, and all sessions cut, so that new ones are made."""
    with reloaded(server, setting):
        server.administer(CUT)
        yield


Way = Callable[[OwnServer, str], Any]
ways = pytest.mark.parametrize("way", [reloaded, cut])


@pytest.fixture
def client(server: OwnServer) -> Iterator[TestClient]:
    with TestClient(create_app(settings_of(server.url()))) as opened_:
        yield opened_


def annotated(client: TestClient, path: str, note: str) -> httpx2.Response:
    return client.post(f"{path}/annotate", json={"note": note}, headers={"Idempotency-Key": note})


@ways
@pytest.mark.parametrize("setting", CARELESS)
def test_nothing_is_acknowledged_that_could_be_lost(
    server: OwnServer, client: TestClient, way: Way, setting: str
) -> None:
    path = opened(client)
    with way(server, setting):
        annotated(client, path, FIRST)
        refused = [annotated(client, path, note) for note in ("a", "b")]
        assert [(answer.status_code, answer.json()["type"]) for answer in refused] == [(503, UNSAFE)] * 2
        assert int(refused[0].headers["Retry-After"]) > 0
        assert client.get(path).json()["version"] == 1
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["recording"] == {
            "ok": False, "state": "unsafe", "detail": f"PostgreSQL can lose acknowledged events with {setting}=off",
        }  # fmt: skip
        assert "standfast_recording 0" in client.get("/metrics").text.splitlines()
    assert [annotated(client, path, note).json()["version"] for note in ("a", "b")] == [2, 3]
    assert client.get("/readyz").json()["status"] == "ready"


@ways
def test_a_thread_is_told_the_same(server: OwnServer, way: Way) -> None:
    with TestClient(create_app(settings_of(server.url()))):
        pass  # migrated
    database = Database(server.url())
    recorder = LogRecorder(database, patience=0)
    recorder.append(samples.append(uuid4(), 1))
    with way(server, "fsync"):
        for number in range(3):
            with pytest.raises(StoreUnsafe if number else StoreUnavailable):
                recorder.append(samples.append(uuid4(), 1))
    assert recorder.append(samples.append(uuid4(), 1)).first_position == 2
    recorder.close()
    database.close()


@ways
def test_control_without_the_checks_it_is_acknowledged(
    server: OwnServer, client: TestClient, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = opened(client)
    database = Database(server.url())
    for function in ("append_events", "refuse_careless_commit"):
        altered(database, function, "pg_catalog.current_setting('fsync') <> 'on'", "false")
    database.close()
    monkeypatch.setattr(condition, "not_durable", lambda _: ())
    with way(server, "fsync"):
        annotated(client, path, FIRST)
        assert annotated(client, path, "a").status_code == 200


def test_a_role_that_runs_out_of_time_is_503_and_comes_back(server: OwnServer) -> None:
    server.administer("CREATE ROLE slow LOGIN SUPERUSER")
    with TestClient(create_app(settings_of(server.url().set(username="slow")))) as client:
        path = opened(client)
        server.administer("ALTER ROLE slow SET statement_timeout = '1ms'", CUT)
        note = "x" * 1000
        answers = [client.post(f"{path}/annotate", json={"note": note}) for _ in range(20)]
        answers += [client.get("/v1/events", params={"limit": 500}) for _ in range(5)]
        assert {answer.status_code for answer in answers} <= {200, 503}
        server.administer("ALTER ROLE slow RESET statement_timeout", CUT)
        annotated(client, path, FIRST)
        assert annotated(client, path, "a").status_code == 200


@contextmanager
def every_connection(server: OwnServer, many: int) -> Iterator[None]:
    """No connection of the ``many`` that the server has is left for anybody else, nor do those that had one keep it."""
    with ExitStack() as stack:
        held: list[psycopg.Connection[Any]] = []
        while len(held) < many:
            try:
                held.append(stack.enter_context(psycopg.connect(server.administrators(), autocommit=True)))
            except psycopg.OperationalError:
                held[0].execute(OTHERS_CUT, [[each.info.backend_pid for each in held]])
        yield


def test_without_a_connection_left_it_is_503_and_comes_back() -> None:
    with own_server(max_connections=str(FEW)) as server, TestClient(create_app(settings_of(server.url()))) as client:
        path = opened(client)
        with every_connection(server, FEW):
            assert [annotated(client, path, "a").status_code, client.get(path).status_code] == [503, 503]
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()["recording"]["state"]) == (503, "unavailable")
        assert annotated(client, path, "a").json()["version"] == 2
        assert client.get("/readyz").json()["status"] == "ready"
