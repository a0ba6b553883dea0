"""`python -m benchmarks.overload`: what a server still answers when ten times as much is asked as it can carry.

Half commands, half questions about warm engagements, on SQLite. First more and more is asked, until no more is
answered; then ten times the best; then the same server with 10,000 slow connections; then one principal that floods
beside another. The callers have processes of their own, but the same cores as the server: what they take, it lacks.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

from sqlalchemy.engine import URL, make_url

from api.composition import assemble
from benchmarks.edge import STANDFAST, WARM, command_path, marketplace, serving
from domain.access.principal import LOCAL
from infrastructure.access.wanted import WantedKey
from infrastructure.process.settings import Settings

PROCESSES = 2
CONNECTIONS = 400
"""How many each process of callers opens at most; at ten times the best as many as it asks a second, since whoever is
not taken is not listened to for a second."""

FIRST_RATE = 200.0
STEP = 1.4
GOAL = 0.7
LEFT_FREE = 1_500
"""Files of a process that are not for slow connections."""

POLITE_RATE = 20.0
BODY = json.dumps({"assignment_id": "a1", "percent": 80})


@dataclass(frozen=True, slots=True)
class Run:
    """What came of so much that was offered, and how long `/healthz` took meanwhile (seconds, sorted)."""

    came: Counter[str]
    took: float
    seconds: list[float]
    alive: list[float]

    @property
    def goodput(self) -> float:
        """Answers a second that came while their callers waited."""
        return self.came["good"] / self.took


def main() -> None:
    arguments = _arguments()
    files = _raised()
    slow = min(arguments.slow, files - LEFT_FREE)
    os.environ |= {"STANDFAST_CONNECTIONS": str(slow + 2 * PROCESSES * CONNECTIONS), "STANDFAST_LOG_LEVEL": "warning"}
    print(
        f"{os.cpu_count()} cores for server and callers, limit of open files {files:,}, load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        url = make_url(f"sqlite:///{folder}/standfast.db")
        with marketplace(url, WARM) as port:
            best = _best(port, arguments.step_seconds)
            few = ran(port, 10 * best, arguments.seconds)
            tell(f"10 x the best, {arguments.seconds:g} s, on {PROCESSES * CONNECTIONS} connections", 10 * best, few)
            over = ran(port, 10 * best, arguments.seconds, connections=_for_all(10 * best, slow))
            tell(f"10 x the best, {arguments.seconds:g} s", 10 * best, over)
            kept = over.goodput / best
            print(f"goodput kept: {kept:.0%} of {best:,.0f}/s, goal {GOAL:.0%}{'' if kept >= GOAL else ' (missed)'}")
            _slow(port, slow, best / 2, arguments.step_seconds)
        _flooded(url, best, arguments.step_seconds)


def _for_all(rate: float, most: int) -> int:
    """How many connections each process needs, so that a second's requests are all sent."""
    return min(int(1.2 * rate / PROCESSES), most // PROCESSES)


def _best(port: int, seconds: float) -> float:
    """The most that is answered well a second, at whatever is offered."""
    ran(port, FIRST_RATE, 2.0)
    print(
        "| offered | a second | answered well/s | late | refused | not sent | lost | p50, ms | p99 "
        "| /healthz p50 | at most |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    rate, best, worse = FIRST_RATE, 0.0, 0
    while worse < 2:
        run = ran(port, rate, seconds)
        tell("more and more", rate, run)
        worse = worse + 1 if run.goodput < 1.05 * best else 0
        best, rate = max(best, run.goodput), rate * STEP
    return best


def _slow(port: int, count: int, rate: float, seconds: float) -> None:
    """Half of the best, without and with slow connections."""
    tell("half of the best", rate, ran(port, rate, seconds))
    command = [sys.executable, "-m", "benchmarks.overload_slow", str(port), str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as crowd:
        assert crowd.stdout
        crowd.stdout.readline()
        tell(f"… beside {count:,} slow connections", rate, ran(port, rate, seconds))
        said, _ = crowd.communicate()
    print(f"the slow ones came {int(said):,} times")


def _flooded(url: URL, best: float, seconds: float) -> None:
    """One principal asks for ten times the best, another for a little; both sign in, with the usual limits."""
    address = url.render_as_string(hide_password=False)
    standfast = assemble(Settings(database_url=address, authentication="on"))
    flood, polite = (standfast.access.keys.make(WantedKey(name=name), LOCAL).bearer for name in ("flood", "polite"))
    standfast.close()
    with serving(STANDFAST, {"STANDFAST_DATABASE_URL": address, "STANDFAST_AUTHENTICATION": "on"}) as server:
        with _callers(server.port, 10 * best, seconds + 2, flood) as flooding:
            time.sleep(1)
            tell("another, beside a principal's flood", POLITE_RATE, ran(server.port, POLITE_RATE, seconds, polite))
        tell("the flood", 10 * best, _of(flooding, seconds + 2))


def ran(port: int, rate: float, seconds: float, key: str | None = None, connections: int = CONNECTIONS) -> Run:
    """So much offered for so long, while `/healthz` is asked ten times a second."""
    with _probing(port) as alive, _callers(port, rate, seconds, key, connections) as processes:
        pass
    return _of(processes, seconds, sorted(alive))


@contextmanager
def _callers(
    port: int, rate: float, seconds: float, key: str | None, connections: int = CONNECTIONS
) -> Iterator[list[Any]]:
    """The processes; once it is left, what each of them said."""
    command = [sys.executable, "-m", "benchmarks.overload_load", str(port), str(rate / PROCESSES), str(seconds)]
    command += [str(connections), *([key] if key else [])]
    started = []
    for _ in range(PROCESSES):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin
        process.stdin.write("\n".join(_lines()))
        process.stdin.close()
        started.append(process)
    said: list[Any] = []
    yield said
    for process in started:
        assert process.stdout
        said.append(json.loads(process.stdout.read()))
        process.wait()


def _of(said: Sequence[Any], took: float, alive: Sequence[float] = ()) -> Run:
    came: Counter[str] = Counter()
    for each in said:
        came.update(each["came"])
    return Run(came, took, sorted(second for each in said for second in each["seconds"]), list(alive))


def _lines() -> Iterator[str]:
    for number in range(WARM):
        yield f"{command_path(number, 'report-productivity')}\t{BODY}"
        yield command_path(number, "").rstrip("/")


@contextmanager
def _probing(port: int) -> Iterator[list[float]]:
    """How long `/healthz` takes, each time on a connection of its own; what fails counts as endless."""
    found: list[float] = []
    over = Event()

    def probe() -> None:
        while not over.wait(0.1):
            start = time.perf_counter()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                    answer.read()
                found.append(time.perf_counter() - start)
            except OSError:
                found.append(float("inf"))

    thread = Thread(target=probe)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def tell(name: str, rate: float, run: Run) -> None:
    """One row."""
    count = [f"{run.came[each] / run.took:,.0f}" for each in ("late", "refused", "unsent", "lost")]
    times = [_share(run.seconds, 0.5), _share(run.seconds, 0.99), _share(run.alive, 0.5), _share(run.alive, 1.0)]
    print(f"| {name} | {rate:,.0f} | {run.goodput:,.0f} | {' | '.join((*count, *times))} |", flush=True)


def _share(seconds: Sequence[float], share: float) -> str:
    return f"{seconds[min(len(seconds) - 1, int(share * len(seconds)))] * 1000:,.0f}" if seconds else "–"


def _raised() -> int:
    """The limit of open files, as high as this user may have it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long ten times the best is asked")
    parser.add_argument("--step-seconds", type=float, default=5.0, help="how long every other rate is asked")
    parser.add_argument("--slow", type=int, default=10_000, help="how many slow connections")
    return parser.parse_args()


if __name__ == "__main__":
    main()
