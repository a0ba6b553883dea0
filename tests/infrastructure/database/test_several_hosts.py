"""Several hosts in one address, as a fail-over needs them: every connection finds the one that answers."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.store import samples
from tests.store.cutting_proxy import CuttingProxy


@contextmanager
def nobody_listens() -> Iterator[int]:
    """A port of this machine that nobody else gets, and where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def address(postgres_url: URL) -> Iterator[str]:
    """A host that is down before one that is up."""
    with closing(CuttingProxy(postgres_url)) as up, nobody_listens() as down:
        yield f"postgresql://{up.url.username}@127.0.0.1:{down},127.0.0.1:{up.url.port}/{up.url.database}"


def test_the_host_that_answers_is_found(address: str) -> None:
    database = Database(address)
    schema.upgrade(database)
    recorder = LogRecorder(database)
    assert recorder.append(samples.append(uuid4(), 1)).last_position == 1
    assert asyncio.run(recorder.append_async(samples.append(uuid4(), 1))).last_position == 2
    assert recorder.log.head().position == 2
    recorder.close()
    database.close()


def test_sockets_stand_among_the_hosts_too(postgres_url: URL) -> None:
    if "host" not in postgres_url.query:
        pytest.skip("the server that was named has no socket")
    folder = str(postgres_url.query["host"]).replace("/", "%2F")
    database = Database(f"postgresql://{postgres_url.username}@%2Fnowhere,{folder}/{postgres_url.database}")
    schema.upgrade(database)
    database.close()
