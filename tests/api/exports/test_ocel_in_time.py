"""What OCEL says of objects that an event moves without naming them: what the state says of them at that time."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import opened

Moves = Mapping[str, Sequence[tuple[str, Any]]]
PERSON = {"supply_source": "independent"}
ITEMS = ("access", "context", "nda", "ip_assignment", "classification")
SEATS = [{"seat_id": each, "role": "Engineer"} for each in ("one", "two")]
DAYS: list[tuple[str, str, dict[str, Any]]] = [
    ("match-professional", "01", {"seat_id": "one", "assignment_id": "ana", "professional_id": "ana", **PERSON}),
    ("match-professional", "02", {"seat_id": "two", "assignment_id": "bo", "professional_id": "bo", **PERSON}),
    *(
        ("complete-onboarding-item", "02", {"assignment_id": each, "item": item})
        for each in ("ana", "bo")
        for item in ITEMS
    ),
    ("onboard-professional", "03", {"assignment_id": "ana"}),
    ("onboard-professional", "03", {"assignment_id": "bo"}),
    ("amend-seat", "04", {"seat_id": "two", "required_until": "2026-03-31T17:00:00Z"}),
    ("amend-seat", "05", {"seat_id": "two", "required_until": None}),
    (
        "report-underperformance",
        "06",
        {"assignment_id": "ana", "concern_id": "c", "category": "quality", "severity": "low"},
    ),
    ("request-replacement", "09", {"seat_id": "one", "case_id": "case", "cause": "non_performance"}),
    ("propose-successor", "10", {"case_id": "case", "proposal_id": "p1", "professional_id": "cy", **PERSON}),
    ("decline-successor", "11", {"proposal_id": "p1", "qualified": True, "reason": "too far away"}),
    ("propose-successor", "12", {"case_id": "case", "proposal_id": "p2", "professional_id": "di", **PERSON}),
    ("accept-successor", "13", {"proposal_id": "p2", "assignment_id": "di"}),
    ("withdraw-match", "16", {"assignment_id": "di", "reason": "took another post"}),
    ("close-seat", "17", {"seat_id": "one", "reason": "not needed any more"}),
    ("suspend-engagement", "18", {"waiting_on": "client", "reason": "holidays", "until": "2026-03-20T09:00:00Z"}),
]


@pytest.fixture(scope="module")
def log(lasting_client: TestClient) -> dict[str, Any]:
    whose = opened(lasting_client, seats=SEATS, occurred_at="2026-02-27T09:00:00Z")
    for name, day, fields in DAYS:
        body = {**fields, "occurred_at": f"2026-03-{day}T09:00:00Z"}
        answer = lasting_client.post(f"{whose}/{name}", json=body)
        assert answer.status_code < 300, (name, answer.text)
    found: dict[str, Any] = lasting_client.get("/v1/exports/ocel.json").json()
    return found


def moves(log: Mapping[str, Any], name: str = "status") -> Moves:
    """What became of each object on which day of March 2026, by its type and id."""
    return {
        each["id"].partition("/")[2] or "engagement": [
            (one["time"][8:10], one["value"]) for one in each["attributes"] if one["name"] == name
        ]
        for each in log["objects"]
    }


def test_a_case_moves_with_its_proposals_and_with_whom_it_loses(log: dict[str, Any]) -> None:
    assert moves(log)["case/case"] == [
        ("09", "searching"),
        ("10", "awaiting"),
        ("11", "searching"),
        ("12", "awaiting"),
        ("13", "onboarding"),
        ("16", "searching"),
        ("17", "cancelled"),
    ]


def test_a_seat_that_is_closed_ends_what_is_on_it(log: dict[str, Any]) -> None:
    found = moves(log)
    assert found["seat/one"] == [("27", "open"), ("17", "closed")]
    assert found["assignment/ana"] == [("01", "matched"), ("03", "active"), ("17", "ended")]
    assert found["assignment/di"] == [("13", "matched"), ("16", "ended")]
    assert found["concern/c"] == [("06", "open"), ("17", "closed")]
    assert found["assignment/bo"] == [("02", "matched"), ("03", "active")]


def test_a_suspension_is_over_when_that_was_agreed_though_nothing_happens(log: dict[str, Any]) -> None:
    assert moves(log)["engagement"] == [("27", "open"), ("18", "suspended"), ("20", "open")]


def test_a_seat_that_has_no_end_any_more_says_so(log: dict[str, Any]) -> None:
    assert moves(log, "required_until")["seat/two"] == [("04", "2026-03-31T17:00:00.000000Z")]
    assert moves(log, "open_ended")["seat/two"] == [("27", True), ("04", False), ("05", True)]


def test_what_is_no_object_is_an_attribute(log: dict[str, Any]) -> None:
    told = {
        each["type"]: one["value"]
        for each in log["events"]
        for one in each["attributes"]
        if one["name"] == "proposal_id"
    }
    assert told == {"SuccessorProposed": "p2", "SuccessorDeclined": "p1", "SuccessorAccepted": "p2"}
    [item] = [each for each in log["eventTypes"] if each["name"] == "KnowledgeItemDelivered"]
    assert {"name": "item_id", "type": "string"} in item["attributes"]
