"""The window of the page: what may be chosen with one click, and what a chosen day becomes in the address."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from api.pages.chips import Choice
from api.pages.formats import machine_text
from api.pages.links import Here

ALL: Final = "all"
USUAL_MONTHS: Final = 12
SOME_MONTHS: Final = 3
MADE_WITH: Final = "_made_with"
"""Behind a field's name: what the page had there when its form was made; of the key, what it is a key of."""

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def months_back(now: datetime, months: int) -> datetime:
    """The first instant of the month (UTC) so many months before this one: the same all month long."""
    count = now.astimezone(UTC).year * 12 + now.astimezone(UTC).month - 1 - months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


def start_of(now: datetime, months: int) -> datetime:
    """Where a window of so many months of the calendar (UTC) begins, the last of which is this one."""
    return months_back(now, months - 1)


def usual_start(now: datetime) -> datetime:
    """Where the window begins when nobody chose one."""
    return start_of(now, USUAL_MONTHS)


def choices(here: Here, now: datetime, from_: datetime | None, to: datetime | None) -> Sequence[Choice]:
    """The windows that end now, the one in force marked."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    starts = (
        ("30 days", today - timedelta(days=30)),
        (f"{SOME_MONTHS} months", start_of(now, SOME_MONTHS)),
        (f"{USUAL_MONTHS} months", usual_start(now)),
        ("all time", None),
    )
    return tuple(_choice(here, name, start, chosen=start == from_ and to is None) for name, start in starts)


def _choice(here: Here, name: str, start: datetime | None, *, chosen: bool) -> Choice:
    changes = {"from_": machine_text(start) if start else None, "window": None if start else ALL}
    address = here.but(**changes, to=None, cursor=None)
    return Choice(value=name, name=name, chosen=chosen, address=address)


def settled(here: Here) -> str | None:
    """The address in which days stand as instants (UTC) and nothing contradicts; None: it is that one.

    The last day of a window belongs to it. A day that is that of an instant which the form was made with is that
    instant. What is no day is left as it is, to be refused.
    """
    changes = dict(_changes(here))
    return here.but(**changes, cursor=None) if changes else None


def _changes(here: Here) -> Iterator[tuple[str, str | None]]:
    for name, days in (("from", 0), ("to", 1)):
        said, made_with = here.query.get(name, ""), here.query.get(f"{name}{MADE_WITH}", "")
        if DAY.fullmatch(said) and (instant := _same_day(name, said, made_with) or _midnight(said, days)):
            yield name, machine_text(instant)
        if made_with:
            yield f"{name}{MADE_WITH}", None
    if of := here.query.get(f"key{MADE_WITH}"):
        yield f"key{MADE_WITH}", None
        if of != here.query.get("group_by"):
            yield "key", None
    if "window" in here.query and ("from" in here.query or "to" in here.query):
        yield "window", None


def _same_day(name: str, day: str, made_with: str) -> datetime | None:
    """The instant that a form was made with, where its day is still the one that it has."""
    try:
        instant = datetime.fromisoformat(made_with)
        same = instant.tzinfo is not None and (first_day if name == "from" else last_day)(instant) == day
    except (ValueError, OverflowError):
        return None
    return instant if same else None


def _midnight(day: str, later: int) -> datetime | None:
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=later)
    except (ValueError, OverflowError):
        return None


def first_day(from_: datetime | None) -> str:
    """As a date field holds it."""
    return from_.astimezone(UTC).date().isoformat() if from_ else ""


def last_day(to: datetime | None) -> str:
    """The day to which the last instant of a window belongs; before the first day that there is there is none."""
    if to is None:
        return ""
    until = to.astimezone(UTC)
    since_the_first = until - datetime.min.replace(tzinfo=UTC)
    return (until - min(since_the_first, timedelta(microseconds=1))).date().isoformat()
