"""The file of a SQLite database, or its write-ahead log, is moved, deleted or replaced under a process that has it.

What is proven: nothing is acknowledged that whoever opens the database by its name does not find; the process goes on
with what is at the name, and by itself once something is there again. The controls leave the comparison out.
"""

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import exc as sql
from sqlalchemy.engine import URL

from application.commands.request import Outcome
from application.ports.log import StoreUnavailable
from infrastructure.database.database import Database
from infrastructure.database.sqlite_file import OpenFile, ReadableByOthers, keep_private, wal_of
from tests.faults import wishes
from tests.faults.keeping import assert_clean
from tests.faults.older_copy import copied
from tests.faults.opening import Opened, engagement, open_engagements, shop

Loss = Callable[[Path], None]


def file_of(url: URL) -> Path:
    return Path(str(url.database))


def every(path: Path) -> list[Path]:
    """The file and those beside it that are there."""
    return [one for one in (path, wal_of(path), path.with_name(path.name + "-shm")) if one.exists()]


def moved(path: Path) -> None:
    for one in every(path):
        one.rename(one.with_name("away-" + one.name))


def deleted(path: Path) -> None:
    for one in every(path):
        one.unlink()


def only_the_file_deleted(path: Path) -> None:
    path.unlink()


def remark(opened: Opened, text: str, *, through_a_loop: bool = False) -> Outcome:
    request = wishes.remark(text, engagement(0))
    if through_a_loop:
        return asyncio.run(opened.marketplace.record_async(request))
    return opened.marketplace.record(request)


losses = pytest.mark.parametrize("lose", [moved, deleted, only_the_file_deleted])


def test_a_database_behind_a_link_is_served_and_its_own_log_is_looked_at(sqlite_url: URL) -> None:
    real = file_of(sqlite_url).with_name("real.db")
    real.touch()
    file_of(sqlite_url).symlink_to(real)
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        assert wal_of(file_of(sqlite_url)).name == "real.db-wal"
        assert remark(opened, "through the link").version == 2
        moved(real)
        with pytest.raises(StoreUnavailable):
            remark(opened, "into what is gone")


def test_a_reader_of_a_file_that_is_gone_is_told_that_it_is_unavailable(sqlite_url: URL) -> None:
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        moved(file_of(sqlite_url))
        for _ in range(2):
            with pytest.raises((StoreUnavailable, sql.OperationalError)):
                opened.marketplace.history(engagement(0))


@losses
@pytest.mark.parametrize("through_a_loop", [False, True])
def test_nothing_is_acknowledged_into_a_file_that_is_gone(sqlite_url: URL, lose: Loss, through_a_loop: bool) -> None:
    with shop(sqlite_url, patience=0.1) as opened:
        open_engagements(opened.marketplace, 1)
        lose(file_of(sqlite_url))
        for number in range(2):
            with pytest.raises(StoreUnavailable):
                remark(opened, f"{number}", through_a_loop=through_a_loop)
        with pytest.raises(sql.OperationalError):
            opened.recorder.log.head()
        assert not file_of(sqlite_url).exists(), "an empty one in its place would look like a new log"


@losses
def test_control_without_the_comparison_it_is_acknowledged_and_lost(
    sqlite_url: URL, lose: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenFile, "check", lambda _: None)
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        lose(file_of(sqlite_url))
        assert remark(opened, "lost").version == 2
    assert not file_of(sqlite_url).exists()


def test_once_the_file_is_there_again_it_goes_on(sqlite_url: URL) -> None:
    path = file_of(sqlite_url)
    with shop(sqlite_url, patience=0.1) as opened:
        open_engagements(opened.marketplace, 1)
        moved(path)
        with pytest.raises(StoreUnavailable):
            remark(opened, "refused")
        for one in path.parent.glob("away-*"):
            one.rename(path.with_name(one.name.removeprefix("away-")))
        assert remark(opened, "recorded").version == 2
        assert_clean(opened.database)


def replace(url: URL) -> None:
    """Puts a copy of the database, as it is now, under its name."""
    path = file_of(url)
    copied(path, path.with_name("copy.db"))
    put_in_place(path)


def test_what_is_acknowledged_after_a_replacement_is_in_the_file_at_the_name(sqlite_url: URL) -> None:
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        replace(sqlite_url)
        assert remark(opened, "after").version == 2
        assert opened.marketplace.history(engagement(0)).version == 2
        with shop(sqlite_url) as other:
            assert other.marketplace.history(engagement(0)).version == 2
            assert_clean(other.database)


def test_a_file_that_is_replaced_during_a_commit_makes_it_happen_again(
    sqlite_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first comparison finds all well; the file is replaced then, and the comparison after the commit finds it."""
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        compared = OpenFile.check
        calls: list[int] = []

        def check(files: OpenFile) -> None:
            calls.append(1)
            if len(calls) == 1:
                compared(files)
                return
            monkeypatch.setattr(OpenFile, "check", compared)
            put_in_place(file_of(sqlite_url))
            compared(files)

        copied(file_of(sqlite_url), file_of(sqlite_url).with_name("copy.db"))
        monkeypatch.setattr(OpenFile, "check", check)
        assert remark(opened, "twice committed").version == 2
        with shop(sqlite_url) as other:
            assert other.marketplace.history(engagement(0)).version == 2
            assert_clean(other.database)


def put_in_place(path: Path) -> None:
    for one in every(path)[1:]:
        one.unlink()
    os.replace(path.with_name("copy.db"), path)


def test_a_deleted_write_ahead_log_loses_nothing(sqlite_url: URL) -> None:
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        for number in range(3):
            remark(opened, f"before {number}")
        wal_of(file_of(sqlite_url)).unlink()
        assert remark(opened, "after").version == 5
        assert opened.marketplace.history(engagement(0)).version == 5
        with shop(sqlite_url) as other:
            assert other.marketplace.history(engagement(0)).version == 5
        assert_clean(opened.database)


def test_a_reader_that_is_the_first_to_notice_puts_the_log_back(sqlite_url: URL) -> None:
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        remark(opened, "before")
        wal_of(file_of(sqlite_url)).unlink()
        assert opened.marketplace.history(engagement(0)).version == 2
        assert remark(opened, "after").version == 3
        assert_clean(opened.database)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_what_others_may_read_is_taken_from_them(sqlite_url: URL, mode: int) -> None:
    path = file_of(sqlite_url)
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        for one in every(path):
            one.chmod(mode)
        with shop(sqlite_url):
            assert {stat.S_IMODE(one.stat().st_mode) for one in every(path)} == {0o600}
            assert len(every(path)) == 3


def test_a_file_that_others_may_read_and_that_is_not_ours_is_refused(
    sqlite_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_of(sqlite_url).touch(0o644)
    file_of(sqlite_url).chmod(0o644)

    def not_ours(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", not_ours)
    with pytest.raises(ReadableByOthers, match="others may read"):
        Database(sqlite_url)


def test_a_file_of_its_owner_is_left_alone(sqlite_url: URL) -> None:
    file_of(sqlite_url).touch(0o400)
    keep_private(file_of(sqlite_url))
    assert stat.S_IMODE(file_of(sqlite_url).stat().st_mode) == 0o400
