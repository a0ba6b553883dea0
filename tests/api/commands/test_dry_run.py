"""A dry run over HTTP: `?dry_run=true` at the address of every command."""

from starlette.testclient import TestClient

from api.examples.commands import body_example

SEAT = {"seat_id": "qa-1", "role": "Test engineer"}


def test_a_dry_run_says_what_would_be_recorded_and_changed_and_records_nothing(
    client: TestClient, engagement: str
) -> None:
    answer = client.post(f"{engagement}/add-seat?dry_run=true", json=SEAT, headers={"Idempotency-Key": "k"})
    told = answer.json()
    assert (answer.status_code, answer.headers["ETag"], told["version"], told["position"]) == (200, '"1"', 2, 1)
    assert (told["dry_run"], [event["type"] for event in told["events"]]) == (True, ["SeatAdded"])
    assert [change["path"].rpartition("/")[0] for change in told["changes"]] == ["/seats"]
    assert client.get(engagement).json()["version"] == 1
    recorded = client.post(f"{engagement}/add-seat?dry_run=false", json=SEAT, headers={"Idempotency-Key": "k"}).json()
    assert "dry_run" not in recorded
    assert "changes" not in recorded
    assert recorded["events"][0]["data"] == told["events"][0]["data"]
    assert recorded["events"][0]["command_id"] == told["events"][0]["command_id"]


def test_what_stands_already_is_said(client: TestClient, engagement: str) -> None:
    client.post(f"{engagement}/add-seat", json=SEAT)
    told = client.post(f"{engagement}/add-seat?dry_run=true", json=SEAT).json()
    assert (told["events"], told["changes"], told["already"]["version"], told["version"]) == ([], [], 2, 2)


def test_the_problem_is_the_one_of_the_command(client: TestClient, engagement: str) -> None:
    body = {"seat_id": "nobody", "reason": "x"}
    tried = client.post(f"{engagement}/close-seat?dry_run=true", json=body)
    assert tried.status_code == 404
    real = client.post(f"{engagement}/close-seat", json=body).json()
    assert {**tried.json(), "judged_at": None} == {**real, "judged_at": None} | {"detail": tried.json()["detail"]}
    stale = client.post(f"{engagement}/add-seat?dry_run=true", json=SEAT, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    foreign = client.post(f"{engagement}/add-seat?dry_run=true", json=SEAT, headers={"X-Actor": "professional:ana"})
    assert foreign.status_code == 403


def test_an_opening_can_be_tried(client: TestClient) -> None:
    answer = client.post("/v1/engagements?dry_run=true", json=body_example("open-engagement"))
    assert (answer.status_code, answer.headers["ETag"], answer.json()["position"]) == (200, '"0"', 0)
    assert "Location" not in answer.headers
    assert client.get(f"/v1/engagements/{answer.json()['engagement_id']}").status_code == 404


def test_nothing_else_is_taken(client: TestClient, engagement: str) -> None:
    for address in ("/v1/engagements", f"{engagement}/add-seat"):
        for query in ("dry_run=yes", "dryrun=true", "dry_run=true&dry_run=true"):
            assert client.post(f"{address}?{query}", json=SEAT).status_code == 422
