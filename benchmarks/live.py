"""`python -m benchmarks.live`: readers of the feed's stream while events are recorded over HTTP by the same server.

Prints a table: how old events are when they are read, whether every reader had each once and in order, and what memory
and processor the server needs for it.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url

from benchmarks import machine
from benchmarks.edge import STANDFAST, Server, serving
from benchmarks.http_load import exchange, request
from benchmarks.live_readers import Read
from tests.databases import fresh_database, postgres_server

CALLERS = 16
ENGAGEMENTS = 50
SECONDS_AFTERWARDS = 15.0
GOAL_SECONDS = 1.0
OPENING = {
    "client_id": "acme",
    "model": "staff_augmentation",
    "work_class": "core",
    "seats": [{"seat_id": "qa", "role": "Tester"}],
}
REMARK = {"note": "The handover of the payment service goes on; what is left is written down in the plan."}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: what was read, how fast it was recorded, and what the server needed; memory in MiB."""

    read: Read
    events: int
    seconds: float
    processor: float
    alone: float
    at_most: float


def main() -> None:
    arguments = _arguments()
    warnings.simplefilter("ignore")  # the embedded server's libraries warn about this machine, not about us
    with postgres_server() as server, tempfile.TemporaryDirectory() as folder:
        print("\n".join(machine.described(server)), flush=True)
        runs = {"SQLite": measured(make_url(f"sqlite:///{folder}/standfast.db"), arguments)}
        with fresh_database(server) as url:
            runs["PostgreSQL"] = measured(url, arguments)
    print("\n".join(table(runs, arguments)))


def measured(url: URL, arguments: argparse.Namespace) -> Measured:
    """So many events recorded on this database, at this rate, in front of so many readers."""
    address = url.render_as_string(hide_password=False)
    count = round(arguments.rate * arguments.seconds)
    with serving(STANDFAST, {"STANDFAST_DATABASE_URL": address, "STANDFAST_LOG_LEVEL": "warning"}) as server:
        engagements = [_opened(server.port) for _ in range(ENGAGEMENTS)]
        alone = _memory(server, "VmRSS")
        readers = _readers(server.port, arguments.readers, ENGAGEMENTS, count, arguments.seconds + SECONDS_AFTERWARDS)
        busy, start = _processor_seconds(server), time.perf_counter()
        asyncio.run(_recorded(server.port, engagements, arguments.rate, count))
        seconds = time.perf_counter() - start
        said, _ = readers.communicate()
        processor = (_processor_seconds(server) - busy) / (time.perf_counter() - start)
        return Measured(Read(**json.loads(said)), count, seconds, processor, alone, _memory(server, "VmHWM"))


def table(runs: dict[str, Measured], arguments: argparse.Namespace) -> list[str]:
    """The runs as Markdown."""
    each = list(runs.values())
    title = f"{arguments.readers} readers, {arguments.rate:g} events/s offered, {arguments.seconds:g} s"
    lines = [f"| {title} | {' | '.join(runs)} | goal |", f"|---|{'---|' * len(runs)}---|"]
    rows: list[tuple[str, Callable[[Measured], str], str]] = [
        ("recorded/s", lambda run: f"{run.events / run.seconds:,.0f}", f"{arguments.rate:g}"),
        ("read/s", lambda run: f"{run.read.events / run.seconds:,.0f}", "–"),
        ("readers with fewer events", lambda run: str(run.read.short), "0"),
        ("events out of order or twice", lambda run: str(run.read.out_of_order), "0"),
        *((f"age when read, ms, {name}", _age(share), goal) for name, share, goal in _SHARES),
        ("processor of the server", lambda run: f"{run.processor:.0%}", "–"),
        ("memory without readers, MiB", lambda run: f"{run.alone:.0f}", "–"),
        ("memory at most, MiB", lambda run: f"{run.at_most:.0f}", "–"),
        ("of that for a reader, KiB", lambda run: f"{(run.at_most - run.alone) * 1024 / arguments.readers:.0f}", "–"),
    ]
    return [*lines, *(f"| {name} | {' | '.join(map(tell, each))} | {goal} |" for name, tell, goal in rows)]


_SHARES = (("median", 0.5, "–"), ("99 %", 0.99, "–"), ("at most", 1.0, f"{GOAL_SECONDS * 1000:,.0f}"))


def _age(share: float) -> Callable[[Measured], str]:
    def told(run: Measured) -> str:
        ages = sorted(run.read.ages)
        return f"{ages[min(len(ages) - 1, int(share * len(ages)))] * 1000:,.0f}" if ages else "–"

    return told


def _opened(port: int) -> str:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/engagements",
        data=json.dumps(OPENING).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return str(json.load(answer)["engagement_id"])


def _readers(port: int, *arguments: float) -> subprocess.Popen[str]:
    """The process of the readers, once all of them follow."""
    command = [sys.executable, "-m", "benchmarks.live_readers", str(port), *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    if process.stdout.readline() != "following\n":
        raise RuntimeError("the readers could not follow")
    return process


async def _recorded(port: int, engagements: Sequence[str], rate: float, count: int) -> None:
    """Remarks on the engagements in turn, each at its time, or as soon as a caller is free."""
    body = json.dumps(REMARK)
    requests = [request("127.0.0.1", f"/v1/engagements/{each}/annotate\t{body}") for each in engagements]
    turns: Iterator[int] = iter(range(count))
    start = time.perf_counter()

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for turn in turns:
            await asyncio.sleep(max(0.0, start + turn / rate - time.perf_counter()))
            await exchange(reader, writer, requests[turn % len(requests)])
        writer.close()

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


def _memory(server: Server, name: str) -> float:
    """What Linux says of the process, in MiB."""
    lines = Path(f"/proc/{server.process_id}/status").read_text().splitlines()
    [line] = [each for each in lines if each.startswith(f"{name}:")]
    return int(line.split()[1]) / 1024


def _processor_seconds(server: Server) -> float:
    fields = Path(f"/proc/{server.process_id}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--readers", type=int, default=200, help="how many follow the feed at once")
    parser.add_argument("--rate", type=float, default=200.0, help="how many events are recorded a second")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long it is recorded on each database")
    return parser.parse_args()


if __name__ == "__main__":
    main()
