"""The figures of a large fleet, and the first pages of what waits and of what breaches next."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

from api.composition import Standfast
from application.ports.at_risk import WantedClocks
from application.ports.fleet import FleetWanted, GroupBy
from application.ports.work import WantedWork
from domain.access.reach import EVERYTHING

TIMES = 9
GROUPS: tuple[GroupBy, ...] = ("all", "model", "client", "partner", "month")


def milliseconds(standfast: Standfast) -> Iterator[tuple[str, str, float, float]]:
    """What is asked, over which window, and its median and longest."""
    now = datetime.now(UTC)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    whole = FleetWanted(from_=(month - timedelta(days=80)).replace(day=1), to=month)
    odd = FleetWanted(from_=now - timedelta(days=100), to=now - timedelta(days=9), model="managed_marketplace")
    standfast.fleet.groups(FleetWanted(), EVERYTHING)  # the first question has the columns read
    for group in GROUPS:
        yield f"by {group}", "none", *_taken(partial(standfast.fleet.groups, FleetWanted(group_by=group), EVERYTHING))
    yield "by model", "whole months", *_taken(lambda: standfast.fleet.groups(_by_model(whole), EVERYTHING))
    yield "by model", "any, one model", *_taken(lambda: standfast.fleet.groups(_by_model(odd), EVERYTHING))
    yield "what waits, first page", "–", *_taken(lambda: standfast.work.page(WantedWork(), EVERYTHING))
    yield "what breaches next, first page", "–", *_taken(lambda: standfast.at_risk.page(WantedClocks(), EVERYTHING))


def _by_model(of: FleetWanted) -> FleetWanted:
    return FleetWanted(group_by="model", from_=of.from_, to=of.to, model=of.model)


def _taken(ask: Callable[[], object]) -> tuple[float, float]:
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        ask()
        took.append((time.perf_counter() - start) * 1000)
    return median(took), max(took)
