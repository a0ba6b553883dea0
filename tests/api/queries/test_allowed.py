"""What may be done now, over HTTP: by subject, by party, and that it is accepted."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.register import COMMANDS
from tests.api.conftest import opened

SEATS = [{"seat_id": "s1", "role": "operator"}, {"seat_id": "s2", "role": "operator"}]
ABOUT = {"engagement_id", "version", "position", "as_of", "known_at", "projected"}


@pytest.fixture
def here(client: TestClient) -> str:
    """An engagement with somebody active on one of two seats, under managed services."""
    terms = {"model": "managed_services", "policy": None, "override_reason": "agreed"}
    here = opened(client, **terms, seats=SEATS)
    person = {"seat_id": "s1", "assignment_id": "a1", "professional_id": "ana", "supply_source": "independent"}
    record(client, here, "match-professional", **person)
    record(client, here, "waive-onboarding-item", assignment_id="a1", item="nda", reason="signed before")
    record(client, here, "onboard-professional", assignment_id="a1")
    return here


def record(client: TestClient, here: str, command: str, **body: Any) -> None:
    answer = client.post(f"{here}/{command}", json=body)
    assert answer.status_code == 200, answer.text


def allowed(client: TestClient, here: str, **asked: str) -> dict[str, Any]:
    answer = client.get(f"{here}/allowed", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def offers(client: TestClient, here: str, **asked: str) -> dict[str, list[Any]]:
    """The subjects of each command that is offered."""
    found: dict[str, list[Any]] = {}
    for each in allowed(client, here, **asked)["items"]:
        found.setdefault(each["command"], []).append(each["subject"])
    return found


def test_each_command_is_offered_about_each_of_its_subjects(client: TestClient, here: str) -> None:
    found = offers(client, here)
    assert found["close-seat"] == [{"seat_id": "s1"}, {"seat_id": "s2"}]
    assert found["match-professional"] == [{"seat_id": "s2"}]
    assert found["report-underperformance"] == [{"assignment_id": "a1"}]
    assert found["end-engagement"] == [None]
    assert "resume-engagement" not in found
    assert list(found) == client.get(here).json()["allowed_commands"]


def test_an_answer_says_what_it_is_about_and_each_item_what_it_does(client: TestClient, here: str) -> None:
    answer = allowed(client, here)
    state = client.get(here).json()
    assert answer.keys() == ABOUT | {"items"}
    assert [answer[each] for each in ("engagement_id", "version", "position", "projected")] == [
        state[each] for each in ("engagement_id", "version", "position", "projected")
    ]
    for each in answer["items"]:
        assert each.keys() == {"command", "subject", "title", "by"}
        assert each["title"] == COMMANDS[each["command"]].title()
        assert "platform" in each["by"]


def test_a_party_is_shown_what_it_may_do(client: TestClient, here: str) -> None:
    record(client, here, "request-replacement", seat_id="s1", case_id="k1", cause="other")
    person = {"professional_id": "ben", "supply_source": "independent"}
    record(client, here, "propose-successor", case_id="k1", proposal_id="p1", **person)
    found = {party: offers(client, here, party=party) for party in ("client", "platform", "partner", "professional")}
    assert "accept-successor" not in found["client"], "under managed services the provider decides"
    assert found["partner"]["accept-successor"] == found["platform"]["accept-successor"] == [{"proposal_id": "p1"}]
    assert found["professional"].keys() == {"record-effort", "annotate"}
    assert "add-seat" in found["client"]
    assert "add-seat" not in found["partner"]
    assert found["platform"] == offers(client, here)
    answer = client.post(f"{here}/accept-successor", json={"proposal_id": "p1"}, headers={"X-Actor": "partner:north"})
    assert answer.status_code == 200


def test_the_system_is_no_party_that_is_offered_anything(client: TestClient, here: str) -> None:
    answer = client.get(f"{here}/allowed", params={"party": "system"})
    assert (answer.status_code, answer.json()["violations"][0]["field"]) == (422, "party")


def test_without_such_an_engagement_nothing_is_allowed(client: TestClient) -> None:
    for engagement_id in ("00000000-0000-0000-0000-000000000000", "x"):
        assert client.get(f"/v1/engagements/{engagement_id}/allowed").status_code == 404
