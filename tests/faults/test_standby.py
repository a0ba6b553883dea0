"""A primary with a streaming standby: what a standby answers, and what an acknowledgement is worth.

What is proven: a standby is read and refuses commands, until it is promoted; it keeps rows from who may not see them;
a commit that the server did not wait for
its standby with, since the wait was cancelled, is no acknowledgement but unknown, and its key finds it, by a commit
that waits. The control does not listen to the server's warning: the command is acknowledged, and gone with the primary.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient
from starlette.types import Scope

from api.app import create_app
from api.examples.bodies import bodies
from api.http import reach
from api.http.access.sign_in import SignIn
from application.commands.request import StaleVersion
from application.ports.log import OutcomeUnknown, StoreReadOnly
from domain.access.principal import LOCAL, Principal
from domain.access.reach import OPERATOR
from infrastructure.database.database import Database
from infrastructure.database.standby import StandbyWait
from tests.api.conftest import all_shown, opened
from tests.api.serving import settings_of
from tests.faults import wishes
from tests.faults.opening import engagement, open_engagements, shop
from tests.faults.server import OwnServer, Standby, standby_of

PATIENCE_SECONDS = 20
CLIENT_OF_ACME = Principal(
    role="client-viewer", party="client", party_id="acme", scopes=LOCAL.scopes, credential="test"
)


@pytest.fixture
def client(server: OwnServer) -> Iterator[TestClient]:
    with TestClient(create_app(settings_of(server.url()))) as started:
        yield started


def annotated(client: TestClient, path: str, note: str, **headers: str) -> httpx2.Response:
    return client.post(f"{path}/annotate", json={"note": note}, headers={"Idempotency-Key": note, **headers})


def until(holds: Callable[[], Any]) -> Any:
    """What it gives once it gives something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def caught_up(server: OwnServer, standby: Standby) -> bool:
    [end] = server.administer("SELECT pg_current_wal_flush_lsn()")
    [behind] = standby.administer(f"SELECT pg_wal_lsn_diff('{end}', pg_last_wal_replay_lsn()) > 0")
    return not behind


def test_a_standby_is_read_and_refuses_commands_until_it_is_promoted(server: OwnServer, client: TestClient) -> None:
    path = opened(client)
    with standby_of(server) as standby, TestClient(create_app(settings_of(standby.url()))) as reader:
        until(lambda: caught_up(server, standby))
        for query in (path, f"{path}/replay", "/v1/engagements", "/v1/events"):
            assert reader.get(query).status_code == 200
        refused = [annotated(reader, path, "a"), reader.post("/v1/calendars", json=bodies()["publish-calendar"])]
        assert [(one.status_code, one.json()["type"]) for one in refused] == [
            (503, "/problems/store-standby"),
            (503, "/problems/store-read-only"),
        ]
        ready = reader.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "standby")
        assert ready.json()["recording"] == {
            "ok": False, "state": "standby", "detail": "the server is a standby, in recovery",
        }  # fmt: skip
        server.stop("immediate")
        standby.promote()
        assert annotated(reader, path, "a").json()["version"] == 2
        assert reader.get("/readyz").json()["status"] == "ready"


@pytest.mark.long
def test_a_standby_keeps_rows_from_who_may_not_see_them(
    server: OwnServer, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after it was promoted; the conditions of the queries are off."""
    own, foreign = opened(client, client_id="acme"), opened(client, client_id="coyote")
    all_shown(client)
    with standby_of(server) as standby:
        until(lambda: caught_up(server, standby))
        monkeypatch.setattr(reach, "reader_of", lambda _: OPERATOR)
        with signed_in(standby.url(), CLIENT_OF_ACME) as reader:
            assert_shown_alone(reader, own, foreign)
            server.stop("immediate")
            standby.promote()
            assert_shown_alone(reader, own, foreign)


def assert_shown_alone(reader: TestClient, own: str, foreign: str) -> None:
    """One engagement is shown, the other is not, by itself nor in a list."""
    assert [reader.get(path).status_code for path in (own, f"{own}/history", foreign)] == [200, 200, 404]
    for path in ("/v1/engagements", "/v1/work", "/v1/events"):
        said = reader.get(path)
        assert said.status_code == 200, said.text
        assert (own[-36:] in said.text, foreign[-36:] in said.text) == (True, False), path


@contextmanager
def signed_in(url: URL, principal: Principal) -> Iterator[TestClient]:
    """A client of an application with authentication on, as if this one had signed in."""

    async def of_request(_sign_in: SignIn, _scope: Scope) -> Principal:
        return principal

    settings = settings_of(url).model_copy(update={"authentication": "on"})
    with pytest.MonkeyPatch.context() as patched, TestClient(create_app(settings)) as reader:
        patched.setattr(SignIn, "principal_of_request", of_request)
        yield reader


def test_a_connection_that_a_snapshot_was_read_on_may_not_record_on_a_standby(server: OwnServer) -> None:
    """The library begins its next transaction as one that may write, which a standby refuses in words of its own."""
    with standby_of(server) as standby, closing(Database(standby.url(), pool_size=1)) as database:
        with database.one_snapshot() as connection:
            connection.exec_driver_sql("SELECT 1")
        with pytest.raises(StoreReadOnly), database.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE never (n integer)")


@contextmanager
def waiting_for_nobody(server: OwnServer) -> Iterator[None]:
    """Every commit waits for a standby that there is not."""
    name = "synchronous_standby_names"
    server.administer(f"ALTER SYSTEM SET {name} = 'nobody'", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)")
    try:
        yield
    finally:
        server.administer(f"ALTER SYSTEM RESET {name}", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)")


def cancel_the_wait(server: OwnServer) -> None:
    """Somebody cancels the session that waits for its standby."""
    waits = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    [pid] = until(lambda: server.administer(waits))
    server.administer(f"SELECT pg_cancel_backend({pid})")


def meanwhile(server: OwnServer, ask: Callable[[], Any]) -> Any:
    """What is answered to somebody whose commit waits until the wait is cancelled."""
    with ThreadPoolExecutor(1) as thread:
        asked: Future[Any] = thread.submit(ask)
        cancel_the_wait(server)
        return asked.result(PATIENCE_SECONDS)


def test_a_cancelled_wait_is_no_acknowledgement_and_its_key_resolves_it(server: OwnServer, client: TestClient) -> None:
    path = opened(client)
    with waiting_for_nobody(server):
        for _ in range(2):  # the first time it is committed, the second time it is found
            answer = meanwhile(server, lambda: annotated(client, path, "a"))
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/outcome-unknown")
        stale = meanwhile(server, lambda: annotated(client, path, "a", **{"If-Match": '"1"'}))
        assert (stale.status_code, stale.json()["type"]) == (503, "/problems/outcome-unknown")
        published = meanwhile(server, lambda: client.post("/v1/calendars", json=bodies()["publish-calendar"]))
        assert (published.status_code, published.json()["type"]) == (503, "/problems/outcome-unknown")
    found = annotated(client, path, "a")
    assert (found.status_code, found.json()["version"], len(found.json()["events"])) == (200, 2, 1)
    assert annotated(client, path, "a", **{"If-Match": '"1"'}).json() == found.json()
    assert client.get(path).json()["version"] == 2


def test_a_thread_is_told_the_same(server: OwnServer) -> None:
    with shop(server.url()) as open_:
        open_engagements(open_.marketplace, 1)
        request = wishes.remark("a", engagement(0), expected_version=1)
        with waiting_for_nobody(server):
            for _ in range(2):
                with pytest.raises(OutcomeUnknown, match="synchronous replication"):
                    meanwhile(server, lambda: open_.marketplace.record(request))
        assert open_.marketplace.record(request).version == 2
        with pytest.raises(StaleVersion):
            open_.marketplace.record(wishes.remark("b", engagement(0), expected_version=1))


def test_a_role_that_is_told_of_no_warnings_is_told_of_this_one(server: OwnServer) -> None:
    server.administer("ALTER DATABASE postgres SET client_min_messages = 'error'")
    with TestClient(create_app(settings_of(server.url()))) as client:
        path = opened(client)
        with waiting_for_nobody(server):
            assert meanwhile(server, lambda: annotated(client, path, "a")).status_code == 503
            published = meanwhile(server, lambda: client.post("/v1/calendars", json=bodies()["publish-calendar"]))
            assert (published.status_code, published.json()["type"]) == (503, "/problems/outcome-unknown")


def acknowledged_after_fail_over(server: OwnServer, client: TestClient) -> tuple[int, int]:
    """The status of a command whose wait for a standby that is cut off was cancelled, and its version there."""
    path = opened(client)
    with standby_of(server) as standby:
        until(lambda: caught_up(server, standby))
        standby.stop("immediate")
        server.administer("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        server.administer("SELECT pg_sleep(0.3)")
        status = meanwhile(server, lambda: annotated(client, path, "a")).status_code
        server.stop("immediate")
        standby.start()
        standby.promote()
        with TestClient(create_app(settings_of(standby.url()))) as after:
            return status, after.get(path).json()["version"]


def test_what_a_fail_over_loses_was_not_acknowledged(server: OwnServer, client: TestClient) -> None:
    assert acknowledged_after_fail_over(server, client) == (503, 1)


def test_control_who_does_not_listen_acknowledges_what_a_fail_over_loses(
    server: OwnServer, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StandbyWait, "given_up", lambda _: None)
    assert acknowledged_after_fail_over(server, client) == (200, 1)
