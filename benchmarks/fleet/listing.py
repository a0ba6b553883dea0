"""The list over a large fleet: every order, and filters that leave much or little."""

import time
from statistics import median

from api.composition import Standfast
from application.ports.engagement_list import After, Sort, Wanted
from domain.access.reach import EVERYTHING

TIMES = 15
SORTS: tuple[Sort, ...] = ("opened_at", "next_breach_at", "name")
FILTERS = {
    "all": Wanted(),
    "one model": Wanted(model="managed_marketplace"),
    "one client": Wanted(client_id="client-7"),
    "one partner": Wanted(partner_id="brightforge"),
    "one professional": Wanted(professional_id="nobody-of-this-name"),
    "suspended": Wanted(status="suspended"),
    "at risk": Wanted(at_risk=True),
    "not at risk, open": Wanted(at_risk=False, status="open"),
    "part of a name": Wanted(q="PROJECT 4711"),
    "part of no name": Wanted(q="nothing is called so"),
}


def milliseconds(standfast: Standfast) -> dict[tuple[str, str], tuple[float, float]]:
    """By filter and order: median and longest of a page of 50, the first one and one in the middle in turns."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for name, wanted in FILTERS.items():
        for sort in SORTS:
            after = _somewhere(standfast, wanted, sort)
            took = [_once(standfast, wanted, sort, after if number % 2 else None) for number in range(TIMES)]
            found[name, sort] = median(took), max(took)
    return found


def _somewhere(standfast: Standfast, wanted: Wanted, sort: Sort) -> After | None:
    page = standfast.engagements.page(wanted, EVERYTHING, sort=sort, limit=200)
    return page.next


def _once(standfast: Standfast, wanted: Wanted, sort: Sort, after: After | None) -> float:
    start = time.perf_counter()
    standfast.engagements.page(wanted, EVERYTHING, sort=sort, after=after, limit=50)
    return (time.perf_counter() - start) * 1000
