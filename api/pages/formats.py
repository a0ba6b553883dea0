"""How figures, times and texts are written on every page: one way each."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from markupsafe import Markup

from api.pages.wall_time import on_clocks_of
from domain.language.money import Money
from domain.time.calendar import Calendar

NARROW: Final = "\u202f"
"""Between a number and its unit: it does not break."""

NOTHING: Final = "–"
DAY_SECONDS: Final = 86_400
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z")
SUPPLIERS: Final = ("platform", "independent")
"""Suppliers that are called by a word, and by no id."""

FAR_SECONDS: Final = 7 * DAY_SECONDS
"""From how far away on hours make no difference."""

THREE_LINES: Final = 240
NARROW_LINES: Final = 120
"""How many characters three lines have at most, on a wide screen and on a narrow one."""


def duration_text(seconds: int, business_day: int | None = None) -> str:
    """Seconds in two units at most, such as ``10 bd 3 h``.

    ``business_day`` is how many seconds of business time make a business day; None: they are seconds of the calendar.
    """
    units = (("d" if business_day is None else "bd", business_day or DAY_SECONDS), ("h", 3600), ("min", 60), ("s", 1))
    rest, parts = abs(int(seconds)), []
    for name, size in units:
        count, rest = divmod(rest, size)
        if count:
            parts.append((count, name))
    told = [part for part in parts[:2] if part is parts[0] or part[1] != "s" or parts[0][1] == "min"]
    return NARROW.join(f"{count:,}{NARROW}{name}" for count, name in told or [(0, "s")])


def duration(seconds: int | None, business_day: int | None = None) -> Markup:
    """The same with the exact seconds, and whether they are of business time."""
    if seconds is None:
        return Markup(NOTHING)
    kind = "calendar" if business_day is None else "business"
    text = duration_text(seconds, business_day)
    if seconds and business_day is not None and f"{NARROW}bd" not in text:
        text += f"{NARROW}business"
    shown = '<span class="num" title="{} seconds of {} time" data-value="{}">{}</span>'
    return Markup(shown).format(f"{seconds:,}", kind, seconds, text)


def instant_text(instant: datetime, zone: str) -> str:
    """An instant on the clocks of a zone, such as ``Tue 10 Nov 2026, 09:02``."""
    here = on_clocks_of(zone, instant)
    return f"{day_text(here)}, {here:%H:%M}"


def instant_apart(instant: datetime, zone: str) -> str:
    """An instant that clocks of the zone show as they show another one: with the hour in UTC."""
    return f"{instant_text(instant, zone)} ({instant:%H:%M} UTC)"


def day_text(day: datetime) -> str:
    return f"{DAYS[day.weekday()]} {short_day(day)}"


def short_day(day: date) -> str:
    """A day without its name: ``10 Nov 2026``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year:04}"


def month_text(month: str) -> str:
    """A month as it is said: ``Feb 2026`` for ``2026-02``; what is none stays as it is."""
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}" if MONTH.fullmatch(month) else month


def group_text(group_by: str, key: str) -> str:
    """A group of the fleet as it is called: a client and an agency as they are written."""
    if group_by == "month":
        return month_text(key)
    if group_by == "all":
        return "all engagements"
    return key if group_by == "client" or (group_by == "partner" and key not in SUPPLIERS) else words(key)


def machine_text(instant: datetime) -> str:
    """An instant as machines read it, in UTC, to the second where it has no more."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant(of: datetime | None, zone: str) -> Markup:
    """An instant in the engagement's zone; the script adds that of whoever looks where it is another one."""
    if of is None:
        return Markup(NOTHING)
    shown = '<time datetime="{}" data-zone="{}">{}</time>'
    return Markup(shown).format(machine_text(of), zone, instant_text(of, zone))


def on_clocks(text: str, zone: str) -> str:
    """A sentence with its instants as the clocks of a zone show them."""
    return INSTANT.sub(lambda found: instant_text(datetime.fromisoformat(found[0]), zone), text)


def position(of: int | str) -> str:
    """A position of the log, as whoever sees it is told it: a number, or a token."""
    return of if isinstance(of, str) else f"{of:,}"


def from_now(of: datetime, now: datetime) -> str:
    """How far an instant is from now: ``in 3 h``, ``2 d 4 h ago``."""
    seconds = int((of - now).total_seconds())
    if abs(seconds) < 60:
        return "now"
    away = abs(seconds)
    text = duration_text(away - away % (DAY_SECONDS if away >= FAR_SECONDS else 60))
    return f"in {text}" if seconds > 0 else f"{text} ago"


def ratio(value: float | None, digits: int = 0) -> str:
    """A fraction of one in percent; null where nothing was counted."""
    if value is None:
        return NOTHING
    percent = 100 * value
    shown = f"{percent:.{digits}f}"
    if shown == f"{100:.{digits}f}" and value < 1:  # what is not all does not round up to it
        shown = f"{100 - 10**-digits:.{digits}f}"
    return f"{shown}{NARROW}%"


def money(of: Money | Mapping[str, Any] | None) -> str:
    """An amount with its currency, such as ``34,576.00 EUR``."""
    if of is None:
        return NOTHING
    amount, currency = (of["amount"], of["currency"]) if isinstance(of, Mapping) else (of.amount, of.currency)
    whole, point, fraction = str(amount).partition(".")
    return f"{int(whole):,}{point}{fraction}{NARROW}{currency}"


def called(name: str | None, client_id: str) -> str:
    """What an engagement is called: by its name, or where it has none by its client."""
    return name or client_id


def business_day_seconds(calendar: Calendar) -> int:
    """How many seconds of business time make a business day of a calendar."""
    return int(calendar.hours_per_business_day * 3600)


def words(code: str | None) -> str:
    """A code as it is said: ``staff_augmentation``, ``request-replacement``."""
    return NOTHING if code is None else code.replace("_", " ").replace("-", " ")


def capital(text: str) -> str:
    """With a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def written(text: str) -> Markup:
    """What somebody wrote: apart from the text around it, whatever direction it runs in; after three lines it folds."""
    many = text.strip().count("\n") > 2
    if len(text) <= NARROW_LINES and not many:
        return Markup("<bdi>{}</bdi>").format(text)
    kind = "fold" if many or len(text) > THREE_LINES else "fold if-narrow"
    return Markup('<details class="{}"><summary><bdi>{}</bdi></summary></details>').format(kind, text)


STATES: Final[Mapping[str, str]] = {
    "met": "●",
    "completed": "●",
    "late": "◐",
    "breached": "▲",
    "overdue": "▲",
    "cancelled": "×",
    "excused": "◇",
    "paused": "‖",
    "running": "○",
}
"""The sign of each state of a clock: colour never speaks alone."""


def state(name: str) -> Markup:
    """A state of a clock: its sign, and its word."""
    shown = '<span class="state {}"><span aria-hidden="true">{}</span> {}</span>'
    return Markup(shown).format(name, STATES.get(name, "·"), words(name))


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "duration": duration,
    "instant": instant,
    "moment": instant_text,
    "from_now": from_now,
    "on_clocks": on_clocks,
    "day": short_day,
    "position": position,
    "ratio": ratio,
    "money": money,
    "words": words,
    "capital": capital,
    "written": written,
    "state": state,
}
