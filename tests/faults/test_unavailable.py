"""The disk is full, or the database is gone: 503, nothing half-written, and everything goes on by itself afterwards.

A full disk is made by a limit on the size of files, which needs no rights and binds root too: on SQLite for the test's
own process, on PostgreSQL for a server of its own. The control writes without a transaction: the same full disk then
leaves half of a command.
"""

import random
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from application.ports.log import Append, Receipt, StoreUnavailable
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log.ledger import Entry, sealed
from infrastructure.log.postgresql.ledger import PostgresLedger
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.sqlite.ledger import SqliteLedger
from tests.api.serving import serving
from tests.faults import wishes
from tests.faults.keeping import assert_clean
from tests.faults.opening import engagement, open_engagements, open_shop, shop
from tests.faults.server import OwnServer, own_server
from tests.store import samples
from tests.store.test_order import assert_whole

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 17 * MEBIBYTE
"""More than a segment of PostgreSQL's log, less than the events of the test."""

RECOVERY_SECONDS = 30


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The disk is full, as far as this process can tell."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


def test_a_full_disk_under_sqlite(sqlite_url: URL) -> None:
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        journal = Path(f"{sqlite_url.database}-wal").stat().st_size
        with files_no_larger_than(journal + 4096):
            for number in range(3):
                with pytest.raises(StoreUnavailable):
                    opened.marketplace.record(wishes.remark(f"{number}", engagement(0)))
        before = opened.marketplace.history(engagement(0)).version
        outcomes = [opened.marketplace.record(wishes.remark(f"{number}", engagement(0))) for number in range(3)]
        assert (before, [outcome.version for outcome in outcomes]) == (1, [2, 3, 4])
        assert_clean(opened.database)


@pytest.fixture
def small_volume(tmp_path: Path) -> Iterator[Path]:
    """A volume of 16 mebibytes, where this process may mount one."""
    place = tmp_path / "volume"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a volume")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1024))


def test_a_full_volume_under_sqlite(small_volume: Path) -> None:
    url = make_url(f"sqlite:///{small_volume / 'standfast.db'}")
    with shop(url) as opened:
        open_engagements(opened.marketplace, 1)
        filler = small_volume / "filler"
        with pytest.raises(OSError, match="No space left"):
            fill(filler)
        outcomes: list[StoreUnavailable] = []
        for number in range(50):
            try:
                opened.marketplace.record(wishes.remark(f"{number}", engagement(0)))
            except StoreUnavailable as full:
                outcomes.append(full)
        kept = opened.marketplace.history(engagement(0)).version
        assert outcomes
        assert kept == 51 - len(outcomes)
        filler.unlink()
        for number in range(50):
            opened.marketplace.record(wishes.remark(f"{number}", engagement(0)))
        assert opened.marketplace.history(engagement(0)).version == 51
        assert_clean(opened.database)


def large(count: int) -> Append:
    """An append of events of 64 KiB each, that nothing can make smaller."""
    stream, chosen = uuid4(), random.Random(count)
    plain = samples.append(stream, 1, count=count)
    return Append(
        events=tuple(type(event)(**{**vars(event), "state": chosen.randbytes(65_536)}) for event in plain.events)
    )


class Careless(SqliteLedger):
    """Writes without a transaction."""

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        yield self._cursor()

    def write_carefully(self, entries: Sequence[Entry]) -> list[Any]:
        raise AssertionError("the first attempt is the one that is looked at")


@pytest.mark.parametrize("ledger", [SqliteLedger, Careless], ids=["as it is", "control"])
def test_a_disk_that_fills_in_the_middle_of_a_command(sqlite_url: URL, ledger: type[SqliteLedger]) -> None:
    database = Database(sqlite_url)
    schema.upgrade(database)
    writing = ledger(database, lambda: 1_800_000_000_000_000)
    with files_no_larger_than(MEBIBYTE), pytest.raises(Exception, match=r"disk|full|I/O"):
        writing.write(sealed([large(40)]))
    with database.reading() as connection:
        written = connection.execute(text("SELECT count(*) FROM events")).scalar_one()
    assert (written == 0) is (ledger is SqliteLedger)
    writing.close()
    database.close()


@contextmanager
def confined_server() -> Iterator[OwnServer]:
    """A server whose files may not grow beyond `LARGEST_FILE`, for as long as it is not released."""

    def confine() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, resource.RLIM_INFINITY))

    with own_server() as server:
        server.stop()
        server.start(prepare=confine)
        yield server


def release(server: OwnServer) -> None:
    """There is room again: for every process that the server has or will have."""
    processes = (server.pid, *server.children())

    def lift() -> None:
        for pid in processes:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    server.as_its_user(lift)


def test_a_full_disk_under_postgresql() -> None:
    with confined_server() as server:
        database = Database(server.url())
        schema.upgrade(database)
        recorder = LogRecorder(database, patience=0.5)
        recorded, refused = 0, 0
        while refused < 3:
            assert recorded < 600, "the disk was never full"
            try:
                recorded += recorder.append(large(16)).count
            except StoreUnavailable:
                refused += 1
        assert recorder.log.head().position == recorded
        release(server)
        assert isinstance(recorder.append(large(16)), Receipt)
        assert assert_whole(database) == recorded + 16
        recorder.close()
        database.close()


def test_a_database_that_is_gone_comes_back(server: OwnServer) -> None:
    opened = open_shop(server.url(), patience=0.5)
    open_engagements(opened.marketplace, 2)
    server.stop("immediate")
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            opened.marketplace.record(wishes.remark("r", engagement(0)))
    server.start()
    outcome = opened.marketplace.record(wishes.remark("r", engagement(0)))
    assert (outcome.version, opened.marketplace.history(engagement(0)).version) == (2, 2)
    assert_clean(opened.database)
    opened.close()


def test_control_a_writer_that_keeps_its_lost_connection_does_not_come_back(
    server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_shop(server.url(), patience=0.5)
    open_engagements(opened.marketplace, 1)
    with monkeypatch.context() as patched:
        patched.setattr(PostgresLedger, "close", lambda _: None)
        patched.setattr(PostgresLedger, "_connected", lambda ledger: ledger._connection)
        server.stop("immediate")
        server.start()
        for number in range(3):
            with pytest.raises(StoreUnavailable):
                opened.marketplace.record(wishes.remark(f"{number}", engagement(0)))
    assert opened.marketplace.record(wishes.remark("r", engagement(0))).version == 2
    opened.close()


def test_over_http_a_database_that_is_gone_is_503_until_it_is_back(server: OwnServer) -> None:
    with shop(server.url()) as opened:
        open_engagements(opened.marketplace, 2)
    with serving(server.url()) as address, httpx2.Client(base_url=address, timeout=60) as http:

        def remark(number: int) -> httpx2.Response:
            path = f"/v1/engagements/{engagement(number)}/annotate"
            return http.post(path, json={"note": "a remark"}, headers={"Idempotency-Key": f"k-{number}"})

        assert remark(0).status_code == 200
        server.stop("immediate")
        gone = [remark(0), remark(1), http.get(f"/v1/engagements/{engagement(1)}")]
        assert [answer.status_code for answer in gone] == [503, 503, 503]
        assert [answer.headers["Content-Type"] for answer in gone] == ["application/problem+json"] * 3
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in gone)
        assert "append" not in gone[-1].text, "a read that fails says nothing of appends"
        server.start()
        deadline = time.monotonic() + RECOVERY_SECONDS
        while (answer := remark(1)).status_code == 503 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert (answer.status_code, answer.json()["version"]) == (200, 2)
        assert remark(0).json()["version"] == 2
    database = Database(server.url())
    assert_clean(database)
    database.close()
