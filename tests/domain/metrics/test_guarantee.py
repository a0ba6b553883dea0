"""What became of the guarantee (docs/metrics.md, *Guarantee*).

A managed marketplace on `weekdays` (Monday to Friday, 09:00 to 17:00 UTC): 90 days, replaced within 10 business days,
transferred within 5, a credit of half the day rate per business day late. It opens on Monday 5 January 2026 at 09:00;
a week later Ana resigns.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.engagement.nouns.case import Review
from domain.engagement.terms.policy import Credit, Goal, Policy
from domain.metrics.phases import phases_of
from domain.metrics.ratio import Ratio
from tests.domain.given import Given, Lines, day, for_, given, on, published, variant
from tests.domain.measured import HOUR, case_record, instant, metrics, sight
from tests.domain.words import (
    MARKETPLACE_ITEMS,
    accept,
    acknowledge,
    amend_terms,
    change_rate,
    close_seat,
    complete,
    decline,
    deliver,
    depart,
    effort,
    end,
    handover,
    match,
    money,
    onboard,
    opened,
    propose,
    replace_professional,
    report,
    request,
    review,
    transferred,
    verify,
    withdraw_case,
)

WORKDAY = 8 * HOUR


def settled(day: float, assignment_id: str) -> Lines:
    """Every onboarding item done, then active."""
    return [*(on(day, complete(item, assignment_id)) for item in MARKETPLACE_ITEMS), on(day, onboard(assignment_id))]


def ana(rate: str | None = "480.00", policy: Policy | None = None) -> Given:
    """Ana is active on the seat from the opening on."""
    opening = opened("managed_marketplace", policy=policy.code if policy else None)
    matched = match(day_rate=money(rate) if rate else None)
    return given(opening, on(0, matched), *settled(0, "a1"), publishing=[policy] if policy else [])


def requested(of: Given | None = None, cause: Any = "resignation", **fields: Any) -> Given:
    """Her replacement is asked for under the guarantee."""
    return (of or ana()).and_(on(7, request(cause=cause, **{"claim_guarantee": True, **fields})))


def replaced(day: float, of: Given | None = None, charge: str | None = None) -> Given:
    """Ben is proposed, accepted and active, and takes over, so many days after the opening."""
    past = (of or requested()).and_(on(day, propose()), on(day, accept()), *settled(day, "a2"))
    return past.and_(on(day, replace_professional(charge=charge)))


def handed_over(day: float, of: Given) -> Given:
    plan = handover(case_id="k1", to_assignment_id="a2")
    return of.and_(on(day, plan), on(day, deliver()), on(day, verify()), on(day, transferred()))


def terms(goal: Goal | None = None, credit: Credit | None = None) -> Policy:
    """The shipped policy with another goal or credit for replacements."""
    policy = published().policies["managed_marketplace"]
    assert policy.guarantee
    wanted = policy.obligations.replace
    obligations = replace(policy.obligations, replace=replace(wanted, goal=goal or wanted.goal))
    guarantee = replace(policy.guarantee, credit=credit or policy.guarantee.credit)
    return variant("managed_marketplace", "own", obligations=obligations, guarantee=guarantee)


def test_every_active_assignment_has_its_window() -> None:
    past = replaced(9)
    assert [each.assignment_id for each in metrics(past, 8).guarantee.windows] == ["a1"]
    (window,) = metrics(past, 10).guarantee.windows
    assert (window.assignment_id, window.window_ends_at) == ("a2", instant(9 + 90))


def test_there_is_no_window_without_a_guarantee() -> None:
    (window,) = metrics(given(opened(), on(0, match()), on(0, onboard())), 1).guarantee.windows
    assert window.window_ends_at is None


def test_attainment_counts_the_eligible_cases_that_were_due_in_the_window() -> None:
    past = replaced(9)
    assert metrics(past, 8).guarantee.attainment.fraction is None
    assert metrics(past, 10).guarantee.attainment == Ratio(1, 1)
    assert metrics(past, 10, to=9).guarantee.attainment == Ratio(0, 0)
    assert metrics(requested(), 30).guarantee.attainment == Ratio(0, 1), "breached ten business days after the request"
    assert metrics(requested(), 30, to=18).guarantee.attainment == Ratio(0, 0)
    assert metrics(replaced(30), 40).guarantee.attainment == Ratio(0, 1)
    assert metrics(replaced(9, requested(claim_guarantee=False)), 10).guarantee.attainment == Ratio(0, 0)


def test_an_unclaimed_guarantee_is_neither_eligible_nor_checked() -> None:
    found = case_record(replaced(9, requested(claim_guarantee=False)), 10)
    assert (found.eligible, found.checks, found.honoured, found.credit) == (False, (), None, None)


def test_the_last_review_overrules_from_its_instant_on() -> None:
    past = requested().and_(on(8, review(eligible=False)))
    assert [case_record(past, 7.5).eligible, case_record(past, 9).eligible] == [True, False]
    assert len(case_record(past, 9).checks) == 4


def test_declines_go_by_the_judgement_of_the_decider() -> None:
    past = requested().and_(on(8, propose(qualified=False)), on(8, decline(qualified=True)))
    past = past.and_(on(9, propose("p2", "eve")), on(9, decline("p2", qualified=False)))
    found = case_record(past, 10).declines
    assert (found.qualified, found.unqualified) == (1, 1)


def test_a_charge_is_told_and_nothing_charged_is_null() -> None:
    unclaimed = requested(claim_guarantee=False)
    assert case_record(replaced(9, unclaimed, charge="100.00"), 10).charge_to_client == money("100.00")
    assert case_record(replaced(9, unclaimed), 10).charge_to_client is None


def test_what_is_billed_on_a_case_or_its_plans_counts_once() -> None:
    past = replaced(9, requested(claim_guarantee=False)).and_(on(9, handover(case_id="k1")))
    past = past.and_(on(9, deliver(effort_minutes=30, billable=True)))
    past = past.and_(on(10, effort(5, billable=True, case_id="k1", plan_id="h1")))
    past = past.and_(on(10, effort(7, billable=True, plan_id="h1", kind="mentoring", party="partner")))
    past = past.and_(on(10, effort(1000, billable=True)), on(10, effort(1000, case_id="k1", kind="review")))
    assert case_record(past, 9).billed_transfer_minutes == 30
    assert case_record(past, 11).billed_transfer_minutes == 30 + 5 + 7


def test_work_on_a_case_may_come_before_its_request() -> None:
    past = requested().and_(on(6, effort(5, case_id="k1")))
    assert metrics(past, 6.5).guarantee.cases == ()
    assert case_record(past, 8).client_transfer_minutes == 5


def test_what_the_client_spends_on_the_transfer_is_the_hidden_cost() -> None:
    past = requested().and_(on(8, handover(case_id="k1")), on(8, handover("h2")))
    past = past.and_(on(8, effort(5, case_id="k1")), on(8, effort(7, plan_id="h1")), on(8, effort(11, plan_id="h2")))
    past = past.and_(on(8, effort(13, case_id="k1", party="partner")), on(8, effort(17, case_id="k1", kind="review")))
    assert case_record(past, 8).client_transfer_minutes == 5 + 7


@pytest.mark.parametrize(("day", "credit"), [(21, "0.00"), (22, "240.00"), (21.125, "90.00"), (100, "2400.00")])
def test_the_credit_grows_with_every_business_day_late_up_to_its_cap(day: float, credit: str) -> None:
    # Requested on Monday 12 January at 09:00: ten business days are over on Friday 23 January at 17:00.
    assert case_record(replaced(day), 150).credit == money(credit)


def test_the_credit_of_a_breach_grows_before_anybody_is_replaced() -> None:
    assert [case_record(requested(), day).credit for day in (20, 22)] == [money("0.00"), money("240.00")]


def test_nothing_is_credited_for_a_late_case_that_was_withdrawn() -> None:
    past = requested().and_(on(30, withdraw_case()))
    assert [case_record(past, day).credit for day in (29, 40)] == [money("1440.00"), money("0.00")]


def test_there_is_no_credit_without_a_guarantee_a_rule_or_a_rate() -> None:
    assert case_record(requested(ana(rate=None)), 30).credit is None
    assert case_record(requested(cause="illness"), 30).credit is None
    policy = terms()
    assert policy.guarantee
    bare = replace(policy, guarantee=replace(policy.guarantee, credit=None))
    assert case_record(requested(ana(policy=bare)), 30).credit is None


def test_the_rate_is_that_of_the_outgoing_assignment_at_the_request() -> None:
    before, after = on(6, change_rate("100.00")), on(8, change_rate("900.00"))
    assert case_record(requested(ana().and_(before)).and_(after), 22).credit == money("50.00")


def test_a_credit_is_exact_and_rounded_half_up_once() -> None:
    hours_of_seven = Credit(rate=Decimal("0.333"), cap_days=Decimal(10))
    # An hour late is an eighth of a day: 0.333 x 0.20 / 8 = 0.008325, and with 0.12 it is 0.004995.
    late = 21 + 1 / 24
    for rate, credit in (("0.20", "0.01"), ("0.12", "0.00")):
        past = replaced(late, requested(ana(rate, terms(credit=hours_of_seven))))
        assert case_record(past, 30).credit == money(credit)
    # 0.04 x 0.5 x 1/4 is exactly half a cent.
    assert case_record(replaced(21 + 2 / 24, requested(ana("0.04"))), 30).credit == money("0.01")


def test_a_goal_in_calendar_days_has_days_of_86400_seconds() -> None:
    policy = terms(goal=Goal(value=Decimal(2), unit="days"))
    assert case_record(replaced(10.5, requested(ana(policy=policy))), 30).credit == money("360.00")


def test_what_broke_a_guarantee_is_told_in_order() -> None:
    assert case_record(requested(), 8).broken_because == ()
    assert case_record(handed_over(9.5, replaced(9)), 11).broken_because == ()
    late = replaced(22)
    assert case_record(late, 22).broken_because == ("late",)
    assert case_record(late, 40).broken_because == ("late", "transfer_late")
    billed = requested(claim_guarantee=False).and_(
        on(8, effort(billable=True, case_id="k1")), on(8, review(eligible=True))
    )
    assert case_record(billed, 9).broken_because == ("transfer_billed",)
    assert case_record(replaced(22, billed), 40).broken_because == ("late", "transfer_late", "transfer_billed")
    assert case_record(requested(claim_guarantee=False), 40).broken_because == (), "there was none"


def test_a_review_is_told_beside_the_checks_that_it_overrules() -> None:
    assert case_record(requested(), 8).reviewed is None
    past = requested().and_(on(8, review(eligible=False)))
    found = case_record(past.and_(on(8.5, for_("platform", review()))), 9)
    assert found.reviewed == Review(version=past.history.version + 1, eligible=True, by="platform", at=day(8.5))
    assert all(check.passed for check in found.checks)
    assert case_record(past, 9).reviewed == Review(
        version=past.history.version, eligible=False, by="platform", at=day(8)
    )


def test_a_guarantee_is_honoured_once_all_of_it_was_kept() -> None:
    past = replaced(9)
    assert [case_record(past, day).honoured for day in (8, 10)] == [None, None]
    kept = handed_over(10, past)
    assert [case_record(kept, day).honoured for day in (9.5, 11)] == [None, True]


def test_a_charge_of_nothing_breaks_no_guarantee() -> None:
    assert case_record(handed_over(10, replaced(9, charge="0.00")), 11).honoured is True


def test_a_guarantee_is_broken_as_soon_as_part_of_it_is_lost() -> None:
    assert case_record(requested(), 22).honoured is False, "breached"
    assert case_record(replaced(22), 22).honoured is False, "late"
    assert case_record(replaced(9), 30).honoured is False, "the transfer is breached"
    billed = requested().and_(on(8, effort(5, kind="mentoring", billable=True, case_id="k1")))
    assert case_record(billed, 8).honoured is False
    charged = replaced(9, requested().and_(on(8, review(eligible=False))), charge="1.00")
    assert case_record(charged, 30).honoured is None, "not eligible"


def test_nothing_is_said_of_what_was_cancelled_or_excused() -> None:
    assert case_record(requested().and_(on(30, withdraw_case())), 40).honoured is None
    assert case_record(requested().and_(on(30, close_seat())), 40).honoured is None
    past = requested()
    for number in range(3):
        proposal = f"p{number}"
        past = past.and_(on(8, propose(proposal, proposal)), on(8, decline(proposal)))
    assert case_record(past, 60).honoured is None
    assert case_record(replaced(9).and_(on(10, end())), 60).honoured is None, "its transfer was cancelled"


def test_nothing_is_said_of_a_case_outside_even_where_something_was_billed_on_it() -> None:
    billed = requested().and_(on(8, effort(5, kind="mentoring", billable=True, case_id="k1")))
    assert case_record(billed, 9).honoured is False
    assert case_record(billed.and_(on(9, withdraw_case())), 10).honoured is None
    declined = [each for who in ("ben", "eve", "joe") for each in (on(9, propose(who, who)), on(9, decline(who)))]
    assert case_record(billed.and_(*declined), 10).honoured is None


def test_a_policy_without_a_goal_honours_by_completing() -> None:
    policy = terms()
    loose = replace(policy.obligations, replace=replace(policy.obligations.replace, goal=None))
    past = replaced(60, requested(ana(policy=replace(policy, obligations=loose))))
    assert case_record(handed_over(60, past), 61).honoured is True
    assert metrics(past, 61).guarantee.attainment == Ratio(0, 0)


def test_a_case_lists_its_own_clocks() -> None:
    past = replaced(9)
    assert [each.clock for each in case_record(past, 8).clocks] == ["propose", "replace"]
    assert [each.clock for each in case_record(past, 10).clocks] == ["propose", "replace", "transfer_knowledge"]


def test_waiting_seconds_add_up_to_the_case() -> None:
    past = requested().and_(on(8, propose()), on(9, accept()), *settled(10, "a2"), on(11, replace_professional()))
    assert case_record(past, 20).waiting_seconds == {
        "platform": WORKDAY,
        "client": WORKDAY,
        "professional": 2 * WORKDAY,
    }


def phases(of: Given, as_of: float = 60) -> dict[str, int | None]:
    found = case_record(of, as_of).phases
    return {name: getattr(found, name) for name in type(found).__slots__}


def test_each_phase_lasts_from_one_step_to_the_next() -> None:
    past = ana().and_(on(2, report(observed_since=instant(0.5))), on(3, acknowledge()))
    past = requested(past, cause="non_performance", concern_id="c1")
    past = past.and_(on(8, propose()), on(9, decline()), on(10, propose("p2", "eve")), on(11, accept("p2")))
    past = past.and_(*settled(14, "a2"), on(15, replace_professional()))
    assert phases(handed_over(17, past)) == {
        "detect": 36 * HOUR,
        "acknowledge": WORKDAY,
        "search": WORKDAY,
        "decide": 2 * WORKDAY,
        "onboard": WORKDAY,
        "transfer": 2 * WORKDAY,
        "rest": 2 * WORKDAY,
    }


def test_the_rest_of_a_case_is_what_no_phase_tells() -> None:
    assert phases(requested(), 7)["rest"] is None
    past = requested().and_(on(8, propose()), on(8, accept()), *settled(9, "a2"), on(11, replace_professional()))
    found = phases(past, 12)
    assert (found["search"], found["decide"], found["onboard"], found["rest"]) == (WORKDAY, 0, WORKDAY, 2 * WORKDAY)


def test_a_phase_without_its_end_is_null() -> None:
    assert set(phases(requested(), 7).values()) == {None}
    past = requested().and_(on(8, propose()))
    assert (phases(past)["search"], phases(past)["decide"]) == (WORKDAY, None)
    past = past.and_(on(9, accept()))
    assert (phases(past)["decide"], phases(past)["onboard"]) == (WORKDAY, None)


def test_the_request_acknowledges_a_concern_that_nobody_did_before() -> None:
    past = requested(ana().and_(on(4, report())), cause="non_performance", concern_id="c1")
    assert (phases(past)["detect"], phases(past)["acknowledge"]) == (None, WORKDAY)


def test_unqualified_proposals_neither_end_the_search_nor_count_as_decided() -> None:
    past = requested().and_(on(8, propose(qualified=False)), on(9, decline()))
    assert (phases(past)["search"], phases(past)["decide"]) == (None, None)


def test_after_a_drop_out_the_last_acceptance_counts() -> None:
    past = requested().and_(on(8, propose()), on(8, accept()), on(9, depart("a2", "no_show")))
    assert phases(past)["onboard"] is None
    past = past.and_(on(9, propose("p2", "eve")), on(9, accept("p2", "a3")), *settled(10, "a3"))
    assert phases(past)["onboard"] == WORKDAY


def test_a_transfer_before_the_replacement_took_no_time() -> None:
    past = requested().and_(on(8, propose()), on(8, accept()), *settled(8, "a2"))
    past = handed_over(9, past).and_(on(11, replace_professional()))
    assert (phases(past, 10)["transfer"], phases(past)["transfer"]) == (None, 0)


def test_the_first_of_several_transfers_ends_the_last_phase() -> None:
    past = handed_over(10, replaced(9)).and_(on(10, handover("h2", case_id="k1", to_assignment_id="a2")))
    past = past.and_(on(11, deliver("i1", "h2")), on(11, verify("i1", "h2")), on(12, transferred("h2")))
    assert phases(past)["transfer"] == WORKDAY


def test_a_concern_that_was_not_acknowledged_has_no_such_phase() -> None:
    past = requested(ana().and_(on(4, report())), cause="non_performance", concern_id="c1")
    case = past.state.case("k1")
    assert phases_of(sight(past, 9).chronicle, past.state, case, (), None).acknowledge is None
    assert phases_of(sight(past, 9).chronicle, past.state, case, (), day(7)).acknowledge == WORKDAY


def test_phases_are_measured_on_the_calendar_of_the_request() -> None:
    past = requested().and_(on(7, amend_terms(calendar="always")), on(8, propose()))
    assert phases(past)["search"] == WORKDAY
