"""How much a client may send before it is cut off: headers, addresses, requests at once."""

import pytest

from api.http.door.limits import Limits
from tests.door.conftest import Serve, Served
from tests.door.wire import Answer, answers, connection, heard, request, told, until_closed

MOST = Limits()
WITHOUT_END = {
    "one header": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 1_048_576,
    "a name": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"a" * 1_048_576,
    "many headers": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 200_000,
    "an address": b"GET /" + b"a" * 1_048_576,
    "an address of a method unknown": b"MADEUP /" + b"a" * 1_048_576,
    "a head behind another request": request("GET", "/healthz") + b"GET /" + b"a" * 1_048_576,
}


def asking(*headers: str) -> bytes:
    return request("GET", "/healthz", *headers)


def one(door: Served, asked: bytes) -> Answer:
    [answer] = told(door.port, asked)
    return answer


def test_a_hundred_headers_are_read_and_one_more_is_431(door: Served) -> None:
    others = MOST.headers - 1  # beside Host
    assert one(door, asking(*("X: x" for _ in range(others)))).status == 200
    answer = one(door, asking(*("X: x" for _ in range(others + 1))))
    assert (answer.status, answer.rule(), answer.headers["connection"]) == (431, "headers-too-large", "close")


@pytest.mark.parametrize("headers", [1, 8])
def test_64_kib_are_read_and_one_more_is_431(door: Served, headers: int) -> None:
    size = MOST.header_bytes - len("/healthz") - len("hostlocalhost")
    asked = ["X: " + "a" * (size // headers - 1) for _ in range(headers)]
    asked[0] += "a" * (size % headers)
    assert one(door, asking(*asked)).status == 200
    asked[-1] += "a"
    assert one(door, asking(*asked)).rule() == "headers-too-large"


def test_an_address_counts_with_its_headers(door: Served) -> None:
    assert one(door, request("GET", "/healthz?" + "a" * MOST.header_bytes)).rule() == "headers-too-large"


@pytest.mark.parametrize("case", WITHOUT_END)
def test_what_has_no_end_is_431_before_it_is_kept(door: Served, case: str) -> None:
    with connection(door.port) as made:
        made.sendall(WITHOUT_END[case])
        found = answers(until_closed(made))
    statuses = [answer.status for answer in found]
    # Behind another request: where that has no answer yet, the connection ends with it.
    assert statuses in ([[200, 431], [200]] if "behind" in case else [[431]])
    assert door.server.server_state.connections == set()


def test_control_the_parser_by_itself_reads_more(serve: Serve, parser: str) -> None:
    running = serve(guarded=False)
    [answer] = told(running.port, asking(*("X: x" for _ in range(MOST.headers))))
    assert answer.status == 200
    if parser == "httptools":
        with connection(running.port) as made:
            made.sendall(WITHOUT_END["one header"])
            made.settimeout(1)
            with pytest.raises(TimeoutError):
                until_closed(made)


def test_requests_behind_each_other_are_answered_in_order(door: Served) -> None:
    paths = ["/healthz", "/v1/engagements", "/nothing", "/healthz"] * 8
    found = told(door.port, b"".join(request("GET", path) for path in paths), count=len(paths))
    assert [answer.status for answer in found] == [200, 200, 404, 200] * 8


def test_more_at_once_than_are_kept_end_the_connection_in_order(door: Served, parser: str) -> None:
    """h11 reads the next one when it has answered the last; httptools all that have come."""
    with connection(door.port) as made:
        made.sendall(asking() * 500 + asking("Connection: close"))
        found = answers(until_closed(made))
    assert {answer.status for answer in found} == {200}
    assert len(found) in (501, MOST.pipelined + 1)
    assert told(door.port, asking())[0].status == 200


def test_what_cannot_be_read_is_not_answered_in_the_place_of_another_request(door: Served) -> None:
    with connection(door.port) as made:
        made.sendall(request("GET", "/v1/engagements") + b"\x16\x03\x01\r\n\r\n")
        found = answers(until_closed(made))
    assert [answer.status for answer in found] in ([200], [200, 400])


def test_an_answer_is_read_by_a_client_that_is_still_sending(door: Served) -> None:
    """Closing on what is still coming would throw the answer away (RFC 9112, 9.6)."""
    with connection(door.port) as made:
        made.sendall(WITHOUT_END["one header"])
        made.sendall(b"a" * 1_048_576)
        assert heard(made)[0].status == 431
