"""The time axis of a drawing: where each instant lies on it, its ticks, and the strip of events below it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

from api.pages.formats import MONTHS

MOST_TICKS: Final = 8
STRIP_HEIGHT: Final = 12
"""The tallest column of the strip, in pixels."""

LOWEST: Final = 4
EDGE: Final = 4.0
"""How near to an end of the axis, in percent, a tick's word would be cut in its middle."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The time [from, to] as the whole width of a drawing."""

    from_: datetime
    to: datetime

    @property
    def span(self) -> timedelta:
        return max(self.to - self.from_, timedelta(microseconds=1))

    def at(self, instant: datetime) -> float:
        """Where an instant lies, in percent; what lies beside the axis at its nearer end."""
        return min(100.0, max(0.0, 100 * ((instant - self.from_) / self.span)))

    def microseconds(self, instant: datetime) -> int:
        """How far after its start an instant is."""
        return (instant - self.from_) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Tick:
    """A word at a place in percent; ``anchor`` is the side of the word that lies there, as SVG says it."""

    at: str
    word: str
    anchor: str


def percent(value: float) -> str:
    """A place as SVG takes it, to some thousandth of the width: ``12.35%``."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def ticks(axis: Axis, zone: str) -> Sequence[Tick]:
    """At most eight beginnings of months, days, hours or minutes of the zone: of the shortest that are no more."""
    for step in STEPS:
        found = list(takewhile(lambda at: at <= axis.to, _from(axis, zone, step)))
        if len(found) <= MOST_TICKS:
            return [_tick(axis, at, step) for at in found]
    return ()


Walk = Callable[[datetime, int], datetime]


@dataclass(frozen=True, slots=True)
class Step:
    """From one tick to the next. ``after`` is the unit's beginning so many units after the one an instant lies in."""

    after: Walk
    day: bool = False
    hour: bool = False


def _minutes(size: int) -> Walk:
    def after(local: datetime, count: int) -> datetime:
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        passed = (local - midnight) // timedelta(minutes=size)
        return midnight + timedelta(minutes=size * (passed + count))

    return after


def _months(size: int) -> Walk:
    def after(local: datetime, count: int) -> datetime:
        month = local.year * 12 + (local.month - 1) // size * size + size * count
        midnight = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return midnight.replace(year=month // 12, month=month % 12 + 1)

    return after


def _mondays(local: datetime, count: int) -> datetime:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday()) + timedelta(days=7 * count)


STEPS: Final = (
    *(Step(_minutes(each), hour=True) for each in (1, 5, 15, 60, 180, 360)),
    Step(_minutes(1440), day=True),
    Step(_mondays, day=True),
    *(Step(_months(each)) for each in (1, 2, 3, 6, 12, 60)),
)
"""From the shortest to the longest."""


def _from(axis: Axis, zone: str, step: Step) -> Iterator[datetime]:
    """The beginnings of a step's units on the axis and after it, and one more than there may be at most."""
    place = ZoneInfo(zone)
    local = step.after(axis.from_.astimezone(place).replace(tzinfo=None), 0)
    for _ in range(MOST_TICKS + 2):
        instant = local.replace(tzinfo=place).astimezone(UTC)
        if instant >= axis.from_:
            yield instant.astimezone(place)
        local = step.after(local, 1)


def _tick(axis: Axis, at: datetime, step: Step) -> Tick:
    place = axis.at(at)
    if step.hour and (at.hour or at.minute):
        word = f"{at:%H:%M}"
    elif step.hour or step.day:
        word = f"{at.day} {MONTHS[at.month - 1]}"
    else:
        word = f"{at.year}" if at.month == 1 else MONTHS[at.month - 1]
    return Tick(percent(place), word, "start" if place < EDGE else "end" if place > 100 - EDGE else "middle")


def strip(density: Sequence[int]) -> str:
    """The events as a path of columns, one unit of width each, in a box as wide as there are columns."""
    most = max(density, default=0)
    tall = (LOWEST + round((STRIP_HEIGHT - LOWEST) * (count - 1) / max(1, most - 1)) for count in density)
    return "".join(
        f"M{column}.5 {STRIP_HEIGHT}v-{height}"
        for column, (count, height) in enumerate(zip(density, tall, strict=True))
        if count
    )
