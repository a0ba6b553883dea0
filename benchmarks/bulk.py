"""A command log through the rules: in bulk, as an import records it, beside one append at a time."""

import time
from collections.abc import Callable, Sequence
from statistics import median

from sqlalchemy.engine import URL

from api.composition import Standfast, assemble
from application.commands.request import Request
from application.many_commands import record_all
from benchmarks.edge import STAFFING, request_of
from benchmarks.measuring import ratio
from infrastructure.process.settings import Settings
from tests.databases import fresh_database

ENGAGEMENTS = 250
REPORTS = 17
ONE_BY_ONE_ENGAGEMENTS = 25
GOAL = 10.0


def measured(server: URL, rounds: int, say: Callable[[str], None]) -> dict[str, list[float]]:
    """Commands per second of each way, in turns, each on a fresh database."""
    rates: dict[str, list[float]] = {}
    ways = (("in bulk", in_bulk, ENGAGEMENTS), ("one at a time", one_by_one, ONE_BY_ONE_ENGAGEMENTS))
    for number in range(1, rounds + 1):
        for name, record, engagements in ways:
            with fresh_database(server) as url:
                rates.setdefault(name, []).append(_rate(url, record, engagements))
            say(f"round {number}/{rounds}  import {name}: {rates[name][-1]:,.0f}/s")
    return rates


def table(rates: dict[str, list[float]]) -> list[str]:
    """The rates and their ratio as Markdown."""
    times = ratio(rates["in bulk"], rates["one at a time"])
    missed = " (missed)" if times < GOAL else ""
    lines = ["| import through the rules | commands/s | ratio | goal |", "|---|---|---|---|"]
    lines.append(f"| in bulk | {median(rates['in bulk']):,.0f} | {times:.1f}x{missed} | {GOAL:g}x |")
    lines.append(f"| one at a time | {median(rates['one at a time']):,.0f} | 1.0x | – |")
    return lines


def in_bulk(standfast: Standfast, requests: Sequence[Request]) -> None:
    for start in range(0, len(requests), 1_000):
        for result in record_all(standfast.marketplace, requests[start : start + 1_000]):
            if isinstance(result, Exception):
                raise result


def one_by_one(standfast: Standfast, requests: Sequence[Request]) -> None:
    for request in requests:
        standfast.marketplace.record(request)


def _rate(url: URL, record: Callable[[Standfast, Sequence[Request]], None], engagements: int) -> float:
    standfast = assemble(Settings(database_url=url.render_as_string(hide_password=False)))
    requests = list(_log(range(engagements)))
    start = time.perf_counter()
    record(standfast, requests)
    took = time.perf_counter() - start
    standfast.close()
    return len(requests) / took


def _log(numbers: range) -> Sequence[Request]:
    """The log of engagements side by side, as their lines come in a file: staffed, then reported on."""
    reports: list[dict[str, object]] = [
        {
            "command": "report-productivity",
            "assignment_id": "a1",
            "percent": 70 + number,
            "occurred_at": f"2026-02-{number + 1:02}T10:00:00Z",
        }
        for number in range(REPORTS)
    ]
    return [request_of(line, number) for line in (*STAFFING, *reports) for number in numbers]
