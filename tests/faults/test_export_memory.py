"""A log of any length, and lists of any length, go out in the memory that a short one takes."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from api.exports.asked import EventsExportAsked, OcelExportAsked, RowsExportAsked
from api.exports.lists import LISTS
from api.exports.made import ListForm, cloud_events, json_lines, made, ocel
from api.http.reach import Seen, seen_by
from api.terminal.demonstration import populated
from domain.access.reach import OPERATOR
from infrastructure.process.settings import Settings

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
SHORT, LONG = 60, 240
"""Engagements of the two logs: some 4,000 and 17,000 events."""

ROOT = Path(__file__).parents[2]
ROWS = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from infrastructure.exports.parquet import parquet
columns = [("whose", "id"), ("said", "text"), ("many", "texts"), ("number", "integer"), ("at", "instant")]
row = (UUID(int=7), "said" * 40, ("a", "b"), 12, datetime(2026, 3, 2, tzinfo=UTC))
parquet((row for _ in range(int(sys.argv[1]))), columns, Path(sys.argv[2]), {"position": "1"})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@contextmanager
def demo(url: URL, engagements: int) -> Iterator[Seen]:
    with closing(populated(Settings(database_url=str(url)), 1, engagements)) as standfast:
        yield seen_by(standfast, OPERATOR)


def peaks(standfast: Seen) -> dict[str, int]:
    """The most bytes that Python held while each export was taken, block by block."""
    head = standfast.recorder.log.head()
    asked, of_ocel = EventsExportAsked(), OcelExportAsked()
    found = {
        "jsonl": _peak(lambda: sum(map(len, json_lines(standfast, asked, head)))),
        "cloudevents": _peak(lambda: sum(map(len, cloud_events(standfast, asked, head, None)))),
        "ocel": _peak(lambda: sum(map(len, ocel(standfast, of_ocel, head)))),
    }
    for extension in ("csv", "parquet"):
        with closing(made(standfast, LISTS["clocks"], ListForm(extension=extension), RowsExportAsked())):
            pass  # what is loaded once is loaded

        def all_of(extension: str = extension) -> int:
            with closing(made(standfast, LISTS["clocks"], ListForm(extension=extension), RowsExportAsked())) as one:
                return sum(map(len, one.blocks()))

        found[extension] = _peak(all_of)
    return found


def _peak(work: object) -> int:
    assert callable(work)
    tracemalloc.start()
    try:
        assert work() > 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_python_holds_no_more_of_a_long_log(tmp_path: Path) -> None:
    held = {}
    for engagements in (SHORT, LONG):
        with demo(make_url(f"sqlite:///{tmp_path / f'{engagements}.db'}"), engagements) as standfast:
            standfast.projections.catch_up()
            held[engagements] = peaks(seen_by(standfast, OPERATOR))
    print(held)
    for name, short in held[SHORT].items():
        assert held[LONG][name] < 1.5 * short + 2_000_000, (name, held)


def test_parquet_of_many_rows_takes_no_more_memory(tmp_path: Path) -> None:
    """In a process of its own, with what DuckDB holds."""
    most = {}
    for rows in (300_000, 900_000):
        command = [sys.executable, "-c", ROWS, str(rows), str(tmp_path / f"{rows}.parquet")]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        most[rows] = int(ran.stdout) / 1024
    print(most)
    assert most[900_000] < most[300_000] + 64, most
