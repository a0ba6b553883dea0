"""``standfast export``: the same files as over HTTP, each whole or as it was before."""

import csv
import json
from pathlib import Path

import duckdb
import pytest
from icalendar import Calendar
from sqlalchemy.engine import URL

from api.composition import Standfast
from api.examples.commands import lines
from api.terminal import exported
from api.terminal.whole_file import whole_file
from tests.api.terminal.conftest import Ran, Run


@pytest.fixture
def told(standfast: Run, tmp_path: Path) -> Run:
    """The command line on a database that holds the example log."""
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(json.dumps(line) for line in lines()))
    assert standfast("import", log).code == 0
    return standfast


def refused(ran: Ran) -> str:
    assert (ran.code, ran.out) == (2, "")
    return ran.err.splitlines()[-1]


def test_every_list_is_a_csv_and_a_parquet_file_of_as_many_rows(told: Run, tmp_path: Path) -> None:
    for what in ("clocks", "assignments", "cases", "engagements", "work"):
        ran = told("export", what, "-o", tmp_path / "rows.csv", "--json")
        said = json.loads(ran.out)
        with (tmp_path / "rows.csv").open(newline="", encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == said["items"]
        assert (said["what"], said["format"], said["bytes"]) == (what, "csv", (tmp_path / "rows.csv").stat().st_size)
        again = json.loads(told("export", what, "--format", "parquet", "-o", tmp_path / "rows.parquet", "--json").out)
        assert duckdb.connect().execute(f"SELECT count(*) FROM '{tmp_path / 'rows.parquet'}'").fetchall() == [
            (said["items"],)
        ]
        assert again["position"] == said["position"] > 40


def test_the_log_is_cloud_events_and_ocel_too(told: Run, tmp_path: Path) -> None:
    events = [json.loads(line) for line in told("export").out.splitlines()]
    batch = json.loads(told("export", "--format", "cloudevents", "--base-url", "https://standfast.example").out)
    assert [each["position"] for each in batch] == [str(event["position"]) for event in events]
    assert batch[0]["dataschema"].startswith("https://standfast.example/openapi.json#/")
    assert json.loads(told("export", "-f", "cloudevents", "--type", "EventAnnotated", "--after", 1).out)
    ran = told("export", "--format", "ocel", "-o", tmp_path / "ocel.json")
    log = json.loads((tmp_path / "ocel.json").read_bytes())
    assert ran.err.splitlines()[-1] == f"{len(log['events'])} events written to {tmp_path / 'ocel.json'}"
    assert len(log["events"]) < len(events)


def test_a_batch_of_nothing_is_one(told: Run) -> None:
    client = told("export", "-f", "cloudevents", "--engagement", "0198c6a5-7a31-7c12-9f0a-5d1c3e8b2a41")
    assert json.loads(client.out) == []


def test_the_deadlines_are_a_calendar(told: Run) -> None:
    ran = told("export", "--format", "ics", "--base-url", "https://standfast.example/")
    assert {str(event["url"]).rpartition("/")[0] for event in Calendar.from_ical(ran.out).events} <= {
        "https://standfast.example/engagements"
    }


def test_filters_narrow_it(told: Run) -> None:
    assert told("export", "clocks", "--client", "nobody").out.count("\r\n") == 1
    assert told("export", "engagements", "--search", "no such name").out.count("\r\n") == 1
    assert told("export", "engagements", "--bom").out.startswith("\ufeff")


def test_what_does_not_fit_is_refused(told: Run) -> None:
    assert refused(told("export", "--format", "csv")).startswith("standfast: say which list is to be csv: work")
    assert "csv or parquet, not as ics" in refused(told("export", "cases", "--format", "ics"))
    assert refused(told("export", "work", "--after", 3)) == "standfast: work as csv takes no --after."
    assert refused(told("export", "cases", "--party", "client")) == "standfast: cases as csv takes no --party."
    assert refused(told("export", "--type", "Nothing")).startswith("standfast: --type:")
    assert "name it with --output" in refused(told("export", "work", "--json"))
    assert "--base-url" in refused(told("export", "--format", "ics", "--base-url", "here"))
    assert "ends at position" in refused(told("export", "--after", 10**9))


def test_a_file_that_cannot_be_finished_leaves_what_was_there(
    told: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "events.jsonl"
    there.write_text("as it was")
    there.chmod(0o640)

    def broken(*_: object) -> object:
        yield b"half"
        raise OSError("no room")

    monkeypatch.setattr(exported, "json_lines", broken)
    assert refused(told("export", "-o", there)).startswith("standfast:")
    assert there.read_text() == "as it was"
    assert sorted(each.name for each in tmp_path.iterdir() if "events" in each.name) == ["events.jsonl"]
    monkeypatch.undo()


def test_a_new_file_takes_the_place_and_the_rights_of_the_old_one(tmp_path: Path) -> None:
    there = tmp_path / "file"
    there.write_text("old")
    there.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(there)
    with whole_file(link) as file:
        file.write(b"new")
        assert there.read_text() == "old"
    assert (there.read_text(), there.stat().st_mode & 0o777, link.is_symlink()) == ("new", 0o640, True)


def test_what_is_no_file_is_written_to() -> None:
    with whole_file(Path("/dev/null")) as file:
        file.write(b"gone")
    assert not Path("/dev/null").is_file()


def test_nothing_is_changed_by_an_export(told: Run, opened: Standfast, sqlite_url: URL) -> None:
    before = opened.recorder.log.head()
    told("export", "clocks")
    assert opened.recorder.log.head() == before
