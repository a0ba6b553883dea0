"""What the projector costs those who record, and how far it stays behind them.

Commands about random engagements of the fleet are recorded by one process, as fast as it can or so many a second, with
the projector in another one, and without.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select

from api.composition import Standfast
from application.commands.request import Refused, Request
from application.marketplace import Marketplace
from benchmarks.fleet.log import opened
from domain.engagement.effort import RecordEffort
from domain.law.recorded import Actor
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS

CALLERS: Final = 16
STANDFAST: Final = str(Path(sys.executable).with_name("standfast"))
WARM_UP_SECONDS: Final = 8.0


@dataclass(slots=True)
class Live:
    """Commands per second, and how far the projections were behind: seconds, ten times a second."""

    rate: float = 0.0
    behind: list[float] = field(default_factory=list)

    @property
    def told(self) -> str:
        if not self.behind:
            return f"{self.rate:,.0f}/s"
        return f"{self.rate:,.0f}/s, behind {median(self.behind):.2f} s in the median, {max(self.behind):.2f} s at most"


def measured(url: str, seconds: float, offered: float | None, *, projected: bool, among: int | None = None) -> Live:
    """So many seconds of it; ``offered`` commands a second, None: as many as it takes.

    ``among`` so many of the engagements, as those of a day; None: all of them.
    """
    standfast = opened(url)
    try:
        standfast.projections.catch_up()
        ids = open_engagements(standfast, among)
        with _projector(url) if projected else _nobody():
            return asyncio.run(_run(url, ids, seconds, offered, projected))
    finally:
        standfast.close()


def open_engagements(standfast: Standfast, among: int | None = None) -> Sequence[UUID]:
    """The engagements that have not ended, or so many of them."""
    with standfast.projections.snapshot() as snapshot:
        line = snapshot.table(ENGAGEMENTS).c
        ids = list(snapshot.connection.execute(select(line.engagement_id).where(line.ended_at.is_(None))).scalars())
    return random.Random(1).sample(ids, min(among, len(ids))) if among else ids


async def _run(url: str, ids: Sequence[UUID], seconds: float, offered: float | None, projected: bool) -> Live:
    standfast, found = opened(url), Live()
    done = 0
    start = time.perf_counter()
    until = start + WARM_UP_SECONDS + seconds

    async def caller(number: int) -> None:
        nonlocal done
        chosen = random.Random(number)
        turn = start + (number / offered if offered else 0)
        while (now := time.perf_counter()) < until:
            if offered:
                await asyncio.sleep(max(0.0, turn - now))
                turn += CALLERS / offered
            if await effort_recorded(standfast.marketplace, chosen.choice(ids)) and now > start + WARM_UP_SECONDS:
                done += 1

    async def watcher() -> None:
        while time.perf_counter() < until:
            await asyncio.sleep(0.1)
            if time.perf_counter() > start + WARM_UP_SECONDS:
                position = await asyncio.to_thread(standfast.projections.reader.position)
                found.behind.append(await asyncio.to_thread(standfast.projections.behind_seconds, position))

    try:
        await asyncio.gather(*map(caller, range(CALLERS)), *([watcher()] if projected else []))
    finally:
        await asyncio.to_thread(standfast.close)
    found.rate = done / seconds
    return found


async def effort_recorded(marketplace: Marketplace, engagement_id: UUID) -> bool:
    """Records a piece of work; whether no rule forbade it."""
    effort = RecordEffort(party="client", kind="management", minutes=15)
    request = Request(
        command=effort,
        engagement_id=engagement_id,
        occurred_at=None,
        actor=Actor(party="client"),
        command_id=uuid4(),
    )
    try:
        await marketplace.record_async(request)
    except Refused:
        return False
    return True


@contextmanager
def _projector(url: str) -> Iterator[None]:
    process = subprocess.Popen(
        [STANDFAST, "project"], env={"STANDFAST_DATABASE_URL": url, "STANDFAST_LOG_LEVEL": "error"}
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _nobody() -> Iterator[None]:
    yield
