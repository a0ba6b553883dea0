"""The database is gone or its disk full: appends are refused, nothing is half-written, and it recovers by itself."""

import time
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from application.ports.log import Receipt, StoreUnavailable
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.store import samples
from tests.store.cutting_proxy import CuttingProxy
from tests.store.test_order import assert_whole


def test_a_database_that_is_gone_comes_back(postgres_url: URL) -> None:
    direct = Database(postgres_url)
    schema.upgrade(direct)
    proxy = CuttingProxy(postgres_url)
    database = Database(proxy.url)
    recorder = LogRecorder(database, patience=0.3)
    stream, key = uuid4(), uuid4()
    recorder.append(samples.append(stream, 1))
    proxy.cut_off(True)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            recorder.append(samples.append(stream, 2, key=key))
    proxy.cut_off(False)
    assert recorder.append(samples.append(stream, 2, key=key)) == Receipt(2, 1, recorder.log.head().recorded_at)
    assert assert_whole(direct) == 2
    recorder.close()
    database.close()
    proxy.close()
    direct.close()


def test_an_append_waits_for_a_database_that_is_gone_for_a_moment(postgres_url: URL) -> None:
    """The control of the one above: within its patience the writer tries again, and nobody notices."""
    direct = Database(postgres_url)
    schema.upgrade(direct)
    recorder = LogRecorder(direct, patience=10)
    recorder.append(samples.append(uuid4(), 1))
    with direct.own_connection() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    time.sleep(0.1)
    assert recorder.append(samples.append(uuid4(), 1)).first_position == 2
    recorder.close()
    direct.close()


def test_a_full_disk_refuses_and_recovers(sqlite_url: URL) -> None:
    database = Database(sqlite_url)
    schema.upgrade(database)
    recorder = LogRecorder(database, patience=0.3)
    recorder.append(samples.append(uuid4(), 1))
    ledger = recorder.ledger
    connection = ledger._connection  # type: ignore[attr-defined]  # the limit is one of the connection
    [pages] = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    stream, refused = uuid4(), 0
    for version in range(1, 400):
        try:
            recorder.append(samples.append(stream, version - refused, count=1, key=uuid4()))
        except StoreUnavailable:
            refused += 1
            if refused == 3:
                break
    assert refused == 3
    connection.execute("PRAGMA max_page_count = 1000000")
    written = recorder.log.head().position
    recorder.append(samples.append(uuid4(), 1))
    assert assert_whole(database) == written + 1
    with database.reading() as reading:
        assert reading.execute(text("SELECT count(*) FROM answers")).scalar_one() == written - 1
    recorder.close()
    database.close()
