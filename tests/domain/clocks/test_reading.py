"""Every clock of docs/metrics.md, *The seven clocks*: what starts, pauses, stops and cancels it.

Under the terms ``hours`` every goal is in hours of the day, so that a day of a test is 24 of them.
"""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.clocks.life import Scale
from domain.engagement.terms.policy import Goal, Obligations, ObligationTerms, Policy
from domain.law.command import Command
from domain.time.business_time import BusinessTime, epoch_seconds
from domain.time.calendar import WEEKDAYS
from tests.domain.given import Given, Line, by, day, given, on, published, variant
from tests.domain.reading import clocks, hours, intervals, reading
from tests.domain.words import (
    accept,
    acknowledge,
    active,
    amend_terms,
    close_seat,
    decline,
    depart,
    dispute,
    end,
    exit_plan,
    handover,
    match,
    onboard,
    opened,
    pause,
    propose,
    replace_professional,
    report,
    request,
    resolve,
    resume,
    resume_case,
    suspend,
    transferred,
    waive_item,
    withdraw_case,
    withdraw_match,
)

PARTIES = {"onboard": "partner", "acknowledge": "platform", "propose": "platform", "decide": "client"}
DAY = hours(24)


def in_hours(code: str = "hours", number: float | None = 48, **fields: Any) -> Policy:
    """The marketplace with the same goal for all, in hours of the day, and nothing mandatory."""
    goal = Goal(value=Decimal(str(number)), unit="hours") if number else None
    obligations = {
        name: ObligationTerms(accountable=PARTIES.get(name, "platform"), goal=goal)  # type: ignore[arg-type]  # parties
        for name in Obligations.__slots__
    }
    wanted = {"onboarding_items": (), "transfer_threshold": Decimal(0), "cooldown_days": 0, **fields}
    return variant("managed_marketplace", code, obligations=Obligations(**obligations), **wanted)


PUBLISHED = [in_hours(), in_hours("patient", 480), in_hours("free", None)]


def past(*lines: Line | Command[Any], policy: str = "hours", publishing: list[Policy] | None = None) -> Given:
    opening = opened("managed_marketplace", policy=policy)
    return given(opening, *lines, publishing=publishing or PUBLISHED)


ACTIVE: list[Line | Command[Any]] = [on(1, each) for each in active()]
REPORTED = [*ACTIVE, on(2, report())]
REQUESTED = [*ACTIVE, on(2, request())]
PROPOSED = [*REQUESTED, on(3, propose())]
ACCEPTED = [*PROPOSED, on(4, accept())]
SUCCEEDED = [*ACCEPTED, on(5, onboard("a2"))]
REPLACED = [*SUCCEEDED, on(6, replace_professional())]


@pytest.mark.parametrize(
    ("lines", "clock", "subject", "started", "ended", "state"),
    [
        ([on(1, match()), on(2, onboard())], "onboard", "a1", 1, 2, "met"),
        ([on(1, match()), on(2, withdraw_match())], "onboard", "a1", 1, 2, "cancelled"),
        ([on(1, match()), on(2, depart(cause="no_show"))], "onboard", "a1", 1, 2, "cancelled"),
        ([on(1, match()), on(2, close_seat())], "onboard", "a1", 1, 2, "cancelled"),
        ([on(1, match()), on(2, end())], "onboard", "a1", 1, 2, "cancelled"),
        (SUCCEEDED, "onboard", "a2", 4, 5, "met"),
        ([*REPORTED, on(3, acknowledge())], "acknowledge", "c1", 2, 3, "met"),
        ([*REPORTED, on(3, request(cause="non_performance"))], "acknowledge", "c1", 2, 3, "met"),
        ([*REPORTED, on(3, resolve())], "acknowledge", "c1", 2, 3, "met"),
        ([*REPORTED, on(3, resolve(outcome="unfounded"))], "acknowledge", "c1", 2, 3, "met"),
        ([*REPORTED, on(3, resolve(outcome="withdrawn"))], "acknowledge", "c1", 2, 3, "cancelled"),
        ([*REPORTED, on(3, depart())], "acknowledge", "c1", 2, 3, "cancelled"),
        ([*REPORTED, on(3, close_seat())], "acknowledge", "c1", 2, 3, "cancelled"),
        ([*REPORTED, on(3, end())], "acknowledge", "c1", 2, 3, "cancelled"),
        ([*SUCCEEDED, on(5.5, report()), on(6, replace_professional())], "acknowledge", "c1", 5.5, 6, "cancelled"),
        (PROPOSED, "propose", "k1", 2, 3, "met"),
        ([*REQUESTED, on(3, propose(qualified=False)), on(4, accept())], "propose", "k1", 2, 4, "met"),
        ([*REQUESTED, on(3, withdraw_case())], "propose", "k1", 2, 3, "cancelled"),
        (ACCEPTED, "decide", "p1", 3, 4, "met"),
        ([*PROPOSED, on(4, decline())], "decide", "p1", 3, 4, "met"),
        ([*PROPOSED, on(4, withdraw_case())], "decide", "p1", 3, 4, "cancelled"),
        ([*PROPOSED, on(4, close_seat())], "decide", "p1", 3, 4, "cancelled"),
        ([*PROPOSED, on(4, end())], "decide", "p1", 3, 4, "cancelled"),
        (REPLACED, "replace", "k1", 2, 6, "late"),
        ([*REQUESTED, on(3, withdraw_case())], "replace", "k1", 2, 3, "cancelled"),
        ([*REQUESTED, on(3, close_seat())], "replace", "k1", 2, 3, "cancelled"),
        ([*REQUESTED, on(3, end())], "replace", "k1", 2, 3, "cancelled"),
        ([*REPLACED, on(7, end())], "transfer_knowledge", "k1", 6, 7, "cancelled"),
        ([*ACTIVE, on(2, end())], "exit_transfer", "exit", 2, None, "running"),
    ],
)
def test_a_clock_starts_and_ends(
    lines: list[Line], clock: Any, subject: str, started: float, ended: float | None, state: str
) -> None:
    read = reading(past(*lines), clock, subject, 7.5)
    if state == "running":
        read = reading(past(*lines), clock, subject, 3)
    assert (read.state, read.started_at) == (state, day(started))
    assert read.ended_at == (None if ended is None else day(ended))
    assert read.stopped_at == (None if state in ("cancelled", "running") else read.ended_at)
    assert (read.waiting_on is None) == (ended is not None)


def test_the_states_of_a_clock_follow_its_goal() -> None:
    reported = past(*REPORTED)
    running = reading(reported, "acknowledge", "c1", 4)
    assert (running.state, running.elapsed_seconds, running.breach_at) == ("running", 2 * DAY, day(4))
    assert (running.at_risk, running.percent_elapsed) == (True, 100)
    breached = reading(reported, "acknowledge", "c1", "2026-01-09T09:00:01Z")
    assert (breached.state, breached.overrun_seconds, breached.breach_at) == ("breached", 1, day(4))
    assert not breached.at_risk
    met = reading(reported.and_(on(4, acknowledge())), "acknowledge", "c1", 9)
    assert (met.state, met.breach_at) == ("met", None), "equality is met"
    late = reading(reported.and_(on(5, acknowledge())), "acknowledge", "c1", 9)
    assert (late.state, late.breach_at, late.remaining_seconds) == ("late", day(4), -DAY)


def test_at_risk_begins_at_the_share_of_the_goal_that_the_policy_names() -> None:
    assert not reading(past(*REPORTED), "acknowledge", "c1", 3.49).at_risk
    assert reading(past(*REPORTED), "acknowledge", "c1", 3.5).at_risk
    paused = reading(past(*REPORTED, on(3.5, suspend())), "acknowledge", "c1", 9)
    assert (paused.state, paused.at_risk) == ("paused", True)


def test_without_a_goal_business_time_is_measured_and_nothing_is_breached() -> None:
    read = reading(past(*REPORTED, policy="free"), "acknowledge", "c1", 30)
    assert (read.state, read.goal_seconds, read.remaining_seconds, read.breach_at) == ("running", None, None, None)
    assert read.percent_elapsed is None
    assert read.elapsed_seconds == hours(20 * 8)
    done = past(*REPORTED, on(3, acknowledge()), policy="free")
    assert reading(done, "acknowledge", "c1", 30).state == "completed"


def test_a_dispute_stops_no_clock() -> None:
    disputed = past(*REPORTED, on(2.5, by("partner", dispute())))
    assert reading(disputed, "acknowledge", "c1", 3).state == "running"


def test_the_terms_at_its_start_are_the_terms_of_a_clock_for_ever() -> None:
    amended = past(*REPORTED, on(3, amend_terms("patient")), on(3.5, request(cause="non_performance")))
    assert reading(amended, "acknowledge", "c1", 4).goal_seconds == 2 * DAY
    assert reading(amended, "replace", "k1", 4).goal_seconds == 20 * DAY
    assert reading(amended, "acknowledge", "c1", 4) == replace(
        reading(past(*REPORTED, on(3.5, request(cause="non_performance"))), "acknowledge", "c1", 4),
        stop_recorded_at=reading(amended, "acknowledge", "c1", 4).stop_recorded_at,
    )


def test_a_suspension_pauses_every_clock_and_says_whom_it_waits_on() -> None:
    suspended = past(*REPORTED, on(3, suspend("force_majeure")))
    read = reading(suspended, "acknowledge", "c1", 9)
    assert (read.state, read.paused, read.elapsed_seconds, read.breach_at) == ("paused", True, DAY, None)
    assert read.waiting_on == "force_majeure"
    again = suspended.and_(on(10, resume()))
    assert reading(again, "acknowledge", "c1", 10.5).breach_at == day(11)


def test_two_clocks_of_one_kind_are_each_measured_under_the_terms_at_their_start() -> None:
    again = [*REPORTED, on(2.5, resolve()), on(3, amend_terms("patient", "us-east")), on(4, report("c2"))]
    first, second = (reading(past(*again), "acknowledge", each, "2026-01-09T10:00:00Z") for each in ("c1", "c2"))
    assert (first.goal_seconds, second.goal_seconds) == (2 * DAY, 20 * DAY)
    assert (first.within_calendar_hours, second.within_calendar_hours) == (True, False)


@pytest.mark.parametrize(
    ("lines", "clock", "subject"),
    [
        ([on(1, match())], "onboard", "a1"),
        (REPORTED, "acknowledge", "c1"),
        (REQUESTED, "propose", "k1"),
        (PROPOSED, "decide", "p1"),
        (REQUESTED, "replace", "k1"),
        (REPLACED, "transfer_knowledge", "k1"),
    ],
)
def test_no_clock_runs_while_suspended(lines: list[Line | Command[Any]], clock: Any, subject: str) -> None:
    suspended = past(*lines, on(6.5, suspend("partner")))
    before, later = (reading(suspended, clock, subject, when) for when in (7, 9))
    assert (later.paused, later.waiting_on) == (True, "partner")
    assert before.elapsed_seconds == later.elapsed_seconds > 0


def test_the_exit_runs_whatever_was_suspended_before_it() -> None:
    ended = past(*ACTIVE, on(2, suspend()), on(3, end()))
    assert reading(ended, "exit_transfer", "exit", 4).elapsed_seconds == DAY


def test_a_clock_past_its_goal_is_breached_also_while_paused() -> None:
    read = reading(past(*REPORTED, on(5, suspend())), "acknowledge", "c1", 9)
    assert (read.state, read.paused, read.breach_at) == ("breached", True, day(4))


def test_a_goal_used_up_when_a_pause_begins_is_breached_from_then_on() -> None:
    read = reading(past(*REPORTED, on(4, suspend()), on(5, resume())), "acknowledge", "c1", 6)
    assert (read.state, read.breach_at) == ("breached", day(4))


def test_a_pause_of_the_case_stops_its_search_and_replacement_but_no_decision() -> None:
    paused = past(*REQUESTED, on(3, pause(waiting_on="client")), on(4, propose(qualified=False)))
    read = clocks(paused, 5).readings
    assert [read[name, "k1"].elapsed_seconds for name in ("propose", "replace")] == [DAY, DAY]
    assert (read["propose", "k1"].waiting_on, read["replace", "k1"].waiting_on) == ("client", "client")
    assert (read["decide", "p1"].state, read["decide", "p1"].elapsed_seconds) == ("running", DAY)
    resumed = paused.and_(on(6, resume_case()))
    assert reading(resumed, "replace", "k1", 7).elapsed_seconds == 2 * DAY


def test_a_qualified_proposal_that_awaits_another_party_pauses_the_replacement() -> None:
    read = reading(past(*PROPOSED), "replace", "k1", 3.5)
    assert (read.state, read.elapsed_seconds, read.waiting_on) == ("paused", DAY, "client")
    unqualified = past(*REQUESTED, on(3, propose(qualified=False)))
    assert reading(unqualified, "replace", "k1", 3.5).state == "running"


def test_nobody_stops_their_own_clock() -> None:
    own = in_hours("own")
    decide = replace(own.obligations.decide, accountable="platform")
    own = replace(own, obligations=replace(own.obligations, decide=decide))
    read = reading(past(*PROPOSED, policy="own", publishing=[own]), "replace", "k1", 3.5)
    assert (read.state, read.waiting_on) == ("running", "platform")


def test_after_a_successor_drops_out_the_replacement_runs_on_and_the_search_stays_stopped() -> None:
    dropped = past(*ACCEPTED, on(5, withdraw_match("a2")))
    assert reading(past(*ACCEPTED), "replace", "k1", 4.5).waiting_on == "professional", (
        "an independent supplies herself"
    )
    read = clocks(dropped, 6).readings
    assert (read["propose", "k1"].state, read["replace", "k1"].elapsed_seconds) == ("met", 3 * DAY)
    assert read["replace", "k1"].waiting_on == "platform"


def test_onboarding_is_the_suppliers_where_the_policy_says_partner() -> None:
    for source, party in (
        ("internal_team", "platform"),
        ("agency_partner", "partner"),
        ("independent", "professional"),
    ):
        assert reading(past(on(1, match(supply_source=source))), "onboard", "a1", 2).accountable == party


def test_a_replacement_is_excused_once_enough_qualified_successors_were_declined() -> None:
    policy = in_hours("picky", 480, max_qualified_declines=2)
    lines: list[Line | Command[Any]] = [*REQUESTED]
    for number, (claimed, judged) in enumerate([(True, False), (False, True), (True, True), (True, True)], start=1):
        lines.append(on(2 + number, propose(f"p{number}", f"who{number}", qualified=claimed)))
        lines.append(on(2.5 + number, decline(f"p{number}", judged)))
    declined = past(*lines[:-1], policy="picky", publishing=[policy])
    assert reading(declined, "replace", "k1", 6.25).state == "paused"
    excused = reading(past(*lines, policy="picky", publishing=[policy]), "replace", "k1", 20)
    assert (excused.state, excused.ended_at, excused.stopped_at) == ("excused", day(6.5), None)
    assert excused.elapsed_seconds == DAY + 3 * DAY // 2 + DAY // 2, "the qualified proposals awaited the client"


def test_a_transfer_before_the_replacement_starts_and_stops_with_it() -> None:
    early = [on(5.5, handover(case_id="k1")), on(5.5, waive_item()), on(5.5, transferred())]
    read = reading(past(*SUCCEEDED, *early, on(6, replace_professional())), "transfer_knowledge", "k1", 9)
    assert (read.state, read.started_at, read.stopped_at, read.elapsed_seconds) == ("met", day(6), day(6), 0)


def test_a_transfer_without_a_goal_has_a_clock_only_with_a_plan() -> None:
    planned = [*SUCCEEDED, on(5.5, handover(case_id="k1")), on(6, replace_professional())]
    assert ("transfer_knowledge", "k1") not in clocks(past(*REPLACED, policy="free"), 9).readings
    assert reading(past(*planned, policy="free"), "transfer_knowledge", "k1", 9).state == "running"
    done = past(*planned, on(7, waive_item()), on(8, transferred()), policy="free")
    assert reading(done, "transfer_knowledge", "k1", 9).stopped_at == day(8)


def test_a_transfer_runs_on_after_its_seat_was_closed() -> None:
    closed = past(*REPLACED, on(7, close_seat()))
    assert reading(closed, "transfer_knowledge", "k1", 7.5).state == "running"


def test_an_exit_has_a_clock_with_a_plan_or_a_goal_and_somebody_who_was_active() -> None:
    assert ("exit_transfer", "exit") not in clocks(past(on(2, end())), 9).readings
    assert ("exit_transfer", "exit") not in clocks(past(*ACTIVE, on(2, end()), policy="free"), 9).readings
    planned = past(on(1, exit_plan()), on(2, end()), policy="free")
    assert reading(planned, "exit_transfer", "exit", 9).state == "running"
    early = past(on(1, exit_plan()), on(1, waive_item(plan_id="x1")), on(1, transferred("x1")), on(2, end()))
    read = reading(early, "exit_transfer", "exit", 9)
    assert (read.state, read.started_at, read.stopped_at) == ("met", day(2), day(2))
    assert read.stop_recorded_at == early.history.facts[-1].recorded_at, "that of its start"


def test_a_case_named_exit_is_not_the_exit() -> None:
    lines = [*ACTIVE, on(2, request("exit")), on(3, handover(case_id="exit")), on(4, end())]
    assert ("exit_transfer", "exit") not in clocks(past(*lines, policy="free"), 9).readings


def test_who_recorded_the_stop_is_told() -> None:
    read = reading(past(*REPORTED, on(3, by("partner", acknowledge()))), "acknowledge", "c1", 9)
    assert read.stop_recorded_by == "partner"


def in_new_york(*lines: Line | Command[Any], policy: str) -> Given:
    """On a calendar whose holidays are known up to 31 December 2026."""
    opening = opened("managed_marketplace", policy=policy, calendar="us-east@1")
    return given(opening, *lines, publishing=PUBLISHED)


def test_a_reading_beyond_the_known_holidays_says_so() -> None:
    assert not reading(past(*REPORTED), "acknowledge", "c1", "2050-01-01T00:00:00Z").beyond_calendar
    reported = in_new_york(*REPORTED, policy="free")
    assert not reading(reported, "acknowledge", "c1", "2027-01-01T04:59:59Z").beyond_calendar
    assert reading(reported, "acknowledge", "c1", "2027-01-01T05:00:00Z").beyond_calendar
    met = reported.and_(on(3, acknowledge()))
    assert not reading(met, "acknowledge", "c1", "2050-01-01T00:00:00Z").beyond_calendar


def test_a_breach_foretold_beyond_the_known_holidays_says_so() -> None:
    just_before = [*ACTIVE, on(350, report())]
    assert not reading(in_new_york(*just_before, policy="hours"), "acknowledge", "c1", 351).beyond_calendar
    assert reading(in_new_york(*just_before, policy="patient"), "acknowledge", "c1", 351).beyond_calendar


def test_within_calendar_hours_is_told_at_the_instant_of_the_reading() -> None:
    assert reading(past(*REPORTED), "acknowledge", "c1", "2026-01-08T12:00:00Z").within_calendar_hours
    assert not reading(past(*REPORTED), "acknowledge", "c1", "2026-01-08T22:00:00Z").within_calendar_hours


def test_before_the_opening_there_are_no_clocks() -> None:
    assert not clocks(past(*REPLACED), -1).readings


def test_intervals_are_merged_only_where_they_agree_in_everything_but_the_times() -> None:
    paused = past(
        *REQUESTED, on(3, pause(waiting_on="client")), on(4, resume_case()), on(4, pause(waiting_on="partner"))
    )
    paused = paused.and_(on(5, resume_case()), on(5, pause(waiting_on="partner")))
    told = intervals(paused, "replace", "k1", 6)
    assert [(each.reason, each.waiting_on, each.recorded_by, each.seconds) for each in told] == [
        ("running", "platform", None, DAY),
        ("paused", "client", "platform", DAY),
        ("paused", "partner", "platform", 2 * DAY),
    ]
    awaiting = intervals(past(*ACCEPTED), "replace", "k1", 5)
    assert [(each.reason, each.waiting_on) for each in awaiting] == [
        ("running", "platform"),
        ("awaiting_decision", "client"),
        ("running", "professional"),
    ]


def test_what_counted_in_merged_intervals_adds_up() -> None:
    by_the_platform = propose(qualified=False, supply_source="internal_team")
    told = intervals(past(*REQUESTED, on(3, by_the_platform), on(4, accept())), "replace", "k1", 6)
    assert [(each.from_, each.to, each.waiting_on, each.seconds, each.counted_seconds) for each in told] == [
        (day(2), day(6), "platform", 4 * DAY, 4 * DAY)
    ]


def test_who_recorded_a_suspension_is_told_and_of_a_wait_for_a_decision_nobody() -> None:
    suspended = past(*PROPOSED, on(4, by("client", suspend("force_majeure"))))
    told = intervals(suspended, "replace", "k1", 5)
    assert [(each.reason, each.waiting_on, each.recorded_by) for each in told] == [
        ("running", "platform", None),
        ("awaiting_decision", "client", None),
        ("suspended", "force_majeure", "client"),
    ]


def test_a_goal_is_reached_in_the_last_second_of_the_year_9999_or_never() -> None:
    last = epoch_seconds(datetime.max.replace(tzinfo=UTC))
    all_day = replace(published().calendars["weekdays"], week=dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),)))
    for in_business_time in (False, True):
        scale = Scale(goal=None, goal_seconds=None, time=BusinessTime(all_day), in_business_time=in_business_time)
        assert scale.reaching(last - 5, 5) == last
        assert scale.reaching(last - 5, 6) is None


def test_what_was_used_up_before_a_pause_brings_the_breach_nearer_after_it() -> None:
    used = past(*REPORTED, on(3, suspend()), on(4, resume()))
    read = reading(used, "acknowledge", "c1", 6)
    assert (read.state, read.breach_at, read.overrun_seconds) == ("breached", day(5), DAY)
