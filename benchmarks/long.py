"""`python -m benchmarks.long`: one engagement of 20,000 events, asked and told everything, alone and under 50 callers.

Two hundred seats are staffed, have absences, concerns and cases, and effort is recorded, years ago and all at once. A
server on SQLite answers each question alone; then fifty callers ask it for the costliest things for some seconds while
one asks whether it is alive, and one for the state of a small engagement.
"""

import argparse
import http.client
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.edge import STAFFING, STANDFAST, serving

LARGE, SMALL = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
HERE = f"/v1/engagements/{LARGE}"
SEATS, CASES, LINES = 200, 1_000, 19_000
BEGUN = datetime(2024, 1, 1, 9, tzinfo=UTC)
CALLERS = 50
SOON = 50
"""After which case somebody is reported productive, days after what is told late of the second month."""

Ask = Callable[[http.client.HTTPConnection], int]
"""Asks once on a connection; the status."""


def command_log() -> Iterator[dict[str, Any]]:
    """The lines of a command log, half an hour apart: the large engagement, and a small one."""
    at = (BEGUN + timedelta(minutes=30 * number) for number in count())
    for line in (*_staffed(), *_lived()):
        yield {"engagement_id": LARGE, "occurred_at": f"{next(at):%Y-%m-%dT%H:%M:%SZ}", **line}
    yield from ({**line, "engagement_id": SMALL} for line in STAFFING)


def _staffed() -> Iterator[dict[str, Any]]:
    seats = [{"seat_id": f"s{number}", "role": "developer"} for number in range(SEATS)]
    opening = {"client_id": "large", "model": "managed_marketplace", "work_class": "core", "seats": seats}
    yield {"command": "open-engagement", **opening}
    for number in range(SEATS):
        who = {"seat_id": f"s{number}", "assignment_id": f"a{number}", "professional_id": f"p{number}"}
        yield {"command": "match-professional", **who, "supply_source": "independent"}
        for item in ("access", "context", "nda", "ip_assignment", "classification"):
            yield {"command": "waive-onboarding-item", "assignment_id": f"a{number}", "item": item, "reason": "known"}
        yield {"command": "onboard-professional", "assignment_id": f"a{number}"}


def _lived() -> Iterator[dict[str, Any]]:
    written = SEATS * 7 + 1
    for number in range(CASES):
        yield from _case(number)
        written += 12
        if number == SOON:
            yield {"command": "report-productivity", "assignment_id": "a9", "percent": 80}
    effort = {"command": "record-effort", "party": "client", "kind": "mentoring", "minutes": 10}
    for number in range(written, LINES):
        yield {**effort, "worked_on": "2024-06-01", "assignment_id": f"a{number % SEATS}"}


def _case(number: int) -> Iterator[dict[str, Any]]:
    """Seven lines of a case that comes to nothing, and five absences."""
    seat, assignment = f"s{number % SEATS}", f"a{number % SEATS}"
    concern, case, proposal = f"c{number}", f"k{number}", f"r{number}"
    reported = {"category": "delivery", "severity": "high"}
    yield {"command": "report-underperformance", "assignment_id": assignment, "concern_id": concern, **reported}
    yield {"command": "acknowledge-underperformance", "concern_id": concern}
    wanted = {"seat_id": seat, "case_id": case, "concern_id": concern, "cause": "non_performance"}
    yield {"command": "request-replacement", **wanted}
    somebody = {"proposal_id": proposal, "professional_id": f"z{number}", "supply_source": "independent"}
    yield {"command": "propose-successor", "case_id": case, **somebody}
    yield {"command": "decline-successor", "proposal_id": proposal, "qualified": False, "reason": "no"}
    yield {"command": "withdraw-replacement", "case_id": case, "reason": "no"}
    yield {"command": "resolve-underperformance", "concern_id": concern, "outcome": "improved"}
    for day in range(5):
        away = {"from": f"2025-03-{day + 1:02}T08:00:00Z", "until": f"2025-03-{day + 1:02}T18:00:00Z"}
        absence = {"absence_id": f"b{number}-{day}", "cause": "illness", "planned": False, **away}
        yield {"command": "record-absence", "assignment_id": assignment, **absence}


_numbers = count()


def _late() -> str:
    """An instant of the second month, another one each time."""
    return f"{BEGUN + timedelta(days=40, seconds=next(_numbers)):%Y-%m-%dT%H:%M:%SZ}"


def get(path: str) -> Ask:
    return lambda connection: _asked(connection, "GET", path)


def post(command: str, body: Callable[[], dict[str, Any]]) -> Ask:
    return lambda connection: _asked(connection, "POST", f"{HERE}/{command}", body())


def _asked(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> int:
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


LATE_EFFORT = post(
    "record-effort",
    lambda: {"party": "client", "kind": "mentoring", "minutes": 5, "worked_on": "2024-02-01", "occurred_at": _late()},
)
LATE_RATE = post(
    "change-rate",
    lambda: {
        "assignment_id": "a7",
        "day_rate": {"amount": f"{400 + next(_numbers)}.00", "currency": "EUR"},
        "occurred_at": _late(),
    },
)
ASKED: dict[str, Ask] = {
    "state": get(HERE),
    "state as of the second month": get(f"{HERE}?as_of=2024-02-15T00:00:00Z"),
    "history, a page": get(f"{HERE}/history?after=10000"),
    "steps, the first 50": get(f"{HERE}/steps"),
    "steps, 50 in the middle": get(f"{HERE}/steps?after=10000"),
    "steps, the last 50": get(f"{HERE}/steps?after=19900"),
    "steps, one in the middle": get(f"{HERE}/steps?after=10001&limit=1"),
    "lanes": get(f"{HERE}/lanes"),
    "clocks": get(f"{HERE}/clocks"),
    "metrics": get(f"{HERE}/metrics"),
    "replay": get(f"{HERE}/replay"),
    "what if": post("what-if", lambda: {"calendar": "london"}),
    "a command now": post("annotate", lambda: {"note": f"{next(_numbers)}"}),
    "a late one that nothing hangs on": LATE_EFFORT,
    "a late one that is overtaken": post(
        "report-productivity", lambda: {"assignment_id": "a9", "percent": next(_numbers) % 100, "occurred_at": _late()}
    ),
    "a late one that all behind it knows": LATE_RATE,
    "a correction of what nothing hangs on": post(
        "correct-history", lambda: {"void": [19_000 - next(_numbers)], "record": [], "reason": "never was"}
    ),
}
CROWDS: dict[str, Ask] = {
    "metrics": ASKED["metrics"],
    "steps": ASKED["steps, 50 in the middle"],
    "late commands": LATE_RATE,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each crowd asks")
    parser.add_argument("--times", type=int, default=5, help="how often each question is asked alone")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="standfast-bench-") as place:
        url = f"sqlite:///{place}/log.db"
        print(f"import of one engagement: {imported(Path(place), url):.1f} s", flush=True)
        with serving(STANDFAST, {"STANDFAST_DATABASE_URL": url}) as server:
            print(*alone(server.port, chosen.times), "", sep="\n", flush=True)
            print(f"memory at most, alone: {_peak(server.process_id)} MiB\n", flush=True)
            print(*crowded(server.port, chosen.seconds), "", sep="\n")
            print(f"memory at most: {_peak(server.process_id)} MiB")


def imported(place: Path, url: str) -> float:
    """Seconds that the import of the command log took."""
    log = place / "log.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in command_log()), encoding="utf-8")
    start = time.perf_counter()
    environment = {**os.environ, "STANDFAST_DATABASE_URL": url}
    done = subprocess.run([STANDFAST[0], "import", str(log)], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-1000:])
    return time.perf_counter() - start


def alone(port: int, times: int) -> Iterator[str]:
    """Each question alone: cold the first of all, the others as a table of medians."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        yield f"the first question, nothing at hand: {_milliseconds(ASKED['state'], connection):,.0f} ms\n"
        yield "| alone | ms |\n|---|---|"
        for name, ask in ASKED.items():
            yield f"| {name} | {median(_milliseconds(ask, connection) for _ in range(times)):,.0f} |"


def _milliseconds(ask: Ask, connection: http.client.HTTPConnection) -> float:
    start = time.perf_counter()
    status = ask(connection)
    if status not in (200, 201):
        raise RuntimeError(f"answered with {status}")
    return (time.perf_counter() - start) * 1e3


@dataclass(slots=True)
class Taken:
    """How long answers took, in milliseconds, and how many were refused because others wait."""

    answered: list[float] = field(default_factory=list)
    refused: int = 0


def crowded(port: int, seconds: float) -> Iterator[str]:
    """What the others get while a crowd asks."""
    yield "| 50 callers ask for | answered/s | refused/s | healthz ms, median / at most | a small one's state ms |"
    yield "|---|---|---|---|---|"
    for name, ask in CROWDS.items():
        until = time.perf_counter() + seconds
        with ThreadPoolExecutor(CALLERS + 2) as threads:
            crowd = [threads.submit(_keep_asking, ask, port, until) for _ in range(CALLERS)]
            paths = ("/healthz", f"/v1/engagements/{SMALL}")
            others = [threads.submit(_keep_asking, get(path), port, until, 0.01) for path in paths]
            taken = [each.result() for each in crowd]
            alive, small = (each.result().answered for each in others)
        rates = (sum(len(one.answered) for one in taken) / seconds, sum(one.refused for one in taken) / seconds)
        waited = f"{median(alive):,.0f} / {max(alive):,.0f} | {median(small):,.0f} / {max(small):,.0f}"
        yield f"| {name} | {rates[0]:,.1f} | {rates[1]:,.0f} | {waited} |"


def _keep_asking(ask: Ask, port: int, until: float, pause: float = 0.0) -> Taken:
    taken = Taken()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        while (start := time.perf_counter()) < until:
            status = ask(connection)
            if status == 503:
                taken.refused += 1
                time.sleep(0.2)
            else:
                taken.answered.append((time.perf_counter() - start) * 1e3)
            time.sleep(pause)
    return taken


def _peak(process_id: int) -> str:
    """The most memory that a process had so far, in MiB."""
    status = Path(f"/proc/{process_id}/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((f"{int(line.split()[1]) / 1024:,.0f}" for line in lines if line.startswith("VmHWM")), "unknown")


if __name__ == "__main__":
    main()
