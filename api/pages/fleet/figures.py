"""How each figure of a group is written: the same in the page of the fleet and under the rows behind it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from api.pages.formats import DAY_SECONDS, NARROW, NOTHING, duration_text, money, ratio
from application.ports.fleet import RowSums

Kind = Literal["count", "total", "ratio", "longest", "distribution", "common", "median"]
Unit = Literal["each", "business", "calendar", "minutes", "days", "money", "thousandths", "business thousandths"]

BUSINESS_DAY: Final = 8 * 3600
"""Seconds. Engagements of several calendars stand in one figure, so it is told in business days of this length."""

BUSINESS_TIME: Final = f"{NARROW}business"
SECONDS: Final = {"business": (1, "business"), "calendar": (1, "calendar"), "days": (DAY_SECONDS, "calendar")}
"""How many seconds one of a unit is, and of which time."""

FEWEST: Final = 5
"""Below so many values a median or a percentile says nothing."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What a figure is, what its rows add, and with how many digits its percents are written."""

    kind: Kind = "count"
    unit: Unit = "each"
    digits: int = 0


RATIO: Final = Writing("ratio")
COUNT: Final = Writing()
BUSINESS: Final = Writing("distribution", "business")
CALENDAR: Final = Writing("distribution", "calendar")
COVERED: Final = Writing("ratio", "business thousandths", digits=1)

WRITINGS: Final = {
    "accountability.fulfilment": RATIO,
    "accountability.response_seconds": BUSINESS,
    "accountability.waiting_seconds.": Writing("total", "business"),
    "accountability.unowned_seconds": Writing("total", "calendar"),
    "continuity.coverage": COVERED,
    "continuity.presence": COVERED,
    "continuity.gaps.total_seconds": Writing("total", "business"),
    "continuity.gaps.longest_seconds": Writing("longest", "business"),
    "continuity.handovers.overlap_seconds": BUSINESS,
    "continuity.transfer_completeness": Writing("ratio", "thousandths"),
    "continuity.tenures.median_days": Writing("median", "days"),
    "continuity.stability": RATIO,
    "continuity.key_person_seats": RATIO,
    "guarantee.attainment": RATIO,
    "guarantee.replace_seconds": BUSINESS,
    "guarantee.replace.goal_seconds": Writing("common", "business"),
    "guarantee.phases.": BUSINESS,
    "guarantee.phases.detect": CALENDAR,
    "guarantee.credit.": Writing("total", "money"),
    "guarantee.charge_to_client.": Writing("total", "money"),
    "guarantee.declines.": Writing("total"),
    "guarantee.billed_transfer_minutes": Writing("total", "minutes"),
    "guarantee.client_transfer_minutes": Writing("total", "minutes"),
    "productivity.to_match_seconds": CALENDAR,
    "productivity.to_onboard_seconds": BUSINESS,
    "productivity.ramp_up.seconds": CALENDAR,
}
"""By the path of a figure or its beginning, those that are no counts; the longest beginning holds."""

OF_A_PARTY: Final = ("fulfilment", "share_of_obligations", "share_of_breaches")


def writing(path: str) -> Writing:
    """How the figure at a path is written."""
    if path.startswith("accountability.parties."):
        return RATIO if path.rpartition(".")[2] in OF_A_PARTY else COUNT
    found = max((each for each in WRITINGS if path.startswith(each)), key=len, default=None)
    return WRITINGS[found] if found else COUNT


def amount(path: str, value: float | str) -> str:
    """What a row adds to a figure, or what several add up to."""
    unit = writing(path).unit
    if unit == "money":
        return money({"amount": value, "currency": path.rpartition(".")[2]})
    number = Decimal(str(value))
    if unit == "business":
        return business(int(number))
    if unit == "business thousandths":
        return business(int(number / 1000))
    if unit == "calendar":
        return duration_text(int(number))
    if unit == "minutes":
        return duration_text(int(number * 60))
    if unit == "days":
        return duration_text(int(number * DAY_SECONDS))
    return f"{number / 1000:,f}" if unit == "thousandths" else f"{number:,f}"


def business(seconds: int) -> str:
    """Of business time, which is said where no business day says it."""
    text = duration_text(seconds, BUSINESS_DAY)
    return text if not seconds or f"{NARROW}bd" in text else f"{text}{BUSINESS_TIME}"


def exactly(path: str, *values: float | str) -> str:
    """Times to the second, and of which time they are; empty where the figure is none."""
    unit = writing(path).unit
    if unit not in SECONDS or writing(path).kind == "ratio":
        return ""
    size, of = SECONDS[unit]
    return f"{' – '.join(f'{int(Decimal(str(each)) * size):,}' for each in values)} seconds of {of} time"


def part_of(path: str, numerator: int, denominator: int) -> str:
    """A ratio."""
    return ratio(numerator / denominator if denominator else None, writing(path).digits)


def summary(path: str, sums: RowSums) -> str:
    """What the rows behind a figure come to, as the figure is written."""
    kind = writing(path).kind
    if kind == "ratio":
        return part_of(path, int(sums.value), sums.of or 0)
    if kind in ("distribution", "median"):
        return _middle(path, sums, few=kind == "distribution")
    if kind in ("longest", "common"):
        return NOTHING if sums.max is None else amount(path, sums.max)
    return amount(path, sums.value)


def _middle(path: str, sums: RowSums, *, few: bool) -> str:
    """The median; where there is none, the least and the greatest of a few values."""
    if sums.median is not None:
        return amount(path, sums.median)
    return between(path, sums.min, sums.max) if few and sums.min is not None and sums.max is not None else NOTHING


def between(path: str, least: float, most: float) -> str:
    """Few values, of which a median would say nothing."""
    first, last = amount(path, least), amount(path, most)
    if first == last:
        return first
    return f"{first.removesuffix(BUSINESS_TIME) if last.endswith(BUSINESS_TIME) else first}{NARROW}–{NARROW}{last}"
