"""A server that falls silent, as a frozen machine does, holds no writer: the outcome is unknown after a while.

The link is taken down in a network of the test's own, which only root may make. The control leaves the operating
system to itself, which waits for a quarter of an hour.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infrastructure.database.database import Database
from tests.faults.frozen import HELD_SECONDS
from tests.faults.server import own_server

ROOT = Path(__file__).parents[2]
IMPATIENT = {"tcp_user_timeout": 3_000, "connect_timeout": 2}
INDIFFERENT = {"tcp_user_timeout": 0, "keepalives": 0, "connect_timeout": 2}


def silent(link: dict[str, int]) -> list[Any]:
    """What appends over such a link are told, in a loop and in a thread, and the position of the one after."""
    apart = ["unshare", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root may make a network")
    run = [*apart, sys.executable, "-m", "tests.faults.frozen", json.dumps(link)]
    with subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        said, _ = process.communicate(timeout=120)
    return [json.loads(line) for line in said.splitlines()]


def test_a_silent_server_holds_no_writer_and_is_written_to_when_it_is_back() -> None:
    in_a_loop, in_a_thread, position = silent(IMPATIENT)
    for told, seconds in (in_a_loop, in_a_thread):
        assert told in ("OutcomeUnknown", "StoreUnavailable")  # the latter where it was just looked at again
        assert seconds < HELD_SECONDS
    assert position >= 3


@pytest.mark.long
def test_control_without_limits_a_silent_server_holds_the_writer() -> None:
    assert [told for told, _ in silent(INDIFFERENT)[:2]] == ["TimeoutError", "TimeoutError"]


def test_every_connection_has_the_limits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with own_server(listen_addresses="127.0.0.1", port=str(port)) as server:
        database = Database(server.url().set(host="127.0.0.1", port=port, query={}))
        with database.own_connection() as own, database.reading() as pooled:
            for descriptor in (own.fileno(), pooled.connection.driver_connection.fileno()):  # type: ignore[union-attr]
                with socket.socket(fileno=os.dup(descriptor)) as link:
                    assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
                    assert link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                    assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
        database.close()
