"""What is not taken where too much waits: by number and by time, before it is read."""

import time
from collections.abc import Hashable

import pytest
import structlog

from api.http.door.guarded import SECONDS_OF_REST
from api.http.door.load import FEW_WAITING, LONGEST_SECONDS, MOST_KNOWN, MOST_WAITING, RESERVED, Load, credential_of
from api.http.door.whole import is_whole
from domain.access.principal import LOCAL
from tests.door.conftest import Serve
from tests.door.wire import OPENING, answers, chunked, connection, heard, opening, request, told, until_closed

ASKED = request("GET", "/v1/events")
ALIVE = request("GET", "/healthz")
NUMBERS = request("GET", "/metrics")


class Gauge(Load):
    """A load that is said."""

    full = True

    def takes(self, data: bytes, asker: Hashable, now: float) -> bool:
        return not self.full or super().takes(data, asker, now)


def full() -> Gauge:
    return Gauge(most=0, few=0)


def filled(load: Load, asker: Hashable, now: float = 0) -> int:
    """How many of one asker are taken until one is not."""
    for number in range(2 * MOST_WAITING):
        if not load.takes(ASKED, asker, now):
            return number
        load.begin((asker, number), asker, now)
    raise AssertionError("all are taken")


def test_of_one_asker_no_more_wait_than_two_thirds() -> None:
    load = Load()
    assert filled(load, asker=1) == 2 * MOST_WAITING // 3
    load.begin((1, 0), 1, 0)  # which waits already
    load.end((1, 1), 0.5)
    load.end((1, 1), 0.5)
    assert load.takes(ASKED, 1, 0.5)


def test_whoever_asks_little_finds_a_place_beside_one_who_asks_much() -> None:
    load = Load()
    filled(load, asker=1)
    assert load.takes(ASKED, 2, 0)
    assert filled(load, asker=2) > MOST_WAITING // 8
    assert not load.takes(ASKED, 1, 0)
    assert load.takes(ASKED, 3, 0)


def test_of_all_askers_no_more_wait_than_may() -> None:
    load = Load()
    for asker in range(MOST_WAITING):
        assert load.takes(ASKED, asker, 0)
        load.begin(asker, asker, 0)
    assert not load.takes(ASKED, MOST_WAITING, 0)
    load.end(0, 0)
    assert load.takes(ASKED, MOST_WAITING, 0)


def credential(*headers: str) -> bytes:
    return credential_of(request("GET", "/", *headers))


def test_who_asks_is_told_by_what_it_signs_in_with_whatever_else_it_says() -> None:
    assert credential("AUTHORIZATION:  Bearer 1", "X: y") == credential("Cookie: r=2", "Authorization: Bearer 1")
    assert credential("Cookie: r=2; __Host-standfast_session=s; q=3") == credential("cookie: standfast_session=s")
    assert credential("Cookie: r=2") == credential("Cookie: r=3") == credential() == b""


def test_whoever_was_not_let_in_shares_one_share_whatever_it_makes_up() -> None:
    load = Load()
    load.know(b"own", "ana")
    assert load.asker(b"own") == "ana"
    assert load.asker(b"made up") is load.asker(b"") is None
    for number in range(MOST_KNOWN):
        load.know(b"%d" % number, number)
    assert load.asker(b"own") is None, "those who were let in long ago are known no more"


def test_keys_of_one_principal_share_its_share() -> None:
    load = Load()
    for each in (b"one", b"other"):
        load.know(each, "ana")
    filled(load, load.asker(b"one"))
    assert not load.takes(ASKED, load.asker(b"other"), 0)
    assert load.takes(ASKED, load.asker(b"made up"), 0)


def test_who_asks_how_the_process_is_has_places_of_its_own() -> None:
    load = Load()
    for number in range(MOST_WAITING + RESERVED):
        assert load.takes(NUMBERS, 1, 0)
        load.begin(number, 1, 0)
    assert not load.takes(NUMBERS, 1, 0)
    assert load.takes(ALIVE, 1, 0)


def test_once_everything_waits_long_only_a_few_may() -> None:
    load = Load()
    for number in range(FEW_WAITING + 2):
        load.begin(number, number, 0)
    assert load.takes(ASKED, -1, 0)
    load.end(0, LONGEST_SECONDS + 0.5)
    assert not load.takes(ASKED, -1, LONGEST_SECONDS + 0.5)
    load.end(1, LONGEST_SECONDS + 0.6)
    load.end(2, LONGEST_SECONDS + 0.6)
    assert load.takes(ASKED, -1, LONGEST_SECONDS + 0.6), "fewer than a few wait"


def test_one_quick_answer_says_that_it_is_not_the_server() -> None:
    load = Load()
    load.begin("costly", 0, 0)
    load.begin("quick", 0, 2)
    load.end("quick", 2.01)
    load.end("costly", 2.5)
    for number in range(FEW_WAITING + 1):
        load.begin(number, number, 2.5)
    assert load.takes(ASKED, -1, 2.5)


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (ASKED, True),
        (opening(), True),
        (request("DELETE", "/v1/jobs/1", "Connection: keep-alive"), True),
        (ASKED[:-1], False),
        (ASKED + b"GET", False),
        (opening()[:-1], False),
        (opening() + b"\n", False),
        (request("HEAD", "/v1/events"), False),
        (request("GET", "/", version="1.0"), False),
        (request("GET", "/", "Connection: close"), False),
        (request("GET", "/", "Connection: Upgrade", "Upgrade: h2c"), False),
        (request("POST", "/", "Expect: 100-continue", body=b"{}"), False),
        (request("POST", "/", "Content-Length: 2", body=b"{}"), False),
        (request("POST", "/", "Content-Length : 2") + b"{}", False),
        (request("POST", "/", "Content-Length: 2, 2") + b"{}", False),
        (request("GET", "/", "X: a\nContent-Length: 5"), False),
        (chunked("/", OPENING), False),
        (b"\r\n" + ASKED, False),
    ],
    ids=range(18),
)
def test_where_there_is_any_doubt_it_is_not_one_whole_request(data: bytes, whole: bool) -> None:
    assert is_whole(data) is whole


def test_what_is_not_taken_is_not_read_and_heard_again_in_time(serve: Serve) -> None:
    load = full()
    with structlog.testing.capture_logs() as logs:
        door = serve(load=load)
        with connection(door.port) as made:
            made.sendall(opening())
            [answer] = heard(made)
            since = time.monotonic()
            made.sendall(ALIVE)  # on the same connection: in its turn
            [alive] = heard(made)
            assert time.monotonic() - since > 0.9
        assert told(door.port, ALIVE)[0].status == 200
        load.full = False
        assert door.recorded() == 0
        numbers = told(door.port, NUMBERS)[0].body.decode()
    assert (answer.status, answer.rule(), answer.headers["retry-after"]) == (503, "overloaded", "1")
    assert "connection" not in answer.headers
    assert answer.headers["x-correlation-id"] != alive.headers["x-correlation-id"]
    assert alive.status == 200
    assert "standfast_requests_not_taken_total 1\n" in numbers
    assert [line["not_taken"] for line in logs if "more is asked at once" in line["event"]] == [1]


def test_what_did_not_come_whole_ends_its_connection(serve: Serve) -> None:
    door = serve(load=full())
    with connection(door.port) as made:
        made.sendall(opening()[:-5])
        [answer] = answers(until_closed(made))
    assert (answer.status, answer.rule(), answer.headers["connection"]) == (503, "overloaded", "close")


def test_whoever_is_answered_is_known_by_what_it_signed_in_with(serve: Serve) -> None:
    load = Load()
    door = serve(load=load)
    told(door.port, request("GET", "/v1/events", "Authorization: Bearer x"))
    assert load.asker(b"Bearer x") == (LOCAL.role, LOCAL.actor)


def test_what_is_under_way_waits_until_its_answer_begins(serve: Serve) -> None:
    load = Load()
    door = serve(load=load)
    assert told(door.port, ASKED + ASKED + opening(), count=3)[2].status == 201
    assert load._waiting == {} == load._of_each


def test_a_connection_that_is_answered_429_rests_and_longer_each_time(serve: Serve) -> None:
    door = serve(limits_of_principals="questions=0.1/1")
    sent, heard_at, statuses = [], [], []
    with connection(door.port) as made:
        for asked in (ASKED, ASKED, ASKED, ALIVE, ALIVE):
            sent.append(time.monotonic())
            made.sendall(asked)
            [answer] = heard(made)
            heard_at.append(time.monotonic())
            statuses.append(answer.status)
    assert statuses == [200, 429, 429, 200, 200]
    assert heard_at[2] - sent[1] >= SECONDS_OF_REST, "it rested after the second answer"
    assert heard_at[3] - sent[2] >= 2 * SECONDS_OF_REST, "and twice as long after the third"
