"""What is read: the list, the state, the history, the audit, the feed."""

import threading
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import create_app
from api.examples.commands import lines
from api.http.questions import PATIENCE_SECONDS
from tests.api.commands.test_log import record
from tests.api.conftest import opened
from tests.api.serving import settings_of

LIFE = "/v1/engagements/" + str(lines()[0]["engagement_id"])


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    """With one whole life recorded, and two more engagements."""
    record(lasting_client, list(lines()))
    opened(lasting_client, model="managed_services", policy=None, client_id="globex", override_reason="agreed")
    opened(lasting_client, client_id="initech")
    head = lasting_client.get("/readyz").json()["position"]
    assert lasting_client.get("/v1/engagements", params={"min_position": head}).status_code == 200
    return lasting_client


def items(client: TestClient, path: str, **asked: Any) -> list[dict[str, Any]]:
    """All items of a paged answer, page by page."""
    found: list[dict[str, Any]] = []
    place = "cursor" if path.count("/") == 2 else "after"
    following: Any = asked.pop(place, None)
    while True:
        answer = client.get(path, params={**asked, **({place: following} if following is not None else {})})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page.keys() >= {"items", "next", "position"}
        found += page["items"]
        following = page["next"]
        if following is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_the_list_is_complete_in_pages_of_any_size(client: TestClient, limit: int) -> None:
    found = items(client, "/v1/engagements", limit=limit)
    assert [line["client_id"] for line in found] == ["acme", "globex", "initech"]
    assert found[0].keys() == {
        *("engagement_id", "name", "client_id", "partner_ids", "model", "status", "at_risk", "open_cases"),
        *("seats", "covered_seats", "version", "opened_at", "required_seats", "overdue", "next_breach_at"),
        *("suspended_on", "zone"),
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"client_id": "acme"}, 1),
        ({"model": "managed_services"}, 1),
        ({"status": "ended"}, 1),
        ({"status": "open"}, 2),
        ({"partner_id": "northwind"}, 1),
        ({"professional_id": "dana"}, 1),
        ({"professional_id": "nobody"}, 0),
        ({"client_id": "acme", "status": "open"}, 0),
    ],
)
def test_the_list_is_filtered(client: TestClient, asked: dict[str, str], found: int) -> None:
    assert len(items(client, "/v1/engagements", **asked)) == found


def test_the_state_is_that_of_the_instant(client: TestClient) -> None:
    before = client.get(LIFE, params={"as_of": "2025-05-13T12:00:00Z"}).json()
    assert before["status"] == "open"
    assert [case["state"] for case in before["cases"]] == ["onboarding"]
    assert before["as_of"] == "2025-05-13T12:00:00.000000Z"
    now = client.get(LIFE).json()
    assert (now["status"], now["allowed_commands"]) == (
        "ended",
        ["plan-knowledge-transfer", "record-effort", "correct-history", "annotate"],
    )


def test_the_state_shows_what_is_recorded_though_this_clock_is_behind(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    marketplace = client.app.state.standfast.marketplace  # type: ignore[attr-defined]  # the application's own
    monkeypatch.setattr(marketplace, "clock", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    answer = client.get(LIFE).json()
    assert (answer["status"], answer["as_of"]) == ("ended", answer["known_at"])


def test_both_truths_stay_readable(client: TestClient) -> None:
    history = items(client, f"{LIFE}/history")
    voided = next(event for event in history if event["type"] == "FactVoided")
    wrong = next(event for event in history if event["type"] == "AbsenceRecorded")
    assert voided["data"]["voids"] == [wrong["version"]]
    earlier = client.get(LIFE, params={"known_at": wrong["recorded_at"]}).json()
    assert (earlier["version"], earlier["position"]) == (wrong["version"], wrong["position"])
    again = client.get(LIFE, params={"known_at": earlier["known_at"], "as_of": earlier["as_of"]}).json()
    assert again == earlier


def test_before_its_opening_was_known_an_engagement_has_no_state(client: TestClient) -> None:
    answer = client.get(LIFE, params={"known_at": "2001-01-01T00:00:00Z"}).json()
    assert (answer["version"], answer["position"], answer["status"], answer["seats"]) == (0, 0, None, [])


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_the_history_is_complete_in_pages_of_any_size(client: TestClient, limit: int) -> None:
    found = items(client, f"{LIFE}/history", limit=limit)
    assert [event["version"] for event in found] == list(range(1, len(found) + 1))
    assert items(client, f"{LIFE}/history", after=len(found)) == []


def test_the_audit_says_who_when_and_what_changed(client: TestClient) -> None:
    steps = items(client, f"{LIFE}/steps", limit=10)
    history = items(client, f"{LIFE}/history")
    assert [(step["version"], step["type"], step["actor"]) for step in steps] == [
        (event["version"], event["type"], event["actor"]) for event in history
    ]
    added = next(step for step in steps if step["type"] == "SeatAdded")
    assert [change["path"] for change in added["changes"]] == ["/seats/1"]
    assert added["changes"][0]["before"] is None
    voided = next(step for step in steps if step["type"] == "AbsenceRecorded")
    assert voided["voided_by"] == next(step["version"] for step in steps if step["type"] == "FactVoided")


def test_the_audit_can_be_asked_as_it_was_known_then(client: TestClient) -> None:
    wrong = next(event for event in items(client, f"{LIFE}/history") if event["type"] == "AbsenceRecorded")
    then = {"known_at": wrong["recorded_at"], "after": wrong["version"] - 1, "limit": 1}
    page = client.get(f"{LIFE}/steps", params=then).json()
    [step] = page["items"]
    assert (step["version"], step["voided_by"]) == (wrong["version"], None)
    assert (page["next"], page["position"]) == (None, wrong["position"])
    assert client.get(f"{LIFE}/steps", params={**then, "known_at": "2001-01-01T00:00:00Z"}).json()["items"] == []


@pytest.mark.parametrize("limit", [1, 10, 500])
def test_the_feed_is_complete_in_pages_of_any_size(client: TestClient, limit: int) -> None:
    positions, after = [], 0
    while True:
        page = client.get("/v1/events", params={"after": after, "limit": limit}).json()
        positions += [event["position"] for event in page["items"]]
        if page["next"] == after:
            break
        after = page["next"]
    assert positions == list(range(1, page["position"] + 1))


def test_the_feed_tells_how_far_it_looked(client: TestClient) -> None:
    page = client.get("/v1/events", params={"type": "EngagementEnded", "limit": 10}).json()
    assert [event["type"] for event in page["items"]] == ["EngagementEnded"]
    assert page["next"] == page["position"]
    [line] = items(client, "/v1/engagements", client_id="globex")
    page = client.get("/v1/events", params={"engagement_id": line["engagement_id"]}).json()
    assert [event["type"] for event in page["items"]] == ["EngagementOpened"]
    last = client.get("/v1/events", params={"after": page["position"]}).json()
    assert (last["items"], last["next"], last["position"]) == ([], page["position"], page["position"])


@pytest.mark.parametrize("beyond", [1, 10_000])
@pytest.mark.parametrize("filtered", [{}, {"type": "EngagementEnded"}])
def test_the_feed_does_not_go_on_beyond_its_head(client: TestClient, beyond: int, filtered: dict[str, str]) -> None:
    """Whoever has seen more than there is has seen another log: it must not take this one for an idle one."""
    position = client.get("/v1/events").json()["position"]
    answer = client.get("/v1/events", params={"after": position + beyond, **filtered})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/position-beyond-head")
    assert f"ends at position {position}" in answer.json()["detail"]


def test_every_page_of_the_feed_says_the_id_of_the_log(client: TestClient) -> None:
    pages = [client.get("/v1/events", params={"after": after, "limit": 1}).json() for after in (0, 1)]
    assert len({UUID(page["log_id"]) for page in pages}) == 1


def test_a_query_waits_for_a_position_that_comes(client: TestClient) -> None:
    position = client.get("/v1/events").json()["position"]
    timer = threading.Timer(PATIENCE_SECONDS / 10, lambda: opened(client, client_id="late"))
    timer.start()
    answer = client.get("/v1/engagements", params={"client_id": "late", "min_position": position + 1})
    timer.join()
    assert len(answer.json()["items"]) == 1


@pytest.mark.parametrize("query", ["", "/history", "/replay", "/clocks"])
def test_what_waited_for_a_position_is_read_on_the_connection_that_holds_it(postgres_url: URL, query: str) -> None:
    """Another connection may lead to another server, which has not got there yet."""
    with TestClient(create_app(settings_of(postgres_url))) as client:
        path = opened(client)
        engine = client.app.state.standfast.database.engine  # type: ignore[attr-defined]  # the application's own
        handed_out: list[object] = []

        def note(connection: object, *_: object) -> None:
            if threading.current_thread().name != "standfast-projector":
                handed_out.append(connection)

        event.listen(engine, "checkout", note)
        assert client.get(path + query).status_code == 200
        handed_out.clear()
        assert client.get(path + query, params={"min_position": 1}).status_code == 200
        assert len(handed_out) == 1


def test_a_query_for_a_position_that_does_not_come_is_503(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.questions.PATIENCE_SECONDS", 0.05)
    answer = client.get("/v1/engagements", params={"min_position": 10_000})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-reached")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("path", ["", "/history", "/steps"])
@pytest.mark.parametrize("engagement_id", ["00000000-0000-0000-0000-000000000000", "x", "%00", "1" * 10_000])
def test_an_engagement_that_is_not_there_is_404(client: TestClient, engagement_id: str, path: str) -> None:
    assert client.get(f"/v1/engagements/{engagement_id}{path}").status_code == 404
