"""One request to one address that was judged: what is sent, what is made of each answer, and where it never goes."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing

import pytest
import structlog

from infrastructure.webhooks.destination import Allowed
from infrastructure.webhooks.looking import MOST
from infrastructure.webhooks.posting import UNREACHED, Posting
from tests.infrastructure.webhooks.receiver import CERTIFICATE, Receiver, Reply, receiving

HERE = Allowed.of("127.0.0.1")


def post(posting: Posting, url: str) -> tuple[int | None, str | None]:
    outcome = posting.post(url, {"webhook-id": "x"}, b'{"a":1}')
    assert outcome.error is None or len(outcome.error) <= 200
    return outcome.answered, outcome.error


def test_what_is_sent(receiver: Receiver) -> None:
    assert post(Posting(HERE), f"{receiver.url}?a=%20b") == (204, None)
    [came] = receiver.came
    assert (came.path, came.body, came.headers["webhook-id"]) == ("/hook?a=%20b", b'{"a":1}', "x")
    assert came.headers["host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.answering = lambda _: Reply(status, {"Location": receiver.url + "/there"})
    assert post(Posting(HERE), receiver.url) == (status, None)
    assert len(receiver.came) == 1


def test_no_proxy_of_the_environment_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(Posting(HERE), receiver.url) == (204, None)


def test_how_long_a_receiver_asks_to_wait_is_heard(receiver: Receiver) -> None:
    receiver.answering = lambda _: Reply(429, {"Retry-After": "77"})
    outcome = Posting(HERE).post(receiver.url, {}, b"")
    assert (outcome.answered, outcome.retry_after) == (429, 77)


def test_the_body_of_an_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.answering = lambda _: Reply(200, {"Content-Length": str(10**9)}, b"x" * 20_000)
    assert post(Posting(HERE), receiver.url) == (200, None)


def test_a_body_that_never_ends_is_not_waited_for(receiver: Receiver) -> None:
    receiver.answering = lambda _: Reply(200, {"Content-Length": "4000"}, drips=0.05)
    began = time.monotonic()
    assert post(Posting(HERE, seconds=10), receiver.url) == (200, None)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", 200),
        (
            b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
            204,
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\nRetry-After: 7\r\n\r\n", 500),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 101),
    ],
)
def test_the_status_of_the_answer_counts_and_nothing_behind_it(silent: socket.socket, said: bytes, status: int) -> None:
    speaking(silent, said)
    assert post(Posting(HERE), f"http://127.0.0.1:{silent.getsockname()[1]}/") == (status, None)


def speaking(listener: socket.socket, said: bytes) -> None:
    """Says that to whoever comes first, and no more."""

    def speak() -> None:
        with listener.accept()[0] as taken:
            taken.recv(1_000)
            taken.sendall(said)

    threading.Thread(target=speak, daemon=True).start()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Takes connections, and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_receiver_that_hangs_is_left(silent: socket.socket, scheme: str) -> None:
    began = time.monotonic()
    found = post(Posting(HERE, seconds=0.2), f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/")
    assert found == (None, "no answer within 0.2 seconds")
    assert time.monotonic() - began < 2


def test_what_is_under_way_is_cut_at_the_end(silent: socket.socket) -> None:
    posting, found = Posting(HERE), []
    thread = threading.Thread(
        target=lambda: found.append(post(posting, f"http://127.0.0.1:{silent.getsockname()[1]}/"))
    )
    thread.start()
    with silent.accept()[0]:
        posting.end()
        thread.join(5)
    [(answered, error)] = found
    assert answered is None
    assert error
    assert "no answer within" not in error


def test_whoever_speaks_no_http_is_no_answer(silent: socket.socket) -> None:
    speaking(silent, b"SSH-2.0-OpenSSH\r\n")
    answered, error = post(Posting(HERE), f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert (answered, (error or "").split(":")[0]) == (None, "BadStatusLine")


def test_nobody_there_is_no_answer(silent: socket.socket) -> None:
    port = silent.getsockname()[1]
    silent.close()
    assert post(Posting(HERE), f"http://127.0.0.1:{port}/") == (None, UNREACHED)


def test_what_is_told_is_the_same_whatever_is_inside(silent: socket.socket) -> None:
    """The log of the server alone says which it was."""

    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    port = silent.getsockname()[1]
    silent.close()
    inside = Posting(Allowed.of(""), resolve=lambda *_: ["10.0.0.7"])
    refused = Posting(Allowed.of("hooks.test"), resolve=lambda *_: ["127.0.0.1"])
    with structlog.testing.capture_logs() as logged:
        told = {
            post(each, f"https://hooks.test:{port}/?a=b") for each in (inside, refused, Posting(HERE, None, unknown))
        }
    assert told == {(None, UNREACHED)}
    said = " ".join(each["reason"] for each in logged)
    assert all(each in said for each in ("10.0.0.7", "Refused", "Name or service not known"))
    assert "a=b" not in str(logged)


def test_a_name_that_is_looked_up_without_end_ends_with_the_time_there_is() -> None:
    over = threading.Event()

    def hang(host: str, _port: int) -> Sequence[str]:
        over.wait(20)
        raise OSError(host)

    posting, began = Posting(HERE, resolve=hang, seconds=0.3), time.monotonic()
    threads = [threading.Thread(target=post, args=(posting, f"https://{n}.test/")) for n in range(MOST + 8)]
    for each in threads:
        each.start()
    assert sum(each.name == "standfast-name" for each in threading.enumerate()) <= MOST
    for each in threads:
        each.join(10)
    assert time.monotonic() - began < 5
    over.set()


class Rebinding:
    """A name server that says an address outside first, and one inside ever after."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = [*answers]
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0)


def test_what_was_judged_is_what_is_connected_to(receiver: Receiver) -> None:
    """A second look-up would lead inside: there is none."""
    port = receiver.url.split(":")[2]
    names = Rebinding(["127.0.0.1"], ["169.254.169.254"])
    posting = Posting(Allowed.of("127.0.0.1,hooks.test"), resolve=names)
    assert post(posting, f"http://hooks.test:{port}") == (204, None)
    assert names.asked == ["hooks.test"]
    assert receiver.came[0].headers["host"] == f"hooks.test:{port}".removesuffix("/hook")


def test_a_name_that_leads_inside_by_now_is_not_connected_to(receiver: Receiver) -> None:
    port = receiver.url.split(":")[2].removesuffix("/hook")
    posting = Posting(Allowed.of(""), resolve=Rebinding(["127.0.0.1"], ["8.8.8.8", "127.0.0.1"]))
    for _ in range(2):
        answered, error = post(posting, f"https://hooks.test:{port}/")
        assert (answered, error) == (None, UNREACHED)
    assert receiver.came == []


def test_an_address_that_takes_nothing_leaves_time_for_the_next(receiver: Receiver) -> None:
    """A queue of connections that is full says neither yes nor no, like an address that nobody has."""
    port = int(receiver.url.split(":")[2].removesuffix("/hook"))
    with closing(socket.create_server(("127.0.0.2", port), backlog=0)) as hole, ExitStack() as open_ones:
        for _ in range(3):
            filling = open_ones.enter_context(closing(socket.socket()))
            filling.setblocking(False)
            filling.connect_ex(hole.getsockname())
        posting = Posting(Allowed.of("hooks.test"), resolve=lambda *_: ["127.0.0.2", "127.0.0.1"], seconds=2.0)
        assert post(posting, f"http://hooks.test:{port}/") == (204, None)


def test_the_certificate_of_the_name_is_asked_for_and_checked() -> None:
    with receiving(tls=True) as receiver:
        port = receiver.url.split(":")[2]
        names = Rebinding(*[["127.0.0.1"]] * 3)
        allowed = Allowed.of("127.0.0.1")
        trusting = Posting(allowed, str(CERTIFICATE), names)
        assert post(trusting, f"https://hooks.test:{port}") == (204, None)
        assert receiver.names == ["hooks.test"]
        _, error = post(trusting, f"https://other.test:{port}")
        assert "Hostname mismatch" in (error or "")
        _, error = post(Posting(allowed, None, names), f"https://hooks.test:{port}")
        assert "self-signed certificate" in (error or "")
        _, error = post(trusting, f"https://127.0.0.1:{port}")
        assert "IP address mismatch" in (error or "")
        assert len(receiver.came) == 1
