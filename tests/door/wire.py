"""What goes over a connection, byte by byte."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from api.examples.commands import body_example

OPENING = json.dumps(
    {name: value for name, value in body_example("open-engagement").items() if name != "engagement_id"}
).encode()
PATIENCE_SECONDS = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def rule(self) -> str:
        """The rule of the problem that it is."""
        assert self.headers["content-type"] == "application/problem+json", self
        problem = json.loads(self.body)
        assert problem["status"] == self.status
        return str(problem["type"]).removeprefix("/problems/")

    def json(self) -> Any:
        return json.loads(self.body)


def request(
    method: str,
    path: str,
    *headers: str,
    body: bytes | None = None,
    host: str | None = "localhost",
    version: str = "1.1",
) -> bytes:
    """A request as it is written; without ``Connection: close``."""
    lines = [f"{method} {path} HTTP/{version}", *([] if host is None else [f"Host: {host}"]), *headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def opening(*headers: str, host: str | None = "localhost") -> bytes:
    """A command that records an event wherever it gets through."""
    typed = ("Content-Type: application/json", *headers)
    return request("POST", "/v1/engagements", *typed, body=OPENING, host=host)


def chunked(path: str, body: bytes, *trailers: str) -> bytes:
    """A command in chunks, with fields behind its body."""
    head = request("POST", path, "Content-Type: application/json", "Transfer-Encoding: chunked")
    return head + b"%x\r\n%b\r\n0\r\n" % (len(body), body) + "\r\n".join([*trailers, "", ""]).encode()


@contextmanager
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as made:
        yield made


def told(port: int, *parts: bytes, count: int = 1, pause: float = 0.0) -> list[Answer]:
    """The first answers to what is sent, in parts with a pause behind each; fewer where the server closes."""
    with connection(port) as made:
        for part in parts:
            made.sendall(part)
            time.sleep(pause)
        return heard(made, count)


def heard(made: socket.socket, count: int = 1) -> list[Answer]:
    """The next answers on a connection."""
    found = b""
    while len(whole := answers(found)) < count and (part := made.recv(65_536)):
        found += part
    return whole


def until_closed(made: socket.socket) -> bytes:
    """All that comes until the server closes, also where it leaves something unread. Raises TimeoutError."""
    found = b""
    with suppress(ConnectionResetError):  # what came before is read first
        while part := made.recv(65_536):
            found += part
    return found


def answers(raw: bytes) -> list[Answer]:
    """All whole answers in what came. One that says nothing about its length is no answer of ours."""
    found = []
    while b"\r\n\r\n" in raw:
        head, _, rest = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers["content-length"])
        if len(rest) < length:
            break
        found.append(Answer(status=int(first.split()[1]), headers=headers, body=rest[:length]))
        raw = rest[length:]
    return found
