"""The list over HTTP: search, order, cursors, waiting for a position, how far behind it is, a log that is replaced."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import create_app
from api.http.paging import packed
from infrastructure.projections.running import Running
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.faults.older_copy import copied

LIST = "/v1/engagements"


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    """With three engagements."""
    for name, client_id in (("Zoë's Straße", "acme"), (None, "globex"), ("alpha", "initech")):
        opened(lasting_client, name=name, client_id=client_id)
    assert asked(lasting_client, min_position=head(lasting_client)).status_code == 200
    return lasting_client


@pytest.fixture
def still(client: TestClient) -> Iterator[TestClient]:
    """Its projections stand still meanwhile."""
    projections(client)._running.stop()
    yield client
    projections(client).start()


def projections(client: TestClient) -> Any:
    return client.app.state.standfast.projections  # type: ignore[attr-defined]  # the application's own


def head(client: TestClient) -> int:
    return int(client.get("/v1/events").json()["position"])


def asked(client: TestClient, **params: Any) -> Any:
    return client.get(LIST, params=params)


def found(client: TestClient, **params: Any) -> list[str]:
    answer = asked(client, **params)
    assert answer.status_code == 200, answer.text
    return [line["client_id"] for line in answer.json()["items"]]


def refused_field(answer: Any) -> str:
    """The field that is told to be wrong."""
    assert answer.status_code == 422, answer.text
    return str(answer.json()["violations"][0]["field"])


@pytest.mark.parametrize(
    ("q", "clients"),
    [("STRASSE", ["acme"]), ("zoË", ["acme"]), ("GLOB", ["globex"]), ("%", []), ("nobody", [])],
)
def test_a_search_finds_a_part_in_whatever_case(client: TestClient, q: str, clients: list[str]) -> None:
    assert found(client, q=q) == clients


def test_a_search_finds_a_part_of_the_id(client: TestClient) -> None:
    [line] = asked(client, q="globex").json()["items"]
    assert found(client, q=line["engagement_id"].upper()[4:]) == ["globex"]


@pytest.mark.parametrize("q", ["", "x" * 201, "a\x00b"])
def test_a_search_for_what_no_text_can_hold_is_refused(client: TestClient, q: str) -> None:
    answer = asked(client, q=q)
    assert refused_field(answer) == "q"


@pytest.mark.parametrize(
    ("sort", "clients"),
    [("opened_at", None), ("next_breach_at", None), ("name", ["initech", "acme", "globex"])],
)
def test_the_list_is_in_order_page_by_page(client: TestClient, sort: str, clients: list[str] | None) -> None:
    whole = asked(client, sort=sort).json()
    assert clients in (None, [line["client_id"] for line in whole["items"]])
    pages, cursor = [], None
    while True:
        page = asked(client, sort=sort, limit=1, **({"cursor": cursor} if cursor else {})).json()
        pages.append(page)
        cursor = page["next"]
        if cursor is None:
            break
    assert [page["items"][0] for page in pages] == whole["items"]
    assert len({page["as_of"] for page in pages}) == 1


@pytest.mark.parametrize("sort", ["name", "next_breach_at"])
def test_a_cursor_of_another_order_is_refused(client: TestClient, sort: str) -> None:
    cursor = asked(client, limit=1).json()["next"]
    answer = asked(client, sort=sort, limit=1, cursor=cursor)
    assert refused_field(answer) == "cursor"


@pytest.mark.parametrize(
    ("sort", "value", "as_of"),
    [("opened_at", 1 << 63, 0), ("opened_at", -(1 << 70), 0), ("name", "a\x00", 0), ("name", "\ud800", 0)],
)
def test_a_cursor_that_somebody_made_up_is_refused(
    either_client: TestClient, sort: str, value: object, as_of: int
) -> None:
    cursor = packed([sort, value, "0b885d2f-646b-5aff-b832-30791dc0c4aa", as_of])
    assert refused_field(asked(either_client, sort=sort, cursor=cursor)) == "cursor"


def test_an_order_that_there_is_not_is_refused(client: TestClient) -> None:
    assert asked(client, sort="client_id").status_code == 422


def test_what_was_just_recorded_is_in_the_list_that_waits_for_it(either_client: TestClient) -> None:
    for number in range(3):
        opened(either_client, client_id=f"c{number}")
        assert f"c{number}" in found(either_client, min_position=head(either_client))
    assert asked(either_client).json()["behind_seconds"] == 0


def test_while_the_projector_stands_still_the_list_says_how_far_behind_it_is(
    still: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.questions.PATIENCE_SECONDS", 0.05)
    before = asked(still).json()
    assert before["behind_seconds"] == 0
    opened(still, client_id="late")
    time.sleep(0.01)
    answer = asked(still, min_position=head(still))
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-reached")
    assert answer.headers["Retry-After"] == "1"
    page = asked(still).json()
    assert page["behind_seconds"] >= 0.01
    assert (page["position"], page["items"]) == (before["position"], before["items"])
    projections(still).start()
    assert "late" in found(still, min_position=head(still))
    assert asked(still).json()["behind_seconds"] == 0
    projections(still)._running.stop()


def test_an_older_copy_in_the_place_of_the_log_has_the_list_made_anew(sqlite_url: URL) -> None:
    path = Path(str(sqlite_url.database))
    with TestClient(create_app(settings_of(sqlite_url))) as client:
        opened(client, client_id="kept")
    copied(path, copy := path.with_name("older.db"))
    with TestClient(create_app(settings_of(sqlite_url))) as client:
        opened(client, client_id="lost")
        assert found(client, min_position=head(client)) == ["kept", "lost"]
        copied(copy, path)
        deadline = time.monotonic() + 20
        while (answer := asked(client)).status_code != 200 or len(answer.json()["items"]) != 1:
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.02)
        assert found(client) == ["kept"]
        opened(client, client_id="after")
        assert found(client, min_position=head(client)) == ["kept", "after"]
        running: Running = projections(client)._running
        assert running.leading
