"""The edge's rows: a command over HTTP beside a bare route, each as it is started by its command line: one uvicorn
worker, a line in the log for each request, and the same PostgreSQL."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy.engine import URL

from api.commands.bodies import command_of_line
from api.composition import assemble
from application.commands.request import Request
from benchmarks.measuring import ratio
from domain.law.recorded import Actor
from infrastructure.process.settings import Settings
from tests.databases import fresh_database

WARM = 200
COLD = 6_000
BARE_ROUTE = (sys.executable, "-m", "uvicorn", "benchmarks.peers.bare_route:app")
STANDFAST = (str(Path(sys.executable).with_name("standfast")), "serve")
GOALS = {"warm engagements": 1.2, "cold engagements": 0.9}


def measured(server: URL, rounds: int, seconds: float, say: Callable[[str], None]) -> dict[str, list[float]]:
    """Requests per second of each contestant, in turns."""
    rates: dict[str, list[float]] = {}
    for number in range(1, rounds + 1):
        for name, measure in (("bare route", bare), ("warm engagements", warm), ("cold engagements", cold)):
            with fresh_database(server) as url:
                rates.setdefault(name, []).append(measure(url, seconds))
            say(f"round {number}/{rounds}  {name}: {rates[name][-1]:,.0f}/s")
    return rates


def table(rates: dict[str, list[float]]) -> list[str]:
    """The rates and the ratios as Markdown."""
    lines = ["| over HTTP, 16 connections | requests/s | against the bare route | goal |", "|---|---|---|---|"]
    for name, found in rates.items():
        times, goal = ratio(found, rates["bare route"]), GOALS.get(name)
        missed = " (missed)" if goal and times < goal else ""
        lines.append(f"| {name} | {median(found):,.0f} | {times:.2f}x{missed} | {f'{goal:g}x' if goal else '–'} |")
    return lines


def bare(url: URL, seconds: float) -> float:
    """A bare FastAPI route with one body and one INSERT."""
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE report (engagement_id text, assignment_id text, percent integer)")
    lines = [f"/engagements/{_id(number)}/report-productivity\t{_BODY}" for number in range(WARM)]
    with serving(BARE_ROUTE, {"BARE_ROUTE_DSN": dsn}) as server:
        _load(server.port, 1.0, lines)
        return _load(server.port, seconds, lines)


def warm(url: URL, seconds: float) -> float:
    """The command on engagements that the process has at hand."""
    with marketplace(url, WARM) as port:
        lines = _commands(range(WARM))
        _load(port, 1.0, lines)
        return _load(port, seconds, lines)


def cold(url: URL, seconds: float) -> float:
    """The command on engagements that the process has never seen, each once."""
    with marketplace(url, COLD + WARM) as port:
        _load(port, 1.0, _commands(range(WARM)))
        return _load(port, seconds, _commands(range(WARM, COLD + WARM)), once=True)


_BODY = json.dumps({"assignment_id": "a1", "percent": 80})


def _id(number: int) -> str:
    return str(UUID(int=number + (4 << 76) + (8 << 60)))


def _commands(numbers: range) -> list[str]:
    return [f"{command_path(number, 'report-productivity')}\t{_BODY}" for number in numbers]


def command_path(number: int, command: str) -> str:
    return f"/v1/engagements/{_id(number)}/{command}"


@contextmanager
def marketplace(url: URL, engagements: int) -> Iterator[int]:
    """A server on a database with engagements of one active professional each."""
    settings = Settings(database_url=url.render_as_string(hide_password=False))
    standfast = assemble(settings)
    for command in STAFFING:
        for start in range(0, engagements, 500):
            chunk = range(start, min(start + 500, engagements))
            outcomes = standfast.marketplace.record_all([request_of(command, number) for number in chunk])
            failed = [each for each in outcomes if isinstance(each, Exception)]
            if failed:
                raise failed[0]
    standfast.close()
    with serving(STANDFAST, {"STANDFAST_DATABASE_URL": settings.database_url}) as server:
        yield server.port


STAFFING: tuple[dict[str, object], ...] = (
    {
        "command": "open-engagement",
        "client_id": "acme",
        "model": "freelancer_platform",
        "work_class": "non_core",
        "seats": [{"seat_id": "s1", "role": "backend"}],
        "occurred_at": "2026-01-05T09:00:00Z",
    },
    {
        "command": "match-professional",
        "seat_id": "s1",
        "assignment_id": "a1",
        "professional_id": "ana",
        "supply_source": "independent",
        "occurred_at": "2026-01-05T09:00:00Z",
    },
    {"command": "onboard-professional", "assignment_id": "a1", "occurred_at": "2026-01-05T10:00:00Z"},
)


def request_of(line: dict[str, object], number: int) -> Request:
    command, wire = command_of_line(json.dumps({**line, "engagement_id": _id(number)}).encode())
    return Request(
        command=command,
        engagement_id=UUID(_id(number)),
        occurred_at=wire.occurred_at,
        actor=Actor(party="platform"),
    )


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    port: int
    process_id: int


@contextmanager
def serving(command: Sequence[str], environment: dict[str, str]) -> Iterator[Server]:
    """A server on a free port, logging to a file that nobody reads."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(os.devnull, "wb") as nowhere:
        server = subprocess.Popen(
            [*command, "--port", str(port)], env={**os.environ, **environment}, stdout=nowhere, stderr=nowhere
        )
    try:
        _wait_for(port, server)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(15)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def _load(port: int, seconds: float, lines: list[str], *, once: bool = False) -> float:
    command = [sys.executable, "-m", "benchmarks.http_load", "127.0.0.1", str(port), str(seconds)]
    done = subprocess.run(
        [*command, "once"] if once else command, input="\n".join(lines), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    answered, took = done.stdout.split()
    return int(answered) / float(took)
