"""Commands that read make nothing, migrate nothing and change nothing, and say which database they read."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.engine import URL

from api.composition import Standfast
from infrastructure.database.database import Database
from infrastructure.log.reading import Log
from tests.api.terminal.conftest import Run
from tests.api.terminal.running import ROOT
from tests.api.terminal.test_audit import CLIENT, EXAMPLE
from tests.faults import wishes
from tests.faults.opening import engagement, open_engagements, shop

ID = json.loads(EXAMPLE.read_text().splitlines()[0])["engagement_id"]
COMMANDS = [
    ("list",),
    ("history", CLIENT),
    ("replay", CLIENT),
    ("clocks", CLIENT),
    ("explain", CLIENT, "replace", "k1"),
    ("metrics", CLIENT),
    ("what-if", CLIENT, "--model", "managed_services"),
    ("export",),
    ("verify",),
    ("status",),
    ("parked",),
    ("backup", "/dev/null/nowhere"),
]
READ = [command for command in COMMANDS if command[0] != "backup"]
asked = pytest.mark.parametrize("command", READ, ids=lambda command: command[0])


@pytest.fixture
def recorded(standfast: Run) -> Run:
    assert standfast("import", EXAMPLE).code == 0
    return standfast


def lying(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of a folder, its bytes and when it was changed."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


@asked
def test_what_is_read_stays_as_it_is_and_is_named(recorded: Run, sqlite_url: URL, command: tuple[str, ...]) -> None:
    path = Path(str(sqlite_url.database))
    path.chmod(0o644)
    before = lying(path.parent)
    ran = recorded(*command)
    assert (ran.code, ran.err) == (0, f"reading sqlite:///{path}\n")
    assert lying(path.parent) == before
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("folder", ["", "no/such/folder/"])
def test_where_there_is_no_database_none_is_made(
    standfast: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("STANDFAST_DATABASE_URL", f"sqlite:///{tmp_path}/{folder}x.db")
    ran = standfast(*command)
    assert (ran.code, ran.out) == (2, "")
    assert f"there is no file {tmp_path}/{folder}x.db.\nSTANDFAST_DATABASE_URL names it" in ran.err
    assert list(tmp_path.iterdir()) == []


@asked
def test_an_older_schema_is_told_and_left(recorded: Run, sqlite_url: URL, command: tuple[str, ...]) -> None:
    recorded("migrate", "down", "0004", "--yes")
    folder = Path(str(sqlite_url.database)).parent
    before = lying(folder)
    ran = recorded(*command)
    assert ran.code == (1 if command == ("verify",) else 2)
    assert "the schema has revision 0004, and this version of Standfast needs" in ran.out + ran.err
    assert lying(folder) == before


def test_an_empty_postgresql_stays_empty(standfast: Run, postgres_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDFAST_DATABASE_URL", postgres_url.render_as_string(hide_password=False))
    assert "the schema is not there" in standfast("list").err
    database = Database(postgres_url)
    with database.reading() as connection:
        tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        assert connection.exec_driver_sql(tables).scalar_one() == 0
    database.close()


def test_beside_who_records_the_newest_is_read(recorded: Run, opened: Standfast) -> None:
    opened.marketplace.record(wishes.remark("seen", UUID(ID)))
    assert Path(f"{opened.database.url.database}-wal").stat().st_size > 0
    assert recorded("verify").out == f"{opened.marketplace.known().position} events checked, whole\n"


def test_who_reads_a_file_sees_what_is_recorded_while_it_is_open(sqlite_url: URL) -> None:
    with shop(sqlite_url) as before:
        open_engagements(before.marketplace, 1)
    reader = Database(sqlite_url, to_read=True)
    log = Log(reader)
    assert log.head().position == 1
    with shop(sqlite_url) as other:
        for number in range(2, 5):
            other.marketplace.record(wishes.remark(f"{number}", engagement(0)))
            assert log.head().position == number
    assert log.head().position == 4, "also once the write-ahead log is gone again"
    reader.close()


@pytest.mark.parametrize("recorded_last", [False, True])
def test_a_medium_that_cannot_be_written_is_read(recorded: Run, tmp_path: Path, recorded_last: bool) -> None:
    """With a log beside it that SQLite cannot read there, that is told: what is in it is not passed over."""
    (tmp_path / "medium").mkdir()
    path = tmp_path / "medium" / "copy.db"
    assert recorded("backup", path).code == 0
    if recorded_last:
        path.with_name("copy.db-wal").write_bytes(b"something")
    command = (
        f"mount --bind {path.parent} {path.parent} && mount -o remount,ro,bind {path.parent} && "
        f"STANDFAST_DATABASE_URL=sqlite:///{path} PYTHONPATH={ROOT} {sys.executable} "
        "-c 'from api.terminal.command_line import main; main()' export"
    )
    can = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0
    if not can:
        pytest.skip("a medium that cannot be written is made by unshare, as root")
    ran = subprocess.run(["unshare", "-m", "bash", "-c", command], capture_output=True, text=True, check=False)
    if recorded_last:
        assert (ran.returncode, ran.stdout) == (2, "")
        assert "copy.db-wal holds what was recorded last" in ran.stderr
    else:
        assert (ran.returncode, len(ran.stdout.splitlines())) == (0, len(recorded("export").out.splitlines()))


ASCII = [("history", CLIENT), ("replay", CLIENT), ("metrics", CLIENT), ("list",), ("config",), ("--help",)]


END_OF_ONE = b"\0"
ONE_BY_ONE = """
import sys
from api.terminal.command_line import main
for arguments in %r:
    sys.argv = ["standfast", *arguments]
    try:
        main()
    except SystemExit as ended:
        print(ended.code or 0, end="\\0", flush=True)
"""


def in_ascii(url: URL, *commands: tuple[str, ...]) -> Iterator[bytes]:
    """What each of the commands said, run in one process whose terminal takes ASCII; all of them end well."""
    env = {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT), "STANDFAST_DATABASE_URL": str(url)}
    ran = subprocess.run([sys.executable, "-c", ONE_BY_ONE % (commands,)], env=env, capture_output=True, check=True)
    assert ran.stderr.isascii()
    said = ran.stdout.split(END_OF_ONE)
    assert len(said) == len(commands) + 1
    for each in said[:-1]:
        assert each.endswith(b"\n0")
        yield each.removesuffix(b"0")


def test_a_terminal_of_ascii_is_written_on(recorded: Run, sqlite_url: URL) -> None:
    for command, said in zip(ASCII, in_ascii(sqlite_url, *ASCII), strict=True):
        assert said.isascii(), command
        assert said.strip(), command


def test_what_machines_read_is_utf_8_on_every_terminal(
    standfast: Run, sqlite_url: URL, written: Callable[[str, str], Path]
) -> None:
    lines = [json.loads(line) for line in EXAMPLE.read_text().splitlines()[:1]]
    named = "\n".join(json.dumps({**line, "name": "Zahlungen – Köln"}) for line in lines)
    assert standfast("import", written("named.jsonl", named)).code == 0
    exported, listed, table = in_ascii(sqlite_url, ("export",), ("list", "--json"), ("list",))
    assert "Zahlungen – Köln" in exported.decode()
    assert "Zahlungen – Köln" in listed.decode()
    assert b"Zahlungen - K?ln" in table
