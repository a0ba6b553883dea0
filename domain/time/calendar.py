"""The business calendar: when the business of an engagement is open, as an immutable published document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, TypeAlias
from zoneinfo import available_timezones

from domain.language.bounds import STRICT, bounds
from domain.language.words import Id, Name

WallTime = Annotated[str, bounds(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Hours: TypeAlias = tuple[tuple[WallTime, WallTime], ...]
"""Open intervals of a local day: half-open pairs of wall times ``HH:MM``, the end up to ``24:00``; read as a union."""

Problem: TypeAlias = tuple[str, str]
"""What is wrong with a document: the field, and a message."""

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WALL_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Opening hours of a week in an IANA zone, and the dates that differ from it."""

    __pydantic_config__ = STRICT

    code: Id
    version: Annotated[int, bounds(ge=1, le=999_999_999)]
    zone: Name
    week: dict[str, Hours]
    exceptions: dict[str, Hours]
    hours_per_business_day: int | float
    holidays_until: str | None

    @property
    def name(self) -> str:
        return f"{self.code}@{self.version}"

    def __hash__(self) -> int:
        """Cheap, for caches by value: calendars that agree in this may still differ, and then compare unequal."""
        return hash((self.code, self.version, self.zone))


def seconds_of_day(wall_time: str) -> int:
    """Seconds on the wall clock since local midnight, 0 to 86400. Raises ValueError unless it reads ``HH:MM``."""
    if not _WALL_TIME.fullmatch(wall_time):
        raise ValueError("a wall time is written HH:MM, from 00:00 to 24:00")
    hours, minutes = wall_time.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def day_of(text: str) -> date:
    """The date a text names. Raises ValueError unless it reads ``YYYY-MM-DD`` and exists."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError("a date is written YYYY-MM-DD")
    return day


def problems(calendar: Calendar) -> list[Problem]:
    """What keeps a calendar from being published or used, in the order of its fields; empty when it is sound."""
    return list(_problems(calendar))


def _problems(calendar: Calendar) -> Iterator[Problem]:
    if calendar.zone not in available_timezones():
        yield "zone", "there is no such IANA time zone"
    for weekday, hours in calendar.week.items():
        if weekday not in WEEKDAYS:
            yield f"week.{weekday}", f"a day of the week is one of {', '.join(WEEKDAYS)}"
        yield from _problems_of_hours(f"week.{weekday}", hours)
    for text, hours in calendar.exceptions.items():
        yield from _problems_of_day(f"exceptions.{text}", text)
        yield from _problems_of_hours(f"exceptions.{text}", hours)
    if not any(calendar.week.values()) and not any(calendar.exceptions.values()):
        yield "week", "a calendar needs some open time"
    # Written so that a NaN fails; a bool is a number to Python only.
    if isinstance(calendar.hours_per_business_day, bool) or not 0 < calendar.hours_per_business_day <= 24:
        yield "hours_per_business_day", "a business day has more than 0 and at most 24 hours"
    if calendar.holidays_until is not None:
        yield from _problems_of_day("holidays_until", calendar.holidays_until)


def _problems_of_day(field: str, text: str) -> Iterator[Problem]:
    try:
        day_of(text)
    except ValueError:
        yield field, "a date is written YYYY-MM-DD and exists"


def _problems_of_hours(field: str, hours: Hours) -> Iterator[Problem]:
    for index, (start, end) in enumerate(hours):
        try:
            ordered = seconds_of_day(start) < seconds_of_day(end)
        except ValueError as malformed:
            yield f"{field}.{index}", str(malformed)
            continue
        if not ordered:  # which also keeps 24:00 from being a start
            yield f"{field}.{index}", "an interval starts before it ends"
