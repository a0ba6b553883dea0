"""How long a client is waited for. The seconds of the limits are counted in looks; here, fifty are a second."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from api.http.door.limits import Limits
from tests.door.conftest import Serve, Served, served
from tests.door.wire import Answer, answers, connection, heard, request, until_closed

QUICK = Limits(
    head_seconds=20,
    body_pause_seconds=20,
    rate_seconds=40,
    rate_bytes=1_600,
    rest_seconds=20,
    unread_answer_seconds=20,
    idle_seconds=1,
    look_seconds=0.02,
)
FOR_EVER = 10**9
PATIENT = Limits(
    head_seconds=FOR_EVER,
    body_pause_seconds=FOR_EVER,
    rate_bytes=0,
    rest_seconds=FOR_EVER,
    unread_answer_seconds=FOR_EVER,
    idle_seconds=FOR_EVER,
    look_seconds=0.02,
)
SECONDS = 8.0
"""Far more than any of the quick limits, and far less than for ever."""
UNFINISHED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
POSTED = request("POST", "/v1/engagements", "Content-Type: application/json", "Content-Length: 900000")
CHUNKED = POSTED.replace(b"Content-Length: 900000", b"Transfer-Encoding: chunked")
REFUSED = POSTED.replace(b"application/json", b"text/plain")


@contextmanager
def dripping(made: socket.socket, drop: bytes, pause: float = 0.1) -> Iterator[None]:
    """Lets one drop follow the other, until the server is gone."""
    ended = threading.Event()

    def drip() -> None:
        while not ended.wait(pause):
            try:
                made.sendall(drop)
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


SLOW: dict[str, tuple[bytes, bytes]] = {
    "a head that stops": (UNFINISHED, b""),
    "a head that drips": (UNFINISHED, b"a"),
    "the head of a second request": (request("GET", "/healthz") + UNFINISHED, b"a"),
    "a body that does not come": (POSTED, b""),
    "a body that stops": (POSTED + b'{"client_id"', b""),
    "a body that drips": (POSTED, b" "),
    "chunks that drip": (CHUNKED, b"1\r\n \r\n"),
    "a chunk's size that drips": (CHUNKED, b"0"),
    "trailers that drip": (CHUNKED + b"0\r\nX: ", b"a"),
}


def ended(running: Served, said: bytes, drop: bytes) -> list[Answer]:
    """All answers until the server ends the connection, while a client says something and goes on slowly."""
    with connection(running.port) as made:
        made.settimeout(SECONDS)
        made.sendall(said)
        with dripping(made, drop):
            return answers(until_closed(made))


@pytest.fixture(scope="module", params=["httptools", "h11"])
def quick(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that waits for nobody."""
    with served(str(tmp_path_factory.mktemp("quick")), request.param, limits=QUICK) as running:
        yield running


@pytest.mark.parametrize("case", SLOW)
def test_a_slow_client_is_told_so_and_left(quick: Served, case: str) -> None:
    *_, last = ended(quick, *SLOW[case])
    assert (last.status, last.rule()) == (408, "request-too-slow")
    assert quick.connections() == 0


def test_lines_before_a_request_are_no_request(quick: Served) -> None:
    [answer] = ended(quick, b"\r\n", b"\r\n")
    assert answer.status in (408, 400)  # h11 reads no more than one of them


def test_control_without_an_end_to_patience_all_of_them_stay(serve: Serve) -> None:
    running = serve(limits=PATIENT)
    lasting = [slow for case, slow in SLOW.items() if case != "a chunk's size that drips"]  # parsers end that one
    with ExitStack() as staying:
        for said, drop in lasting:
            made = staying.enter_context(connection(running.port))
            made.sendall(said)
            staying.enter_context(dripping(made, drop))
        time.sleep(3)
        assert running.connections() == len(lasting)


def test_a_silent_client_is_left_without_a_word(quick: Served) -> None:
    with connection(quick.port) as made:
        started = time.monotonic()
        assert until_closed(made) == b""
    assert time.monotonic() - started > 0.3  # twenty looks, or a few less where they are late


def test_a_kept_connection_is_closed_when_it_has_been_idle(serve: Serve) -> None:
    with connection(serve(limits=replace(PATIENT, idle_seconds=1)).port) as made:
        for _ in range(3):  # each request begins the time anew
            made.sendall(request("GET", "/healthz"))
            assert heard(made)[0].status == 200
            time.sleep(0.6)
        assert until_closed(made) == b""


def test_a_body_that_comes_steadily_is_read_however_long_it_takes(quick: Served) -> None:
    with connection(quick.port) as made:
        made.sendall(POSTED.replace(b"900000", b"30000"))
        for _ in range(30):  # 20,000 bytes a second, where 2,000 are the least
            made.sendall(b" " * 1_000)
            time.sleep(0.05)
        assert heard(made)[0].rule() == "malformed"


def test_the_rest_of_a_body_that_is_answered_already_is_not_waited_for(quick: Served) -> None:
    [answer] = ended(quick, REFUSED, b" " * 2_000)
    assert answer.rule() == "unsupported-media-type"


def test_a_client_that_does_not_take_its_answers_is_left(quick: Served) -> None:
    with connection(quick.port) as made:
        made.sendall(request("GET", "/docs/swagger-ui-bundle.js") * 20)  # 30 MB, more than the system holds for it
        assert within(SECONDS, lambda: quick.connections() == 0)


def test_control_it_would_stay(serve: Serve) -> None:
    running = serve(limits=PATIENT)
    with connection(running.port) as made:
        made.sendall(request("GET", "/docs/swagger-ui-bundle.js") * 20)
        assert not within(3, lambda: running.connections() == 0)


def within(seconds: float, so: Callable[[], bool]) -> bool:
    """Whether it becomes so in this time; it is looked at after the first moment."""
    until = time.monotonic() + seconds
    time.sleep(0.2)
    while not so():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
