"""Speed to productivity (docs/metrics.md). The engagement opens on Monday 5 January 2026 at 09:00 UTC."""

from domain.metrics.productivity import RampUp, SeatFilled
from tests.domain.given import given, on
from tests.domain.measured import HOUR, productivity_at
from tests.domain.words import add_seat, amend_terms, depart, match, onboard, opened, productivity

DAY = 24 * HOUR


def test_matching_takes_calendar_time_and_onboarding_business_time() -> None:
    past = given(opened(), on(4, match()), on(7, onboard()))
    assert productivity_at(past, 8).seats == (
        SeatFilled(seat_id="s1", to_match_seconds=4 * DAY, to_onboard_seconds=8 * HOUR),
    )


def test_onboarding_is_measured_on_the_calendar_in_force_at_each_instant() -> None:
    past = given(opened(), on(4, match()), on(5, amend_terms(calendar="always")), on(7, onboard()))
    (seat,) = productivity_at(past, 8).seats
    assert seat.to_onboard_seconds == 8 * HOUR + 2 * DAY


def test_a_seat_starts_when_it_is_added_and_is_null_until_somebody_is_active() -> None:
    past = given(opened(), on(1, add_seat()), on(2, match("b1", "bob", "s2")), on(3, onboard("b1")))
    assert productivity_at(past, 2.5).seats == (SeatFilled(seat_id="s1"), SeatFilled(seat_id="s2"))
    assert productivity_at(past, 4).seats[1].to_match_seconds == DAY


def test_the_first_that_became_active_counts_and_not_the_first_that_was_matched() -> None:
    past = given(opened(), on(1, match()), on(2, depart(cause="no_show")), on(3, match("a2", "bob")))
    past = past.and_(on(3, onboard("a2")), on(4, depart("a2")), on(5, match("a3", "eve")), on(5, onboard("a3")))
    (seat,) = productivity_at(past, 7).seats
    assert seat.to_match_seconds == 3 * DAY


def ramp_up(*percents: int) -> int | None:
    past = given(opened(), on(0, match()), on(1, onboard()))
    for number, percent in enumerate(percents):
        past = past.and_(on(2 + number, productivity(percent)))
    (found,) = productivity_at(past, 30).assignments
    assert found.assignment_id == "a1"
    return found.ramp_up_seconds


def test_productive_is_who_is_reported_so_twice_in_a_row() -> None:
    assert ramp_up() is None
    assert ramp_up(75) is None
    assert ramp_up(75, 75) == DAY
    assert ramp_up(80, 74, 75, 120) == 3 * DAY
    assert ramp_up(80, 74, 80, 74) is None
    assert ramp_up(74, 75, 75, 10) == 2 * DAY


def test_reports_come_into_force_with_the_instant() -> None:
    past = given(opened(), on(0, match()), on(1, onboard()), on(2, productivity()), on(3, productivity()))
    assert productivity_at(past, 2.5).assignments == (RampUp(assignment_id="a1", ramp_up_seconds=None),)
    before = productivity_at(past, -1)
    assert (before.seats, before.assignments) == ((), ())
