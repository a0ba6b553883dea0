"""Policies and calendars over HTTP: immutable versions, published and listed."""

from typing import Any

import pytest
from starlette.testclient import TestClient

CALENDAR: dict[str, Any] = {
    "code": "team",
    "zone": "Europe/Berlin",
    "week": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "12:00"], ["13:00", "24:00"]]},
    "hours_per_business_day": 8,
}


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    return lasting_client


def policy(client: TestClient, **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/policies/managed_services@1").json()
    del found["version"]
    return {**found, **fields}


@pytest.mark.parametrize(("path", "count"), [("/v1/policies", 4), ("/v1/calendars", 5)])
def test_the_shipped_documents_are_there(client: TestClient, path: str, count: int) -> None:
    first = client.get(path, params={"limit": 2}).json()
    rest = client.get(path, params={"cursor": first["next"]}).json()
    found = [f"{each['code']}@{each['version']}" for page in (first, rest) for each in page["items"]]
    assert found == sorted(found)
    assert len([name for name in found if name.endswith("@1")]) >= count
    assert rest["next"] is None
    assert client.get(f"{path}/{found[0]}").json() == first["items"][0]


@pytest.mark.parametrize("name", ["team@99", "none@1", "team@0", "team@x", "team", "@1", "%00@1", "x@" + "9" * 5_000])
def test_a_document_that_is_not_there_is_404(client: TestClient, name: str) -> None:
    assert client.get(f"/v1/policies/{name}").status_code == 404


def test_an_identical_document_answers_the_version_that_holds_it(client: TestClient) -> None:
    document = policy(client, code="mine")
    first = client.post("/v1/policies", json=document)
    assert (first.status_code, first.headers["Location"]) == (201, "/v1/policies/mine@1")
    same = client.post("/v1/policies", json=dict(reversed(document.items())))
    assert (same.status_code, same.json()) == (200, first.json())
    other = client.post("/v1/policies", json={**document, "cooldown_days": 30})
    assert (other.status_code, other.json()["version"]) == (201, 2)
    assert client.get("/v1/policies/mine@1").json()["cooldown_days"] == 0


def test_the_shipped_document_answers_its_version(client: TestClient) -> None:
    answer = client.post("/v1/policies", json=policy(client))
    assert (answer.status_code, answer.json()["version"]) == (200, 1)


def test_the_shipped_calendar_with_all_holidays_is_the_newest(client: TestClient) -> None:
    first, second = (client.get(f"/v1/calendars/us-east@{version}").json() for version in (1, 2))
    assert first["exceptions"] == {"2026-11-11": [], "2026-11-26": []}
    assert (second["exceptions"]["2026-07-03"], second["holidays_until"]) == ([], "2030-12-31")
    asked = {name: first[name] for name in ("code", "zone", "week", "hours_per_business_day")}
    same = client.post("/v1/calendars", json={**asked, "country": "US", "years": list(range(2023, 2031))})
    assert (same.status_code, same.json()) == (200, second)
    body = {"client_id": "acme", "model": "managed_services", "work_class": "non_core", "seats": []}
    [event] = client.post("/v1/engagements", json={**body, "calendar": "us-east"}).json()["events"]
    assert event["data"]["calendar"] == second


def test_an_engagement_takes_the_newest_version_or_the_one_it_names(client: TestClient) -> None:
    for days in (1, 2):
        client.post("/v1/policies", json=policy(client, code="named", cooldown_days=days))
    body = {"client_id": "acme", "model": "managed_services", "work_class": "non_core", "seats": []}
    for name, version in (("named", 2), ("named@1", 1)):
        [event] = client.post("/v1/engagements", json={**body, "policy": name}).json()["events"]
        assert event["data"]["policy"]["version"] == version
    unknown = client.post("/v1/engagements", json={**body, "policy": "named@3"})
    assert (unknown.status_code, unknown.json()["violations"][0]["field"]) == (422, "policy")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("version", {"version": 1}),
        ("surprise", {"surprise": 1}),
        ("code", {"code": "a b"}),
        ("applies_to", {"applies_to": []}),
        ("cooldown_days", {"cooldown_days": -1}),
        ("cooldown_days", {"cooldown_days": "7"}),
        ("transfer_threshold", {"transfer_threshold": 1.5}),
        ("onboarding_items[0]", {"onboarding_items": ["coffee"]}),
        ("onboarding_items", {"onboarding_items": ["nda", "nda"]}),
        ("obligations.decide", {"obligations": {}}),
    ],
)
def test_a_policy_with_wrong_fields_is_refused(client: TestClient, field: str, change: dict[str, Any]) -> None:
    answer = client.post("/v1/policies", json=policy(client, **{"code": "wrong", **change}))
    assert answer.status_code == 422
    assert field in [each["field"] for each in answer.json()["violations"]]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("zone", {"zone": "Mars/Olympus"}),
        ("zone", {"zone": "../../etc/passwd"}),
        ("week", {"week": {}}),
        ("week", {"week": {"mon": []}}),
        ("week.mon.0", {"week": {"mon": [["17:00", "09:00"]]}}),
        ("week.mon[0][1]", {"week": {"mon": [["09:00", "25:00"]]}}),
        ("exceptions.2025-02-30", {"exceptions": {"2025-02-30": []}}),
        ("hours_per_business_day", {"hours_per_business_day": 0}),
        ("hours_per_business_day", {"hours_per_business_day": True}),
        ("country", {"country": "XX", "years": [2026]}),
        ("subdivision", {"country": "DE", "subdivision": "XX", "years": [2026]}),
        ("years", {"country": "DE"}),
        ("years", {"years": [2026]}),
        ("years[0]", {"country": "DE", "years": [1]}),
    ],
)
def test_a_calendar_with_wrong_fields_is_refused(client: TestClient, field: str, change: dict[str, Any]) -> None:
    answer = client.post("/v1/calendars", json={**CALENDAR, "code": "wrong", **change})
    assert answer.status_code == 422
    assert field in [each["field"] for each in answer.json()["violations"]]


def test_holidays_are_written_into_a_calendar_when_it_is_published(client: TestClient) -> None:
    asked = {"country": "DE", "subdivision": "BY", "years": [2026, 2027]}
    own = {"2026-12-24": [["09:00", "13:00"]], "2026-12-25": [["10:00", "11:00"]]}
    answer = client.post("/v1/calendars", json={**CALENDAR, **asked, "exceptions": own})
    document = answer.json()
    assert (answer.status_code, document["holidays_until"]) == (201, "2027-12-31")
    assert document["exceptions"]["2026-01-06"] == []
    assert document["exceptions"]["2027-12-26"] == []
    assert document["exceptions"] | own == document["exceptions"]
    assert document.keys() == client.get("/v1/calendars/weekdays@1").json().keys()
    plain = {name: value for name, value in document.items() if name != "version"}
    assert client.post("/v1/calendars", json=plain).status_code == 200
