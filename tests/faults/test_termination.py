"""SIGTERM under load: the process ends within 10 s, and nothing it acknowledged is lost.

Once the working process of these tests, once `standfast serve` with callers at its door, one of whom never finishes
what it sends. The control is SIGKILL (`test_killed`): it loses nothing acknowledged either, but it answers nobody.
"""

import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Event

import httpx2
import pytest
from sqlalchemy.engine import URL

from infrastructure.database.database import Database
from tests.api.terminal.running import running
from tests.faults import decisions
from tests.faults.crew import Crew
from tests.faults.keeping import assert_clean, assert_kept
from tests.faults.opening import engagement, open_engagements, shop

SECONDS_TO_END = 10
STARTING_SECONDS = 30
CALLERS = 8
ANSWERED = 3 * CALLERS


def test_a_writer_told_to_stop_finishes_what_it_began(database_url: URL, crew: Crew) -> None:
    with shop(database_url) as opened:
        open_engagements(opened.marketplace, 20)
    workers = [
        crew.start(database_url.render_as_string(hide_password=False), f"w{number}", through_a_loop=number == 1)
        for number in range(2)
    ]
    for worker in workers:
        worker.at_work(20)
    assert max(worker.terminate() for worker in workers) < SECONDS_TO_END
    database = Database(database_url)
    assert assert_kept(database, decisions.read(crew.diaries)) > 10
    database.close()


def remark_until_refused(address: str, caller: int, stopping: Event, told: dict[str, int]) -> None:
    """Remarks over HTTP until nobody answers any more; ``told`` gets the position that each key was told."""
    answered = 0
    with httpx2.Client(base_url=address, timeout=30) as http:
        while True:
            key = f"{caller}-{answered}"
            path = f"/v1/engagements/{engagement(caller)}/annotate"
            try:
                answer = http.post(path, json={"note": key}, headers={"Idempotency-Key": key})
            except httpx2.TransportError:
                assert stopping.is_set(), "the server went away before it was told to"
                return
            if answer.status_code == 200:
                told[key] = answer.json()["position"]
                answered += 1
            else:
                assert (answer.status_code, stopping.is_set()) == (503, True), answer.text


def under_load(told: dict[str, int]) -> None:
    """Waits until so much was answered that the callers keep the server busy."""
    deadline = time.monotonic() + STARTING_SECONDS
    while len(told) <= ANSWERED:
        assert time.monotonic() < deadline, f"only {len(told)} were answered"
        time.sleep(0.01)


def unfinished(address: str) -> socket.socket:
    """A request whose body never comes to its end."""
    host, port = address.removeprefix("http://").split(":")
    opened = socket.create_connection((host, int(port)))
    path = f"/v1/engagements/{engagement(0)}/annotate"
    opened.sendall(f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\n{{".encode())
    return opened


@pytest.mark.parametrize(
    ("kind", "slow_caller"),
    [
        ("postgres_url", False),
        ("sqlite_url", True),
        pytest.param("sqlite_url", False, marks=pytest.mark.long),
        pytest.param("postgres_url", True, marks=pytest.mark.long),
    ],
)
def test_a_server_told_to_stop_ends_in_time_and_loses_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, slow_caller: bool
) -> None:
    database_url: URL = request.getfixturevalue(kind)
    with shop(database_url) as opened:
        open_engagements(opened.marketplace, CALLERS)
    environment = {"STANDFAST_DATABASE_URL": database_url.render_as_string(hide_password=False)}
    stopping = Event()
    with (
        running("serve", "--port", "0", environment=environment, folder=tmp_path) as (address, process),
        ThreadPoolExecutor(CALLERS) as threads,
    ):
        told: dict[str, int] = {}
        callers = [threads.submit(remark_until_refused, address, caller, stopping, told) for caller in range(CALLERS)]
        with unfinished(address) if slow_caller else nullcontext():
            under_load(told)
            stopping.set()
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(2 * SECONDS_TO_END) == 0
            seconds = time.monotonic() - started
        for caller in callers:
            caller.result()
    assert seconds < SECONDS_TO_END
    with shop(database_url) as opened:
        facts = [fact for caller in range(CALLERS) for fact in opened.marketplace.history(engagement(caller)).facts]
        recorded = {fact.event.note: fact.position for fact in facts if fact.type == "EventAnnotated"}  # type: ignore[attr-defined]
        assert_clean(opened.database)
    assert told.items() <= recorded.items()
