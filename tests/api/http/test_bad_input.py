"""Bad input: a problem that names field and rule, and nothing recorded."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.examples.commands import body_example
from tests.api.conftest import opened

CONCERN = body_example("report-underperformance")
SEAT = {"seat_id": "qa-1", "role": "Test engineer"}


def with_raw(field: str, raw: str, body: dict[str, Any] = CONCERN) -> bytes:
    """A body with one field written by hand."""
    fields = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in body.items() if name != field]
    return ("{" + ", ".join([*fields, f"{json.dumps(field)}: {raw}"]) + "}").encode()


MALFORMED = {
    "empty": b"",
    "blank": b"  \n",
    "cut off": b'{"seat_id": "qa-1"',
    "two values": b"{} {}",
    "single quotes": b"{'seat_id': 'qa-1'}",
    "a key twice": b'{"seat_id": "qa-1", "seat_id": "qa-2", "role": "x"}',
    "a key twice, deeper": b'{"seat_id": "qa-1", "role": {"a": 1, "a": 2}}',
    "NaN": b'{"seat_id": "qa-1", "role": "x", "allocation": NaN}',
    "Infinity": b'{"seat_id": "qa-1", "role": "x", "allocation": -Infinity}',
    "not UTF-8": b'{"seat_id": "qa-1", "role": "\xff\xfe"}',
    "UTF-16": json.dumps(SEAT).encode("utf-16"),
    "two byte-order marks": b"\xef\xbb\xbf" * 2 + json.dumps(SEAT).encode(),
    "nested deeper than 32": b'{"seat_id": ' + b"[" * 33 + b"]" * 33 + b"}",
    "nested very deep": b"[" * 100_000 + b"]" * 100_000,
    "nested very deep, never closed": b'{"a":' * 100_000,
}

WRONG_FIELDS = {
    "an unknown field": ("surprise", with_raw("surprise", "1")),
    "a text for a number": ("allocation", with_raw("allocation", '"0.5"', SEAT)),
    "a number for a text": ("seat_id", with_raw("seat_id", "7", SEAT)),
    "yes for true": ("key_role", with_raw("key_role", '"yes"', SEAT)),
    "1 for true": ("key_role", with_raw("key_role", "1", SEAT)),
    "an id of 10,000 characters": ("seat_id", with_raw("seat_id", json.dumps("x" * 10_000), SEAT)),
    "an e-mail address for an id": ("seat_id", with_raw("seat_id", '"a@b.example"', SEAT)),
    "an id that ends in a line break": ("seat_id", with_raw("seat_id", '"qa-1\\n"', SEAT)),
    "an empty text": ("role", with_raw("role", '""', SEAT)),
    "a NUL": ("role", with_raw("role", '"a\\u0000b"', SEAT)),
    "a NUL in a key": ("(key)", with_raw("a\x00b", "1", SEAT)),
    "a lone surrogate": ("role", with_raw("role", '"\\ud800"', SEAT)),
    "a lone surrogate in a key": ("(key)", b'{"\\udfff": 1}'),
    "year 0": ("occurred_at", with_raw("occurred_at", '"0000-01-01T00:00:00Z"', SEAT)),
    "before year 1 in UTC": ("occurred_at", with_raw("occurred_at", '"0001-01-01T00:00:00+14:00"', SEAT)),
    "after year 9999 in UTC": ("occurred_at", with_raw("occurred_at", '"9999-12-31T23:59:59-14:00"', SEAT)),
    "an instant without offset": ("occurred_at", with_raw("occurred_at", '"2025-03-04T09:00:00"', SEAT)),
    "a date for an instant": ("occurred_at", with_raw("occurred_at", '"2025-03-04"', SEAT)),
    "a number for an instant": ("occurred_at", with_raw("occurred_at", "1741078800", SEAT)),
    "an instant with a leap second": ("occurred_at", with_raw("occurred_at", '"2016-12-31T23:59:60Z"', SEAT)),
    "an instant to come": ("occurred_at", with_raw("occurred_at", '"9999-01-01T00:00:00Z"', SEAT)),
    "too large a number": ("allocation", with_raw("allocation", "1.001", SEAT)),
    "too small a number": ("allocation", with_raw("allocation", "0", SEAT)),
    "too fine a number": ("allocation", with_raw("allocation", "0.0001", SEAT)),
    "a number beyond all floats": ("allocation", with_raw("allocation", "1e999", SEAT)),
    "a number with 500 digits": ("allocation", with_raw("allocation", "9" * 500, SEAT)),
    "a number with 5,000 digits": ("allocation", with_raw("allocation", "9" * 5_000, SEAT)),
    "a list for an object": ("", b"[]"),
    "null for an object": ("", b"null"),
    "a text for an object": ("", b'"seat"'),
}


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    return lasting_client


@pytest.fixture
def untouched(client: TestClient) -> Iterator[str]:
    """An engagement of which nothing more may be recorded."""
    engagement = opened(client)
    before = client.get("/v1/events").json()["position"]
    yield engagement
    assert client.get("/v1/events").json()["position"] == before


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_not_json_is_400(client: TestClient, untouched: str, case: str) -> None:
    answer = client.post(f"{untouched}/add-seat", content=MALFORMED[case])
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("case", WRONG_FIELDS)
def test_wrong_fields_are_422_and_named(client: TestClient, untouched: str, case: str) -> None:
    field, body = WRONG_FIELDS[case]
    answer = client.post(f"{untouched}/add-seat", content=body)
    assert answer.status_code == 422, answer.text
    named = [each["field"] for each in answer.json()["violations"]]
    assert any(each == field or (field and each.endswith(field)) for each in named), named
    assert all(each["message"] for each in answer.json()["violations"])


@pytest.mark.parametrize("case", [*MALFORMED, *WRONG_FIELDS])
def test_the_same_in_a_log_spoils_its_line_only(client: TestClient, untouched: str, case: str) -> None:
    body = MALFORMED[case] if case in MALFORMED else WRONG_FIELDS[case][1]
    line = body.replace(b"\n", b" ") if body.strip() else b"{"  # a blank line is none
    answer = client.post("/v1/commands", content=line + b"\n" + line + b"\n{}")
    assert [json.loads(each)["status"] in (400, 422) for each in answer.text.splitlines()] == [True] * 3


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2016-12-31T23:59:60Z", "the time of an instant lies between 00:00:00 and 23:59:59"),
        ("2025-03-04T24:00:00Z", "the time of an instant lies between 00:00:00 and 23:59:59"),
        ("2025-03-04T09:00:00+24:00", "the offset of an instant lies between -23:59 and +23:59, such as +05:30"),
        ("2025-03-04T09:00:00+05:60", "the offset of an instant lies between -23:59 and +23:59, such as +05:30"),
        ("2025-02-30T09:00:00Z", "the date of an instant exists, and 2025-02-30 does not"),
    ],
)
def test_an_instant_that_there_is_not_is_told_by_its_rule(
    client: TestClient, untouched: str, text: str, rule: str
) -> None:
    in_a_body = client.post(f"{untouched}/add-seat", json={**SEAT, "occurred_at": text}).json()["violations"]
    in_an_address = client.get(untouched, params={"as_of": text}).json()["violations"]
    assert [(each["field"], each["message"].startswith(rule)) for each in in_a_body] == [("occurred_at", True)]
    assert [(each["field"], each["message"].startswith(rule)) for each in in_an_address] == [("as_of", True)]


def test_a_day_that_there_is_not_is_told_by_its_rule(client: TestClient, engagement: str) -> None:
    body = {"professional_id": "ana", "assignment_id": "a", "minutes": 5, "worked_on": "2025-02-30", "activity": "x"}
    violations = client.post(f"{engagement}/record-effort", json=body).json()["violations"]
    messages = {each["field"]: each["message"] for each in violations}
    assert messages["worked_on"] == "a date is written YYYY-MM-DD and exists, and 2025-02-30 does not"


MOST = 1_000_000
COSTLY = {
    "a string without an end, its quotes escaped": b"[" * 40 + b'"' + b'\\"' * (MOST // 2),
    "one key of very many twice": ("{" + "".join(f'"{each}":1,' for each in range(48_000)) + '"0":1}').encode(),
    "very much wrong behind a long name": ('{"' + "a" * 300_000 + '":[' + '"\\u0000",' * 40_000 + "0]}").encode(),
    "more wrong entries than anybody sends": b"[" + b"{}," * (MOST // 3) + b"{}]",
}
"""Bodies whose cost would grow with the square of their length, in time or memory."""


@pytest.mark.parametrize("case", COSTLY)
def test_what_is_long_and_wrong_costs_no_more_than_its_length(client: TestClient, untouched: str, case: str) -> None:
    """Each would take very long, or gigabytes."""
    answer = client.post(f"{untouched}/add-seat", content=COSTLY[case])
    assert answer.status_code in (400, 422)
    assert len(answer.content) < 100_000


def test_a_byte_order_mark_before_a_body_is_passed_over(client: TestClient, engagement: str) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"note": "\ufeffx"}).encode()
    [event] = client.post(f"{engagement}/annotate", content=body).json()["events"]
    assert event["data"]["note"] == "\ufeffx"
    headers = {"Idempotency-Key": "marked"}
    first = client.post(f"{engagement}/annotate", content=body, headers=headers)
    again = client.post(f"{engagement}/annotate", content=body.removeprefix(b"\xef\xbb\xbf"), headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())


def test_a_wrong_field_of_a_line_or_an_entry_is_named_without_its_command(client: TestClient, untouched: str) -> None:
    line = {"command": "add-seat", "engagement_id": untouched.rpartition("/")[2], "seat_id": 7, "role": "x"}
    in_a_line = client.post("/v1/commands", json=line).json()
    entry = {"command": "add-seat", "seat_id": 7, "role": "x"}
    in_an_entry = client.post(f"{untouched}/correct-history", json={"record": [entry], "reason": "x"}).json()
    assert [each["field"] for each in in_a_line["violations"]] == ["seat_id"]
    assert [each["field"] for each in in_an_entry["violations"]] == ["record[0].seat_id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "caf\u00e9", "tab\there"])
def test_a_key_that_is_none_is_refused(client: TestClient, untouched: str, key: str) -> None:
    answer = client.post(f"{untouched}/add-seat", json=SEAT, headers={b"Idempotency-Key": key.encode("latin-1")})
    assert (answer.status_code, answer.json()["violations"][0]["field"]) == (422, "Idempotency-Key")


def test_a_key_given_twice_is_refused(client: TestClient, untouched: str) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert client.post(f"{untouched}/add-seat", json=SEAT, headers=headers).status_code == 422


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"])
def test_another_media_type_is_415(client: TestClient, untouched: str, media_type: str) -> None:
    answer = client.post(f"{untouched}/add-seat", content=b"{}", headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type")


def test_a_page_has_to_say_the_media_type_of_what_it_sends(client: TestClient, untouched: str) -> None:
    headers = {"Origin": "http://testserver"}
    body = b'{"seat_id": "qa-1", "role": "x"}'
    assert client.post(f"{untouched}/add-seat", content=body, headers=headers).status_code == 415


def test_an_encoded_body_is_415(client: TestClient, untouched: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert client.post(f"{untouched}/add-seat", content=b"{}", headers=headers).status_code == 415


def test_another_charset_is_415(client: TestClient, untouched: str) -> None:
    headers = {"Content-Type": "application/json; charset=latin-1"}
    assert client.post(f"{untouched}/add-seat", content=b"{}", headers=headers).status_code == 415


def test_a_body_of_exactly_1_mib_is_read(client: TestClient, untouched: str) -> None:
    assert client.post(f"{untouched}/add-seat", content=b" " * 1_048_576).status_code == 400


@pytest.mark.parametrize("chunked", [False, True])
def test_a_larger_body_is_413(server: str, chunked: bool) -> None:
    body = b" " * 1_048_577
    sent = (body[start : start + 65_536] for start in range(0, len(body), 65_536)) if chunked else body
    with httpx2.Client(base_url=server) as http:
        answer = http.post("/v1/engagements", content=sent, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=1_0", "limit"),
        ("limit=5.0", "limit"),
        ("limit=", "limit"),
        ("limit=5&limit=6", "limit"),
        ("limit=" + "9" * 5_000, "limit"),
        ("surprise=1", "surprise"),
        ("cursor=!", "cursor"),
        ("cursor=bnVsbA", "cursor"),
        ("cursor=WzEsMl0", "cursor"),
        ("model=none", "model"),
        ("client_id=%00", "client_id"),
        ("client_id=" + "x" * 10_000, "client_id"),
        ("min_position=-1", "min_position"),
        ("min_position=9223372036854775808", "min_position"),
    ],
)
def test_a_wrong_parameter_is_422_and_named(client: TestClient, query: str, field: str) -> None:
    answer = client.get(f"/v1/engagements?{query}")
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["violations"]] == [field]


@pytest.mark.parametrize("as_of", ["2025-03-04T09:00:00", "0000-01-01T00:00:00Z", "now", "2025-03-04T09:00:00 00:00"])
def test_a_wrong_instant_is_422_and_named(client: TestClient, engagement: str, as_of: str) -> None:
    answer = client.get(engagement, params={"as_of": as_of})
    assert (answer.status_code, answer.json()["violations"][0]["field"]) == (422, "as_of")


def test_a_plus_that_became_a_space_is_told_how_it_is_written(client: TestClient, engagement: str) -> None:
    def message(query: str) -> str:
        [violation] = client.get(f"{engagement}?{query}").json()["violations"]
        return str(violation["message"])

    for query in ("as_of=2026-01-01T05:30:00+05:30", "known_at=2026-01-01t05:30:00.25%2005:30"):
        assert message(query).endswith("; in an address its + is written %2B")
    for query in ("as_of=2026-01-01T05:30:00", "as_of=2026-01-01+05:30", "as_of=2026-01-01T05:30:00%2B24:00"):
        assert "%2B" not in message(query)
    assert client.get(f"{engagement}?as_of=2026-01-01T05:30:00%2B05:30").status_code == 200


BEGINNING, END = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"


@pytest.mark.parametrize(("name", "instant"), [("as_of", BEGINNING), ("known_at", BEGINNING), ("known_at", END)])
def test_the_ends_of_time_are_instants(client: TestClient, engagement: str, name: str, instant: str) -> None:
    assert client.get(engagement, params={name: instant}).status_code == 200


def test_the_end_of_time_is_an_instant_too_far_to_be_answered(client: TestClient, engagement: str) -> None:
    answer = client.get(engagement, params={"as_of": END})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/as-of-too-far")
