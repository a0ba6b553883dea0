"""The fleet's figures over HTTP: groups, pages of them, the rows behind a figure, and what is refused."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.paging import packed
from tests.api.conftest import opened

FLEET, ROWS = "/v1/metrics", "/v1/metrics/rows"
CLIENTS = ("acme", "globex", "initech")


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    """With an engagement of each of three clients, and a second one of the first."""
    for client_id in (*CLIENTS, CLIENTS[0]):
        opened(lasting_client, name=f"for {client_id}", client_id=client_id)
    position = lasting_client.get("/v1/events").json()["position"]
    assert lasting_client.get(FLEET, params={"min_position": position}).status_code == 200
    return lasting_client


def asked(client: TestClient, address: str = FLEET, **params: Any) -> dict[str, Any]:
    answer = client.get(address, params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refused_field(client: TestClient, address: str = FLEET, **params: Any) -> str:
    answer = client.get(address, params=params)
    assert answer.status_code == 422, answer.text
    return str(answer.json()["violations"][0]["field"])


def test_all_engagements_are_one_group(client: TestClient) -> None:
    told = asked(client)
    [group] = told["groups"]
    assert (told["group_by"], told["from"], told["to"], told["next"]) == ("all", None, told["as_of"], None)
    assert (group["key"], group["engagements"], group["open"]) == ("all", 4, 4)
    assert told["position"] == client.get("/v1/events").json()["position"]
    assert told["behind_seconds"] == 0


def test_groups_come_page_by_page_as_of_one_instant(client: TestClient) -> None:
    first = asked(client, group_by="client", sort="-engagements", limit=2)
    assert [group["key"] for group in first["groups"]] == ["acme", "globex"]
    last = asked(client, group_by="client", sort="-engagements", limit=2, cursor=first["next"])
    assert [group["key"] for group in last["groups"]] == ["initech"]
    assert (last["as_of"], last["next"]) == (first["as_of"], None)


def test_a_group_a_model_and_a_client_may_be_asked_for_alone(client: TestClient) -> None:
    [group] = asked(client, group_by="client", key="globex")["groups"]
    assert (group["key"], group["engagements"]) == ("globex", 1)
    assert asked(client, client_id="acme")["groups"][0]["engagements"] == 2
    assert asked(client, model="freelancer_platform")["groups"] == []
    assert asked(client, partner_id="nobody-of-this-name")["groups"] == []


def test_the_months_are_told_without_holes(client: TestClient) -> None:
    told = asked(client, group_by="month")
    keys = [group["key"] for group in told["groups"]]
    assert keys == sorted(keys)
    assert keys[-1] == told["as_of"][:7]


def test_rows_are_as_many_as_the_figure_counts(client: TestClient) -> None:
    seats = asked(client, client_id="acme")["groups"][0]["seats"]
    told = asked(client, ROWS, figure="seats", client_id="acme", limit=1)
    assert told["total"] == seats
    rest = asked(client, ROWS, figure="seats", client_id="acme", cursor=told["next"])
    rows = [*told["items"], *rest["items"]]
    assert len({(row["engagement_id"], row["subject_id"]) for row in rows}) == len(rows) == seats
    assert {row["engagement_name"] for row in rows} == {"for acme"}
    assert all(row["value"] == 1 and row["words"] for row in rows)


def test_the_rows_of_a_state_alone(client: TestClient) -> None:
    assert asked(client, ROWS, figure="engagements", state="open")["total"] == 4
    assert asked(client, ROWS, figure="engagements", state="ended")["total"] == 0


@pytest.mark.parametrize(
    "window", [{"from": "2030-01-01T00:00:00Z"}, {"from": "2026-02-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}]
)
def test_a_window_begins_before_it_ends_and_by_now(client: TestClient, window: dict[str, str]) -> None:
    for address, asks in ((FLEET, window), (ROWS, {**window, "figure": "engagements"})):
        answer = client.get(address, params=asks)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/window-empty"), answer.text


@pytest.mark.parametrize("name", ["lone\rreturn", "\r\n", 'tail "\r" of, quotes', "line\nfeed", "\u2028"])
def test_whatever_engagements_are_called(lasting_client: TestClient, name: str) -> None:
    opened(lasting_client, name=name, client_id="oddly-named")
    position = lasting_client.get("/v1/events").json()["position"]
    told = asked(lasting_client, ROWS, figure="engagements", client_id="oddly-named", min_position=position, limit=500)
    assert name in {row["engagement_name"] for row in told["items"]}
    what_if = lasting_client.post("/v1/what-if", json={"calendar": "always", "filter": {"client_id": "oddly-named"}})
    assert what_if.status_code == 200, what_if.text


def test_all_has_no_other_key(client: TestClient) -> None:
    assert asked(client, key="moon")["groups"] == []
    assert asked(client, ROWS, figure="engagements", key="moon")["total"] == 0


def test_refusals_name_the_field(client: TestClient) -> None:
    assert refused_field(client, group_by="moon") == "group_by"
    assert refused_field(client, group_by="month", **{"from": "0001-01-01T00:00:00Z"}) == "from"
    assert refused_field(client, cursor="nonsense") == "cursor"
    assert refused_field(client, ROWS, figure="guarantee.nonsense") == "figure"
    assert refused_field(client, ROWS, figure="engagements", group_by="client") == "key"
    page = asked(client, group_by="client", limit=1)
    assert refused_field(client, group_by="client", sort="overdue", cursor=page["next"]) == "cursor"
    assert refused_field(client, group_by="model", cursor=page["next"]) == "cursor"
    now, whose = 1_700_000_000_000_000, "00000000-0000-4000-8000-000000000000"
    for wrong in ([1 << 60, [None, "acme"]], [now, 1], [now, ["1", "acme"]], [now, [None, "a\0"]], [now, [None, 1]]):
        assert refused_field(client, group_by="client", cursor=packed(["client key", *wrong])) == "cursor"
    for place in ([], ["x", "", "", 0, "", 1], [whose, "", "", 1 << 63, "", 1], [whose, "", "a\0", 0, "", 1]):
        assert refused_field(client, ROWS, figure="seats", cursor=packed(["seats", now, place])) == "cursor"


@pytest.mark.parametrize(
    ("figure", "meant"),
    [
        ("productivity.foo_seconds", "productivity.to_onboard_seconds"),
        ("accountability.parties.nobodyelse.met", "accountability.parties.nobody.met"),
    ],
)
def test_a_figure_that_there_is_not_is_refused_with_the_nearest(client: TestClient, figure: str, meant: str) -> None:
    answer = client.get(ROWS, params={"figure": figure})
    assert answer.status_code == 422, answer.text
    [violation] = answer.json()["violations"]
    assert violation["field"] == "figure"
    assert f"{figure} is no figure of a group" in violation["message"]
    assert f"(did you mean {meant}?)" in violation["message"]


def test_rows_are_as_of_the_instant_that_is_asked_for(client: TestClient) -> None:
    as_of = asked(client)["as_of"]
    assert asked(client, ROWS, figure="engagements", as_of=as_of)["as_of"] == as_of
    assert refused_field(client, ROWS, figure="engagements", as_of="2999-01-01T00:00:00Z") == "as_of"
