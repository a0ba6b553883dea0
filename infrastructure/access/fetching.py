"""Fetching a document of the identity provider: over TLS, within seconds, of a bounded size, and from nowhere else.

No proxy of the environment is asked, no redirect followed, and nothing is sent but the address and, where it is asked
for with one, a form.
"""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Timer
from typing import Any, Final
from urllib.parse import SplitResult, urlencode, urlsplit

from infrastructure.access.strict_json import object_of
from infrastructure.process.oidc_settings import demand_address

SECONDS_IN_ALL: Final = 5.0
"""How long a document may take from the connection to its last byte; the look-up of a name is the system's own."""

MOST_BYTES: Final = 1 << 20
LONGEST_REASON: Final = 200
PORTS: Final = {"https": 443, "http": 80}


class Unfetched(Exception):
    """A document could not be had, or says nothing that could be used; the text says why, for the log."""


class Fetching:
    """Fetches documents, each in the thread of its caller."""

    def __init__(
        self,
        *,
        http_to_loopback: bool = False,
        authorities: str | None = None,
        seconds: float = SECONDS_IN_ALL,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """``authorities``: a file of certificates that are trusted beside the system's. Raises OSError, SSLError."""
        self._http_to_loopback = http_to_loopback
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._tls = ssl.create_default_context()
        if authorities:
            self._tls.load_verify_locations(cafile=authorities)

    def document(
        self, url: str, form: Mapping[str, str] | None = None, authorization: str | None = None
    ) -> dict[str, Any]:
        """The JSON object at an address, or that it answers to a form with. Raises Unfetched."""
        deadline = time.monotonic() + self._seconds
        try:
            demand_address(url, http_to_loopback=self._http_to_loopback)
            with self._connected(urlsplit(url), deadline) as connection:
                data = self._read(connection, urlsplit(url), form, authorization)
            return object_of(data)
        except (OSError, HTTPException, ValueError) as error:
            late = time.monotonic() >= deadline
            said = f"no answer within {self._seconds:g} seconds" if late else _said(error)
            raise Unfetched(said[:LONGEST_REASON]) from error

    def demand(self, url: str) -> None:
        """Raises Unfetched for an address at which nothing would be fetched, nor a browser led there."""
        try:
            demand_address(url, http_to_loopback=self._http_to_loopback)
        except ValueError as error:
            raise Unfetched(_said(error)) from error

    @contextmanager
    def _connected(self, to: SplitResult, deadline: float) -> Iterator[HTTPConnection]:
        host, port = to.hostname or "", to.port or PORTS[to.scheme]
        with socket.create_connection((host, port), timeout=self._seconds) as plain, _cut_at(deadline, plain):
            reached = self._tls.wrap_socket(plain, server_hostname=host) if to.scheme == "https" else plain
            connection = HTTPConnection(host, port)
            connection.sock = reached
            try:
                yield connection
            finally:
                connection.close()

    def _read(
        self, connection: HTTPConnection, of: SplitResult, form: Mapping[str, str] | None, authorization: str | None
    ) -> bytes:
        headers = {
            "Host": of.netloc,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if authorization is not None:
            headers["Authorization"] = authorization
        path = (of.path or "/") + (f"?{of.query}" if of.query else "")
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode(form).encode(), headers)
        with connection.getresponse() as answer:
            if answer.status != 200:
                raise ValueError(f"answered {answer.status}")
            return self._whole(answer)

    def _whole(self, answer: HTTPResponse) -> bytes:
        """All of a body. Raises ValueError or HTTPException where it is larger than what is read, or breaks off."""
        data = answer.read(self._most_bytes + 1)
        if len(data) > self._most_bytes:
            raise ValueError(f"it has more than {self._most_bytes} bytes")
        if answer.length:
            raise ValueError("it breaks off")
        return data


@contextmanager
def _cut_at(deadline: float, connected: socket.socket) -> Iterator[None]:
    """Ends a connection at an instant, however slowly its bytes come: a time-out begins anew with each of them."""
    own = connected.dup()
    timer = Timer(max(0.0, deadline - time.monotonic()), _cut, [own])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        own.close()


def _cut(connected: socket.socket) -> None:
    with suppress(OSError):  # it has ended already
        connected.shutdown(socket.SHUT_RDWR)


def _said(error: Exception) -> str:
    return str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
