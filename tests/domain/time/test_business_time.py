"""Business time on a calendar: the worked examples, clock changes and the ends of time."""

import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from domain.time.business_time import Segment, business_time, epoch_seconds, instant_at
from domain.time.calendar import WEEKDAYS, Calendar, Hours

HOUR = 3600
OFFICE: Hours = (("09:00", "17:00"),)
ALL_DAY: Hours = (("00:00", "24:00"),)


@pytest.fixture(autouse=True)
def only_the_pinned_zones() -> Iterator[None]:
    zoneinfo.reset_tzpath([])
    yield
    zoneinfo.reset_tzpath()


def calendar(
    zone: str, hours: Hours = OFFICE, days: tuple[str, ...] = WEEKDAYS[:5], exceptions: dict[str, Hours] | None = None
) -> Calendar:
    return Calendar(
        code="example",
        version=1,
        zone=zone,
        week=dict.fromkeys(days, hours),
        exceptions=exceptions or {},
        hours_per_business_day=8,
        holidays_until="2026-12-31",
    )


US_EAST = calendar("America/New_York", exceptions={"2026-11-11": (), "2026-11-26": ()})
LONDON = calendar("Europe/London")


def at(zone: str, text: str) -> int:
    """The instant of a local wall time, which must be an ordinary one."""
    return epoch_seconds(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def new_york(text: str) -> int:
    return at("America/New_York", text)


def utc(text: str) -> int:
    return at("UTC", text)


def hours_between(of: Calendar, a: int, b: int) -> float:
    return business_time(of).between(a, b) / HOUR


def hours_of_day(of: Calendar, text: str) -> float:
    day, time = date.fromisoformat(text), business_time(of)
    return time.between(time.local_midnight(day), time.local_midnight_after(day)) / HOUR


# The worked examples


def test_a_goal_of_business_hours_runs_over_a_weekend_on_which_summer_time_ends() -> None:
    reported = new_york("2026-10-30 15:30")
    assert business_time(US_EAST).add(reported, 4 * HOUR) == utc("2026-11-02 16:30")
    assert hours_between(US_EAST, reported, new_york("2026-11-02 11:00")) == 3.5


def test_a_goal_of_business_days_is_neither_of_24_hours_nor_of_utc_days() -> None:
    requested, time = new_york("2026-10-30 15:30"), business_time(US_EAST)
    assert time.add(requested, 10 * 8 * HOUR) == utc("2026-11-16 20:30")
    assert time.add(requested, 10 * 24 * HOUR) != utc("2026-11-16 20:30")
    assert requested + 10 * 86_400 == utc("2026-11-09 19:30")
    on_utc_days = business_time(replace(US_EAST, zone="UTC"))
    assert on_utc_days.add(requested, 10 * 8 * HOUR) == utc("2026-11-16 17:00")


def test_a_pause_leaves_the_goal_its_business_hours() -> None:
    time = business_time(US_EAST)
    requested, proposed, decided = map(new_york, ("2026-10-30 15:30", "2026-11-04 12:00", "2026-11-06 10:00"))
    assert time.between(proposed, decided) == 14 * HOUR
    assert time.add(decided, 80 * HOUR - time.between(requested, proposed)) == utc("2026-11-18 18:30")


@pytest.mark.parametrize(("replaced", "elapsed"), [("2026-11-18 09:00", 75.5), ("2026-11-20 13:00", 95.5)])
def test_elapsed_leaves_the_pause_out(replaced: str, elapsed: float) -> None:
    whole = hours_between(US_EAST, new_york("2026-10-30 15:30"), new_york(replaced))
    assert whole - 14 == elapsed


def test_the_holders_of_a_case_add_up() -> None:
    handed = map(new_york, ("2026-10-30 15:30", "2026-11-04 12:00", "2026-11-06 10:00", "2026-11-18 09:00"))
    assert [hours_between(US_EAST, a, b) for a, b in pairwise(handed)] == [20.5, 14, 55]
    assert hours_between(US_EAST, new_york("2026-10-30 15:30"), new_york("2026-11-18 09:00")) == 89.5


def test_eight_business_hours_from_friday_afternoon_end_on_monday_in_summer_time() -> None:
    friday = at("Europe/London", "2026-03-27 16:00")
    assert business_time(LONDON).add(friday, 8 * HOUR) == utc("2026-03-30 15:00")


def test_a_calendar_that_never_closes_loses_the_hour_that_summer_time_takes() -> None:
    always = calendar("Europe/London", ALL_DAY, WEEKDAYS)
    a, b = at("Europe/London", "2026-03-28 12:00"), at("Europe/London", "2026-03-30 12:00")
    assert hours_between(always, a, b) == 47


def test_eight_business_hours_from_opening_end_at_closing_the_same_day() -> None:
    time = business_time(LONDON)
    opening, closing, next_opening = (
        at("Europe/London", f"2026-06-{text}") for text in ("01 09:00", "01 17:00", "02 09:00")
    )
    assert time.add(opening, 8 * HOUR) == closing
    assert time.between(opening, closing) == 8 * HOUR
    assert time.between(closing, next_opening) == 0
    assert time.add(opening, 8 * HOUR + 1) == next_opening + 1


def test_a_goal_runs_on_in_the_next_year() -> None:
    # Thursday is over at 17:00; Friday 1 January 2027 is no exception of this calendar.
    thursday = at("Europe/London", "2026-12-31 16:00")
    assert business_time(LONDON).add(thursday, 8 * HOUR) == at("Europe/London", "2027-01-01 16:00")
    assert business_time(LONDON).add(thursday, 270 * 8 * HOUR) == at("Europe/London", "2028-01-13 16:00")


def test_lunch_does_not_count() -> None:
    split = calendar("Europe/London", (("09:00", "12:00"), ("13:00", "17:00")))
    from_half_past_eleven = business_time(split).add(at("Europe/London", "2026-06-01 11:30"), 2 * HOUR)
    assert from_half_past_eleven == at("Europe/London", "2026-06-01 14:30")


def test_a_holiday_does_not_count() -> None:
    assert hours_between(US_EAST, new_york("2026-11-10 16:00"), new_york("2026-11-12 10:00")) == 2


def test_a_window_of_calendar_days_keeps_the_wall_time_over_a_clock_change() -> None:
    time = business_time(US_EAST)
    onboarded = instant_at(new_york("2026-08-03 10:00")) + timedelta(microseconds=7)
    assert time.plus_local_days(onboarded, 90) == datetime(2026, 11, 1, 15, 0, 0, 7, tzinfo=UTC)
    assert time.plus_local_days(onboarded, 90) != onboarded + timedelta(days=90)


def test_business_hours_of_a_month() -> None:
    december = new_york("2026-12-01 00:00")
    assert hours_between(US_EAST, new_york("2026-11-01 00:00"), december) == 152
    assert hours_between(US_EAST, new_york("2026-11-16 09:00"), new_york("2026-11-18 09:00")) == 16
    assert hours_between(US_EAST, new_york("2026-11-09 00:00"), december) == 112


# Days


def test_an_exception_may_be_half_a_day_or_open_a_day_that_is_closed() -> None:
    of = calendar("Europe/London", exceptions={"2026-12-24": (("09:00", "13:00"),), "2026-12-26": OFFICE})
    assert [hours_of_day(of, f"2026-12-{day}") for day in (23, 24, 25, 26, 27)] == [8, 4, 8, 8, 0]


@pytest.mark.parametrize(
    "hours",
    [
        (("09:00", "17:00"),),
        (("12:00", "17:00"), ("09:00", "12:00")),
        (("09:00", "13:00"), ("11:00", "17:00")),
        (("10:00", "11:00"), ("09:00", "17:00"), ("09:00", "17:00")),
    ],
)
def test_the_intervals_of_a_day_are_read_as_a_union(hours: Hours) -> None:
    time, monday = business_time(calendar("Europe/London", hours)), date(2026, 6, 1)
    pieces = time.segments(time.local_midnight(monday), time.local_midnight_after(monday))
    assert [piece[:2] for piece in pieces if piece.open] == [(utc("2026-06-01 08:00"), utc("2026-06-01 16:00"))]


def test_days_that_touch_at_midnight_are_one_piece_even_at_new_year() -> None:
    time = business_time(calendar("Asia/Kolkata", ALL_DAY, WEEKDAYS))
    a, b = utc("2024-06-01"), utc("2027-06-01")
    assert list(time.segments(a, b)) == [Segment(a, b, True, None)]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Sao_Paulo", "2018-11-04", 23),  # midnight is skipped
        ("America/Sao_Paulo", "2018-02-17", 25),  # the last hour before midnight comes twice
        ("Africa/Cairo", "2023-04-28", 23),
        ("Africa/Cairo", "2023-10-26", 25),
        ("Asia/Beirut", "2022-03-27", 23),
        ("America/Havana", "2022-11-06", 25),  # the first hour after midnight comes twice
        ("Asia/Kathmandu", "1986-01-01", 23.75),  # for good, at new year
        ("Antarctica/Troll", "2022-03-27", 22),
        ("Antarctica/Troll", "2022-10-30", 26),
        ("Australia/Lord_Howe", "2022-04-03", 24.5),
        ("Australia/Lord_Howe", "2022-10-02", 23.5),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-30", 0),  # the whole day is skipped
        ("Pacific/Apia", "2011-12-31", 24),
    ],
)
def test_a_day_with_a_clock_change_has_its_true_length(zone: str, day: str, hours: float) -> None:
    assert hours_of_day(calendar(zone, ALL_DAY, WEEKDAYS), day) == hours


@pytest.mark.parametrize(
    ("zone", "day", "interval", "opened"),
    [
        # 02:00 to 03:00 is skipped: what lies in it moves forward, an end that is overtaken leaves nothing.
        ("America/New_York", "2026-03-08", ("01:00", "02:30"), ("06:00", "07:30")),
        ("America/New_York", "2026-03-08", ("02:10", "02:40"), ("07:10", "07:40")),
        ("America/New_York", "2026-03-08", ("02:30", "04:00"), ("07:30", "08:00")),
        ("America/New_York", "2026-03-08", ("02:30", "03:15"), None),
        ("America/New_York", "2026-03-08", ("02:00", "03:00"), None),
        # 01:00 to 02:00 comes twice: the first counts.
        ("America/New_York", "2026-11-01", ("00:30", "01:30"), ("04:30", "05:30")),
        ("America/New_York", "2026-11-01", ("01:30", "02:00"), ("05:30", "07:00")),
        # The same at midnight.
        ("America/Sao_Paulo", "2018-11-04", ("00:00", "00:30"), ("03:00", "03:30")),
        ("America/Sao_Paulo", "2018-11-04", ("00:00", "01:00"), None),
        ("America/Sao_Paulo", "2018-11-04", ("00:30", "02:00"), ("03:30", "04:00")),
    ],
)
def test_ends_that_a_clock_change_skips_or_repeats(
    zone: str, day: str, interval: tuple[str, str], opened: tuple[str, str] | None
) -> None:
    time = business_time(calendar(zone, (), exceptions={day: (interval,)}))
    pieces = time.segments(utc("2018-01-01"), utc("2027-01-01"))
    expected = [] if opened is None else [tuple(utc(f"{day} {end}") for end in opened)]
    assert [piece[:2] for piece in pieces if piece.open] == expected


def test_the_hours_of_a_skipped_day_move_forward_by_the_day_unless_it_is_an_exception() -> None:
    a, b = at("Pacific/Apia", "2011-12-26 00:00"), at("Pacific/Apia", "2012-01-02 00:00")
    assert hours_between(calendar("Pacific/Apia"), a, b) == 5 * 8
    closed = business_time(calendar("Pacific/Apia", exceptions={"2011-12-30": ()}))
    assert closed.between(a, b) == 4 * 8 * HOUR
    assert all(piece.exception_date is None for piece in closed.segments(a, b))


# Segments, openness, local days


def test_closed_time_of_an_exception_carries_its_date_from_midnight_to_midnight() -> None:
    of = calendar("Europe/London", exceptions={"2026-12-24": (("09:00", "13:00"),), "2026-12-25": ()})
    pieces = business_time(of).segments(utc("2026-12-23 16:00"), utc("2026-12-26 10:00"))
    eve, christmas = date(2026, 12, 24), date(2026, 12, 25)
    assert [((piece.end - piece.start) // HOUR, piece.open, piece.exception_date) for piece in pieces] == [
        (1, True, None),
        (7, False, None),
        (9, False, eve),
        (4, True, None),
        (11, False, eve),
        (24, False, christmas),
        (10, False, None),
    ]


def test_no_segment_is_empty_where_the_time_asked_for_ends_at_an_opening() -> None:
    eight, nine = at("Europe/London", "2026-06-01 08:00"), at("Europe/London", "2026-06-01 09:00")
    assert list(business_time(LONDON).segments(eight, nine)) == [Segment(eight, nine, False, None)]
    assert list(business_time(LONDON).segments(nine, nine)) == []


def test_the_calendar_is_open_at_opening_and_closed_at_closing() -> None:
    time = business_time(LONDON)
    around = [at("Europe/London", "2026-06-01 09:00") + offset for offset in (-1, 0, 8 * HOUR - 1, 8 * HOUR)]
    assert [time.open_at(t) for t in around] == [False, True, True, False]


def test_local_days_start_at_local_midnight_or_after_the_gap() -> None:
    time = business_time(calendar("America/Sao_Paulo"))
    assert (
        time.local_midnight_after(date(2018, 11, 3))
        == time.local_midnight(date(2018, 11, 4))
        == utc("2018-11-04 03:00")
    )
    assert time.known_until == utc("2027-01-01 03:00")
    assert business_time(replace(LONDON, holidays_until=None)).known_until is None


def test_a_wall_time_days_later_moves_forward_by_the_gap_or_is_the_first_of_two() -> None:
    time = business_time(US_EAST)
    assert time.plus_local_days(instant_at(new_york("2026-03-07 02:30")), 1) == instant_at(utc("2026-03-08 07:30"))
    assert time.plus_local_days(instant_at(new_york("2026-10-31 01:30")), 1) == instant_at(utc("2026-11-01 05:30"))
    assert time.plus_local_days(instant_at(new_york("2026-11-02 01:30")), -1) == instant_at(utc("2026-11-01 05:30"))


# The ends of time


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_every_instant_from_year_1_to_year_9999_has_an_answer(zone: str) -> None:
    of = calendar(zone, ALL_DAY, WEEKDAYS, exceptions={"0001-01-01": (), "9999-12-31": ()})
    time = business_time(replace(of, holidays_until="9999-12-31"))
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    a, b = epoch_seconds(first), epoch_seconds(last)
    assert 0 < time.between(a, b) < b - a
    assert time.between(a - 10**15, b + 10**15) == time.between(a, b)
    assert [piece.open for piece in time.segments(a, b)].count(True) == 1
    assert time.add(a, 10**15) is None
    assert time.add(b, 1) is None
    assert time.open_at(a - 1) == time.open_at(a)
    assert time.known_until is not None
    assert time.known_until <= b
    for days in (0, 1, -1, 10**9, -(10**9)):
        assert first <= time.plus_local_days(first, days) <= last
        assert first <= time.plus_local_days(last, days) <= last


def test_far_years_repeat_every_400_and_take_no_exception_from_one_another() -> None:
    plain, closed_once = calendar("UTC"), calendar("UTC", exceptions={"2204-05-07": ()})
    weeks_in_400_years = 146_097 // 7
    for century in (1, 1300, 3000, 9500):
        a, b = utc(f"{century:04}-01-01"), utc(f"{century + 400:04}-01-01")
        assert hours_between(plain, a, b) == hours_between(closed_once, a, b) == weeks_in_400_years * 40
    a, b = utc("2000-01-01"), utc("9000-01-01")
    assert hours_between(plain, a, b) - hours_between(closed_once, a, b) == 8


@pytest.mark.parametrize("monday", ["1500-01-01", "2300-01-01", "2300-07-02"])
def test_far_years_keep_the_zone_of_their_time(monday: str) -> None:
    pieces = business_time(US_EAST).segments(new_york(f"{monday} 00:00"), new_york(f"{monday} 20:00"))
    opened = [piece[:2] for piece in pieces if piece.open]
    assert opened == [(new_york(f"{monday} 09:00"), new_york(f"{monday} 17:00"))]


def test_an_exception_of_a_far_year_reaches_over_new_year_in_utc() -> None:
    of = calendar("America/New_York", ALL_DAY, WEEKDAYS, exceptions={"5000-12-31": ()})
    assert [hours_of_day(of, day) for day in ("5000-12-30", "5000-12-31", "5001-01-01")] == [24, 0, 24]


def test_a_local_date_is_what_the_wall_shows() -> None:
    time = business_time(calendar("America/New_York"))
    assert time.local_date(instant_at(utc("2026-11-01 03:59:59"))) == date(2026, 10, 31)
    assert time.local_date(instant_at(utc("2026-11-01 04:00"))) == date(2026, 11, 1)
    assert time.local_date(instant_at(utc("2026-11-02 04:59:59")) + timedelta(microseconds=999_999)) == date(
        2026, 11, 1
    )


def test_local_dates_reach_to_the_ends_of_time() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for zone in ("America/New_York", "UTC", "Asia/Kolkata"):
        time = business_time(calendar(zone))
        assert (time.local_date(first), time.local_date(last)) == (date.min, date.max)


def test_the_end_of_year_9999_is_out_of_reach() -> None:
    time, last = business_time(calendar("UTC", ALL_DAY, WEEKDAYS)), utc("9999-12-31 23:59:59")
    assert time.add(last - 1, 1) == last
    assert time.add(last - 1, 2) is None


def test_the_first_and_the_last_days_of_time_are_business_days() -> None:
    office, closed_twice = calendar("UTC"), calendar("UTC", exceptions={"0001-01-03": (), "9999-12-29": ()})
    # 1 January 0001 was a Monday, 31 December 9999 will be a Friday.
    for a, b in ((utc("0001-01-01"), utc("0001-01-06")), (utc("9999-12-27"), utc("9999-12-31 23:59:59"))):
        assert (hours_between(office, a, b), hours_between(closed_twice, a, b)) == (5 * 8, 4 * 8)


def test_business_that_opens_on_exceptions_only_can_be_out_of_reach() -> None:
    time = business_time(calendar("UTC", (), exceptions={"2026-06-01": OFFICE}))
    assert time.add(utc("2026-01-01"), 8 * HOUR) == utc("2026-06-01 17:00")
    assert time.add(utc("2026-01-01"), 8 * HOUR + 1) is None
