"""The worked examples of docs/metrics.md about coverage, handover, windows, credit, weights and tenures.

Each also shows the answers that a simpler arithmetic gives, and that would be wrong. The calendar is `us-east@1`:
New York, Monday to Friday, 09:00 to 17:00, closed on 11 and 26 November 2026; summer time ends on 1 November.
"""

from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from domain.law.command import Command
from domain.metrics.ratio import Ratio
from domain.metrics.tenure import Tenure, tenure_median_days
from tests.domain.given import Given, Lines, given, on
from tests.domain.measured import HOUR, at, case_record, continuity, instant, metrics
from tests.domain.words import (
    MARKETPLACE_ITEMS,
    accept,
    complete,
    deliver,
    depart,
    handover,
    item,
    match,
    money,
    onboard,
    opened,
    propose,
    replace_professional,
    report,
    request,
    seat,
    verify,
    waive_item,
)

REQUESTED = "2026-10-30T15:30:00-04:00"
LATER = "2026-12-24T12:00:00-05:00"


def settled(when: str, assignment_id: str) -> Lines:
    """Every onboarding item done, then active."""
    return [*(at(when, complete(item, assignment_id)) for item in MARKETPLACE_ITEMS), at(when, onboard(assignment_id))]


def claim() -> Command[Any]:
    return request(cause="non_performance", concern_id="c1", claim_guarantee=True)


def marketplace() -> Given:
    """Ana is active on the seat from Monday 3 August 2026, 10:00 EDT, at 480 dollars a day."""
    matched = at("2026-08-03T09:30:00-04:00", match(day_rate=money("480.00", "USD")))
    opening = opened("managed_marketplace", calendar="us-east@1")
    return given(opening, matched, *settled("2026-08-03T10:00:00-04:00", "a1"))


def replaced(when: str) -> Given:
    """Requested on Friday 30 October 15:30; a proposal awaited the client from 4 November 12:00 to 6 November 10:00."""
    past = marketplace().and_(at(REQUESTED, report()), at(REQUESTED, claim()))
    past = past.and_(at("2026-11-04T12:00:00-05:00", propose()), at("2026-11-06T10:00:00-05:00", accept()))
    return past.and_(*settled("2026-11-16T09:00:00-05:00", "a2"), at(when, replace_professional()))


def november() -> Given:
    """Four seats in November 2026, each of which somebody holds."""
    seats = (seat("A"), seat("B"), seat("C", required_from=instant("2026-11-09T09:00:00-05:00")))
    opening = opened("freelancer_platform", *seats, seat("D", allocation=Decimal("0.5")), calendar="us-east@1")
    past = given(opening)
    for seat_id in "ABCD":
        past = past.and_(on(1, match(seat_id, f"of-{seat_id}", seat_id)), on(1, onboard(seat_id)))
    past = past.and_(at("2026-11-16T09:00:00-05:00", depart("B")))
    back = "2026-11-18T09:00:00-05:00"
    return past.and_(at(back, match("B2", "another", "B")), at(back, onboard("B2")))


def test_coverage_weighs_each_seat_by_its_time_and_allocation() -> None:
    found = continuity(november(), LATER, from_="2026-11-01T00:00:00-04:00", to="2026-12-01T00:00:00-05:00")
    thousandths = HOUR * 1000
    assert found.coverage == Ratio((152 + 136 + 112 + 76) * thousandths, 492 * thousandths)
    assert found.coverage.fraction == pytest.approx(0.967479674796748, abs=1e-15)
    average_of_ratios = (1 + 136 / 152 + 1 + 1) / 4
    without_allocation = (152 + 136 + 112 + 152) / 568
    without_holidays = (168 + 152 + 128 + 84) / 548
    for wrong in (average_of_ratios, without_allocation, without_holidays):
        assert found.coverage.fraction != pytest.approx(wrong, abs=1e-4)


def test_a_gap_lasts_as_long_as_the_business_was_open() -> None:
    gaps = continuity(november(), LATER, from_="2026-11-01T00:00:00-04:00", to="2026-12-01T00:00:00-05:00").gaps
    assert (gaps.count, gaps.total_seconds, gaps.longest_seconds) == (1, 16 * HOUR, 16 * HOUR)
    by_the_wall_clock = 48 * HOUR
    assert gaps.total_seconds != by_the_wall_clock


def test_the_handover_overlaps_for_two_business_days() -> None:
    (found,) = continuity(replaced("2026-11-18T09:00:00-05:00"), LATER).handovers
    assert (found.case_id, found.overlap_seconds) == ("k1", 16 * HOUR)


def test_the_window_ends_at_the_same_wall_time_ninety_days_later() -> None:
    (window,) = metrics(marketplace(), "2026-09-01T12:00:00Z").guarantee.windows
    assert window.window_ends_at == instant("2026-11-01T10:00:00-05:00") == instant("2026-11-01T15:00:00Z")
    ninety_times_24_hours = instant("2026-11-01T14:00:00Z")
    assert window.window_ends_at != ninety_times_24_hours


@pytest.mark.parametrize(("reported", "inside"), [("2026-11-01T14:59:59Z", True), ("2026-11-01T15:00:00Z", False)])
def test_the_end_of_the_window_is_outside(reported: str, inside: bool) -> None:
    past = marketplace().and_(at(reported, report()), at("2026-11-02T12:00:00Z", claim()))
    found = case_record(past, LATER)
    assert [each.passed for each in found.checks] == [True, True, inside, True]
    assert found.eligible is inside


def test_the_credit_counts_business_days_late_and_parts_of_them() -> None:
    assert case_record(replaced("2026-11-18T09:00:00-05:00"), LATER).credit == money("0.00", "USD")
    found = case_record(replaced("2026-11-20T13:00:00-05:00"), LATER).credit
    assert found == money("465.00", "USD")
    overrun = Decimal("15.5")
    days_of_24_hours = overrun / 24 * 240
    whole_days = Decimal(2) * 240
    without_the_wait_for_the_client = (overrun + 14) / 8 * 240
    assert found is not None
    assert found.amount not in (days_of_24_hours, whole_days, without_the_wait_for_the_client)


def test_only_what_is_verified_counts_of_what_is_not_waived() -> None:
    items = [item(f"i{number}", weight) for number, weight in enumerate(("3", "2", "2", "2", "1"))]
    past = given(opened(), on(0, match()), on(0, onboard()), handover("h1", *items))
    past = past.and_(*(deliver(f"i{number}") for number in range(4)), *(verify(f"i{number}") for number in range(3)))
    completeness = continuity(past.and_(waive_item("i4")), 7).transfer_completeness.fraction
    assert completeness == pytest.approx(7 / 9)
    delivered_as_verified, waived_as_missing, by_number = 9 / 9, 7 / 10, 3 / 4
    assert completeness not in (delivered_as_verified, waived_as_missing, by_number)


def test_the_median_tenure_counts_those_who_are_still_there() -> None:
    stayed = [(3, False), (8, False), (8, True), (12, False), (20, True)]
    tenures = [Tenure(assignment_id="a", days=each, ended=not still, censored=still) for each, still in stayed]
    assert tenure_median_days(tenures) == 12
    of_those_who_left = median(each for each, still in stayed if not still)
    as_if_all_had_left = median(each for each, _ in stayed)
    assert (of_those_who_left, as_if_all_had_left) == (8, 8)
