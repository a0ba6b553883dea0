"""Coverage, presence, gaps, handovers, transfers, stability and key persons (docs/metrics.md).

The engagement opens on Monday 5 January 2026 at 09:00; `weekdays` is open Monday to Friday from 09:00 to 17:00 UTC.
"""

from decimal import Decimal

import pytest

from domain.metrics.coverage import Gaps
from domain.metrics.ratio import NOTHING, Ratio
from tests.domain.given import Given, at_once, day, given, on
from tests.domain.measured import HOUR, continuity
from tests.domain.words import (
    absent,
    accept,
    active,
    add_seat,
    amend_absence,
    amend_seat,
    amend_terms,
    cancel_absence,
    close_seat,
    deliver,
    depart,
    end,
    exit_plan,
    handover,
    item,
    match,
    onboard,
    opened,
    propose,
    replace_professional,
    request,
    resume,
    seat,
    suspend,
    verify,
    waive_item,
)

ANA = [on(0, match()), on(0, onboard())]
"""Ana holds seat s1 from the opening on."""
WEEK = 40 * HOUR


def hours(covered: float, required: float) -> Ratio:
    """Hours on a seat, in thousandths of a second."""
    return Ratio(int(covered * HOUR * 1000), int(required * HOUR * 1000))


def test_before_the_opening_everything_is_empty() -> None:
    found = continuity(given(opened(), *ANA), -1)
    assert (found.coverage, found.presence, found.stability, found.key_person_seats) == (NOTHING,) * 4
    assert found.coverage.fraction is None
    assert (found.tenures, found.departures, found.unplanned_exits, found.upcoming) == ((), {}, 0, ())
    assert found.gaps == Gaps(count=0, total_seconds=0, longest_seconds=0)


def test_a_seat_is_covered_from_active_to_ended() -> None:
    past = given(opened(), on(1, match()), on(2, onboard()), on(4, depart()))
    assert continuity(past, 7).coverage == hours(16, 40)


def test_a_match_covers_nothing() -> None:
    assert continuity(given(opened(), on(0, match())), 7).coverage == hours(0, 40)


def test_no_required_time_is_no_ratio() -> None:
    past = given(opened("freelancer_platform", seat(required_from=day(30))))
    assert continuity(past, 7).coverage.fraction is None
    assert continuity(given(opened()), 0).coverage.fraction is None


def test_two_at_once_cover_a_seat_once() -> None:
    past = given(opened(), *ANA, request(), propose(), accept(), on(1, onboard("a2")), on(3, replace_professional()))
    assert continuity(past, 7).coverage == hours(40, 40)


def test_time_on_a_seat_that_is_not_required_counts_nothing() -> None:
    past = given(opened("freelancer_platform", seat(required_until=day(2))), *ANA)
    assert continuity(past, 7).coverage == hours(16, 16)


def test_the_last_amended_values_hold_for_the_past_too() -> None:
    past = given(opened(), on(3, amend_seat(required_from=day(1))), on(4, amend_seat(required_until=day(4))))
    assert continuity(past, 3.5).coverage == hours(0, 24)
    assert continuity(past, 7).coverage == hours(0, 24)
    reopened = past.and_(on(5, amend_seat(required_until=None)))
    assert continuity(reopened, 7).coverage == hours(0, 32)


def test_a_seat_added_later_is_required_from_then_on() -> None:
    assert continuity(given(opened(), *ANA, on(2, add_seat())), 7).coverage == hours(40, 64)


def test_nothing_is_required_on_a_closed_seat_nor_after_the_end() -> None:
    assert continuity(given(opened(), on(2, close_seat())), 7).coverage == hours(0, 16)
    assert continuity(given(opened(), on(3, end())), 7).coverage == hours(0, 24)


def test_while_suspended_nothing_is_required() -> None:
    past = given(opened(), *ANA, on(1, suspend()), on(3, resume()))
    assert continuity(past, 7).coverage == hours(24, 24)
    assert continuity(past, 2).coverage == hours(8, 8)
    assert continuity(given(opened(), *ANA, on(1, suspend()), on(3, end())), 7).coverage == hours(8, 8)


def test_each_instant_counts_with_the_allocation_it_had() -> None:
    past = given(opened("freelancer_platform", seat(allocation=Decimal("0.5"))), on(2, amend_seat(allocation=1)))
    assert continuity(past.and_(on(3, match()), on(3, onboard())), 7).coverage == hours(16, 0.5 * 16 + 24)


def test_each_instant_is_measured_on_the_calendar_it_had() -> None:
    past = given(opened(), on(1, amend_terms(calendar="always")), on(2, match()), on(2, onboard()))
    # Tuesday 09:00 to Wednesday 09:00 is a whole day on the second calendar; the third one is open 09:00 to 17:00.
    assert continuity(past.and_(on(3, amend_terms(calendar="weekdays"))), 7).coverage == hours(24 + 16, 8 + 48 + 16)


def test_presence_leaves_absences_out_and_coverage_does_not() -> None:
    past = given(opened(), *ANA, on(0, absent(1, 2)))
    assert (continuity(past, 7).coverage, continuity(past, 7).presence) == (hours(40, 40), hours(32, 40))


def test_an_absence_is_made_up_for_by_whoever_else_is_active() -> None:
    past = given(opened(), *ANA, on(0, request()), on(0, propose()), on(0, accept()), on(0, onboard("a2")))
    assert continuity(past.and_(absent(1, 2)), 7).presence == hours(40, 40)


def test_an_absence_counts_for_its_whole_interval_once_it_is_known() -> None:
    past = given(opened(), *ANA, on(3, absent(1, 2)))
    assert continuity(past, 2.5).presence == hours(24, 24)
    assert continuity(past, 7).presence == hours(32, 40)


def test_an_amended_absence_counts_as_last_amended_once_that_is_known() -> None:
    past = given(opened(), *ANA, on(0, absent(1, 2)), on(3, amend_absence(3)), on(6, cancel_absence()))
    assert continuity(past, 2.5).presence == hours(16, 24)
    assert continuity(past, 4).presence == hours(16, 32)
    assert continuity(past, 7).presence == hours(40, 40)


def test_an_absence_that_was_shortened_counts_as_long_as_it_lasted() -> None:
    past = given(opened(), *ANA, on(0, absent(1, 4)), on(2, amend_absence(2)), on(0, absent(3, 4, "b2")))
    assert continuity(past, 7).presence == hours(24, 40)
    assert continuity(past.and_(on(2, cancel_absence("b2"))), 7).presence == hours(32, 40)


def test_a_window_cuts_what_is_measured() -> None:
    past = given(opened(), on(1, match()), on(1, onboard()))
    assert continuity(past, 7, from_=0.125, to=1.125).coverage == hours(3, 8)
    assert continuity(past, 2, from_=1, to=5).coverage == hours(8, 8)


def test_closing_hours_do_not_split_a_gap() -> None:
    past = given(opened(), *ANA, on(3, depart()))
    gaps = continuity(past, 7).gaps
    assert (gaps.count, gaps.total_seconds, gaps.longest_seconds) == (1, 16 * HOUR, 16 * HOUR)


def test_closed_time_alone_is_no_gap() -> None:
    evening, morning = 4 + 8 / 24, 7
    past = given(opened(), *ANA, on(evening, depart()), on(morning, match("a2", "ben")), on(morning, onboard("a2")))
    assert continuity(past, 8).gaps.count == 0
    assert continuity(past, 8).coverage == hours(48, 48)


def test_a_seat_held_throughout_has_no_gap() -> None:
    assert continuity(given(opened(), *ANA), 7).gaps == Gaps(count=0, total_seconds=0, longest_seconds=0)


def test_gaps_are_counted_seat_by_seat() -> None:
    past = given(opened("freelancer_platform", seat("s1"), seat("s2", required_from=day(4))), *ANA, on(3, depart()))
    gaps = continuity(past, 7).gaps
    assert (gaps.count, gaps.total_seconds, gaps.longest_seconds) == (2, 24 * HOUR, 16 * HOUR)


def test_an_empty_suspension_splits_no_gap_and_another_one_does() -> None:
    assert continuity(given(opened(), on(1, suspend()), on(1, resume())), 7).gaps.count == 1
    assert continuity(given(opened(), on(1, suspend()), on(2, resume())), 7).gaps.count == 2


def replaced(outgoing_leaves: float | None, incoming_starts: float) -> Given:
    past = given(opened(), *ANA, on(0, request()), on(0, propose()), on(0, accept()))
    if outgoing_leaves is not None and outgoing_leaves < incoming_starts:
        past = past.and_(on(outgoing_leaves, depart()))
    return past.and_(on(incoming_starts, onboard("a2")), on(4, replace_professional()))


@pytest.mark.parametrize(
    ("outgoing_leaves", "incoming_starts", "overlap"), [(None, 2, 16 * HOUR), (1, 3, -16 * HOUR), (None, 4, 0)]
)
def test_a_handover_overlaps_or_leaves_a_hole(
    outgoing_leaves: float | None, incoming_starts: float, overlap: int
) -> None:
    (found,) = continuity(replaced(outgoing_leaves, incoming_starts), 7).handovers
    assert (found.case_id, found.overlap_seconds) == ("k1", overlap)


def test_a_handover_belongs_to_the_window_of_its_replacement() -> None:
    past = replaced(None, 2)
    assert continuity(past, 7, to=4).handovers == ()
    assert len(continuity(past, 7, from_=4, to=5).handovers) == 1
    assert len(continuity(past, 4).handovers) == 1, "without an end, the instant as_of belongs to the window"


def test_whoever_never_came_hands_nothing_over() -> None:
    past = given(opened(), on(0, match()), on(1, depart(cause="no_show")), on(1, request()))
    past = past.and_(on(1, propose()), on(1, accept()), on(2, onboard("a2")), on(2, replace_professional()))
    (found,) = continuity(past, 7).handovers
    assert found.overlap_seconds is None


def test_what_is_verified_counts_of_what_is_not_waived() -> None:
    items = [item("i1", "3"), item("i2", "2"), item("i3", "1")]
    past = given(opened(), *ANA, handover("h1", *items), deliver("i1"), verify("i1"), deliver("i2"))
    assert continuity(past, 7).transfer_completeness.fraction == pytest.approx(3 / 6)
    assert continuity(past.and_(waive_item("i3")), 7).transfer_completeness.fraction == pytest.approx(3 / 5)


def test_plans_are_summed_by_weight_and_a_plan_waived_whole_says_nothing() -> None:
    past = given(opened(), *ANA, handover("h1", item("i1", "0.125")), exit_plan("x1", item("i1", "3")))
    past = past.and_(deliver("i1"), verify("i1"))
    found = continuity(past, 7)
    assert {each.plan_id: each.completeness.fraction for each in found.plans} == {"h1": 1, "x1": 0}
    assert found.transfer_completeness == Ratio(125, 3125)
    waived = continuity(given(opened(), *ANA, handover(), waive_item()), 7)
    assert [each.completeness.fraction for each in waived.plans] == [None]
    assert waived.transfer_completeness.fraction is None


def test_stable_is_a_seat_with_the_same_professional_at_both_ends() -> None:
    past = given(opened("freelancer_platform", seat("s1"), seat("s2")), *ANA, on(0, match("b1", "bob", "s2")))
    past = past.and_(on(0, onboard("b1")), on(2, depart("b1")))
    assert continuity(past, 7).stability == Ratio(1, 2)
    assert continuity(past, 7, to=2).stability == Ratio(2, 2), "whoever leaves at the end was there until then"


def test_whoever_left_in_the_last_second_of_the_window_did_not_stay() -> None:
    past = given(opened(), *ANA, on(2 - 1 / 86_400, depart()))
    assert continuity(past, 7, to=2).stability == Ratio(0, 1)


def test_a_seat_held_by_somebody_who_came_back_is_stable() -> None:
    past = given(opened(), *ANA, on(1, depart()), on(3, match("a2", "ana")), on(3, onboard("a2")))
    assert continuity(past, 7).stability == Ratio(1, 1)


def test_a_seat_is_stable_from_its_first_holder_on() -> None:
    past = given(opened(), on(1, match()), on(2, onboard()))
    assert continuity(past, 7).stability == Ratio(1, 1)
    assert continuity(past, 7, to=2).stability.fraction is None, "nobody held it yet"
    past = given(opened("freelancer_platform", seat(required_from=day(3))), *ANA, on(2, depart()))
    past = past.and_(on(4, match("a2", "ben")), on(5, onboard("a2")))
    assert continuity(past, 7).stability == Ratio(1, 1), "ana held it before it was required"
    assert continuity(past.and_(on(6, depart("a2"))), 7).stability == Ratio(0, 1)


def test_a_seat_not_required_at_the_end_is_left_out_of_stability() -> None:
    past = given(opened("freelancer_platform", seat(required_until=day(6))), *ANA)
    assert continuity(past, 7).stability.fraction is None
    assert continuity(given(opened(), *ANA, on(6, suspend())), 7).stability.fraction is None


def test_while_a_suspension_has_an_end_nothing_is_required_until_then() -> None:
    past = given(opened(), at_once(on(1, suspend(until=day(3)))))
    assert continuity(past, 2).gaps.total_seconds == 8 * HOUR, "the day before it"
    assert continuity(past, 3).gaps.total_seconds == 8 * HOUR
    assert continuity(past, 4).gaps.total_seconds == 16 * HOUR


def test_a_key_seat_depends_on_one_person_until_enough_is_handed_over() -> None:
    past = given(opened("freelancer_platform", seat(key_role=True), seat("s2")), *active())
    assert continuity(past, 7).key_person_seats == Ratio(1, 1)
    assert continuity(past, 7).key_person == ("s1",)
    past = past.and_(handover("h1", item("i1", "4"), item("i2", "1")), deliver("i1"))
    assert continuity(past, 7).key_person_seats == Ratio(1, 1)
    assert continuity(past.and_(deliver("i2"), verify("i2")), 7).key_person_seats == Ratio(1, 1), "a fifth of it"
    assert continuity(past.and_(verify("i1")), 7).key_person_seats == Ratio(0, 1), "four fifths of it"
    assert continuity(past.and_(verify("i1")), 7).key_person == ()


def test_a_plan_waived_whole_hands_over_nothing_of_a_key_seat() -> None:
    past = given(opened("freelancer_platform", seat(key_role=True)), *active(), handover(), waive_item())
    assert continuity(past, 7).key_person_seats == Ratio(1, 1)


def test_an_empty_key_seat_depends_on_nobody() -> None:
    assert continuity(given(opened("freelancer_platform", seat(key_role=True))), 7).key_person_seats.fraction is None
    assert continuity(given(opened(), *active()), 7).key_person_seats.fraction is None
