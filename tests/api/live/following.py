"""A real server, somebody who records on it, and somebody who reads a stream of it line by line."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy.engine import URL

from api.app import application
from api.composition import Standfast, assemble
from api.examples.commands import body_example
from api.terminal.serving import configured, listening
from tests.api.serving import settings_of, started

SECONDS = 20.0
SMALL_BUFFER = 16_384
EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a stream."""

    id: int | str
    kind: str
    data: Any

    @property
    def is_sign_of_life(self) -> bool:
        return self.data is None


def _place_of(text: str) -> int | str:
    """A position, as the reader of a stream is told it."""
    return int(text) if text.isdecimal() else text


_streams: list["Stream"] = []


def close_streams() -> None:
    """Closes those that a test left open; they outlive their server, to be read to the end."""
    while _streams:
        _streams.pop().close()


class Stream:
    """An open stream; ``status`` and ``headers`` are those of its answer."""

    def __init__(self, port: int, path: str = "/v1/events", *, slow: bool = False, **headers: str) -> None:
        _streams.append(self)
        self._connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        if slow:
            self._connection.sock = socket.socket()
            self._connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            self._connection.sock.settimeout(SECONDS)
            self._connection.sock.connect(("127.0.0.1", port))
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", path, headers={"Accept": EVENT_STREAM, **given})
        self._answer = self._connection.getresponse()
        self.status, self.headers = self._answer.status, self._answer.headers

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._answer.close()
        self._connection.close()

    def problem(self) -> Any:
        return json.load(self._answer)

    def frames(self) -> Iterator[Frame]:
        """What comes, until it ends; asks the clean end of it of the server."""
        told: dict[str, str] = {}
        while line := self._answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if line != "\n":
                told[name] = value
            else:
                yield Frame(_place_of(told["id"]), told.get("event", "message"), json.loads(told.get("data", "null")))
                told = {}
        assert not told, "a stream ends between two frames"

    def next(self, count: int) -> list[Any]:
        """The next so many events; signs of life are passed over."""
        found: list[Any] = []
        for frame in self.frames():
            assert frame.kind != "end", frame
            if frame.kind == "message" and not frame.is_sign_of_life:
                found.append(frame.data)
                if len(found) == count:
                    break
        return found


class Served:
    """A server that runs, and one engagement on it."""

    def __init__(self, port: int, standfast: Standfast) -> None:
        self.port = port
        self.standfast = standfast
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS)

    def opened(self) -> str:
        """The id of a new engagement."""
        body = {name: value for name, value in body_example("open-engagement").items() if name != "engagement_id"}
        return str(self.http.post("/v1/engagements", json=body).raise_for_status().json()["engagement_id"])

    def noted(self, engagement: str, times: int, size: int = 10) -> None:
        """Records so many remarks of so many characters, in one go."""
        lines = [
            json.dumps({"command": "annotate", "engagement_id": engagement, "note": "x" * size}) for _ in range(times)
        ]
        for start in range(0, times, 500):
            log = "\n".join(lines[start : start + 500])
            answers = self.http.post("/v1/commands", content=log, headers={"Content-Type": "application/x-ndjson"})
            assert answers.raise_for_status().text.count('"position"') >= len(lines[start : start + 500])

    def feed(self) -> list[Any]:
        """Everything, by pages."""
        events: list[Any] = []
        while page := self.http.get("/v1/events", params={"after": len(events), "limit": 500}).json()["items"]:
            events += page
        return events

    def stream(self, path: str = "/v1/events", *, slow: bool = False, **headers: str) -> Stream:
        return Stream(self.port, path, slow=slow, **headers)


@contextmanager
def served(url: URL, *, settings: Mapping[str, Any] | None = None, kept_bytes: int | None = None) -> Iterator[Served]:
    """A server on this database; ``kept_bytes``: how much it keeps for those who are slower than others."""
    standfast = assemble(settings_of(url).model_copy(update=dict(settings or {})))
    if kept_bytes is not None:
        standfast.tail.most_bytes = kept_bytes
    config = configured(application(standfast), 1_000)
    with listening("127.0.0.1", 0) as listener:
        if kept_bytes is not None:  # what the system takes in for a connection is to be little, too
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
        with started(config, listener):
            running = Served(listener.getsockname()[1], standfast)
            yield running
            running.http.close()


def is_id(text: str) -> bool:
    return str(UUID(text)) == text
