"""Business time: seconds that count on a calendar, evaluated in its zone and measured in UTC.

Instants are whole seconds since 1970-01-01T00:00:00Z, from year 1 to year 9999; others are taken as the nearest one.
Open intervals are half-open. A wall time that a clock change skips moves forward by the gap, one that it repeats is
the first (PEP 495, fold 0); ends are converted to UTC before anything is subtracted, so a day has its true length.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from domain.time.calendar import WEEKDAYS, Calendar, Hours, day_of, seconds_of_day
from domain.time.intervals import union

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_DAY: Final = 86_400
_SECOND: Final = timedelta(seconds=1)


def epoch_seconds(instant: datetime) -> int:
    """The instant truncated to the second, in seconds since 1970 (UTC). Raises TypeError when it has no offset."""
    return (instant - _EPOCH) // _SECOND


def instant_at(seconds: int) -> datetime:
    """The instant that many seconds since 1970, in UTC. Raises OverflowError beyond years 1 to 9999."""
    return _EPOCH + seconds * _SECOND


def _midnight(day: int) -> int:
    """The wall clock's seconds since 1970-01-01 at the start of the day with this proleptic ordinal."""
    return (day - _EPOCH_DAY) * _DAY


_FIRST: Final = epoch_seconds(datetime.min.replace(tzinfo=UTC))
_LAST: Final = epoch_seconds(datetime.max.replace(tzinfo=UTC))
_LAST_DAY: Final = date.max.toordinal()
_YEARS: Final = range(date.min.year, date.max.year + 1)
_LAST_YEAR: Final = date.max.year
_YEAR_STARTS: Final = [*(_midnight(date(year, 1, 1).toordinal()) for year in _YEARS), _LAST + 1]


def _clamped(seconds: int) -> int:
    return min(max(seconds, _FIRST), _LAST)


def _year_of(seconds: int) -> int:
    return bisect_right(_YEAR_STARTS, seconds)


def _year_start(year: int) -> int:
    return _YEAR_STARTS[year - 1]


def _kind_of_year(year: int) -> tuple[int, int]:
    """The weekdays of its first and last day, which also tell whether it is a leap year."""
    return date(year, 1, 1).weekday(), date(year, 12, 31).weekday()


# No zone changed its clocks before 1800, and from 2200 on each follows a POSIX rule, which depends on nothing but
# these 14 kinds of year: one of each on either side stands for all the others. 28 years hold every kind.
_DATED_YEARS: Final = range(1800, 2200)
_PAST: Final = {_kind_of_year(year): year for year in range(1772, 1800)}
_FUTURE: Final = {_kind_of_year(year): year for year in range(2201, 2229)}


def _wall_seconds(hours: Hours) -> list[tuple[int, int]]:
    return union((seconds_of_day(start), seconds_of_day(end)) for start, end in hours)


class Segment(NamedTuple):
    """A piece [start, end) of time that is open or closed throughout.

    ``exception_date`` is the local date in the calendar's exceptions that closed time lies in; open time has none.
    """

    start: int
    end: int
    open: bool
    exception_date: date | None


@dataclass(frozen=True, slots=True)
class _Year:
    """The open intervals of one UTC year, in seconds from its start."""

    starts: "array[int]"
    ends: "array[int]"
    through: "array[int]"
    """The open seconds of the year up to each end."""

    @property
    def total(self) -> int:
        return self.through[-1] if self.through else 0

    def before(self, moment: int) -> int:
        """The open seconds of the year before a moment of it."""
        index = bisect_left(self.starts, moment)
        return self.through[index - 1] - max(0, self.ends[index - 1] - moment) if index else 0

    def reaching(self, open_seconds: int) -> int:
        """The earliest moment with that many open seconds before it: more than 0, at most the total."""
        index = bisect_left(self.through, open_seconds)
        return self.ends[index] - (self.through[index] - open_seconds)


def _year_of_intervals(intervals: list[tuple[int, int]]) -> _Year:
    through, total = array("i"), 0
    for start, end in intervals:
        total += end - start
        through.append(total)
    return _Year(array("i", [start for start, _ in intervals]), array("i", [end for _, end in intervals]), through)


class BusinessTime:
    """A calendar made ready to measure: each year is laid out once, when first asked for, and searched from then on."""

    __slots__ = (
        "_closures",
        "_closures_ends",
        "_exceptions",
        "_laid_out",
        "_opened",
        "_own_years",
        "_week",
        "_years",
        "_zone",
        "known_until",
    )

    known_until: int | None
    """The first instant after the calendar's ``holidays_until``; None where that is open."""

    def __init__(self, calendar: Calendar) -> None:
        """Raises ValueError or ZoneInfoNotFoundError for a calendar that has problems."""
        self._zone = ZoneInfo(calendar.zone)
        self._week = [_wall_seconds(calendar.week.get(weekday, ())) for weekday in WEEKDAYS]
        dated = sorted((day_of(text).toordinal(), hours) for text, hours in calendar.exceptions.items())
        self._exceptions = {day: _wall_seconds(hours) for day, hours in dated}
        # A local day lies within two days of the UTC day with its date, so it may belong to the next year or the last.
        self._own_years = {_year_of(_midnight(day + near)) for day in self._exceptions for near in (-2, 2)}
        self._closures = self._local_days(self._exceptions)
        self._closures_ends = [closure.end for closure in self._closures]
        self._years: dict[tuple[int, bool], _Year] = {}
        self._laid_out: dict[int, _Year] = {}
        self._opened: tuple[int, bool] | None = None
        until = calendar.holidays_until
        self.known_until = None if until is None else self.local_midnight_after(day_of(until))

    def between(self, a: int, b: int) -> int:
        """Business seconds in [a, b); negative, as those of [b, a), when a > b."""
        if a > b:
            return -self.between(b, a)
        year = _year_of(a)
        if a >= _FIRST and b < _YEAR_STARTS[min(year, _LAST_YEAR)]:  # within one year, as most are
            laid_out, zero = self._year(year), _year_start(year)
            return laid_out.before(b - zero) - laid_out.before(a - zero)
        first, before_a = self._within_year(a)
        last, before_b = self._within_year(b)
        return sum(self._year(year).total for year in range(first, last)) - before_a + before_b

    def add(self, a: int, seconds: int) -> int | None:
        """The earliest instant t >= a with ``between(a, t) >= seconds``; None where year 9999 ends before that."""
        if seconds <= 0:
            return a
        first, before_a = self._within_year(a)
        wanted = before_a + seconds
        for year in range(first, _YEARS.stop):
            laid_out = self._year(year)
            if wanted <= laid_out.total:
                reached = _year_start(year) + laid_out.reaching(wanted)
                return reached if reached <= _LAST else None
            wanted -= laid_out.total
        return None

    def open_at(self, t: int) -> bool:
        """Whether the second from t on counts. All clocks ask it of one instant, so the last answer is kept."""
        opened = self._opened
        if opened is None or opened[0] != t:
            opened = self._opened = t, self._open_at(t)
        return opened[1]

    def _open_at(self, t: int) -> bool:
        t = _clamped(t)
        year = _year_of(t)
        laid_out, moment = self._year(year), t - _year_start(year)
        index = bisect_right(laid_out.starts, moment)
        return index > 0 and moment < laid_out.ends[index - 1]

    def segments(self, a: int, b: int) -> Iterator[Segment]:
        """Consecutive pieces that cover [a, b) without hole or overlap; neighbours differ in more than their times.

        None where a >= b.
        """
        pending: Segment | None = None
        for piece in self._pieces(_clamped(a), _clamped(b)):
            if pending and pending[2:] == piece[2:]:
                pending = pending._replace(end=piece.end)
                continue
            if pending:
                yield pending
            pending = piece
        if pending:
            yield pending

    def local_midnight(self, day: date) -> int:
        """The instant at which a local date starts."""
        return _clamped(self._utc(_midnight(day.toordinal())))

    def local_midnight_after(self, day: date) -> int:
        """The instant at which a local date is over."""
        return _clamped(self._utc(_midnight(day.toordinal() + 1)))

    def local_date(self, instant: datetime) -> date:
        """The date that the wall clock shows at an instant."""
        return date.fromordinal(min(max(self._wall(epoch_seconds(instant)) // _DAY + _EPOCH_DAY, 1), _LAST_DAY))

    def plus_local_days(self, instant: datetime, days: int) -> datetime:
        """The same local wall time (to the microsecond) that many calendar days later, in UTC."""
        seconds = epoch_seconds(instant)
        wall = self._wall(seconds) + days * _DAY
        return instant_at(_clamped(self._utc(wall))) + (instant - instant_at(seconds))

    def _within_year(self, t: int) -> tuple[int, int]:
        """The year of an instant, and the open seconds of that year before it."""
        t = _clamped(t)
        year = _year_of(t)
        return year, self._year(year).before(t - _year_start(year))

    def _pieces(self, a: int, b: int) -> Iterator[Segment]:
        """The segments of [a, b), cut at every new year as well."""
        while a < b:
            year = _year_of(a)
            zero, until = _year_start(year), min(b, _year_start(year + 1))
            laid_out = self._year(year)
            for index in range(bisect_right(laid_out.ends, a - zero), len(laid_out.ends)):
                start, end = zero + laid_out.starts[index], zero + laid_out.ends[index]
                if start >= until:
                    break
                yield from self._closed(a, start)
                yield Segment(max(a, start), min(end, until), True, None)
                a = min(end, until)
            yield from self._closed(a, until)
            a = until

    def _closed(self, a: int, b: int) -> Iterator[Segment]:
        """The closed time [a, b), cut where a date in the exceptions starts or ends."""
        for index in range(bisect_right(self._closures_ends, a), len(self._closures)):
            closure = self._closures[index]
            if max(a, closure.start) >= b:
                break
            if a < closure.start:
                yield Segment(a, closure.start, False, None)
            yield closure._replace(start=max(a, closure.start), end=min(b, closure.end))
            a = min(b, closure.end)
        if a < b:
            yield Segment(a, b, False, None)

    def _local_days(self, days: Iterable[int]) -> list[Segment]:
        """The given days from midnight to midnight as closed time; a day that its zone skipped is left out."""
        dates = [date.fromordinal(day) for day in days]
        spans = [Segment(self.local_midnight(day), self.local_midnight_after(day), False, day) for day in dates]
        return [span for span in spans if span.start < span.end]

    def _year(self, year: int) -> _Year:
        laid_out = self._laid_out.get(year)
        if laid_out is None:
            laid_out = self._laid_out[year] = self._kind_of(year)
        return laid_out

    def _kind_of(self, year: int) -> _Year:
        """The year laid out, or another one that is laid out alike."""
        exceptions = self._exceptions
        if year not in _DATED_YEARS and year not in self._own_years:
            year = (_PAST if year < _DATED_YEARS.start else _FUTURE)[_kind_of_year(year)]
            exceptions = {}  # those of the year that stands in are not this year's
        key = year, bool(exceptions)
        laid_out = self._years.get(key)
        if laid_out is None:
            laid_out = self._years[key] = _year_of_intervals(self._lay_out(year, exceptions))
        return laid_out

    def _lay_out(self, year: int, exceptions: Mapping[int, list[tuple[int, int]]]) -> list[tuple[int, int]]:
        """The open intervals of a UTC year, in seconds from its start."""
        zero, length = _year_start(year), _year_start(year + 1) - _year_start(year)
        first = date(year, 1, 1).toordinal()
        days = range(max(first - 2, date.min.toordinal()), min(first + length // _DAY + 2, date.max.toordinal() + 1))
        opened: list[tuple[int, int]] = []
        for day, (offset, next_offset) in zip(days, pairwise(self._midnight_offsets(days)), strict=True):
            midnight = _midnight(day)
            for start, end in exceptions.get(day, self._week[(day - 1) % 7]):
                if offset == next_offset:
                    opened.append((midnight + start - offset, midnight + end - offset))
                else:
                    opened.append((self._utc(midnight + start), self._utc(midnight + end)))
        return union((max(start - zero, 0), min(end - zero, length)) for start, end in opened)

    def _midnight_offsets(self, days: range) -> list[int]:
        """Seconds that local time is ahead of UTC at the start of each day and at the end of the last one."""
        offsets = [self._ahead_of_utc(datetime.fromordinal(day)) for day in days]
        return [*offsets, self._offset(_midnight(days.stop))]

    def _wall(self, t: int) -> int:
        """What the wall clock shows at an instant, in seconds since its own 1970-01-01."""
        # A day off the ends of time, where the local wall time of the instant may have no datetime.
        inside = instant_at(min(max(t, _FIRST + _DAY), _LAST - _DAY))
        shown = inside.astimezone(self._zone).replace(tzinfo=UTC)
        return t + (shown - inside) // _SECOND

    def _utc(self, wall: int) -> int:
        """The instant at which the wall clock shows this, in seconds since its own 1970-01-01."""
        return wall - self._offset(wall)

    def _offset(self, wall: int) -> int:
        """Seconds that local time is ahead of UTC at a wall time."""
        return self._ahead_of_utc(instant_at(_clamped(wall)))

    def _ahead_of_utc(self, wall: datetime) -> int:
        """The same for the wall time that a datetime reads, whatever its own zone."""
        offset = self._zone.utcoffset(wall)
        return offset // _SECOND if offset else 0


@lru_cache(maxsize=64)
def business_time(calendar: Calendar) -> BusinessTime:
    """The calendar ready to measure, kept for calendars of equal value. Raises as BusinessTime does."""
    return BusinessTime(calendar)
