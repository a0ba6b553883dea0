"""`python -m benchmarks.fleet.jobs --engagements 20000`: what a what-if over a fleet costs those who record.

A server on PostgreSQL projects, and works the what-if out as a job. A process beside it records commands all the while:
before the job, meanwhile and afterwards. The ratio is the rate meanwhile against the mean of the two without it.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.request import Request, urlopen
from uuid import UUID

from api.composition import Standfast
from benchmarks import machine
from benchmarks.fleet import log
from benchmarks.fleet.live import CALLERS, WARM_UP_SECONDS, effort_recorded, open_engagements
from tests.api.terminal.running import Process, running
from tests.databases import fresh_database, postgres_server

BODY: Final = {"calendar": "always"}
OFFERED: Final = (500.0, None)
"""So many commands a second; None: as many as it takes."""

OF_A_DAY: Final = 1_000
GOAL: Final = 0.8
LOOK_SECONDS: Final = 0.25


@dataclass(slots=True)
class Phase:
    """The commands of a while: when it was, and how long each took, in seconds."""

    began: float = field(default_factory=time.perf_counter)
    ended: float = 0.0
    took: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.took) / (self.ended - self.began)

    @property
    def told(self) -> str:
        late = quantiles(self.took, n=100)[98] if len(self.took) > 1 else 0.0
        return f"{self.rate:,.0f}/s, {median(self.took) * 1000:.1f} ms ({late * 1000:.0f})"


@dataclass(slots=True)
class Server:
    """The server of the fleet."""

    address: str
    process: Process

    def asked(self, path: str, body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        with urlopen(
            Request(f"{self.address}{path}", sent, {"Content-Type": "application/json"}), timeout=60
        ) as answer:
            return json.load(answer)

    def memory(self) -> int:
        """The most that the process of a job has had so far, in MiB; 0 where none is."""
        asks = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)]
        lines = subprocess.run(asks, capture_output=True, text=True, check=False).stdout.splitlines()
        return max((_peak(int(line.split()[0])) for line in lines if "spawn_main" in line), default=0)


@dataclass(slots=True)
class Measured:
    """The rates before, meanwhile and afterwards, how long the job took and what its process had at most."""

    phases: list[Phase]
    seconds: float
    memory: int
    engagements: int

    @property
    def ratio(self) -> float:
        before, meanwhile, after = self.phases
        return 2 * meanwhile.rate / (before.rate + after.rate)


def main() -> None:
    arguments = _arguments()
    warnings.simplefilter("ignore")  # the embedded server's libraries warn about this machine, not about us
    with postgres_server() as server, fresh_database(server) as database, TemporaryDirectory() as folder:
        url = database.set(drivername="postgresql").render_as_string(hide_password=False)
        print("\n".join(machine.described(server)), flush=True)
        standfast = log.opened(url)
        events = log.write(standfast, arguments.engagements)
        standfast.projections.rebuilding(os.cpu_count() or 1).run()
        print(f"{arguments.engagements:,} engagements, {events:,} events; load {os.getloadavg()[0]:.1f}", flush=True)
        ids = open_engagements(standfast, OF_A_DAY)
        standfast.close()
        environment = {"STANDFAST_DATABASE_URL": url, "STANDFAST_LOG_LEVEL": "error"}
        with running("serve", "--no-keep", "--port", "0", environment=environment, folder=Path(folder)) as started:
            for line in _told(url, Server(*started), ids, arguments.seconds):
                print(line, flush=True)


def _told(url: str, server: Server, ids: Sequence[UUID], seconds: float) -> Iterator[str]:
    print(f"alone, on an idle server: {_alone(server):,.1f} s for the job", flush=True)
    yield "| commands, median (99th of 100) | before | with the job | afterwards | ratio | the job | its process |"
    yield "|---|---|---|---|---|---|---|"
    for offered in OFFERED:
        name = f"{offered:,.0f}/s offered" if offered else "as many as it takes"
        of = asyncio.run(_run(url, server, ids, seconds, offered))
        missed = "" if of.ratio >= GOAL else " (missed)"
        phases = " | ".join(phase.told for phase in of.phases)
        of_job = f"{of.engagements / of.seconds:,.0f} engagements/s, {of.seconds:,.0f} s"
        yield f"| {name} | {phases} | {of.ratio:.2f}x{missed} | {of_job} | {of.memory} MiB |"


def _alone(server: Server) -> float:
    """Seconds from asking for the job to its end while nobody records."""
    start = time.perf_counter()
    address = _asked_for(server)
    while not _over(server, address):
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - start


async def _run(url: str, server: Server, ids: Sequence[UUID], seconds: float, offered: float | None) -> Measured:
    standfast, phases, over = log.opened(url), [Phase()], asyncio.Event()
    callers = [
        asyncio.ensure_future(_record(standfast, ids, number, offered, lambda: phases[-1], over))
        for number in range(CALLERS)
    ]
    try:
        await asyncio.sleep(WARM_UP_SECONDS)
        phases[:] = [Phase()]
        await asyncio.sleep(seconds)
        address = await asyncio.to_thread(_asked_for, server)
        _next(phases)
        memory = 0
        while not await asyncio.to_thread(_over, server, address):
            memory = max(memory, await asyncio.to_thread(server.memory))
            await asyncio.sleep(LOOK_SECONDS)
        _next(phases)
        await asyncio.sleep(seconds)
        phases[-1].ended = time.perf_counter()
    finally:
        over.set()
        await asyncio.gather(*callers)
        await asyncio.to_thread(standfast.close)
    job = await asyncio.to_thread(server.asked, address)
    return Measured(phases, phases[1].ended - phases[1].began, memory, job["total"])


def _next(phases: list[Phase]) -> None:
    phases[-1].ended = time.perf_counter()
    phases.append(Phase())


async def _record(
    standfast: Standfast,
    ids: Sequence[UUID],
    number: int,
    offered: float | None,
    phase: Callable[[], Phase],
    over: asyncio.Event,
) -> None:
    """One caller: command after command, or at its turns of those that are offered."""
    chosen, turn = random.Random(number), time.perf_counter() + (number / offered if offered else 0)
    while not over.is_set():
        if offered:
            await asyncio.sleep(max(0.0, turn - time.perf_counter()))
            turn += CALLERS / offered
        start = time.perf_counter()
        if await effort_recorded(standfast.marketplace, chosen.choice(ids)):
            phase().took.append(time.perf_counter() - start)


def _asked_for(server: Server) -> str:
    """The address of a job, which is more than what is answered at once."""
    return f"/v1/jobs/{server.asked('/v1/what-if', BODY)['job_id']}"


def _over(server: Server, address: str) -> bool:
    job = server.asked(address)
    assert job["state"] in ("waiting", "running", "done"), job
    return bool(job["state"] == "done")


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    try:
        lines = status.read_text().splitlines()
    except OSError:  # it has ended, or there is no such thing here
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet.jobs", description=__doc__)
    parser.add_argument("--engagements", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long commands are recorded without the job")
    return parser.parse_args()


if __name__ == "__main__":
    main()
