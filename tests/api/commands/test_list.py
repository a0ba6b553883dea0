"""Many commands in one JSON document: the lines of a command log in a list, answered in a list."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.examples.commands import lines
from tests.api.conftest import opened

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def record(client: TestClient, commands: list[Any], **headers: str) -> list[dict[str, Any]]:
    answer = client.post("/v1/commands", json={"commands": commands}, headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json().keys() == {"answers"}
    found: list[dict[str, Any]] = answer.json()["answers"]
    return found


def note(client: TestClient, text: str = "a", **fields: Any) -> dict[str, Any]:
    return {"command": "annotate", "engagement_id": opened(client).rpartition("/")[2], "note": text, **fields}


def test_a_whole_life_is_recorded_in_order(client: TestClient) -> None:
    answers = record(client, list(lines()))
    versions = [event["version"] for answer in answers for event in answer["events"]]
    assert versions == list(range(1, len(versions) + 1))


def test_a_refused_command_does_not_stop_the_rest(client: TestClient) -> None:
    good = note(client)
    lacking = {name: value for name, value in good.items() if name != "note"}
    answers = record(client, [good, lacking, {}, {**good, "command": "promote"}, good])
    assert [answer.get("status") for answer in answers] == [None, 422, 422, 422, None]
    assert [answer.get("version") for answer in answers if "events" in answer] == [2, 3]


def test_the_same_commands_under_a_key_are_recorded_once_as_a_list_and_as_lines(client: TestClient) -> None:
    commands = [note(client, "a"), note(client, "b")]
    first = record(client, commands, **{"Idempotency-Key": "many"})
    assert record(client, commands, **{"Idempotency-Key": "many"}) == first
    log = "\n".join(map(json.dumps, commands))
    as_lines = client.post("/v1/commands", content=log, headers={**NDJSON, "Idempotency-Key": "many"})
    assert [json.loads(line) for line in as_lines.text.splitlines()] == first
    other = client.post("/v1/commands", json={"commands": commands[:1]}, headers={"Idempotency-Key": "many"})
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")


@pytest.mark.parametrize("text", ['{"commands":[%s]}', '\ufeff\r\n{ "commands"\n:\n[\n%s\n]\n}\n'])
def test_a_list_is_one_however_it_is_laid_out(client: TestClient, text: str) -> None:
    content = text % json.dumps(note(client), indent=2)
    for headers in ({}, JSON, {"Content-Type": "application/json; charset=utf-8"}):
        assert client.post("/v1/commands", content=content.encode(), headers=headers).json()["answers"][0]["events"]


@pytest.mark.parametrize(
    ("content", "status", "wrong"),
    [
        (b'{"commands":[]}', 422, "commands"),
        (b'{"commands":[' + b"{}," * 1_000 + b"{}]}", 422, "commands"),
        (b'{"commands":{}}', 422, "commands"),
        (b'{"commands":[3]}', 422, "commands[0]"),
        (b'{"commands":[{}],"more":1}', 422, "more"),
        (b'{"commands":[{"note":"\\u0000"}]}', 422, "commands[0].note"),
        (b'{"commands":[{}', 400, None),
        (b'{"commands":[{}]}{}', 400, None),
        (b'{"commands":[{"note":1,"note":2}]}', 400, None),
    ],
)
def test_what_is_no_list_of_commands_is_refused_as_a_whole(
    client: TestClient, content: bytes, status: int, wrong: str | None
) -> None:
    answer = client.post("/v1/commands", content=content, headers=JSON)
    assert answer.status_code == status, answer.text
    assert wrong is None or answer.json()["violations"][0]["field"] == wrong


def test_a_thousand_commands_are_taken(client: TestClient) -> None:
    assert len(record(client, [{}] * 1_000)) == 1_000


def test_lines_that_come_as_json_are_answered_by_lines(client: TestClient) -> None:
    line = json.dumps(note(client))
    answer = client.post("/v1/commands", content=f"{line}\n{line}\n", headers=JSON)
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(each)["version"] for each in answer.text.splitlines()] == [2, 3]


def test_a_list_that_comes_as_lines_is_one_wrong_line(client: TestClient) -> None:
    answer = client.post("/v1/commands", content=json.dumps({"commands": [note(client)]}), headers=NDJSON)
    assert [json.loads(each)["status"] for each in answer.text.splitlines()] == [422]
