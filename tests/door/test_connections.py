"""How many connections there may be, and what becomes of one more."""

import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from sqlalchemy.engine import URL

from api.http.door import connections
from api.http.door.connections import BEING_LEFT, KEPT_FREE, LEAST_BACKLOG, backlog, most_connections
from api.http.door.limits import Limits
from tests.api.terminal.running import running
from tests.door.conftest import Serve, Served
from tests.door.wire import answers, connection, heard, request, told, until_closed

ASKED = request("GET", "/healthz")
FILES = 200
"""The limit of open files of a server that is flooded."""


@contextmanager
def crowd(port: int, size: int, said: bytes = b"") -> Iterator[list[object]]:
    """So many connections that say this, and wait."""
    with ExitStack() as opened:
        made = [opened.enter_context(connection(port)) for _ in range(size)]
        for each in made:
            each.sendall(said)
        yield list(made)


def settled(door: Served, size: int) -> None:
    """Waits until the server holds so many."""
    until = time.monotonic() + 5
    while door.connections() != size:
        assert time.monotonic() < until, door.connections()
        time.sleep(0.02)


def test_one_more_is_told_so_before_it_asks(serve: Serve) -> None:
    door = serve(connections=8)
    with crowd(door.port, 8):
        settled(door, 8)
        with connection(door.port) as one_more:
            [answer] = answers(until_closed(one_more))
        [asking] = told(door.port, ASKED)
        assert door.connections() == 8
    assert (answer.status, answer.rule(), answer.headers["connection"]) == (503, "too-many-connections", "close")
    assert "STANDFAST_CONNECTIONS" in answer.json()["title"]
    assert int(answer.headers["retry-after"]) >= 1
    assert asking.status == 503
    settled(door, 0)
    assert told(door.port, ASKED)[0].status == 200


def test_a_crowd_of_them_makes_one_line_in_the_log(serve: Serve) -> None:
    with structlog.testing.capture_logs() as logs:
        door = serve(connections=4)
        with crowd(door.port, 4):
            settled(door, 4)
            with crowd(door.port, 3 * BEING_LEFT):
                assert told(door.port, ASKED)[0].status == 503
    [line] = [line for line in logs if "as many connections as there may be" in line["event"]]
    assert (line["log_level"], line["most"], line["turned_away"]) == ("warning", 4, 1)


def test_those_turned_away_are_forgotten(serve: Serve) -> None:
    """They hold files too: each is left after two seconds at the latest."""
    door = serve(connections=1)
    with crowd(door.port, 1), crowd(door.port, 3 * BEING_LEFT) as turned_away:
        for each in turned_away:
            assert answers(until_closed(each))[0].status == 503  # type: ignore[arg-type]
    settled(door, 0)
    assert told(door.port, ASKED)[0].status == 200


def test_the_one_that_has_been_idle_longest_gives_way(serve: Serve) -> None:
    door = serve(connections=3)
    with connection(door.port) as first, connection(door.port) as second, connection(door.port) as third:
        for each in (first, second, third, first):  # the second is now the one that was used longest ago
            each.sendall(ASKED)
            assert heard(each)[0].status == 200
        assert told(door.port, ASKED)[0].status == 200
        assert until_closed(second) == b""
        for each in (first, third):
            each.sendall(ASKED)
            assert heard(each)[0].status == 200


def test_one_that_waits_for_its_answer_does_not_give_way(serve: Serve) -> None:
    door = serve(connections=1)
    with connection(door.port) as busy:
        busy.sendall(ASKED + b"GET /healthz HTTP/1.1\r\n")
        assert heard(busy)[0].status == 200
        assert told(door.port, ASKED)[0].status == 503
        busy.sendall(b"Host: localhost\r\n\r\n")
        assert heard(busy)[0].status == 200


def test_silent_ones_make_room_for_others_when_their_time_is_up(serve: Serve) -> None:
    door = serve(connections=8, limits=replace(Limits(), head_seconds=20, look_seconds=0.05))
    with crowd(door.port, 8), crowd(door.port, 8, b"GET /"):
        time.sleep(1.5)
        assert told(door.port, ASKED)[0].status == 200


@pytest.mark.parametrize(
    ("files", "asked", "most"),
    [
        (1_024, 1_000, 1_024 - KEPT_FREE - LEAST_BACKLOG),
        (1_024, 100, 100),
        (65_536, 1_000, 1_000),
        (300, 1_000, 150),
        (resource.RLIM_INFINITY, 1_000, 1_000),
    ],
)
def test_there_are_never_more_than_the_limit_of_files_leaves(
    monkeypatch: pytest.MonkeyPatch, files: int, asked: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (files, files))
    assert most_connections(asked) == most


def test_as_many_may_arrive_at_one_moment_as_there_are_files_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, most in ((300, 128), (8_192, 512), (65_536, 1_024), (resource.RLIM_INFINITY, 1_024)):
        monkeypatch.setattr(resource, "getrlimit", lambda _kind, files=files: (files, files))
        assert backlog() == most


def test_where_nobody_says_how_many_files_there_may_be_the_setting_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "limit_of_files", lambda: None)
    assert most_connections(1_000) == 1_000


FLOODED = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES}))"
UNGUARDED = f"""{FLOODED}
import uvicorn
from api.terminal import serving
serving.protocol = lambda limits, shared: "httptools"
"""


def flooded(url: URL, folder: Path, first: str, seconds: float) -> list[int | None]:
    """What a client is answered at once and after some seconds, while more connections than files stay silent."""
    environment = {"STANDFAST_DATABASE_URL": str(url)}
    with running("serve", "--port", "0", environment=environment, folder=folder, first=first) as (address, _):
        port = int(address.rpartition(":")[2])
        with crowd(port, FILES + 100):
            found = [answered(port)]
            time.sleep(seconds)
            return [*found, answered(port)]


def answered(port: int) -> int | None:
    """The status that a new client gets within a few seconds; None where it gets none."""
    with connection(port) as made:
        made.settimeout(3)
        try:
            made.sendall(ASKED)
            return heard(made)[0].status
        except (OSError, IndexError):
            return None


def test_a_flood_of_silent_connections_keeps_nobody_out_for_long(sqlite_url: URL, tmp_path: Path) -> None:
    assert flooded(sqlite_url, tmp_path, FLOODED, Limits().head_seconds + 3) == [503, 200]
    remarks = (tmp_path / "remarks.txt").read_text()
    assert remarks.count("as many connections as there may be") == 1
    assert "Traceback" not in remarks


def test_control_without_the_door_it_keeps_everybody_out(sqlite_url: URL, tmp_path: Path) -> None:
    assert flooded(sqlite_url, tmp_path, UNGUARDED, 3) == [None, None]
