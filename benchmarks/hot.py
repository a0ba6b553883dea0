"""The hot engagement's rows: commands at once on one engagement over HTTP, beside as many on as many engagements."""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from uuid import uuid4

from sqlalchemy.engine import URL, make_url

from benchmarks.edge import command_path, marketplace
from benchmarks.http_load import request
from benchmarks.measuring import ratio
from tests.databases import fresh_database

AT_ONCE = 200
BURSTS = 8
"""How often it is done in each round; the first one, on connections and pages that nobody has used yet, is left out."""
GOAL = 0.5
WAYS = ("one engagement", f"{AT_ONCE} engagements")


def measured(server: URL, rounds: int, say: Callable[[str], None]) -> dict[str, dict[str, list[float]]]:
    """Commands per second of each way on each database, in turns within a round."""
    rates: dict[str, dict[str, list[float]]] = {}
    for number in range(1, rounds + 1):
        for name in ("PostgreSQL", "SQLite"):
            with _database(name, server) as url, marketplace(url, AT_ONCE) as port:
                for way, found in _bursts(port).items():
                    rates.setdefault(name, {}).setdefault(way, []).append(found)
                    say(f"round {number}/{rounds}  {AT_ONCE} at once on {way}, {name}: {found:,.0f}/s")
    return rates


def table(rates: dict[str, dict[str, list[float]]]) -> list[str]:
    """The rates and their ratios as Markdown."""
    one, many = WAYS
    lines = [
        f"| {AT_ONCE} commands at once over HTTP | on {one}/s | on {many}/s | ratio | goal |",
        "|---|---|---|---|---|",
    ]
    for name, found in rates.items():
        times = ratio(found[one], found[many])
        shown = f"{times:.2f}x{' (missed)' if times < GOAL else ''}"
        lines.append(f"| {name} | {median(found[one]):,.0f} | {median(found[many]):,.0f} | {shown} | {GOAL:g}x |")
    return lines


def _bursts(port: int) -> dict[str, float]:
    numbers = {WAYS[0]: [0] * AT_ONCE, WAYS[1]: list(range(AT_ONCE))}
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(BURSTS + 1):
        for way in WAYS:
            taken[way].append(asyncio.run(_burst(port, numbers[way])))
    return {way: AT_ONCE / median(seconds[1:]) for way, seconds in taken.items()}


async def _burst(port: int, numbers: Sequence[int]) -> float:
    """Seconds for one command on each of these engagements, all at once, each on a connection of its own."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in numbers]
    start = time.perf_counter()
    for (_, writer), number in zip(connections, numbers, strict=True):
        writer.write(request("127.0.0.1", f"{command_path(number, 'add-seat')}\t{_seat()}"))
    answers = await asyncio.gather(*(reader.readuntil(b"\r\n\r\n") for reader, _ in connections))
    took = time.perf_counter() - start
    for _, writer in connections:
        writer.close()
    refused = [answer for answer in answers if answer[9:12] != b"200"]
    if refused:
        raise RuntimeError(f"{len(refused)} were refused: {refused[0].decode()}")
    return took


def _seat() -> str:
    return json.dumps({"seat_id": uuid4().hex, "role": "backend"})


@contextmanager
def _database(name: str, server: URL) -> Iterator[URL]:
    if name == "PostgreSQL":
        with fresh_database(server) as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="standfast-bench-") as place:
        yield make_url(f"sqlite:///{Path(place) / 'log.db'}")
