"""Speed to productivity (docs/metrics.md). The engagement opens on Monday 5 January 2026 at 09:00 UTC."""

from datetime import date

from domain.metrics.productivity import EffortSpent, RampUp, SeatFilled, productivity_in
from tests.domain.given import Given, given, on
from tests.domain.measured import HOUR, When, productivity_at, sight
from tests.domain.words import add_seat, amend_terms, depart, effort, match, onboard, opened, productivity

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


def spent(past: Given, as_of: When, from_: When | None = None) -> EffortSpent:
    return productivity_in(sight(past, as_of, from_)).effort


def test_effort_is_told_by_party_and_kind_and_what_of_it_is_billable() -> None:
    past = given(opened(), on(1, effort(30)), on(2, effort(15, billable=True)), on(3, effort(5, party="partner")))
    past = past.and_(on(4, effort(60, kind="review")))
    assert spent(past, 5) == EffortSpent(
        minutes={"client": {"knowledge_transfer": 45, "review": 60}, "partner": {"knowledge_transfer": 5}},
        billable_minutes=15,
    )
    assert spent(past, 2) == EffortSpent(minutes={"client": {"knowledge_transfer": 45}}, billable_minutes=15)
    assert spent(past, 5, from_=3.5).minutes == {"client": {"review": 60}}


def test_effort_belongs_to_the_day_it_was_worked_on() -> None:
    past = given(opened(), on(5, effort(30, worked_on=date(2026, 1, 6))))
    assert spent(past, 5, from_="2026-01-06T00:00:00+00:00").minutes
    assert spent(past, 5, from_="2026-01-06T00:00:01+00:00").minutes == {}


def test_work_on_the_day_of_the_opening_counts_from_the_opening_on_and_what_came_before_only_in_a_longer_window() -> (
    None
):
    that_day = given(opened(), on(1, effort(30, worked_on=date(2026, 1, 5))))
    assert spent(that_day, 5).minutes
    before = given(opened(), on(1, effort(30, worked_on=date(2026, 1, 4))))
    assert spent(before, 5).minutes == {}
    assert spent(before, 5, from_=-2).minutes


def test_a_day_begins_where_the_calendar_in_force_when_it_was_recorded_has_it() -> None:
    past = given(opened(), on(2, amend_terms(calendar="us-east")), on(5, effort(30, worked_on=date(2026, 1, 8))))
    assert spent(past, 6, from_="2026-01-08T05:00:00+00:00").minutes
    assert spent(past, 6, from_="2026-01-08T05:00:01+00:00").minutes == {}
