"""`python -m benchmarks.exports`: how many events and rows a second go out in each format, and how many MB.

Of the demo, or of the database that `--database` names, which is only read: its size is told first. Every export is
taken block by block and thrown away, in this process; a second run of each counts, so that what is loaded once is
loaded. On Linux the most memory that the process had meanwhile is told too, and how much that is above what it had
before: the same for a log of any length.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from api.composition import assemble
from api.exports.asked import EventsExportAsked, OcelExportAsked, RowsExportAsked
from api.exports.lists import LISTS
from api.exports.made import ListForm, cloud_events, json_lines, made, ocel
from api.http.reach import Seen, seen_by
from api.terminal.demonstration import populated, throw_away_database
from domain.access.reach import OPERATOR
from infrastructure.process.settings import Settings

ROWS = ("clocks", "assignments", "cases")


def main() -> None:
    arguments = _arguments()
    with ExitStack() as held:
        if arguments.database:
            standfast = assemble(Settings(database_url=arguments.database), to_read=True)
        else:
            url = held.enter_context(throw_away_database())
            standfast = populated(Settings(database_url=url), 1, arguments.engagements)
            standfast.projections.catch_up()
        held.enter_context(closing(standfast))
        print(f"a log of {standfast.recorder.log.head().position:,} events", flush=True)
        for name, work in _all(seen_by(standfast, OPERATOR)):
            _told(name, work)


def _all(standfast: Seen) -> Iterator[tuple[str, Callable[[], tuple[int, int]]]]:
    """Each export, and what gives how many items and bytes it has."""
    head = standfast.recorder.log.head()
    events, of_ocel = EventsExportAsked(), OcelExportAsked()
    yield "events as JSON Lines", lambda: (head.position, _size(json_lines(standfast, events, head)))
    yield "events as CloudEvents", lambda: (head.position, _size(cloud_events(standfast, events, head, None)))
    yield "events as OCEL 2.0", lambda: (head.position, _size(ocel(standfast, of_ocel, head)))
    for name in ROWS:
        for extension in ("csv", "parquet"):
            yield f"{name} as {extension}", lambda n=name, e=extension: _list(standfast, n, e)  # type: ignore[misc]


def _list(standfast: Seen, name: str, extension: str) -> tuple[int, int]:
    with closing(made(standfast, LISTS[name], ListForm(extension=extension), RowsExportAsked())) as one:
        return one.told.rows, _size(one.blocks())


def _size(blocks: Iterator[bytes]) -> int:
    return sum(map(len, blocks))


def _told(name: str, work: Callable[[], tuple[int, int]]) -> None:
    work()
    before = _peak_mb(anew=True)
    start, busy = time.perf_counter(), time.process_time()
    items, size = work()
    seconds, processor = time.perf_counter() - start, time.process_time() - busy
    print(
        f"{name}: {items:,} in {seconds:.1f} s ({processor:.1f} s of processor time), {items / seconds:,.0f}/s, "
        f"{size / 1e6:.1f} MB, {size / 1e6 / seconds:.1f} MB/s" + _memory(before),
        flush=True,
    )


def _memory(before: float | None) -> str:
    peak = _peak_mb()
    return f", {peak:.0f} MB of memory at most, {peak - before:.0f} MB more than before" if peak and before else ""


def _peak_mb(*, anew: bool = False) -> float | None:
    """The most memory (resident set) that this process had, ``anew``: from now on; None where that is not told."""
    if sys.platform != "linux":
        return None
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description=__doc__)
    parser.add_argument("--database", help="the address of a database instead of the demo's")
    parser.add_argument("--engagements", type=int, default=220, help="how many the demo has")
    return parser.parse_args()


if __name__ == "__main__":
    main()
