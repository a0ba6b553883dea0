"""`python -m benchmarks.fleet.pages --engagements 100000`: how long the server takes for each page of a large fleet.

A server on PostgreSQL is asked for each page several times, as a browser would; what counts is its own time, which it
says with each answer (`Server-Timing`). The one large engagement of `benchmarks.lanes`, 200 seats and 5,000 events, is
imported into the same log. ``--url`` takes a database that has a fleet already, such as one that was kept.
"""

import argparse
import json
import os
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from benchmarks import machine
from benchmarks.fleet import log
from benchmarks.lanes import EVENTS
from benchmarks.long import LARGE, command_log
from tests.api.terminal.running import running
from tests.databases import fresh_database, postgres_server

TIMES: Final = 15
NOT_YET: Final = 503
AT_ONCE: Final = 500
"""How many lines of a command log are sent in one request."""

OTHERWISE: Final = "model=staff_augmentation&policy=staff_augmentation@1"
"""What is supposed."""

CLIENT: Final = "client-1"
"""One that has a few engagements: more than some are worked out in the background, which is no page."""

GOAL: Final = 300.0
"""Milliseconds of the server's time."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds until the first answer is there and of the server for those after it, and the bytes of the last."""

    first: float
    later: list[float]
    size: int

    @property
    def told(self) -> str:
        middle = median(self.later)
        missed = "" if middle < GOAL else " (missed)"
        return (
            f"{self.first:,.0f} ms | {middle:,.0f} ms{missed} | {max(self.later):,.0f} ms | {self.size / 1000:,.0f} kB"
        )


def main() -> None:
    arguments = _arguments()
    warnings.simplefilter("ignore")  # the embedded server's libraries warn about this machine, not about us
    with ExitStack() as stack:
        url = arguments.url or _made(stack, arguments.engagements)
        environment = {"STANDFAST_DATABASE_URL": url, "STANDFAST_LOG_LEVEL": "error"}
        folder = Path(stack.enter_context(TemporaryDirectory()))
        address, _ = stack.enter_context(
            running("serve", "--no-keep", "--port", "0", environment=environment, folder=folder)
        )
        _import_large(address)
        engagement = _some_engagement(address)
        print(f"load {os.getloadavg()[0]:.1f}")
        print("| page | first | median | at most | size |")
        print("|---|---|---|---|---|")
        for name, path in _pages(engagement, _some_clock(address)):
            print(f"| {name} | {_measured(address + path).told} |", flush=True)


def _made(stack: ExitStack, engagements: int) -> str:
    server = stack.enter_context(postgres_server())
    database = stack.enter_context(fresh_database(server))
    url = database.set(drivername="postgresql").render_as_string(hide_password=False)
    print("\n".join(machine.described(server)), flush=True)
    standfast = log.opened(url)
    events = log.write(standfast, engagements)
    standfast.projections.rebuilding(os.cpu_count() or 1).run()
    standfast.close()
    print(f"{engagements:,} engagements, {events:,} events", flush=True)
    return url


def _import_large(address: str) -> None:
    """Has the engagement of 200 seats recorded unless it is there, as many of its commands as make 5,000 events."""
    lines = (
        "".join(f"{json.dumps(line)}\n" for line in islice(command_log(), EVENTS)).encode().splitlines(keepends=True)
    )
    for some in (lines[start : start + AT_ONCE] for start in range(0, len(lines), AT_ONCE)):
        if _version(address) >= EVENTS:
            return
        sent = Request(f"{address}/v1/commands", b"".join(some), {"Content-Type": "application/jsonl"})
        with urlopen(sent, timeout=600) as answer:
            answer.read()


def _version(address: str) -> int:
    try:
        with urlopen(f"{address}/v1/engagements/{LARGE}", timeout=60) as answer:
            return int(json.load(answer)["version"])
    except HTTPError:  # it is not there yet
        return 0


def _pages(engagement: str, clock: str) -> Iterator[tuple[str, str]]:
    yield "Work", "/work"
    yield "Work, of a party", "/work?party=platform"
    yield "Engagements", "/engagements"
    yield "Engagements, by next breach", "/engagements?sort=next_breach_at"
    yield "Engagements, found by a word", "/engagements?q=design"
    yield "Fleet", "/fleet"
    yield "Fleet, by client", "/fleet?group_by=client"
    yield "Fleet, by partner", "/fleet?group_by=partner"
    yield "Fleet, by month", "/fleet?group_by=month"
    yield "Fleet, of some days", "/fleet?from=2026-02-11T00:00:00Z&to=2026-05-20T00:00:00Z"
    yield "rows behind a share", "/engagements?because=guarantee.attainment&group_by=model&key=managed_marketplace"
    yield "rows behind coverage", "/engagements?because=continuity.coverage&group_by=model&key=staff_augmentation"
    yield "rows behind promises kept", "/engagements?because=accountability.fulfilment&group_by=all"
    yield "rows behind a median", "/engagements?because=guarantee.replace_seconds&group_by=all"
    yield "rows behind tenures", "/engagements?because=continuity.tenures.median_days&group_by=all"
    yield "an engagement", f"/engagements/{engagement}"
    yield "a clock", clock
    yield "its What-if", f"/engagements/{engagement}/what-if"
    yield "its What-if, of another model", f"/engagements/{engagement}/what-if?{OTHERWISE}"
    yield "What-if of one client", f"/what-if?{OTHERWISE}&of_client_id={CLIENT}"
    yield "a form", f"/engagements/{engagement}/do/annotate"
    yield "Audit", "/audit"
    yield "a history as a document", f"/audit/{engagement}"
    yield "an engagement of 200 seats, 5,000 events", f"/engagements/{LARGE}"


def _measured(url: str) -> Measured:
    first = _until_there(url)
    answers = [_asked(url) for _ in range(TIMES)]
    return Measured(first, [taken for taken, _ in answers], answers[-1][1])


def _until_there(url: str) -> float:
    """Milliseconds until a page is there, for a browser, which asks again where it is told to."""
    start = time.perf_counter()
    while True:
        try:
            _asked(url)
            return 1000 * (time.perf_counter() - start)
        except HTTPError as error:
            if error.code != NOT_YET:
                raise
            time.sleep(float(error.headers["Retry-After"]))


def _asked(url: str) -> tuple[float, int]:
    """The server's own milliseconds, and the bytes of the page."""
    with urlopen(Request(url, headers={"Accept": "text/html"}), timeout=120) as answer:
        body = answer.read()
        timing: Any = answer.headers["Server-Timing"]
        return float(timing.partition("dur=")[2].split(";")[0].split(",")[0]), len(body)


def _some_engagement(address: str) -> str:
    """One of the fleet, which has a score of events."""
    with urlopen(f"{address}/v1/engagements?model=managed_marketplace&limit=2", timeout=60) as answer:
        items = json.load(answer)["items"]
    return next(str(each["engagement_id"]) for each in items if each["engagement_id"] != LARGE)


def _some_clock(address: str) -> str:
    """The page of the clock that is longest past its goal."""
    with urlopen(f"{address}/v1/at-risk?overdue=true&limit=1", timeout=60) as answer:
        [first] = json.load(answer)["items"]
    subject = quote(first["subject_id"], safe="")
    return f"/engagements/{first['engagement_id']}/clocks/{first['clock']}/{subject}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet.pages", description=__doc__)
    parser.add_argument("--engagements", type=int, default=10_000)
    parser.add_argument("--url", help="a database with a fleet, projected, and the engagement of 200 seats")
    return parser.parse_args()


if __name__ == "__main__":
    main()
