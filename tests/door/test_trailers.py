"""What stands behind a chunked body is no header (RFC 9110, 6.5.1)."""

import json
from typing import Any

import pytest

from tests.door.conftest import Serve, Served
from tests.door.wire import OPENING, Answer, chunked, opening, request, told

FORGED = "platform:trailer"
SEAT = b'{"seat_id": "qa-1", "role": "Test engineer"}'
TRAILERS = (
    f"X-Actor: {FORGED}",
    "x-actor: no actor at all",
    'If-Match: "99"',
    "Idempotency-Key: trailer",
    "Host: evil.example",
    "Origin: http://evil.example",
    "Content-Type: text/plain",
    "Content-Encoding: gzip",
    "X-Correlation-Id: forged",
    "Expect: 100-continue",
    "Connection: Upgrade\r\nUpgrade: websocket",
)
FRAMING = ("Content-Length: 5", "Transfer-Encoding: identity", "Content-Length: 0")
ENDING = "Connection: close"


def actor(answer: Answer) -> Any:
    return answer.json()["events"][0]["actor"]


def sent(door: Served, trailer: str, *, split: bool) -> list[Answer]:
    """The answers to a command with a trailer, and to a query behind it on the same connection."""
    whole = chunked("/v1/engagements", OPENING, trailer)
    head, body = whole[: whole.index(b"\r\n\r\n") + 4], whole[whole.index(b"\r\n\r\n") + 4 :]
    query = request("GET", "/v1/events?limit=1", "Connection: close")
    parts = (head, body[:-20], body[-20:], query) if split else (whole + query,)
    return told(door.port, *parts, count=2, pause=0.02 if split else 0)


@pytest.mark.parametrize("split", [False, True], ids=["in one packet", "in four"])
@pytest.mark.parametrize("trailer", TRAILERS)
def test_a_trailer_changes_neither_its_request_nor_the_next(door: Served, trailer: str, split: bool) -> None:
    command, query = sent(door, trailer, split=split)
    assert (command.status, query.status) == (201, 200)
    assert actor(command) == {"party": "platform", "id": "local"}
    assert command.headers["x-correlation-id"] != "forged"


@pytest.mark.parametrize("split", [False, True], ids=["in one packet", "in four"])
@pytest.mark.parametrize("trailer", FRAMING)
def test_one_that_speaks_of_the_length_changes_none_or_is_refused(door: Served, trailer: str, split: bool) -> None:
    before = door.recorded()
    found = sent(door, trailer, split=split)
    if [each.status for each in found] == [400]:  # httptools
        assert (found[0].rule(), door.recorded()) == ("not-http", before)
    else:
        assert [each.status for each in found] == [201, 200]


@pytest.mark.parametrize("split", [False, True], ids=["in one packet", "in four"])
def test_one_that_ends_the_connection_ends_it_or_is_dropped(door: Served, split: bool) -> None:
    command, *query = sent(door, ENDING, split=split)
    assert (command.status, actor(command)) == (201, {"party": "platform", "id": "local"})
    assert [each.status for each in query] in ([], [200])


def test_a_trailer_does_not_take_the_place_of_a_header(door: Served) -> None:
    [opened] = told(door.port, opening())
    command = chunked(f"{opened.headers['location']}/add-seat", SEAT, 'If-Match: "99"', f"X-Actor: {FORGED}")
    [answer] = told(door.port, command.replace(b"\r\n", b"\r\nX-Actor: platform:header\r\n", 1))
    assert (answer.status, actor(answer)) == (200, {"party": "platform", "id": "header"})


def test_trailers_without_end_are_431(door: Served) -> None:
    before = door.recorded()
    whole = chunked("/v1/engagements", OPENING, "X: " + "a" * 600_000)
    [answer] = told(door.port, whole[:-4])
    assert (answer.status, answer.rule(), door.recorded()) == (431, "headers-too-large", before)


@pytest.mark.parametrize("parser", ["httptools"], indirect=False)
def test_control_the_parser_by_itself_takes_a_trailer_for_a_header(serve: Serve, parser: str) -> None:
    [answer, *_] = told(serve(guarded=False).port, chunked("/v1/engagements", OPENING, f"X-Actor: {FORGED}"))
    assert json.dumps(actor(answer)) == '{"party": "platform", "id": "trailer"}'
