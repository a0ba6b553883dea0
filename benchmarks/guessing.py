"""Whether an id that exists can be told from another by how long its refusal takes: `python -m benchmarks.guessing`.

A client asks in turns, in an order drawn by lot, for engagements of another client and for ids that nobody has, in an
application within this process. Both are answered with the same status and body; of the times the medians, what
nineteen of twenty stay below, and in how many of all pairs the foreign one took longer: 50 % says nothing. Beside it
stands how far chance alone leads from 50 %, for nineteen of twenty runs. SQLite in a folder of its own.
"""

import asyncio
import json
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Final
from uuid import UUID

from api.app import application
from api.composition import assemble
from benchmarks.access import OPENING, Asked, bearer_of
from infrastructure.process.settings import Settings

FOREIGN: Final = 500
GUESSES: Final = 1_000
ENGAGEMENT: Final = "/v1/engagements/ID"
NOTE: Final = {"note": "x"}
WAYS: Final = (
    ("GET", ENGAGEMENT, None),
    ("GET", f"{ENGAGEMENT}/history", None),
    ("POST", f"{ENGAGEMENT}/annotate", NOTE),
    ("POST", "/v1/commands", {"commands": [{"command": "annotate", "engagement_id": "ID", **NOTE}]}),
    ("GET", "/v1/events?engagement_id=ID", None),
)
"""How it is asked; ID stands for the engagement that is guessed at."""


async def measured() -> Iterator[tuple[str, list[float], list[float]]]:
    """By way: how long it took for foreign ids and for missing ones, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'guessed.db'}", authentication="on", log_level="error"
        )
        standfast = assemble(settings)
        app = application(standfast, projects=False)
        async with app.router.lifespan_context(app):
            operator = Asked(app, [bearer_of(standfast, "operator")])
            client = Asked(app, [bearer_of(standfast, "client-admin", "somebody else")])
            opened = [await operator.ask("POST", "/v1/engagements", OPENING) for _ in range(FOREIGN)]
            foreign = [str(each["engagement_id"]) for each in opened]
            return iter(
                [
                    (f"{method} {path}", *await _guessed(client, foreign, method, path, body))
                    for method, path, body in WAYS
                ]
            )


async def _guessed(
    client: Asked, foreign: Sequence[str], method: str, path: str, body: object
) -> tuple[list[float], list[float]]:
    chance = Random(1)
    took: tuple[list[float], list[float]] = ([], [])
    answers: set[tuple[int, bytes]] = set()
    for _ in range(GUESSES):
        missing = chance.random() < 0.5
        asked = str(UUID(int=chance.getrandbits(128), version=4)) if missing else chance.choice(foreign)
        said = None if body is None else json.loads(json.dumps(body).replace("ID", asked))
        began = time.perf_counter()
        status, content = await client.answer(method, path.replace("ID", asked), said)
        took[missing].append((time.perf_counter() - began) * 1e3)
        answers.add((status, _without_ids(content, asked)))
    assert len(answers) == 1, answers
    return took


def _without_ids(content: bytes, asked: str) -> bytes:
    """A problem without the id that was asked for, and without the id of the request."""
    told = content.replace(asked.encode(), b"ID")
    before, _, after = told.partition(b'"correlation_id":"')
    return before + after.partition(b'"')[2]


def longer(some: Sequence[float], others: Sequence[float]) -> float:
    """In how many of all pairs the one took longer than the other; equal ones count half."""
    ordered = sorted(others)
    counted = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in some)
    return counted / (2 * len(some) * len(others))


def main() -> None:
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    print("| asked for | foreign, median (95 %) | missing, median (95 %) | foreign took longer | by chance |")
    print("|---|---|---|---|---|")
    for way, foreign, missing in asyncio.run(measured()):
        one, other = (f"{median(each):.3f} ms ({quantiles(each, n=20)[-1]:.3f})" for each in (foreign, missing))
        spread = 1.96 * ((len(foreign) + len(missing) + 1) / (12 * len(foreign) * len(missing))) ** 0.5
        print(
            f"| {way} | {one} | {other} | {longer(foreign, missing):.1%} | {0.5 - spread:.1%} to {0.5 + spread:.1%} |"
        )


if __name__ == "__main__":
    main()
