"""The schema is taken away under a running server and comes back empty: nothing is answered from what was before."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import create_app
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.terms.shelf import CatalogueShelf
from tests.api.conftest import opened
from tests.api.serving import settings_of

HOURS = {"mon": [["09:00", "17:00"]]}
HERE = {"code": "here", "zone": "UTC", "week": HOURS, "hours_per_business_day": 8}
ELSEWHERE = {**HERE, "zone": "Asia/Tokyo"}
KEYED = {"Idempotency-Key": "one"}
NOTE = {"note": "Kept in mind."}
OPENING = {"client_id": "initech", "model": "managed_services", "work_class": "non_core", "seats": []}

OFTEN = 6
"""More often than the driver waits before it prepares."""

Question = Callable[[TestClient, str], object]


@pytest.fixture
def before(started_url: URL) -> Iterator[tuple[TestClient, str]]:
    """A server with an engagement and a calendar that were asked for often, so that all of it is at hand."""
    with TestClient(create_app(settings_of(started_url)), raise_server_exceptions=False) as client:
        assert client.post("/v1/calendars", json=HERE).status_code == 201
        engagement = opened(client, calendar="here@1")
        for _ in range(OFTEN):
            assert client.get(engagement).status_code == 200
            head = client.get("/v1/events").json()["position"]
            assert client.get("/v1/engagements", params={"min_position": head}).json()["items"]
            assert client.get("/v1/calendars/here@1").status_code == 200
            assert client.post(f"{engagement}/annotate", json=NOTE).status_code == 200
            assert client.post("/v1/engagements", json=OPENING, headers=KEYED).status_code == 201
        yield client, engagement


def taken_away(url: URL) -> None:
    with closing(Database(url)) as database:
        if not database.is_postgresql:
            schema.downgrade(database, "base")
            return
        with database.writing() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))


def come_back(url: URL) -> None:
    with closing(Database(url)) as database:
        schema.upgrade(database)


GONE: dict[str, Question] = {
    "state": lambda client, engagement: client.get(engagement).status_code == 404,
    "history": lambda client, engagement: client.get(f"{engagement}/history").status_code == 404,
    "metrics": lambda client, engagement: client.get(f"{engagement}/metrics").status_code == 404,
    "what-if": lambda client, engagement: (
        client.post(f"{engagement}/what-if", json={"calendar": "here@1"}).status_code == 404
    ),
    "list": lambda client, engagement: engagement.rpartition("/")[2] not in client.get("/v1/engagements").text,
    "feed after": lambda client, _: client.get("/v1/events?after=5").status_code == 409,
    "command": lambda client, engagement: client.post(f"{engagement}/annotate", json=NOTE).status_code == 404,
    "key": lambda client, _: client.post("/v1/engagements", json=OPENING, headers=KEYED).json()["position"] == 1,
    "opening by a calendar": lambda client, _: (
        client.post("/v1/engagements", json={**OPENING, "calendar": "here@1"}).status_code == 422
    ),
    "calendar": lambda client, _: client.get("/v1/calendars/here@1").status_code == 404,
    "another calendar": lambda client, _: client.post("/v1/calendars", json=ELSEWHERE).json()["zone"] == "Asia/Tokyo",
    "shipped policy": lambda client, _: client.get("/v1/policies/managed_services@1").status_code == 200,
}


FIRST = ("state", "command", "key", "opening by a calendar", "calendar", "another calendar", "feed after")
"""What may come before anything else: each has to find out by itself that the log is another one."""


@pytest.mark.parametrize("first", FIRST)
def test_nothing_is_answered_from_what_was_before(started_url: URL, before: tuple[TestClient, str], first: str) -> None:
    taken_away(started_url)
    come_back(started_url)
    assert GONE[first](*before)
    for asked in set(GONE) - set(FIRST):
        assert GONE[asked](*before), asked
    client, _ = before
    for _ in range(OFTEN):
        assert client.post("/v1/engagements", json=OPENING).status_code == 201
    assert not client.get("/readyz").json()["log"]["ok"]


def test_control_a_calendar_kept_by_its_name_is_still_told(
    started_url: URL, before: tuple[TestClient, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = cache(CatalogueShelf.find)
    monkeypatch.setattr(CatalogueShelf, "find", kept)
    client, _ = before
    assert client.get("/v1/calendars/here@1").status_code == 200
    taken_away(started_url)
    come_back(started_url)
    assert not GONE["calendar"](*before)
    assert not GONE["another calendar"](*before)


def test_while_it_is_away_nothing_is_answered(started_url: URL, before: tuple[TestClient, str]) -> None:
    client, engagement = before
    taken_away(started_url)
    for _ in range(2):
        answers = {
            path: client.get(path)
            for path in (engagement, f"{engagement}/clocks", "/v1/engagements", "/v1/events", "/v1/calendars/here@1")
        }
        answers["open"] = client.post("/v1/engagements", json=OPENING)
        answers["note"] = client.post(f"{engagement}/annotate", json=NOTE)
        answers["publish"] = client.post("/v1/calendars", json=ELSEWHERE)
        answers["ready"] = client.get("/readyz")
        assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 503)
    come_back(started_url)
    assert client.get(engagement).status_code == 404
    assert client.post("/v1/engagements", json=OPENING).json()["position"] == 1
