"""The laws of business time, over any calendar, near the clock changes of many zones."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.time.business_time import BusinessTime, epoch_seconds, instant_at
from domain.time.calendar import WEEKDAYS, Calendar, Hours

CHANGES = [
    ("UTC", "2026-12-31"),
    ("Asia/Kolkata", "2027-01-01"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Europe/London", "2026-03-29"),
    ("America/Sao_Paulo", "2018-02-18"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Havana", "2022-11-06"),
    ("America/St_Johns", "2006-10-29"),  # back at one past midnight, into the day before
    ("Africa/Cairo", "2023-10-27"),
    ("Africa/Casablanca", "2022-03-27"),
    ("Asia/Beirut", "2022-10-30"),
    ("Asia/Kathmandu", "1986-01-01"),
    ("Antarctica/Troll", "2022-03-27"),
    ("Australia/Lord_Howe", "2022-04-03"),
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Kiritimati", "1994-12-31"),  # skipped, at the turn of the year
]


@pytest.fixture(autouse=True, scope="module")
def only_the_pinned_zones() -> Iterator[None]:
    zoneinfo.reset_tzpath([])
    yield
    zoneinfo.reset_tzpath()


def wall_time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


MINUTES = st.integers(0, 1440) | st.integers(0, 24).map(lambda hour: hour * 60)
INTERVALS = st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] < pair[1])
HOURS: st.SearchStrategy[Hours] = st.lists(INTERVALS, max_size=4).map(
    lambda pairs: tuple((wall_time(start), wall_time(end)) for start, end in pairs)
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and the start of a local day within a few days of a clock change in its zone."""
    zone, change = draw(st.sampled_from(CHANGES))
    near = [date.fromisoformat(change) + timedelta(days=days) for days in range(-4, 5)]
    return Calendar(
        code="any",
        version=1,
        zone=zone,
        week=draw(st.dictionaries(st.sampled_from(WEEKDAYS), HOURS, min_size=1)),
        exceptions=draw(st.dictionaries(st.sampled_from([day.isoformat() for day in near]), HOURS, max_size=4)),
        hours_per_business_day=8,
        holidays_until=None,
    ), datetime.combine(draw(st.sampled_from(near)), datetime.min.time(), ZoneInfo(zone))


law = settings(deadline=None)  # some calendars lay out hundreds of years to find that a goal is out of reach

OFFSETS = st.integers(-5 * 86_400, 5 * 86_400)


def open_minutes(calendar: Calendar, middle: date) -> set[int]:
    """The slow way: the UTC minutes that the hours of two weeks open, each interval converted by the zone alone."""
    opened: set[int] = set()
    zone = ZoneInfo(calendar.zone)
    for days in range(-8, 9):
        day = middle + timedelta(days=days)
        hours = calendar.exceptions.get(day.isoformat(), calendar.week.get(WEEKDAYS[day.weekday()], ()))
        wall = covered(hours)
        edges = sorted(wall ^ {minute + 1 for minute in wall})
        midnight = datetime.combine(day, datetime.min.time())
        instants = [epoch_seconds((midnight + timedelta(minutes=edge)).replace(tzinfo=zone)) // 60 for edge in edges]
        for start, end in zip(instants[::2], instants[1::2], strict=True):
            opened.update(range(start, end))
    return opened


def covered(hours: Hours) -> set[int]:
    """The wall minutes of a day that intervals cover."""
    minutes = [(int(start[:2]) * 60 + int(start[3:]), int(end[:2]) * 60 + int(end[3:])) for start, end in hours]
    return {minute for start, end in minutes for minute in range(start, end)}


@law
@given(situations(), OFFSETS, st.integers(0, 5 * 86_400))
def test_business_time_agrees_with_counting_minutes(
    situation: tuple[Calendar, datetime], offset: int, length: int
) -> None:
    calendar, midnight = situation
    time, opened = BusinessTime(calendar), open_minutes(calendar, midnight.date())
    start = epoch_seconds(midnight) // 60 + offset // 120
    minutes = range(start, start + length // 120)
    counted = sum(minute in opened for minute in minutes)
    assert time.between(minutes.start * 60, minutes.stop * 60) == counted * 60
    assert all(time.open_at(minute * 60) == (minute in opened) for minute in minutes[::7])


@law
@given(situations(), OFFSETS, OFFSETS, OFFSETS)
def test_business_time_adds_up_over_any_split(situation: tuple[Calendar, datetime], x: int, y: int, z: int) -> None:
    calendar, midnight = situation
    time = BusinessTime(calendar)
    a, b, c = (epoch_seconds(midnight) + offset for offset in (x, y, z))
    assert time.between(a, b) + time.between(b, c) == time.between(a, c)
    assert time.between(a, b) == -time.between(b, a)
    assert 0 <= time.between(min(a, b), max(a, b)) <= abs(b - a)


@law
@given(situations(), OFFSETS, st.integers(1, 200 * 3600))
def test_adding_is_the_inverse_of_measuring(situation: tuple[Calendar, datetime], offset: int, seconds: int) -> None:
    calendar, midnight = situation
    time, a = BusinessTime(calendar), epoch_seconds(midnight) + offset
    reached = time.add(a, seconds)
    if reached is None:
        assert time.between(a, epoch_seconds(datetime.max.replace(tzinfo=UTC))) < seconds
        return
    assert time.between(a, reached) == seconds
    assert time.between(a, reached - 1) == seconds - 1  # so nothing earlier reaches it
    assert time.add(a, 0) == a


@law
@given(situations(), OFFSETS, st.integers(0, 20 * 86_400))
def test_the_end_of_measured_time_is_reached_no_later(
    situation: tuple[Calendar, datetime], offset: int, length: int
) -> None:
    calendar, midnight = situation
    time, a = BusinessTime(calendar), epoch_seconds(midnight) + offset
    reached = time.add(a, time.between(a, a + length))
    assert reached is not None
    assert a <= reached <= a + length
    assert time.between(reached, a + length) == 0


@law
@given(situations(), OFFSETS, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)), st.integers(0, 999_999))
def test_an_instant_is_the_same_in_every_representation(
    situation: tuple[Calendar, datetime], offset: int, ahead: timedelta, microseconds: int
) -> None:
    calendar, midnight = situation
    time = BusinessTime(calendar)
    instant = instant_at(epoch_seconds(midnight) + offset) + timedelta(microseconds=microseconds)
    for other in (instant.astimezone(timezone(ahead)), instant.astimezone(ZoneInfo(calendar.zone))):
        assert epoch_seconds(other) == epoch_seconds(instant) == epoch_seconds(midnight) + offset
        assert time.plus_local_days(other, 90) == time.plus_local_days(instant, 90)


@law
@given(situations(), OFFSETS, st.integers(1, 500 * 86_400))
def test_segments_tile_the_time_and_sum_to_it(situation: tuple[Calendar, datetime], offset: int, length: int) -> None:
    calendar, midnight = situation
    time, a = BusinessTime(calendar), epoch_seconds(midnight) + offset
    pieces = list(time.segments(a, a + length))
    assert (pieces[0].start, pieces[-1].end) == (a, a + length)
    assert all(piece.start < piece.end for piece in pieces)
    assert all(one.end == other.start and one[2:] != other[2:] for one, other in pairwise(pieces))
    assert sum(piece.end - piece.start for piece in pieces if piece.open) == time.between(a, a + length)
    for piece in pieces:
        assert time.open_at(piece.start) == time.open_at(piece.end - 1) == piece.open
        if piece.exception_date:
            assert not piece.open
            assert piece.exception_date.isoformat() in calendar.exceptions
            assert time.local_midnight(piece.exception_date) <= piece.start
            assert piece.end <= time.local_midnight_after(piece.exception_date)


@law
@given(situations())
def test_closed_time_of_an_exception_is_always_named(situation: tuple[Calendar, datetime]) -> None:
    calendar, _ = situation
    time = BusinessTime(calendar)
    for day in map(date.fromisoformat, calendar.exceptions):
        pieces = time.segments(time.local_midnight(day), time.local_midnight_after(day))
        assert all(piece.open or piece.exception_date == day for piece in pieces)


@law
@given(situations(), OFFSETS)
def test_a_local_date_is_that_of_the_wall_clock(situation: tuple[Calendar, datetime], offset: int) -> None:
    calendar, midnight = situation
    instant = instant_at(epoch_seconds(midnight) + offset)
    assert BusinessTime(calendar).local_date(instant) == instant.astimezone(ZoneInfo(calendar.zone)).date()


@law
@given(situations(), OFFSETS, st.integers(0, 400))
def test_days_later_the_wall_clock_reads_the_same_unless_it_was_skipped(
    situation: tuple[Calendar, datetime], offset: int, days: int
) -> None:
    calendar, midnight = situation
    zone = ZoneInfo(calendar.zone)
    instant = instant_at(epoch_seconds(midnight) + offset)
    later = BusinessTime(calendar).plus_local_days(instant, days)
    wanted = instant.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    shown = later.astimezone(zone)
    skipped = wanted.replace(tzinfo=zone).utcoffset() != wanted.replace(tzinfo=zone, fold=1).utcoffset()
    assert shown.fold == 0
    assert shown.replace(tzinfo=None) == wanted or (skipped and shown.replace(tzinfo=None) > wanted)
