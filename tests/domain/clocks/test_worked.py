"""A worked example of docs/metrics.md: a calendar in New York across the end of summer time and a holiday."""

from datetime import datetime

import pytest

from tests.domain.given import Given, given
from tests.domain.measured import at
from tests.domain.reading import clocks, hours, intervals, reading, waiting
from tests.domain.words import (
    accept,
    acknowledge,
    match,
    onboarded_fully,
    opened,
    pause,
    propose,
    replace_professional,
    report,
    request,
    resume_case,
)

REPORTED = "2026-10-30T15:30:00-04:00"
"""A Friday; summer time ends on the Sunday."""


def at_work() -> Given:
    """Ana was onboarded in August."""
    engagement = opened("managed_marketplace", calendar="us-east@1")
    onboarding = [at("2026-08-03T10:00:00-04:00", each) for each in onboarded_fully("a1")]
    return given(engagement, at("2026-08-03T09:30:00-04:00", match(supply_source="agency_partner")), *onboarding)


def requested() -> Given:
    return at_work().and_(at(REPORTED, report()), at(REPORTED, request(cause="non_performance")))


def proposed() -> Given:
    ben = propose(supply_source="agency_partner")
    return requested().and_(at("2026-11-04T12:00:00-05:00", ben), at("2026-11-06T10:00:00-05:00", accept()))


def replaced(when: str) -> Given:
    past = proposed().and_(*(at("2026-11-16T09:00:00-05:00", each) for each in onboarded_fully("a2")))
    return past.and_(at(when, replace_professional()))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_four_business_hours_from_friday_afternoon_end_on_monday_after_the_clocks_went_back() -> None:
    past = at_work().and_(at(REPORTED, report()))
    breach_at = reading(past, "acknowledge", "c1", REPORTED).breach_at
    assert breach_at == utc("2026-11-02T16:30:00Z")
    assert breach_at != utc("2026-11-02T15:30:00Z"), "the weekend has 49 hours here, not 48"
    assert breach_at != utc("2026-10-30T23:30:00Z"), "hours of the day are not business hours"
    past = past.and_(at("2026-11-02T11:00:00-05:00", acknowledge()))
    read = reading(past, "acknowledge", "c1", "2026-11-03T00:00:00Z")
    assert (read.state, read.elapsed_seconds, read.breach_at) == ("met", hours(3.5), None)


def test_ten_business_days_skip_the_holiday() -> None:
    breach_at = reading(requested(), "replace", "k1", REPORTED).breach_at
    assert breach_at == utc("2026-11-16T20:30:00Z")
    assert breach_at != utc("2026-11-13T20:30:00Z"), "the eleventh of November is closed"
    assert breach_at != utc("2026-11-09T19:30:00Z"), "a business day is not 86,400 seconds"


def test_a_decision_of_fourteen_business_hours_moves_the_breach_by_as_much() -> None:
    read = reading(proposed(), "replace", "k1", "2026-11-06T10:00:00-05:00")
    assert (read.breach_at, read.paused) == (utc("2026-11-18T18:30:00Z"), False)
    awaiting = reading(proposed(), "replace", "k1", "2026-11-05T10:00:00-05:00")
    assert (awaiting.state, awaiting.breach_at, awaiting.waiting_on) == ("paused", None, "client")


@pytest.mark.parametrize(
    ("when", "state", "elapsed", "remaining", "overrun"),
    [
        ("2026-11-18T09:00:00-05:00", "met", 75.5, 4.5, 0),
        ("2026-11-20T13:00:00-05:00", "late", 95.5, -15.5, 15.5),
    ],
)
def test_the_replacement_is_met_or_late(
    when: str, state: str, elapsed: float, remaining: float, overrun: float
) -> None:
    read = reading(replaced(when), "replace", "k1", "2026-12-01T00:00:00Z")
    assert read.state == state
    assert (read.elapsed_seconds, read.remaining_seconds, read.overrun_seconds) == (
        hours(elapsed),
        hours(remaining),
        hours(overrun),
    )


def test_the_holders_add_up_to_the_whole_case() -> None:
    held = waiting(replaced("2026-11-18T09:00:00-05:00"), "k1", "2026-12-01T00:00:00Z")
    assert held == {"platform": 20.5, "client": 14, "partner": 55}
    assert sum(held.values()) == 89.5


def test_a_pause_over_the_holiday_takes_two_business_hours() -> None:
    past = requested().and_(at("2026-11-10T16:00:00-05:00", pause()), at("2026-11-12T10:00:00-05:00", resume_case()))
    assert waiting(past, "k1", "2026-11-13T00:00:00Z")["client"] == 2
    told = intervals(past, "replace", "k1", "2026-11-13T00:00:00Z")
    assert [(each.reason, each.seconds, each.waiting_on) for each in told if each.reason == "paused"] == [
        ("paused", hours(42), "client")
    ]


def test_the_explanation_names_the_holiday() -> None:
    told = intervals(requested(), "replace", "k1", "2026-11-12T14:00:00Z")
    holiday = next(each for each in told if each.reason == "holiday")
    assert (str(holiday.date), holiday.seconds, holiday.counted_seconds) == ("2026-11-11", hours(24), 0)
    assert told[0].reason == "running"
    assert told[1].reason == "outside_calendar"
    assert told[1].seconds == hours(65), "from Friday 17:00 to Monday 09:00, an hour longer than on other weekends"


def test_a_golden_reading_depends_on_no_later_fact() -> None:
    as_of = "2026-11-05T15:00:00Z"
    assert clocks(replaced("2026-11-18T09:00:00-05:00"), as_of).readings == clocks(proposed(), as_of).readings
