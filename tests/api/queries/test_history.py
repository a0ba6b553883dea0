"""The history of an engagement over HTTP: its filters, both orders, a place in time, and what does not go together."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.examples.commands import history, lines
from tests.api.commands.test_log import record

HERE = "/v1/engagements/" + str(lines()[0]["engagement_id"]) + "/history"


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    """With one whole life recorded."""
    record(lasting_client, list(lines()))
    return lasting_client


def page(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.get(HERE, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def versions(found: dict[str, Any]) -> list[int]:
    return [event["version"] for event in found["items"]]


def test_the_newest_come_first_where_they_are_asked_for(client: TestClient) -> None:
    whole = versions(page(client, limit=500))
    assert versions(page(client, limit=500, order="desc")) == whole[::-1]
    found: list[int] = []
    place: dict[str, int] = {}
    while True:
        part = page(client, order="desc", limit=7, **place)
        found += versions(part)
        if part["next"] is None:
            break
        place = {"before": part["next"]}
    assert found == whole[::-1]


def test_what_is_asked_for_alone_is_shown(client: TestClient) -> None:
    voided = page(client, voided=True)["items"]
    assert [event["type"] for event in voided] == ["AbsenceRecorded"] * len(voided)
    assert voided
    [corrected] = page(client, type="AbsenceRecorded", voided=False)["items"]
    assert corrected["version"] > voided[-1]["version"]
    assert {event["actor"]["party"] for event in page(client, party="professional")["items"]} == {"professional"}
    window = {"from": "2025-05-06T09:00:00Z", "to": "2025-05-07T10:00:00+00:00"}
    assert [event["type"] for event in page(client, **window)["items"]] == [
        "ReplacementRequested",
        "GuaranteeDecided",
        "GuaranteeReviewed",
    ]


def test_a_page_lies_around_an_instant(client: TestClient) -> None:
    found = page(client, at="2025-05-06T08:00:00Z", limit=3)
    assert [event["type"] for event in found["items"]] == [
        "UnderperformanceAcknowledged",
        "ReplacementRequested",
        "GuaranteeDecided",
    ]
    following = page(client, after=found["next"], limit=1)["items"]
    assert [event["type"] for event in following] == ["GuaranteeReviewed"]


def test_the_history_is_shown_as_it_was_known(client: TestClient) -> None:
    last = page(client, order="desc", limit=1)["items"][0]
    voiding = page(client, type="FactVoided")["items"][0]
    earlier = page(
        client, order="desc", limit=1, known_at=page(client, limit=500)["items"][voiding["version"] - 2]["recorded_at"]
    )
    assert earlier["items"][0]["version"] < voiding["version"] <= last["version"]
    assert earlier["position"] == earlier["items"][0]["position"]


@pytest.mark.parametrize(
    ("asked", "rule", "field"),
    [
        ({"at": "2025-05-06T08:00:00Z", "after": 3}, "page-unclear", "after"),
        ({"at": "2025-05-06T08:00:00Z", "before": 3}, "page-unclear", "before"),
        ({"after": 5, "before": 5}, "page-unclear", "after"),
        ({"from": "2025-05-06T08:00:00Z", "to": "2025-05-06T08:00:00Z"}, "window-empty", "from"),
        ({"order": "newest"}, "fields-wrong", "order"),
        ({"before": 0}, "fields-wrong", "before"),
        ({"after": -1}, "fields-wrong", "after"),
        ({"voided": "yes"}, "fields-wrong", "voided"),
        ({"type": "Nothing"}, "fields-wrong", "type"),
        ({"party": "nobody"}, "fields-wrong", "party"),
        ({"at": "2025-05-06T08:00:00"}, "fields-wrong", "at"),
        ({"limit": 501}, "fields-wrong", "limit"),
        ({"cursor": "x"}, "fields-wrong", "cursor"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_in_words(
    client: TestClient, asked: dict[str, Any], rule: str, field: str
) -> None:
    answer = client.get(HERE, params=asked)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{rule}")
    assert [each["field"] for each in answer.json()["violations"]] == [field]


def test_every_parameter_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/v1/engagements/{engagement_id}/history"]["get"]
    texts = {each["name"]: each.get("description", "") for each in described["parameters"]}
    assert all(texts[name] for name in texts.keys() - {"engagement_id", "min_position", "limit"}), texts
    assert "around an instant" in texts["at"]
    assert all("description" not in each["schema"] for each in described["parameters"])


def test_the_examples_history_is_this_one(client: TestClient) -> None:
    assert [event["type"] for event in page(client, limit=500)["items"]] == [fact.type for fact in history().facts]
