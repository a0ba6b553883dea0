"""What waits, and what breaches next, over HTTP: appearing, changing and going; pages, filters and refusals."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import opened

WORK, AT_RISK = "/v1/work", "/v1/at-risk"
MATCH = {"assignment_id": "a1", "professional_id": "ana", "supply_source": "independent"}
MONTH = 2_592_000


@pytest.fixture(scope="module")
def engagement(lasting_client: TestClient) -> str:
    """Its address: one seat, which nobody is matched to."""
    return opened(lasting_client, name="Zoë's Straße", client_id="acme", seats=[{"seat_id": "s1", "role": "dev"}])


@pytest.fixture(scope="module")
def others(lasting_client: TestClient) -> list[str]:
    """Three engagements of one client, each with two empty seats."""
    seats = [{"seat_id": each, "role": "dev"} for each in ("s1", "s2")]
    return [opened(lasting_client, client_id="globex", seats=seats) for _ in range(3)]


def done(client: TestClient, engagement: str, command: str, **fields: Any) -> int:
    """The position that a command was recorded at."""
    answer = client.post(f"{engagement}/{command}", json=fields)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["position"])


def asked(client: TestClient, address: str, **params: Any) -> Any:
    answer = client.get(address, params={"min_position": client.get("/v1/events").json()["position"], **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused_field(client: TestClient, address: str, **params: Any) -> str:
    answer = client.get(address, params=params)
    assert answer.status_code == 422, answer.text
    return str(answer.json()["violations"][0]["field"])


def waiting(client: TestClient, engagement: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(client, WORK, engagement_id=engagement.rpartition("/")[2])["items"]
    return found


def test_an_item_is_there_changes_and_goes(lasting_client: TestClient, engagement: str) -> None:
    [seat] = waiting(lasting_client, engagement)
    assert seat | dict.fromkeys(("since", "due_at", "overdue", "why")) == {
        "kind": "seat",
        "engagement_id": engagement.rpartition("/")[2],
        "engagement_name": "Zoë's Straße",
        "client_id": "acme",
        "model": "managed_marketplace",
        "zone": "UTC",
        "parked": False,
        "subject_id": "s1",
        "seat_id": "s1",
        "title": "Fill s1 (dev)",
        "holder": "platform",
        "since": None,
        "due_at": None,
        "overdue": None,
        "next_command": "match-professional",
        "next_fields": {"seat_id": "s1"},
        "why": None,
    }
    done(lasting_client, engagement, seat["next_command"], **seat["next_fields"], **MATCH)
    [onboarding] = waiting(lasting_client, engagement)
    assert (onboarding["kind"], onboarding["holder"], onboarding["overdue"]) == ("onboarding", "professional", False)
    first = onboarding["next_fields"]
    done(lasting_client, engagement, onboarding["next_command"], **first)
    [onboarding] = waiting(lasting_client, engagement)
    assert onboarding["next_fields"] != first


def test_a_clock_is_told_as_its_engagement_tells_it(lasting_client: TestClient, engagement: str) -> None:
    found = asked(lasting_client, AT_RISK, within=MONTH, client_id="acme")
    [clock] = found["items"]
    theirs = lasting_client.get(f"{engagement}/clocks", params={"as_of": found["as_of"]}).json()["clocks"]
    [read] = [each for each in theirs if each["clock"] == "onboard"]
    assert {name: clock[name] for name in read} == read
    [item] = waiting(lasting_client, engagement)
    for name in ("title", "holder", "next_command", "next_fields", "why", "seat_id", "zone", "engagement_name"):
        assert clock[name] == item[name]
    assert asked(lasting_client, AT_RISK, client_id="acme")["items"] == [], "its goal is two weeks away"
    assert asked(lasting_client, AT_RISK, within=MONTH, client_id="acme", party="client")["items"] == []


def test_pages_follow_one_another_and_the_first_counts(lasting_client: TestClient, others: list[str]) -> None:
    pages, cursor = [], None
    while True:
        page = asked(lasting_client, WORK, client_id="globex", limit=2, **({"cursor": cursor} if cursor else {}))
        pages.append(page)
        cursor = page["next"]
        if cursor is None:
            break
    found = [(each["engagement_id"], each["subject_id"]) for page in pages for each in page["items"]]
    assert len(set(found)) == len(found) == 2 * len(others)
    assert {page["as_of"] for page in pages} == {pages[0]["as_of"]}
    assert [page["counts"] for page in pages[1:]] == [None] * (len(pages) - 1)
    counts = pages[0]["counts"]
    assert counts.keys() == {"overdue", "today", "this_week", "later", "undated", "notices"}
    assert counts["overdue"] + counts["today"] == len(found), (
        "they are due since they were opened, this second or before"
    )


def test_filters_narrow_items_and_counts(lasting_client: TestClient, engagement: str, others: list[str]) -> None:
    assert asked(lasting_client, WORK, q="zoë's STRASSE")["items"] == waiting(lasting_client, engagement)
    assert len(asked(lasting_client, WORK, q="fill S2")["items"]) == len(others)
    assert asked(lasting_client, WORK, kind="seat", client_id="acme")["counts"]["overdue"] == 0
    assert asked(lasting_client, WORK, client_id="globex", party="client")["items"] == []
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert len(asked(lasting_client, WORK, client_id="globex", due_before=later)["items"]) == 2 * len(others)
    assert asked(lasting_client, WORK, client_id="globex", due_before="2020-01-01T00:00:00Z")["items"] == []
    assert asked(lasting_client, WORK, client_id="globex", due_from=later)["items"] == []
    assert asked(lasting_client, WORK, partner_id="independent")["items"] == waiting(lasting_client, engagement)


def test_a_notice_is_left_out_where_none_is_wanted(lasting_client: TestClient) -> None:
    starts = (datetime.now(UTC) + timedelta(days=10)).isoformat()
    opened(lasting_client, client_id="initech", seats=[{"seat_id": "s1", "role": "dev", "required_from": starts}])
    found = asked(lasting_client, WORK, client_id="initech")
    [notice] = found["items"]
    assert (notice["kind"], notice["next_command"], notice["next_fields"]) == ("upcoming", None, {})
    assert found["counts"]["notices"] == 1
    without = asked(lasting_client, WORK, client_id="initech", notices=False)
    assert (without["items"], without["counts"]["notices"]) == ([], 0)


@pytest.mark.parametrize(
    ("address", "params"),
    [
        (WORK, {"party": "system"}),
        (WORK, {"kind": "clock"}),
        (WORK, {"q": ""}),
        (WORK, {"due_before": "tomorrow"}),
        (WORK, {"due_from": "2020-01-01"}),
        (WORK, {"due": "someday"}),
        (WORK, {"notices": "yes"}),
        (WORK, {"limit": 501}),
        (WORK, {"within": 5}),
        (AT_RISK, {"within": -1}),
        (AT_RISK, {"within": 10**12}),
        (AT_RISK, {"overdue": "1"}),
        (AT_RISK, {"kind": "seat"}),
    ],
)
def test_what_cannot_be_asked_is_refused(lasting_client: TestClient, address: str, params: dict[str, Any]) -> None:
    [field] = params
    assert refused_field(lasting_client, address, **params) == field


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMiwzLDQsNSw2XQ", "e30", "\u00e9"])
def test_a_cursor_that_is_none_is_refused(lasting_client: TestClient, others: list[str], cursor: str) -> None:
    assert others
    assert refused_field(lasting_client, WORK, cursor=cursor) == "cursor"
    assert refused_field(lasting_client, AT_RISK, cursor=cursor) == "cursor"
    of_work = asked(lasting_client, WORK, limit=1)["next"]
    assert refused_field(lasting_client, AT_RISK, cursor=of_work) == "cursor"


def test_they_wait_for_a_position_and_say_when_it_does_not_come(lasting_client: TestClient) -> None:
    for address in (WORK, AT_RISK):
        answer = lasting_client.get(address, params={"min_position": 10**9})
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
