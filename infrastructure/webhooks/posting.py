"""Sending one request to an address that was looked up and judged before, and to no other.

The socket is connected to that address; TLS asks for, and checks, the certificate of the name. No proxy of the
environment is asked, and no redirect followed.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection, HTTPException
from threading import Lock, Timer
from typing import Final

import structlog

from infrastructure.webhooks.backoff import Outcome, seconds_of
from infrastructure.webhooks.destination import Allowed, Resolve, Target, UrlUnfit, looked_up, reachable, target_of
from infrastructure.webhooks.looking import Looking

SECONDS_IN_ALL: Final = 10.0
"""How long a try takes at most, from the look-up of the name to the head of the answer."""

SWITCHING: Final = 101
"""Of what is answered before the answer, that behind which no other one of HTTP comes."""

LONGEST_ERROR: Final = 200
UNREACHED: Final = "it cannot be reached from here, or may not be"
"""What is told where nothing was connected to: neither whether a name is known inside, nor which address it has there,
nor whether anything listens there. The server's log says more."""

log = structlog.get_logger("standfast.webhooks")


class Unreached(Exception):
    """No connection was made; the text is for the server's log alone."""


class Posting:
    """Sends requests, each in the thread of its caller; ``end`` cuts those under way, and lets none begin."""

    def __init__(
        self,
        allowed: Allowed,
        authorities: str | None = None,
        resolve: Resolve = looked_up,
        seconds: float = SECONDS_IN_ALL,
    ) -> None:
        """``authorities``: a file of certificates that are trusted beside the system's. Raises OSError, SSLError."""
        self._allowed = allowed
        self._looking = Looking(resolve)
        self._seconds = seconds
        self._tls = ssl.create_default_context()
        if authorities:
            self._tls.load_verify_locations(cafile=authorities)
        self._under_way: set[socket.socket] = set()
        self._lock = Lock()
        self.ended = False

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """What a receiver answers to a body, or why it did not."""
        deadline = time.monotonic() + self._seconds
        try:
            target = target_of(url)
            addresses = self._judged(target, deadline)
            with self._connected(target, addresses, deadline) as connection:
                return _asked(connection, target, headers, body)
        except Unreached as error:
            log.warning("a webhook is not sent to", url=_without_query(url), reason=str(error)[:LONGEST_ERROR])
            return Outcome(error=UNREACHED)
        except (UrlUnfit, OSError, HTTPException, ValueError) as error:
            late = time.monotonic() >= deadline
            said = f"no answer within {self._seconds:g} seconds" if late else f"{type(error).__name__}: {error}"
            return Outcome(error=said[:LONGEST_ERROR])

    def _judged(self, target: Target, deadline: float) -> list[str]:
        """The addresses to connect to. Raises Unreached where there are none, or none that may be."""
        try:
            return reachable(target, self._allowed, partial(self._looking.up, deadline=deadline))
        except (UrlUnfit, OSError) as error:
            raise Unreached(str(error)) from error

    def end(self) -> None:
        with self._lock:
            self.ended = True
            for each in self._under_way:
                _cut(each)

    @contextmanager
    def _connected(self, target: Target, addresses: list[str], deadline: float) -> Iterator[HTTPConnection]:
        try:
            reached = _first_to_answer(addresses, target.port, deadline)
        except OSError as error:
            raise Unreached(f"{type(error).__name__}: {error}") from error
        with self._cut_at(deadline, reached):
            connection = HTTPConnection(target.host, target.port)
            try:
                with reached:  # TLS takes it over
                    secure = target.scheme == "https"
                    made = self._tls.wrap_socket(reached, server_hostname=target.host) if secure else reached.dup()
                    connection.sock = made
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _cut_at(self, deadline: float, connected: socket.socket) -> Iterator[None]:
        """Ends a connection at an instant, however slowly its bytes come: a time-out begins anew with each of them."""
        own = connected.dup()
        timer = Timer(max(0.0, deadline - time.monotonic()), partial(_cut, own))
        timer.daemon = True
        with self._lock:
            self._under_way.add(own)
            if self.ended:
                _cut(own)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._under_way.discard(own)
            timer.join()
            own.close()


def _first_to_answer(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first of these addresses that takes one; each may take its share of the time that is left.

    Raises OSError.
    """
    failed: OSError = TimeoutError()
    for done, address in enumerate(addresses):
        left = (deadline - time.monotonic()) / (len(addresses) - done)
        if left <= 0:
            break
        try:
            made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            with _closed_by(made.close):
                made.settimeout(left)
                made.connect((address, port))
            return made
        except OSError as error:
            failed = error
    raise failed


@contextmanager
def _closed_by(close: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        close()
        raise


def _asked(connection: HTTPConnection, target: Target, headers: Mapping[str, str], body: bytes) -> Outcome:
    """What the head of the answer says; whatever its body does counts for nothing, and none of it is waited for."""
    connection.request("POST", target.path, body, {"Host": target.authority, **headers})
    answer = connection.getresponse()
    while 100 <= answer.status < 200 and answer.status != SWITCHING:  # an answer is still to come
        answer.headers = None  # type: ignore[assignment]  # begins anew, on what was read ahead
        answer.begin()
    after = seconds_of(answer.getheader("Retry-After"), datetime.now(UTC))
    return Outcome(answered=answer.status, retry_after=after)


def _cut(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has ended already
        return


def _without_query(url: str) -> str:
    """What of an address the log may keep: a query may hold a secret."""
    return url.partition("?")[0]
