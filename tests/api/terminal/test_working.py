"""What waits, and what breaches next, in the terminal: the JSON that HTTP answers, and tables of 80 columns."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.api.terminal.conftest import Run

SEATS: Final = [{"seat_id": "backend-1", "role": "dev"}, {"seat_id": "frontend-1", "role": "dev"}]
MATCH: Final = {"assignment_id": "a1", "professional_id": "mei.tanaka", "supply_source": "internal_team"}
SAME: Final = {
    "work --json": "/v1/work",
    "work --json --party platform --kind seat --search backend": "/v1/work?party=platform&kind=seat&q=backend",
    "work --json --client acme --no-notices --limit 1": "/v1/work?client_id=acme&notices=false&limit=1",
    "work --json --engagement acme --model managed_marketplace": "/v1/work?model=managed_marketplace",
    "work --json --due-before 2020-01-01T00:00:00Z": "/v1/work?due_before=2020-01-01T00:00:00Z",
    "work --json --due-from 2020-01-01T00:00:00Z --due today": "/v1/work?due_from=2020-01-01T00:00:00Z&due=today",
    "at-risk --json": "/v1/at-risk",
    "at-risk --json --within 2592000 --overdue --partner platform": "/v1/at-risk?within=2592000&overdue=true"
    "&partner_id=platform",
}


@pytest.fixture
def http(standfast: Run, sqlite_url: URL) -> Iterator[TestClient]:
    """With an engagement that has one seat to be filled and one professional to be onboarded."""
    with TestClient(create_app(settings_of(sqlite_url))) as client:
        address = opened(client, client_id="acme", name="Payments [rebuild]", seats=SEATS)
        answer = client.post(f"{address}/match-professional", json={"seat_id": "frontend-1", **MATCH})
        assert client.get("/v1/work", params={"min_position": answer.json()["position"]}).status_code == 200
        yield client


PASSING: Final = ("as_of", "next", "overdue", "elapsed_seconds", "remaining_seconds", "percent_elapsed")
"""What is another one by the second at which it is asked."""


def lasting(answer: Any) -> Any:
    """An answer without what passes."""
    if isinstance(answer, list):
        return [lasting(each) for each in answer]
    if isinstance(answer, dict):
        return {name: lasting(value) for name, value in answer.items() if name not in PASSING and name != "counts"}
    return answer


def test_json_is_what_http_answers(standfast: Run, http: TestClient) -> None:
    for command, address in SAME.items():
        ran, answer = standfast(*command.split()), http.get(address).json()
        told = json.loads(ran.out)
        assert lasting(told) == lasting(answer), command
        assert told.keys() == answer.keys()
        assert (told["next"] is None) == (answer["next"] is None)
    assert len(json.loads(standfast("work", "--json").out)["items"]) == 2
    assert len(json.loads(standfast("at-risk", "--json", "--within", "2592000").out)["items"]) == 1


def test_the_tables_fit_eighty_columns(standfast: Run, http: TestClient) -> None:
    shown = standfast("work").out
    assert max(map(len, shown.splitlines())) <= 80
    for told in (
        "Fill backend-1 (dev)",
        "acme: Payments [rebuild]",
        "match-professional seat_id=backend-1",
        "platform",
    ):
        assert told in shown
    assert "0 notices" in shown
    soon = standfast("at-risk", "--within", "2592000").out
    assert max(map(len, soon.splitlines())) <= 80
    for told in ("Onboard mei.tanaka on frontend-1", "onboard: ", "of 80:00:00, running", "complete-onboarding-item"):
        assert told in soon


def test_they_go_on_where_they_say(standfast: Run, http: TestClient) -> None:
    first = standfast("work", "--limit", "1").out
    [more] = [line for line in first.splitlines() if line.startswith("more: ")]
    second = standfast("work", "--limit", "1", "--cursor", more.split()[-1]).out
    assert ("Fill backend-1" in first, "Onboard mei.tanaka" in second, "more: " in second) == (True, True, False)
    assert "overdue" not in second.splitlines()[-1], "only the first page counts"


def test_where_nothing_waits_they_say_so(standfast: Run, http: TestClient) -> None:
    assert standfast("work", "--client", "nobody").out.startswith("nothing waits")
    assert standfast("at-risk").out == "no clock breaches by then\n"


def test_what_cannot_be_asked_is_said(standfast: Run, http: TestClient) -> None:
    for arguments in (("work", "--due-before", "soon"), ("work", "--cursor", "x"), ("at-risk", "--cursor", "x")):
        ran = standfast(*arguments)
        assert (ran.code != 0, ran.out, "Traceback" in ran.err) == (True, "", False), arguments
