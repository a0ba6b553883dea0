"""What a process remembers of an engagement lets nobody do, or learn, what they may not any more, and keeps nothing."""

from typing import Final

import pytest
from sqlalchemy.engine import URL

from domain.access.principal import LOCAL, Role
from infrastructure.access.wanted import WantedKey
from tests.api.access.conftest import Guard, Guarded, bearing

HERE: Final = "/v1/engagements/0198c6a5-7a31-7c12-9f0a-00000a00000a"
MISSING: Final = "/v1/engagements/0198c6a5-7a31-7c12-9f0a-0000deadbeef"
OPENING: Final = {
    "engagement_id": HERE.rpartition("/")[2],
    "client_id": "acme",
    "model": "managed_marketplace",
    "work_class": "non_core",
    "seats": [{"seat_id": "s1", "role": "developer"}],
}
NOTE: Final = {"note": "Ana starts on Monday"}
MATCH: Final = {
    "seat_id": "s1",
    "assignment_id": "a1",
    "professional_id": "ana",
    "supply_source": "agency_partner",
    "partner_id": "northwind",
}


def headers(of: Guarded, role: Role, party_id: str | None = None) -> dict[str, str]:
    made = of.standfast.access.keys.make(WantedKey(name=f"{role}-{party_id}", role=role, party_id=party_id), LOCAL)
    of.refresh()
    return bearing(made)


def refused_alike(at: Guarded, headers: dict[str, str]) -> bool:
    """Whether a remark is refused as about an engagement that is not there."""
    about, missing = (at.client.post(f"{each}/annotate", json=NOTE, headers=headers) for each in (HERE, MISSING))
    told, same = (
        answer.text.replace(each.rpartition("/")[2], "") for answer, each in ((about, HERE), (missing, MISSING))
    )
    return about.status_code == missing.status_code == 404 and told == same


def recorded(at: Guarded, headers: dict[str, str]) -> bool:
    return at.client.post(f"{HERE}/annotate", json=NOTE, headers=headers).status_code == 200


@pytest.mark.parametrize("key", [None, "before", "after"])
def test_a_match_that_another_process_voided_lets_its_partner_do_and_learn_nothing_more(
    guard: Guard, started_url: URL, key: str | None
) -> None:
    one, other = guard(started_url), guard(started_url)
    operator, partner = headers(one, "operator"), headers(one, "partner", "northwind")
    other.refresh()
    assert one.client.post("/v1/engagements", json=OPENING, headers=operator).status_code == 201
    matched = one.client.post(f"{HERE}/match-professional", json=MATCH, headers=operator).json()["version"]
    assert recorded(one, {**partner, "Idempotency-Key": "before"})
    voided = {"void": [matched + 1, matched], "reason": "never matched"}
    assert other.client.post(f"{HERE}/correct-history", json=voided, headers=operator).status_code == 200
    keyed = partner if key is None else {**partner, "Idempotency-Key": key}
    assert refused_alike(one, keyed)
    assert one.client.get(HERE, headers=operator).json()["version"] == matched + 3, "nothing was recorded"
    assert one.client.post(f"{HERE}/match-professional", json=MATCH, headers=operator).status_code == 200
    assert recorded(one, keyed), "it is its own again"


def test_whoever_was_matched_through_another_process_is_told_from_then_on(guard: Guard, started_url: URL) -> None:
    one, other = guard(started_url), guard(started_url)
    operator, partner = headers(one, "operator"), headers(one, "partner", "northwind")
    other.refresh()
    assert one.client.post("/v1/engagements", json=OPENING, headers=operator).status_code == 201

    def told() -> list[str]:
        return [each["type"] for each in one.client.get("/v1/events", headers=partner).json()["items"]]

    assert told() == []
    assert other.client.post(f"{HERE}/match-professional", json=MATCH, headers=operator).status_code == 200
    assert "ProfessionalMatched" in told()
