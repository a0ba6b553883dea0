"""HEAD is GET without its body, and a method that nobody knows is 405, both as they go over the wire."""

import pytest

from api.http.door.heads import METHODS
from tests.door.conftest import Served
from tests.door.wire import connection, opening, request, told, until_closed

ADDRESSES = (
    "/v1/engagements",
    "/v1/events",
    "/v1/policies",
    "/problems",
    "/healthz",
    "/openapi.json",
    "/docs",
    "/nothing",
)
UNKNOWN = ("MADEUP", "get", "GETS", "BREW", "X-Y_Z~1", "PURGE", "PROPFIND", "QUERY", "SOURCE")
VARYING = {"date", "x-correlation-id"}


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_says_what_get_says_without_the_body(door: Served, path: str) -> None:
    [answer] = told(door.port, request("GET", path))
    with connection(door.port) as made:
        made.sendall(request("HEAD", path, "Connection: close"))
        head, _, body = until_closed(made).decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    said = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert (int(first.split()[1]), body) == (answer.status, "")
    assert said.keys() - {"connection"} == answer.headers.keys()
    assert {name: said[name] for name in answer.headers.keys() - VARYING} == {
        name: value for name, value in answer.headers.items() if name not in VARYING
    }


def test_head_records_nothing_and_has_no_address_of_its_own(door: Served) -> None:
    with connection(door.port) as made:
        made.sendall(request("HEAD", "/v1/commands", "Connection: close"))
        head = until_closed(made).decode().lower()
    assert head.startswith("http/1.1 405")
    assert "\r\nallow: post\r\n" in head


@pytest.mark.parametrize("method", UNKNOWN)
def test_an_unknown_method_is_405_and_says_which_are_known(door: Served, method: str) -> None:
    [answer, after] = told(door.port, request(method, "/v1/policies", body=b"{}") + request("GET", "/healthz"), count=2)
    assert (answer.status, answer.rule(), answer.headers["allow"]) == (405, "method-not-allowed", "GET, HEAD, POST")
    assert (after.status, after.body) == (200, b'{"status":"ok"}')


def test_it_is_judged_by_the_door_like_any_other(door: Served) -> None:
    [answer] = told(door.port, request("MADEUP", "/v1/policies", host="evil.example"))
    assert (answer.status, answer.rule()) == (421, "unknown-host")


@pytest.mark.parametrize(("method", "target"), [("CONNECT", "localhost:80"), ("OPTIONS", "*")])
def test_what_is_asked_of_no_address_is_405(door: Served, method: str, target: str) -> None:
    [answer] = told(door.port, request(method, target))
    assert (answer.status, answer.rule(), answer.headers["allow"]) == (405, "method-not-allowed", ", ".join(METHODS))


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET\r\n\r\n",
    ],
    ids=["TLS", "a path that is none", "half a line"],
)
def test_what_is_no_http_is_400_and_a_problem(door: Served, raw: bytes) -> None:
    [answer] = told(door.port, raw)
    assert (answer.status, answer.rule(), answer.headers["connection"]) == (400, "not-http", "close")


def test_a_request_that_would_go_on_in_another_protocol_is_answered_in_this_one(door: Served) -> None:
    """What follows it is not read as a request, whatever it was meant as."""
    before = door.recorded()
    with connection(door.port) as made:
        made.sendall(request("GET", "/healthz", "Connection: Upgrade, close", "Upgrade: websocket"))
        made.sendall(opening())
        raw = until_closed(made)
    assert (raw.count(b"HTTP/1.1"), raw.startswith(b"HTTP/1.1 200"), door.recorded()) == (1, True, before)
