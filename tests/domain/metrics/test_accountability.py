"""Accountability (docs/metrics.md): what each party kept, who held the ball, what was nobody's."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.clocks.life import Waited
from domain.engagement.terms.policy import Goal, ObligationTerms, Policy
from domain.metrics.accountability import Untimed, nearest_rank, response_seconds
from domain.metrics.ratio import Ratio
from tests.domain.clocks.test_reading import (
    ACCEPTED,
    ACTIVE,
    DAY,
    PROPOSED,
    REPORTED,
    REQUESTED,
    past,
)
from tests.domain.given import Given, for_, given, on, published, variant
from tests.domain.reading import hours, record
from tests.domain.words import (
    accept,
    acknowledge,
    active,
    decline,
    end,
    onboard,
    opened,
    pause,
    propose,
    replace_professional,
    report,
    request,
    resolve,
    resume_case,
    suspend,
    withdraw_case,
    withdraw_match,
)


def test_an_ended_clock_counts_by_its_end_and_a_breached_one_by_its_breach() -> None:
    breached = past(*REPORTED)
    assert record(breached, 9, 0, 4).parties["platform"].breached == 0
    assert record(breached, 9, 4, 5).parties["platform"].breached == 1
    late = breached.and_(on(6, acknowledge()))
    assert record(late, 9, 4, 5).parties["platform"].late == 0
    assert record(late, 9, 6, 7).parties["platform"].late == 1


def test_as_of_itself_belongs_to_a_window_that_reaches_it() -> None:
    met = past(*REPORTED, on(3, acknowledge()))
    assert record(met, 3).parties["platform"].met == 1
    assert record(met, 3, 0, 3).parties["platform"].met == 1
    assert record(met, 5, 0, 3).parties["platform"].met == 0
    started = record(past(*REPORTED), 2)
    assert started.parties["platform"].open == 1


def test_an_open_clock_counts_if_it_started_before_the_end_of_the_window() -> None:
    assert record(past(*REPORTED), 3, 0, 2).parties["platform"].open == 0
    assert record(past(*REPORTED), 3, 0, 2.01).parties["platform"].open == 1


def test_ratios_without_a_denominator_are_null() -> None:
    party = record(past(*REPORTED), 3).parties["platform"]
    assert party.fulfilment.fraction is None
    assert party.share_of_breaches.fraction is None


def test_shares_compare_the_parties() -> None:
    found = record(past(*PROPOSED, on(6, accept())), 20)
    assert found.parties["client"].late == 1
    assert found.parties["client"].fulfilment.fraction == 0
    # met: onboarding of a1, search; late: the decision; breached: replacement and the onboarding of a2
    assert found.parties["professional"].share_of_obligations.fraction == 2 / 5
    assert found.parties["client"].share_of_breaches.fraction == 1 / 3


def test_each_obligation_counts_once_in_the_shares_of_its_party() -> None:
    lines = [*REPORTED, on(3, acknowledge()), on(3, resolve()), on(4, request()), on(5, propose()), on(5.5, accept())]
    found = record(past(*lines, on(6, onboard("a2")), on(7, replace_professional())), 10).parties
    platform = found["platform"]
    # In goals of 48 hours: acknowledged and proposed after 24, replaced after 60, not transferred after 72.
    assert (platform.met, platform.late, platform.breached) == (2, 1, 1)
    assert platform.fulfilment == Ratio(2, 4)
    # The professionals were onboarded twice, and the client decided, in time.
    assert {party: each.share_of_obligations for party, each in found.items()} == {
        "client": Ratio(1, 7),
        "platform": Ratio(4, 7),
        "professional": Ratio(2, 7),
    }
    assert {party: each.share_of_breaches for party, each in found.items()} == {
        "client": Ratio(0, 2),
        "platform": Ratio(2, 2),
        "professional": Ratio(0, 2),
    }


def test_excused_and_cancelled_clocks_are_counted_apart() -> None:
    found = record(past(*REQUESTED, on(3, withdraw_case())), 9).parties["platform"]
    assert (found.cancelled, found.excused, found.fulfilment) == (2, 0, Ratio(0, 0))
    declined = [each for who in ("ben", "eve", "joe") for each in (on(3, propose(who, who)), on(3, decline(who)))]
    found = record(past(*REQUESTED, *declined), 9).parties["platform"]
    assert (found.cancelled, found.excused, found.fulfilment) == (0, 1, Ratio(1, 1)), "the search was in time"


def test_a_clock_that_stands_still_is_open_too() -> None:
    found = record(past(*REPORTED, on(2.5, request()), on(3, pause())), 3.5).parties["platform"]
    # The concern runs; the search and the replacement are paused.
    assert (found.open, found.cancelled, found.fulfilment) == (3, 0, Ratio(0, 0))


def test_what_was_recorded_late_is_told_of_what_was_met() -> None:
    party = record(past(*REPORTED, on(3, acknowledge())), 9).parties["platform"]
    assert (party.met, party.met_recorded_late) == (1, 1)


def test_clocks_without_a_goal_are_counted_apart() -> None:
    lines = [*REPORTED, on(3, acknowledge()), on(4, request()), on(5, pause())]
    found = record(past(*lines, policy="free"), 9).parties
    assert {party: each.untimed for party, each in found.items()} == {
        "platform": Untimed(completed=1, cancelled=0, open=2),
        "professional": Untimed(completed=1, cancelled=0, open=0),
    }
    timed = [(each.met, each.late, each.breached, each.excused, each.cancelled, each.open) for each in found.values()]
    assert set(timed) == {(0, 0, 0, 0, 0, 0)}
    assert {each.fulfilment.fraction for each in found.values()} == {None}
    cut = record(past(*lines, policy="free"), 9, from_=3.5).parties
    assert cut["platform"].untimed == Untimed(completed=0, cancelled=0, open=2), "it was acknowledged before"


def test_what_was_excused_or_cancelled_without_a_goal_is_counted_as_cancelled() -> None:
    declined = [each for who in ("ben", "eve", "joe") for each in (on(3, propose(who, who)), on(3, decline(who)))]
    found = record(past(*REQUESTED, *declined, on(4, withdraw_case()), policy="free"), 9).parties["platform"]
    assert found.untimed == Untimed(completed=1, cancelled=1, open=0)


def test_an_acknowledgement_that_the_client_overtook_is_nobody_s_merit() -> None:
    asked = request(cause="non_performance")
    in_time = record(past(*REPORTED, on(3, for_("client", asked))), 9)
    assert (in_time.parties["platform"].met, in_time.parties["platform"].cancelled) == (0, 1)
    assert in_time.response_seconds.values == ()
    too_late = record(past(*REPORTED, on(5, for_("client", asked))), 9).parties["platform"]
    assert (too_late.late, too_late.cancelled) == (1, 0)


TWO_DAYS = Goal(value=Decimal(48), unit="hours")


def freelancers(**obligations: ObligationTerms) -> Given:
    """Ana is active from the first day on, and some obligations are agreed that the shipped policy leaves open."""
    shipped = published().policies["freelancer_platform"]
    own: Policy = variant("freelancer_platform", "own", obligations=replace(shipped.obligations, **obligations))
    return given(opened(policy="own"), *(on(1, each) for each in active()), publishing=[own])


def test_nobody_is_listed_like_a_party() -> None:
    nobodys = freelancers(acknowledge=ObligationTerms(accountable=None, goal=TWO_DAYS)).and_(on(2, report()))
    found = record(nobodys.and_(on(3, acknowledge())), 9).parties
    assert {party: each.met for party, each in found.items()} == {"client": 0, "nobody": 1}, (
        "the client onboards without a goal"
    )
    assert record(nobodys, 9).parties["nobody"].breached == 1


@pytest.mark.parametrize(
    ("count", "median", "p90"), [(4, None, None), (5, 3, 5), (10, 5, 9), (11, 6, 10), (101, 51, 91)]
)
def test_median_and_p90_are_of_the_nearest_rank(count: int, median: int | None, p90: int | None) -> None:
    found = response_seconds(range(count, 0, -1))
    assert (found.values, found.median, found.p90) == (tuple(range(1, count + 1)), median, p90)


def test_the_nearest_rank_of_all_is_the_largest() -> None:
    assert nearest_rank((1, 2, 3), 100) == 3


def test_responses_are_those_stopped_in_the_window_with_a_goal_or_without() -> None:
    lines = [*REPORTED, on(3, acknowledge()), on(4, resolve()), on(5, report("c2")), on(7, resolve("c2", "withdrawn"))]
    assert record(past(*lines), 9).response_seconds.values == (DAY,)
    assert record(past(*lines), 9, 4, 9).response_seconds.values == ()
    assert record(past(*lines, policy="free"), 9).response_seconds.values == (hours(8),)


def test_the_ball_is_held_by_the_first_that_matches() -> None:
    lines = [*ACCEPTED, on(5, pause(waiting_on="partner")), on(6, suspend("force_majeure"))]
    found = record(past(*lines), "2026-01-12T00:00:00Z")
    by: dict[Waited, float] = {holder: seconds / 3600 for holder, seconds in found.waiting_seconds.items()}
    # Searched on Wednesday, awaited on Thursday, onboarded from Friday on; paused and suspended over the weekend.
    assert by == {"platform": 8, "client": 8, "professional": 8, "partner": 0, "force_majeure": 0}
    assert found.handoffs == 4


def test_a_holder_of_no_time_is_not_listed_and_hands_nothing_over() -> None:
    lines = [*REQUESTED, on(3, pause(waiting_on="client")), on(3, resume_case())]
    found = record(past(*lines), 4)
    assert (set(found.waiting_seconds), found.handoffs) == ({"platform"}, 0)


def test_a_successor_who_drops_out_hands_the_ball_back() -> None:
    found = record(past(*ACCEPTED, on(5, withdraw_match("a2"))), 6)
    assert found.handoffs == 3
    assert record(past(*ACCEPTED, on(5, onboard("a2"))), 6).handoffs == 2, "until it replaces, its supplier holds"


def test_handoffs_and_waiting_are_cut_to_the_window() -> None:
    assert record(past(*ACCEPTED), 9, 3.5, 4).handoffs == 0
    assert set(record(past(*ACCEPTED), 9, 3.5, 4).waiting_seconds) == {"client"}


def test_what_is_nobodys_is_measured_as_a_union() -> None:
    reported = given(opened(), *(on(1, each) for each in active()), on(2, report()))
    assert record(reported, 5).unowned_seconds == 3 * DAY
    both = reported.and_(on(3, request(cause="non_performance")), on(7, withdraw_case()))
    assert record(both, 9).unowned_seconds == 5 * DAY
    assert record(both, 9, 6, 8).unowned_seconds == DAY
    suspended = reported.and_(on(3, suspend()))
    assert record(suspended, 9).unowned_seconds == 7 * DAY, "paused or not"
    assert record(past(*REQUESTED), 9).unowned_seconds == 0


def test_a_search_that_is_nobodys_is_not_unowned_where_somebody_answers_for_the_replacement() -> None:
    clients = ObligationTerms(accountable="client", goal=None)
    searched = freelancers(replace=clients).and_(on(2, request()), on(3, propose()))
    assert record(searched, 9).unowned_seconds == 0
    assert record(freelancers().and_(on(2, request()), on(3, propose())), 9).unowned_seconds == 7 * DAY


def test_before_the_opening_everything_is_empty() -> None:
    found = record(past(*ACTIVE, on(2, end())), -1)
    assert (found.parties, found.waiting_seconds, found.handoffs, found.unowned_seconds) == ({}, {}, 0, 0)
    assert (found.response_seconds.values, found.response_seconds.median) == ((), None)
