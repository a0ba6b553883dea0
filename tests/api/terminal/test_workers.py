"""Several processes that serve one port: they add up, are started again, and end together."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy.engine import URL

from api.terminal import workers
from api.terminal.serving import listening
from api.terminal.speech import Unable
from infrastructure.database import sqlite
from infrastructure.process.settings import Settings
from tests.api.terminal.running import SECONDS_TO_STOP, EndedBeforeItServed, Process, running
from tests.api.terminal.test_projecting import asked, engagement_of, listed

SECONDS_TO_CHANGE = 15.0
SERVED = ("serve", "--workers", "2", "--port", "0")


def children(process: Process) -> list[int]:
    """The ids of the workers, in the order of their start."""
    asks = ["ps", "-o", "pid=", "--ppid", str(process.pid)]
    found = subprocess.run(asks, capture_output=True, text=True, check=False)
    return sorted(int(pid) for pid in found.stdout.split())


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something holds before long."""
    until = time.monotonic() + SECONDS_TO_CHANGE
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text()


def opened(address: str) -> int:
    """How many openings the workers have counted together."""
    with urlopen(f"{address}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = re.search(r'standfast_requests_total\{method="POST",route="/v1/engagements",status="201"\} (\d+)', text)
    return int(found[1]) if found else 0


def test_workers_share_a_port_add_up_and_are_started_again(database_url: URL, tmp_path: Path) -> None:
    environment = {"STANDFAST_DATABASE_URL": database_url.render_as_string(hide_password=False)}
    with running(*SERVED, environment=environment, folder=tmp_path) as (address, process):
        assert soon(lambda: len(children(process)) == 2)
        first, second = children(process)
        for count in range(1, 13):
            _, position = engagement_of(address)
            assert listed(address, position) == count
        assert soon(lambda: opened(address) == 12)
        leading = {asked(f"{address}/readyz")[1]["projections"]["leading"] for _ in range(20)}
        assert True in leading

        os.kill(second, signal.SIGKILL)
        assert soon(lambda: len(children(process)) == 2 and second not in children(process))
        assert opened(address) == 12
        os.kill(first, signal.SIGKILL)
        assert soon(lambda: len(children(process)) == 2 and first not in children(process))
        _, position = engagement_of(address)
        assert listed(address, position) == 13
        assert soon(lambda: opened(address) == 13)

        started = children(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS_TO_STOP) == 0
        assert all(map(gone, started))
    remarks = (tmp_path / "remarks.txt").read_text()
    assert remarks.count('"event":"a worker ended and is started again"') == 2
    assert "Traceback" not in remarks
    assert list(tmp_path.glob("standfast-workers-*")) == []


def test_workers_end_with_the_process_that_started_them(sqlite_url: URL, tmp_path: Path) -> None:
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url)}
    with running(*SERVED, environment=environment, folder=tmp_path) as (_, process):
        assert soon(lambda: len(children(process)) == 2)
        started = children(process)
        process.kill()
        process.wait(SECONDS_TO_STOP)
        assert soon(lambda: all(map(gone, started)))


def test_what_the_first_worker_cannot_serve_is_told_once(sqlite_url: URL, tmp_path: Path) -> None:
    Path(str(sqlite_url.database)).write_bytes(b"no database at all" * 100)
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url)}
    with pytest.raises(EndedBeforeItServed), running(*SERVED, environment=environment, folder=tmp_path):
        pass
    remarks = (tmp_path / "remarks.txt").read_text()
    assert remarks.count("file is not a database") == 1
    assert "Traceback" not in remarks


@pytest.mark.parametrize(
    ("in_memory", "reason"), [(False, "can lose writes of two processes"), (True, "a database in memory")]
)
def test_a_database_of_one_process_is_not_served_by_two(
    sqlite_url: URL, monkeypatch: pytest.MonkeyPatch, in_memory: bool, reason: str
) -> None:
    monkeypatch.setattr(sqlite, "safe_for_many_processes", lambda _version: False)
    settings = Settings(database_url="sqlite://" if in_memory else str(sqlite_url))
    with listening("127.0.0.1", 0) as listener, pytest.raises(Unable, match=reason):
        workers.serve(settings, listener, 2, projects=True, keeps=True)
