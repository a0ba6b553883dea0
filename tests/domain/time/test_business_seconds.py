"""Business seconds over calendars that follow one another, and where only a share of each second is wanted."""

import pytest

from domain.time.business_seconds import AllocatedSeconds, BusinessSeconds
from domain.time.business_time import business_time
from tests.domain.time.test_business_time import ALL_DAY, HOUR, calendar, utc

MONDAY = utc("2026-01-05 00:00")
OFFICE, MORNINGS, ALWAYS = calendar("UTC"), calendar("UTC", (("09:00", "13:00"),)), calendar("UTC", ALL_DAY)


def day(number: float) -> int:
    """Days after the Monday on which the first calendar starts."""
    return MONDAY + int(number * 24 * HOUR)


AMENDED = BusinessSeconds([(day(0), OFFICE), (day(7), MORNINGS), (day(14.5), ALWAYS)])


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (0, 7, 5 * 8),
        (7, 14, 5 * 4),
        (14.5, 16, 36),
        (4, 8, 8 + 4),
        (0, 16, 40 + 20 + 3 + 36),
        (-3, 1, 8 + 8),
        (-7, -2, 5 * 8),
        (7, 7.5, 3),
        (3, 3, 0),
    ],
)
def test_each_calendar_counts_from_its_start_on_and_the_first_before_it_too(
    start: float, end: float, hours: int
) -> None:
    assert AMENDED.between(day(start), day(end)) == hours * HOUR
    assert AMENDED.between(day(end), day(start)) == -hours * HOUR


def test_a_calendar_amended_once_counts_up_to_its_amendment() -> None:
    once = BusinessSeconds([(day(0), OFFICE), (day(1), MORNINGS)])
    assert once.between(day(0), day(2)) == (8 + 4) * HOUR


def test_a_calendar_that_was_never_amended_counts_everywhere() -> None:
    alone = BusinessSeconds([(day(0), OFFICE)])
    assert alone.between(day(-7), day(7)) == business_time(OFFICE).between(day(-7), day(7)) == 80 * HOUR


ALLOCATED = AllocatedSeconds(BusinessSeconds([(day(0), OFFICE)]), [(day(0), 1_000), (day(1), 500), (day(2.5), 250)])


@pytest.mark.parametrize(
    ("pieces", "hours"),
    [
        ([(0, 1)], 8),
        ([(1, 2)], 4),
        ([(3, 4)], 2),
        ([(2, 3)], 3 * 0.5 + 5 * 0.25),
        ([(0, 4)], 8 + 4 + 3 * 0.5 + 5 * 0.25 + 2),
        ([(0, 1), (3, 4)], 8 + 2),
        ([(-3, 0)], 8),
        ([], 0),
    ],
)
def test_each_allocation_counts_from_its_start_on_and_the_first_before_it_too(
    pieces: list[tuple[float, float]], hours: float
) -> None:
    assert ALLOCATED.of([(day(start), day(end)) for start, end in pieces]) == hours * HOUR * 1_000


def test_an_allocation_amended_once_counts_up_to_its_amendment() -> None:
    once = AllocatedSeconds(AMENDED, [(day(0), 1_000), (day(1), 500)])
    assert once.of([(day(0), day(2))]) == (8 + 4) * HOUR * 1_000


def test_an_allocation_that_was_never_amended_counts_everywhere() -> None:
    half = AllocatedSeconds(AMENDED, [(day(0), 500)])
    assert half.of([(day(-7), day(-2)), (day(7), day(8))]) == (40 + 4) * HOUR * 500
