"""The calendar document: how it is read and written, and what keeps one from being used."""

import zoneinfo
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from domain.time.business_time import business_time
from domain.time.calendar import WEEKDAYS, Calendar, Hours, problems, seconds_of_day

OFFICE: Hours = (("09:00", "17:00"),)
US_EAST = Calendar(
    code="us-east",
    version=1,
    zone="America/New_York",
    week=dict.fromkeys(WEEKDAYS[:5], OFFICE),
    exceptions={"2026-11-11": (), "2026-11-26": ()},
    hours_per_business_day=8,
    holidays_until="2026-12-31",
)


@pytest.fixture(autouse=True)
def only_the_pinned_zones() -> Iterator[None]:
    zoneinfo.reset_tzpath([])
    yield
    zoneinfo.reset_tzpath()


def test_the_document_is_read_and_written_as_it_stands() -> None:
    text = (
        '{"code":"india","version":1,"zone":"Asia/Kolkata",'
        '"week":{"mon":[["10:00","14:00"],["15:00","24:00"]]},"exceptions":{"2026-11-09":[]},'
        '"hours_per_business_day":8,"holidays_until":null}'
    )
    document = TypeAdapter(Calendar)
    assert document.dump_json(document.validate_json(text, strict=True)).decode() == text


def test_a_calendar_is_named_by_its_code_and_version() -> None:
    assert replace(US_EAST, version=3).name == "us-east@3"


@pytest.mark.parametrize(("text", "seconds"), [("00:00", 0), ("00:01", 60), ("09:30", 34_200), ("24:00", 86_400)])
def test_a_wall_time_is_so_many_seconds_of_its_day(text: str, seconds: int) -> None:
    assert seconds_of_day(text) == seconds


def test_equal_calendars_are_made_ready_once() -> None:
    twin = replace(US_EAST, week=dict(US_EAST.week))
    assert business_time(twin) is business_time(US_EAST)
    assert business_time(replace(US_EAST, exceptions={})) is not business_time(US_EAST)


@pytest.mark.parametrize(
    "sound",
    [
        US_EAST,
        replace(US_EAST, week={}, exceptions={"2026-06-01": OFFICE}),
        replace(US_EAST, week={"sun": (("00:00", "24:00"),)}),
        replace(US_EAST, week=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), OFFICE)),
        replace(US_EAST, week={}, exceptions={"2026-06-01": OFFICE, "2026-06-02": ()}),
        replace(US_EAST, holidays_until=None, hours_per_business_day=7.6),
        replace(US_EAST, hours_per_business_day=24),
        replace(US_EAST, hours_per_business_day=0.5),
    ],
)
def test_a_sound_calendar_has_no_problems(sound: Calendar) -> None:
    assert problems(sound) == []


@pytest.mark.parametrize(
    "zone", ["Mars/Phobos", "", "America", "europe/berlin", "../UTC", "tzdata.zi", "UTC\0", "\ud800"]
)
def test_an_unknown_zone_is_a_problem(zone: str) -> None:
    assert problems(replace(US_EAST, zone=zone)) == [("zone", "there is no such IANA time zone")]


@pytest.mark.parametrize(
    ("interval", "message"),
    [
        (("17:00", "09:00"), "an interval starts before it ends"),
        (("09:00", "09:00"), "an interval starts before it ends"),
        (("24:00", "24:00"), "an interval starts before it ends"),
        (("9:00", "17:00"), "a wall time is written HH:MM, from 00:00 to 24:00"),
        (("09:00", "24:01"), "a wall time is written HH:MM, from 00:00 to 24:00"),
        (("09:00", "17:60"), "a wall time is written HH:MM, from 00:00 to 24:00"),
        (("09:00", "17:00\n"), "a wall time is written HH:MM, from 00:00 to 24:00"),
        (("09:00", "1７:00"), "a wall time is written HH:MM, from 00:00 to 24:00"),
        (("", "17:00"), "a wall time is written HH:MM, from 00:00 to 24:00"),
    ],
)
def test_a_malformed_interval_is_a_problem_of_its_place(interval: tuple[str, str], message: str) -> None:
    assert problems(replace(US_EAST, week={"tue": (interval, *OFFICE)})) == [("week.tue.0", message)]
    hours = (*OFFICE, interval)
    assert problems(replace(US_EAST, week={"tue": hours})) == [("week.tue.1", message)]
    assert problems(replace(US_EAST, exceptions={"2026-06-01": hours})) == [("exceptions.2026-06-01.1", message)]


@pytest.mark.parametrize(
    "text", ["2026-02-29", "20260601", "2026-W23-1", "2026-6-1", "0000-01-01", "today", "", "\ud800"]
)
def test_a_date_that_is_malformed_or_does_not_exist_is_a_problem(text: str) -> None:
    message = "a date is written YYYY-MM-DD and exists"
    assert problems(replace(US_EAST, exceptions={text: ()})) == [(f"exceptions.{text}", message)]
    assert problems(replace(US_EAST, holidays_until=text)) == [("holidays_until", message)]


@pytest.mark.parametrize("hours", [0, -1, 24.5, float("nan"), float("inf"), True])
def test_a_business_day_has_up_to_24_hours(hours: float) -> None:
    assert problems(replace(US_EAST, hours_per_business_day=hours)) == [
        ("hours_per_business_day", "a business day has more than 0 and at most 24 hours")
    ]


def test_a_week_has_the_days_of_a_week() -> None:
    message = "a day of the week is one of mon, tue, wed, thu, fri, sat, sun"
    assert problems(replace(US_EAST, week={"Mon": OFFICE})) == [("week.Mon", message)]


@pytest.mark.parametrize("week", [{}, {"mon": ()}])
def test_a_calendar_without_open_time_is_a_problem(week: dict[str, Hours]) -> None:
    assert problems(replace(US_EAST, week=week)) == [("week", "a calendar needs some open time")]
