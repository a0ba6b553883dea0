"""What the command line shows: histories, exports, the verdict on the store, the schema and the settings."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from api.composition import Standfast, database_of
from application.ports.engagement_list import Wanted
from domain.access.reach import EVERYTHING
from domain.time.calendar import Calendar
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.process.settings import Settings
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import canonical
from tests.api.terminal.conftest import Run
from tests.api.terminal.test_import_history import SMALL

Write = Callable[[str, str], Path]
LONDON = Calendar(
    code="london",
    version=1,
    zone="Europe/London",
    week={"mon": (("09:00", "17:00"),)},
    exceptions={},
    hours_per_business_day=8,
    holidays_until=None,
)
"""An operator's own, under the code of a shipped one."""


@pytest.fixture
def imported(standfast: Run, written: Write) -> Run:
    standfast("import", written("small.csv", SMALL))
    return standfast


def test_help_teaches_every_command_with_its_first_sentence(standfast: Run) -> None:
    shown = standfast("--help").out
    for name in ("serve", "demo", "import", "export", "history", "verify", "migrate", "config"):
        assert name in shown
    assert "Example" in standfast("import", "--help").out


def test_the_version_is_told(standfast: Run) -> None:
    assert standfast("--version").out.startswith("standfast ")


def test_a_history_is_a_table_of_what_happened_and_who_said_so(imported: Run, opened: Standfast) -> None:
    shown = imported("history", "sig-a")
    assert shown.code == 0
    assert shown.out.count("OnboardingItemWaived") == 6
    for said in (
        "happened (UTC)",
        "recorded (UTC)",
        "2020-06-01 09:00:00",
        "ProfessionalReplaced",
        "platform:import for client",
        "[chair-1 chair 1",
    ):
        assert said in shown.out


def test_a_history_names_what_was_voided(imported: Run, written: Write, opened: Standfast) -> None:
    [team] = [line for line in opened.engagements.page(Wanted(), EVERYTHING).items if line.client_id == "sig-b"]
    correction = {
        "command": "correct-history",
        "engagement_id": str(team.engagement_id),
        "void": [5],
        "record": [],
        "reason": "Never started.",
    }
    assert imported("import", written("log.jsonl", json.dumps(correction))).code == 0
    shown = imported("history", team.engagement_id).out
    assert "(voided by 6)" in shown
    assert "Never started." in shown


def test_who_has_no_engagement_or_several_is_told_so(imported: Run, written: Write) -> None:
    assert "\nstandfast: nobody is neither the id of an engagement" in imported("history", "nobody").err
    absent = imported("history", "00000000-0000-4000-8000-000000000000")
    assert (absent.code, "there is no engagement" in absent.err) == (2, True)
    second = {
        "command": "open-engagement",
        "client_id": "sig-a",
        "model": "staff_augmentation",
        "work_class": "core",
        "seats": [],
    }
    imported("import", written("log.jsonl", json.dumps(second)))
    assert "has several engagements; name one by its id" in imported("history", "sig-a").err


def test_what_the_log_says_of_a_start_is_no_part_of_a_result(sqlite_url: URL, tmp_path: Path) -> None:
    with closing(Database(sqlite_url)) as database:
        schema.upgrade(database)
        Catalogue(database).publish("calendar", "london", canonical(LONDON))
    (tmp_path / "nothing.jsonl").touch()
    program = "from api.terminal.command_line import main; main()"
    command = [sys.executable, "-c", program, "import", str(tmp_path / "nothing.jsonl")]
    env = {**os.environ, "STANDFAST_DATABASE_URL": str(sqlite_url)}
    ran, again = (subprocess.run(command, env=env, capture_output=True, text=True, check=True) for _ in range(2))
    assert ran.stdout == again.stdout
    assert [line.split()[-1] for line in ran.stderr.splitlines()] == ["shipped=london@1", "shipped=london@2"]
    assert again.stderr == ""


def test_the_export_is_every_event_as_a_line_of_json(imported: Run, opened: Standfast, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in imported("export").out.splitlines()]
    assert [line["position"] for line in lines] == list(range(1, 24))
    assert {"engagement_id", "version", "place", "type", "occurred_at", "actor", "data"} <= set(lines[0])
    assert [json.loads(line)["position"] for line in imported("export", "--after", 20).out.splitlines()] == [21, 22, 23]
    of_one = [json.loads(line) for line in imported("export", "--engagement", "sig-b").out.splitlines()]
    assert [line["version"] for line in of_one] == [1, 2, 3, 4, 5]
    ran = imported("export", "--output", tmp_path / "events.jsonl")
    assert (ran.out, ran.err.splitlines()[1:]) == ("", [f"23 events written to {tmp_path / 'events.jsonl'}"])
    assert len((tmp_path / "events.jsonl").read_text().splitlines()) == 23


def test_verify_says_that_the_store_is_whole(imported: Run) -> None:
    ran = imported("verify")
    assert (ran.code, ran.out) == (0, "23 events checked, whole\n")


def test_verify_finds_what_was_changed_behind_the_store_s_back(imported: Run, sqlite_url: URL) -> None:
    with database_of(Settings(database_url=str(sqlite_url))) as database, database.writing() as connection:
        connection.execute(text("DROP TRIGGER events_no_update"))
        connection.execute(text("UPDATE events SET state = '{}' WHERE position = 1"))
    ran = imported("verify")
    assert ran.code == 1
    for said in ("triggers: events_no_update", "events: event 1 (EngagementOpened) cannot be read", "not whole"):
        assert said in ran.out


def test_verify_finds_an_unlawful_timeline(imported: Run, sqlite_url: URL) -> None:
    with database_of(Settings(database_url=str(sqlite_url))) as database, database.writing() as connection:
        connection.execute(text("DROP TRIGGER events_no_update"))
        earlier = "UPDATE events SET occurred_at = occurred_at - 1 WHERE topic = 'ProfessionalReplaced'"
        connection.execute(text(earlier))
    ran = imported("verify")
    assert ran.code == 1
    assert "timeline: " in ran.out
    assert "would break" in ran.out


COMMANDS = [
    ("export",),
    ("history", "sig-a"),
    ("replay", "sig-a"),
    ("import", "nothing.jsonl"),
    ("migrate",),
    ("migrate", "down", "0001", "--yes"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_schema_that_a_newer_version_made_stops_every_command(
    imported: Run, sqlite_url: URL, command: tuple[str, ...]
) -> None:
    with database_of(Settings(database_url=str(sqlite_url))) as database, database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ran = imported(*command)
    assert (ran.code, ran.out) == (2, "")
    assert "the schema has revision 9999, and this version of Standfast needs " in ran.err
    assert "a newer version made it" in ran.err
    assert "Traceback" not in ran.err


def test_verify_tells_of_a_schema_that_it_does_not_know_and_changes_nothing(imported: Run, sqlite_url: URL) -> None:
    with database_of(Settings(database_url=str(sqlite_url))) as database, database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ran = imported("verify")
    assert (ran.code, ran.out.splitlines()[-1]) == (1, "0 events checked, not whole: 1 finding")
    assert "schema: the schema has revision 9999, and this version of Standfast needs " in ran.out
    assert revision_of(sqlite_url) == "9999"


@pytest.mark.parametrize("left_at", ["0003", "0001", "base"])
def test_verify_tells_of_an_older_schema_and_leaves_it(imported: Run, sqlite_url: URL, left_at: str) -> None:
    imported("migrate", "down", left_at, "--yes")
    ran = imported("verify")
    there = "is not there" if left_at == "base" else f"has revision {left_at}"
    assert (ran.code, ran.out.splitlines()[0].startswith(f"schema: the schema {there}")) == (1, True)
    assert revision_of(sqlite_url) == (None if left_at == "base" else left_at)


def revision_of(url: URL) -> str | None:
    with database_of(Settings(database_url=str(url))) as database:
        return schema.current(database)


def test_a_revision_that_there_is_not_ends_with_a_reason(standfast: Run) -> None:
    standfast("migrate")
    ran = standfast("migrate", "down", "0000", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "0000" in ran.err
    assert "Traceback" not in ran.err


def test_verify_looks_at_a_server_that_serve_refuses(
    standfast: Run, postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDFAST_DATABASE_URL", postgres_url.render_as_string(hide_password=False))
    standfast("migrate")
    careless = postgres_url.update_query_dict({"options": "-c synchronous_commit=off"})
    monkeypatch.setenv("STANDFAST_DATABASE_URL", careless.render_as_string(hide_password=False))
    assert "can lose acknowledged events" in standfast("migrate").err
    assert standfast("export").code == 0, "what is there can be read"
    ran = standfast("verify")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "settings: synchronous_commit=off")


def test_the_schema_goes_up_and_down(standfast: Run) -> None:
    assert "(the newest)" in standfast("migrate").out
    assert standfast("migrate", "down").code == 2
    assert standfast("migrate", "down", "base", "--yes").out.startswith("revision base, the newest is ")
    assert standfast("migrate", "up", "0001").out.startswith("revision 0001")
    assert "(the newest)" in standfast("migrate", "up").out


def test_the_settings_are_shown_with_their_source_and_without_secrets(
    standfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDFAST_DATABASE_URL", "postgresql://app:s3cret@db.internal/standfast?sslpassword=hush")
    monkeypatch.setenv("STANDFAST_PROT", "8001")
    ran = standfast("config")
    assert "postgresql://app:***@db.internal/standfast?sslpassword=***" in ran.out
    assert "s3cret" not in ran.out
    assert "hush" not in ran.out
    assert ran.err == "STANDFAST_PROT is set, but is no setting: perhaps STANDFAST_PORT is meant\n"
    rows = {
        line.split("│")[1].strip(): line.split("│")[3].strip() for line in ran.out.splitlines() if "│ STAND" in line
    }
    assert (rows["STANDFAST_DATABASE_URL"], rows["STANDFAST_PORT"]) == ("environment", "default")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("STANDFAST_PORT", "99999", "STANDFAST_PORT: "),
        ("STANDFAST_DATABASE_URL", "sqlite:////proc/nowhere/x.db", "there is no file /proc/nowhere/x.db"),
        ("STANDFAST_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "cannot be used"),
        ("STANDFAST_DATABASE_URL", "postgresql://nobody@127.0.0.1:1,[::1]:1/none", "cannot be used"),
        ("STANDFAST_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none?sslmode=wrong", "cannot be used"),
        ("STANDFAST_DATABASE_URL", "mysql://x", "a database is sqlite:///FILE or postgresql://HOST/NAME, not mysql"),
    ],
)
def test_wrong_settings_end_with_a_reason(
    standfast: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    ran = standfast("verify")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["config", "verify", "migrate", "serve"])
@pytest.mark.parametrize(
    "address",
    [
        "host=127.0.0.1 password=S3cret!x",
        "postgresql:/joe:S3cret!x@h/x",
        "postgresql://joe:p@S3cret!x@h/x",
        "postgresql://joe:S3cret!x@127.0.0.1:port/x",
        "postgresql://joe:S3cret!x@h1:1,h2:2:3/x",
        "sqlite:///x?password=S3cret!x",
    ],
)
def test_an_address_that_is_not_clear_ends_in_words_without_the_password(
    standfast: Run, monkeypatch: pytest.MonkeyPatch, address: str, command: str
) -> None:
    monkeypatch.setenv("STANDFAST_DATABASE_URL", address)
    ran = standfast(command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("standfast: STANDFAST_DATABASE_URL: ")
    assert "S3cret!x" not in ran.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_without_authentication_only_this_machine_is_served(standfast: Run, host: str) -> None:
    for command in ("serve", "demo"):
        ran = standfast(command, "--host", host)
        assert (ran.code, ran.out) == (2, "")
        assert f"refusing to listen on {host}: without authentication" in ran.err
