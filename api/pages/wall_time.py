"""Times as clocks on a wall show them, and the instants that they are."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

A_MOMENT: Final = timedelta(microseconds=1)
"""The least time between two instants."""

_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")


def wall_time(text: str) -> datetime | None:
    """What a clock showed, as a browser writes it (``2026-11-10T09:02``); None where it is none."""
    if not _FORM.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def instants_of(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """The instant at which a clock of the zone showed this, in UTC.

    Two where it showed it twice, and where it never did: by the offset before the clock was set, and by the one after.
    """
    place = ZoneInfo(zone)
    first, second = (_utc(wall.replace(tzinfo=place, fold=fold)) for fold in (0, 1))
    return (first,) if first == second else (first, second)


def shown_once(wall: datetime, zone: str) -> bool:
    """Whether a clock of the zone showed this at all."""
    place = ZoneInfo(zone)
    return any(each.astimezone(place).replace(tzinfo=None) == wall for each in instants_of(wall, zone))


def unclear(wall: datetime, zone: str) -> str:
    """Why a time of a clock of the zone is no one instant; empty where it is."""
    if len(instants_of(wall, zone)) == 1:
        return ""
    how = "twice" if shown_once(wall, zone) else "never"
    return f"clocks in {zone} showed this time {how}: say which instant is meant"


def on_the_wall(instant: datetime, zone: str) -> str:
    """What a clock of the zone showed at an instant, as a browser writes it."""
    return on_clocks_of(zone, instant).replace(tzinfo=None).isoformat(timespec="seconds")


def on_clocks_of(zone: str, instant: datetime) -> datetime:
    """An instant on the clocks of a zone; at either end of the years, where they show none, in UTC."""
    try:
        return instant.astimezone(ZoneInfo(zone))
    except OverflowError:
        return instant.astimezone(UTC)


def _utc(local: datetime) -> datetime:
    try:
        return local.astimezone(UTC)
    except OverflowError:  # at the end of the years there is no other instant
        return local.replace(tzinfo=UTC)
