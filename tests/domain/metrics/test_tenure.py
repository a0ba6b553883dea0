"""How long professionals stayed and how they left (docs/metrics.md, *Continuity*)."""

from datetime import datetime, timedelta

import pytest

from domain.metrics.tenure import Tenure, tenure_median_days
from tests.domain.given import Given, Line, day, given, on
from tests.domain.measured import continuity
from tests.domain.words import announce, close_seat, depart, end, match, onboard, opened, withdraw_match

ANA = [on(0, match()), on(0, onboard())]


def ended(how: Line) -> Given:
    return given(opened(), *ANA, how)


def test_whoever_is_still_there_has_stayed_up_to_now() -> None:
    (tenure,) = continuity(given(opened(), *ANA), 1.5).tenures
    assert tenure == Tenure(assignment_id="a1", days=1.5, ended=False, censored=True)


def test_a_match_that_never_became_active_is_no_tenure() -> None:
    assert continuity(given(opened(), match(), withdraw_match()), 7).tenures == ()


@pytest.mark.parametrize(
    ("how", "censored"),
    [
        (on(3, depart(cause="resignation")), False),
        (on(3, depart(cause="client_decision")), False),
        (on(3, depart(cause="roll_off")), True),
        (on(3, close_seat()), True),
        (on(3, end("terminated")), True),
    ],
)
def test_a_planned_end_says_nothing_about_how_long_somebody_would_have_stayed(how: Line, censored: bool) -> None:
    (tenure,) = continuity(ended(how), 7).tenures
    assert tenure == Tenure(assignment_id="a1", days=3, ended=True, censored=censored)


def test_departures_are_counted_by_cause_where_they_fall_into_the_window() -> None:
    past = given(opened(), match(), on(1, depart(cause="no_show")), on(2, match("a2", "bob")), on(2, onboard("a2")))
    past = past.and_(on(3, depart("a2", "illness")))
    assert continuity(past, 7).departures == {"illness": 1, "no_show": 1}
    assert continuity(past, 7, from_=1, to=3).departures == {"no_show": 1}
    assert continuity(past, 3).departures == {"illness": 1, "no_show": 1}
    assert continuity(past, 7, from_=1, to=3).unplanned_exits == 1


@pytest.mark.parametrize(
    ("cause", "unplanned"),
    [
        ("illness", 1),
        ("disappeared", 1),
        ("misconduct", 1),
        ("resignation", 0),
        ("roll_off", 0),
        ("client_decision", 0),
        ("other", 0),
    ],
)
def test_some_causes_are_never_foreseen(cause: str, unplanned: int) -> None:
    assert continuity(ended(on(3, depart(cause=cause))), 7).unplanned_exits == unplanned


@pytest.mark.parametrize(
    ("notice", "unplanned"),
    [(day(16), 0), (day(16) + timedelta(seconds=1), 1), (day(29), 1), (day(30), 1)],
)
def test_a_resignation_on_less_than_fourteen_days_notice_is_unplanned(notice: datetime, unplanned: int) -> None:
    past = ended(on(30, depart(notice_given_at=notice)))
    assert continuity(past, 40).unplanned_exits == unplanned


def test_without_a_notice_the_last_announcement_counts() -> None:
    early, late = on(10, announce()), on(20, announce())
    assert continuity(given(opened(), *ANA, early, on(30, depart())), 40).unplanned_exits == 0
    assert continuity(given(opened(), *ANA, early, late, on(30, depart())), 40).unplanned_exits == 1
    told = on(30, depart(notice_given_at=day(1)))
    assert continuity(given(opened(), *ANA, early, late, told), 40).unplanned_exits == 0


def tenure(days: float, *, censored: bool = False) -> Tenure:
    return Tenure(assignment_id="a", days=days, ended=not censored, censored=censored)


def test_the_median_is_where_the_curve_first_reaches_one_half() -> None:
    assert tenure_median_days([tenure(4), tenure(2), tenure(3), tenure(1)]) == 2
    assert tenure_median_days([tenure(1)]) == 1


def test_there_is_no_median_while_more_than_half_stay() -> None:
    assert tenure_median_days([]) is None
    assert tenure_median_days([tenure(5, censored=True)]) is None
    assert tenure_median_days([tenure(1), tenure(2, censored=True), tenure(3, censored=True)]) is None


def test_whoever_is_censored_at_a_length_was_still_there_when_others_left_at_it() -> None:
    # At 2 there were three, two of whom left: 1/3 stay. Were the censored one gone before, nobody would.
    assert tenure_median_days([tenure(2, censored=True), tenure(2), tenure(2)]) == 2
    # At 2 there were two: 1/2 stay.
    assert tenure_median_days([tenure(2, censored=True), tenure(2)]) == 2
    # At 1 three, 2/3 stay; at 2 two, one half of that.
    assert tenure_median_days([tenure(1), tenure(2, censored=True), tenure(2)]) == 2
