"""A server that falls silent, as a frozen machine does, holds no writer: the outcome is unknown after a while.

The link is taken down in a network of the test's own, which only root may make. The control leaves the operating
system to itself, which waits for a quarter of an hour.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

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


@pytest.fixture(scope="module")
def address() -> Iterator[URL]:
    """A server that is reached over TCP."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with own_server(listen_addresses="127.0.0.1", port=str(port)) as server:
        yield server.url().set(host="127.0.0.1", port=port, query={})


@contextmanager
def links(address: URL) -> Iterator[list[socket.socket]]:
    """The sockets of a thread's own connection, a loop's own, and one of the pool."""
    database = Database(address)
    with (
        ExitStack() as held,
        asyncio.Runner() as loop,
        database.own_connection() as own,
        database.reading() as pooled,
    ):
        of_a_loop = loop.run(database.own_async_connection())
        ours = (own.fileno(), of_a_loop.fileno(), pooled.connection.driver_connection.fileno())  # type: ignore[union-attr]
        yield [held.enter_context(socket.socket(fileno=os.dup(descriptor))) for descriptor in ours]
        loop.run(of_a_loop.close())
    database.close()


def test_every_connection_has_the_limits(address: URL) -> None:
    with links(address) as sockets:
        for link in sockets:
            assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
            assert link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10


def test_the_limits_of_the_address_go_before(address: URL) -> None:
    limits = {"tcp_user_timeout": "7000", "keepalives_idle": "31", "keepalives_interval": "3"}
    with links(address.update_query_dict(limits)) as sockets:
        for link in sockets:
            assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 7_000
            assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 31
            assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 3
            assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3, "what it does not say stays"
    with links(address.update_query_dict({"keepalives": "0"})) as sockets:
        assert not any(link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) for link in sockets)


def test_the_patience_of_the_address_for_a_server_that_does_not_answer_goes_before() -> None:
    """Libpq waits for 2 s at least."""
    with socket.create_server(("127.0.0.1", 0)) as silent_server:
        port = silent_server.getsockname()[1]
        database = Database(f"postgresql://nobody@127.0.0.1:{port}/none?connect_timeout=2", unsafe_settings=True)
        for connect in (database.own_connection, database.engine.connect):
            started = time.monotonic()
            with pytest.raises((psycopg.OperationalError, OperationalError)):
                connect()
            assert time.monotonic() - started < 8, "10 s are the limit of an address that says nothing"
