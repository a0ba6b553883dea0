"""`python -m benchmarks.fleet --engagements 100000`: a large fleet on PostgreSQL, projected, listed and recorded on.

Its log is made of real command histories. Rates are ratios against the `eventsourcing` library's `ProjectionRunner`
with a projection that counts, on the same log, and against reading and decoding that log with nothing else.
"""

import argparse
import os
import resource
import time
import warnings
from collections.abc import Iterator

from api.composition import Standfast
from benchmarks import machine
from benchmarks.fleet import figuring, library, listing, live, log, projecting
from tests.databases import fresh_database, postgres_server

COUNTED = 20_000
"""How many events the library's runner takes in: it would take its time for all of them."""

READ = 200_000
OFFERED = 1_000.0
OF_A_DAY = 1_000
"""So many engagements are at hand for whoever records about them and whoever projects them."""


def main() -> None:
    arguments = _arguments()
    warnings.simplefilter("ignore")  # the embedded server's libraries warn about this machine, not about us
    with postgres_server() as server, fresh_database(server) as database:
        url = database.set(drivername="postgresql").render_as_string(hide_password=False)
        print("\n".join(machine.described(server)), flush=True)
        standfast = log.opened(url)
        start = time.perf_counter()
        events = log.write(standfast, arguments.engagements)
        print(f"{arguments.engagements:,} engagements, {events:,} events, written in {_since(start)}", flush=True)
        theirs = library.rate(database, min(events, COUNTED))
        alone = projecting.reading(standfast, min(events, READ))
        for line in _projected(standfast, theirs, alone):
            print(line, flush=True)
        for line in (*_listed(standfast), *_figured(standfast)):
            print(line, flush=True)
        standfast.close()
        for line in _recorded(url, arguments.seconds):
            print(line, flush=True)


def _projected(standfast: Standfast, theirs: float, alone: float) -> Iterator[str]:
    yield "| projecting, PostgreSQL | events/s | against the library | against reading alone | goal |"
    yield "|---|---|---|---|---|"
    yield f"| the library's ProjectionRunner, one counter | {theirs:,.0f} | 1.0x | {theirs / alone:.2f}x | – |"
    yield f"| reading and decoding alone | {alone:,.0f} | {alone / theirs:.1f}x | 1.00x | – |"
    for workers, goal in ((1, "20x, 0.2x"), (os.cpu_count() or 1, "30x")):
        rate = projecting.rebuilding(standfast, workers)
        name = f"rebuild of all projections, {workers} process{'es' if workers > 1 else ''}"
        yield f"| {name} | {rate:,.0f} | {rate / theirs:.1f}x | {rate / alone:.2f}x | {goal} |"
    yield f"with the proof: {projecting.proved(standfast, os.cpu_count() or 1):,.0f} s; at most {_memory()}"


def _listed(standfast: Standfast) -> Iterator[str]:
    yield "| list, a page of 50 | " + " | ".join(listing.SORTS) + " |"
    yield "|---" * (len(listing.SORTS) + 1) + "|"
    found = listing.milliseconds(standfast)
    for name in listing.FILTERS:
        cells = (f"{found[name, sort][0]:.0f} ms (at most {found[name, sort][1]:.0f})" for sort in listing.SORTS)
        yield f"| {name} | " + " | ".join(cells) + " |"


def _figured(standfast: Standfast) -> Iterator[str]:
    yield "| asked | window | median | at most |"
    yield "|---|---|---|---|"
    for name, window, middle, most in figuring.milliseconds(standfast):
        yield f"| {name} | {window} | {middle:.0f} ms | {most:.0f} ms |"
    yield f"with the columns: {_memory()}"


def _recorded(url: str, seconds: float) -> Iterator[str]:
    yield "| recording commands | about | alone | with the projector in a process beside it | ratio |"
    yield "|---|---|---|---|---|"
    for among in (OF_A_DAY, None):
        about = f"{among:,} engagements" if among else "any engagement"
        for offered in (OFFERED, None):
            name = f"{offered:,.0f}/s offered" if offered else "as many as it takes"
            alone = live.measured(url, seconds, offered, projected=False, among=among)
            beside = live.measured(url, seconds, offered, projected=True, among=among)
            yield f"| {name} | {about} | {alone.told} | {beside.told} | {beside.rate / alone.rate:.2f}x |"


def _memory() -> str:
    """The peak of this process and of the largest that it started."""
    own, child = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return f"{own} MiB in this process, {child} MiB in another"


def _since(start: float) -> str:
    return f"{time.perf_counter() - start:,.0f} s"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--engagements", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long commands are recorded each time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
