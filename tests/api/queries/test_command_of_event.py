"""The command of a recorded event over HTTP: what it says is a body of that command, and an entry of a correction."""

from starlette.testclient import TestClient

from api.commands.bodies import command_of_body
from api.examples.commands import lines
from api.http.strict_json import json_of
from domain.register import COMMANDS

VOID_NEVER = {"EngagementOpened", "FactVoided", "ServiceLevelBreached"}


def test_the_command_of_every_event_is_a_body_and_records_the_same_in_its_place(either_client: TestClient) -> None:
    at, seen = f"/v1/engagements/{lines()[0]['engagement_id']}", set()
    log = "\n".join(json_of(line).decode() for line in lines())
    either_client.post("/v1/commands", content=log, headers={"Content-Type": "application/x-ndjson"})
    history = either_client.get(f"{at}/history?limit=500").json()["items"]
    voided = {each["version"] for each in either_client.get(f"{at}/history?voided=true&limit=500").json()["items"]}
    for event in history:
        told = either_client.get(f"{at}/history/{event['version']}/command").json()
        command_of_body(told["command"], json_of(told["fields"]))
        seen.add(told["command"])
        if event["type"] in VOID_NEVER or event["version"] in voided or event["version"] != told["versions"][0]:
            continue
        entry = {"command": told["command"], "on_behalf_of": told["on_behalf_of"], **told["fields"]}
        correction = {"void": [event["version"]], "record": [entry], "reason": "as it was"}
        tried = either_client.post(f"{at}/correct-history?dry_run=true", json=correction).json()
        assert [each["type"] for each in tried["events"]][:2] == ["FactVoided", event["type"]], tried
        assert tried["events"][1]["occurred_at"] == event["occurred_at"]
        assert tried["events"][1]["data"] == event["data"]
    assert seen == COMMANDS.keys()


def test_an_event_that_is_not_there_is_not_found(client: TestClient, engagement: str) -> None:
    assert client.get(f"{engagement}/history/1/command").json()["command"] == "open-engagement"
    answer = client.get(f"{engagement}/history/2/command")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-version")
    for version in ("0", "x", "1.0"):
        assert client.get(f"{engagement}/history/{version}/command").status_code == 404
