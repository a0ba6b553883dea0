"""A command log over HTTP: one answer a line, in order."""

import json
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.composition import assemble
from api.examples.commands import lines
from api.http.headers import LOCAL, command_id
from application.ports.log import Append, Key
from tests import golden
from tests.api.conftest import opened
from tests.api.serving import settings_of

NDJSON = {"Content-Type": "application/x-ndjson"}


def record(client: TestClient, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    log = "".join(json.dumps(line) + "\n" for line in commands)
    answer = client.post("/v1/commands", content=log, headers=NDJSON)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_whole_life_is_recorded_line_by_line(either_client: TestClient) -> None:
    answers = record(either_client, list(lines()))
    versions = [event["version"] for answer in answers for event in answer["events"]]
    assert versions == list(range(1, len(versions) + 1))
    assert answers[1]["events"][0]["actor"] == {"party": "client", "id": "cto"}


@golden.needed
@pytest.mark.parametrize("name", golden.NAMES)
def test_the_golden_logs_are_recorded_without_a_refusal(client: TestClient, name: str) -> None:
    case = golden.case(name)
    for policy in case.get("publish", []):
        document = {field: value for field, value in policy.items() if field != "version"}
        assert client.post("/v1/policies", json=document).status_code == 201
    answers = record(client, case["commands"])
    assert [answer for answer in answers if not answer.get("events")] == []


def test_a_refused_line_does_not_stop_the_rest(client: TestClient) -> None:
    about = {"engagement_id": opened(client).rpartition("/")[2]}
    note = {**about, "command": "annotate", "note": "still here"}
    answers = record(
        client,
        [
            note,
            {**about, "command": "add-seat", "seat_id": "qa-1", "role": "x", "actor": "professional:ana"},
            {**about, "command": "promote", "note": "x"},
            {**note, "actor": "system:keeper"},
            {**note, "engagement_id": "00000000-0000-0000-0000-000000000000"},
            note,
        ],
    )
    assert [answer.get("status") for answer in answers] == [None, 403, 422, 422, 404, None]
    assert [answer.get("version") for answer in answers if "events" in answer] == [2, 3]


def test_a_line_with_a_key_is_recorded_once(client: TestClient) -> None:
    about = {"engagement_id": opened(client).rpartition("/")[2], "command": "annotate", "idempotency_key": "n-1"}
    first, again, other = record(client, [{**about, "note": "a"}, {**about, "note": "a"}, {**about, "note": "b"}])
    assert again == first
    assert other["type"] == "/problems/key-reused"


def test_a_line_and_its_own_address_know_each_others_keys(client: TestClient) -> None:
    path = opened(client)
    line = {"engagement_id": path.rpartition("/")[2], "command": "annotate", "idempotency_key": "n-1", "note": "a"}
    [first] = record(client, [line])
    assert client.post(f"{path}/annotate", json={"note": "a"}, headers={"Idempotency-Key": "n-1"}).json() == first


def test_the_header_says_who_acts_where_a_line_does_not(client: TestClient) -> None:
    line = {"engagement_id": opened(client).rpartition("/")[2], "command": "annotate", "note": "a"}
    answer = client.post("/v1/commands", content=json.dumps(line), headers={**NDJSON, "X-Actor": "client:cto"})
    assert answer.json()["events"][0]["actor"] == {"party": "client", "id": "cto"}


def test_more_than_a_thousand_lines_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/commands", content=b"{}\n" * 1_001, headers=NDJSON)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/fields-wrong")
    assert len(record(client, [{}] * 1_000)) == 1_000


@pytest.mark.parametrize("log", [b"", b"\n\n", b"\r\n \t\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_empty_log_is_malformed(client: TestClient, log: bytes) -> None:
    assert client.post("/v1/commands", content=log, headers=NDJSON).status_code == 400


def test_blank_lines_and_byte_order_marks_are_passed_over(client: TestClient) -> None:
    about = {"engagement_id": opened(client).rpartition("/")[2], "command": "annotate"}
    one, two = (json.dumps({**about, "note": note}).encode() for note in ("a", "b"))
    mark = b"\xef\xbb\xbf"
    log = mark + b"\r\n" + one + b"\r\n\r\n \n" + mark + two + b"\n\n"
    answer = client.post("/v1/commands", content=log, headers={**NDJSON, "Idempotency-Key": "spaced"})
    assert [json.loads(line)["version"] for line in answer.text.splitlines()] == [2, 3]
    plain = client.post("/v1/commands", content=one + b"\n" + two, headers={**NDJSON, "Idempotency-Key": "spaced"})
    assert plain.content == answer.content


def test_blank_lines_do_not_count_among_the_thousand(client: TestClient) -> None:
    assert len(client.post("/v1/commands", content=b"{}\n\n" * 1_000, headers=NDJSON).text.splitlines()) == 1_000


def test_a_log_with_a_key_is_the_same_however_it_is_spelled(client: TestClient) -> None:
    about = {"command": "annotate", "engagement_id": opened(client).rpartition("/")[2]}
    one = {**about, "note": "once", "occurred_at": "2026-10-01T00:00:00Z"}
    spelled = {**dict(reversed(one.items())), "occurred_at": "2026-10-01T00:00:00.0+00:00", "on_behalf_of": None}
    headers = {**NDJSON, "Idempotency-Key": "again"}
    first = client.post("/v1/commands", content=json.dumps(one), headers=headers)
    assert client.post("/v1/commands", content=json.dumps(spelled), headers=headers).content == first.content
    other = json.dumps({**one, "note": "another"})
    assert client.post("/v1/commands", content=other, headers=headers).json()["type"] == "/problems/key-reused"


def test_a_log_that_a_version_before_took_under_its_key_stays_the_same(client: TestClient, sqlite_url: URL) -> None:
    line = {"command": "annotate", "engagement_id": opened(client).rpartition("/")[2], "note": "once"}
    content = sha256(json.dumps([line], sort_keys=True).encode()).digest()
    claimed = command_id(LOCAL, "/v1/commands", "older")
    standfast = assemble(settings_of(sqlite_url))
    standfast.recorder.append(Append(key=Key(command_id=claimed, body_hash=content, status=200, version=0, position=0)))
    standfast.close()
    answer = client.post("/v1/commands", content=json.dumps(line), headers={**NDJSON, "Idempotency-Key": "older"})
    assert answer.status_code == 200
