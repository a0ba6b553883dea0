"""Clocks while something is paused whose end is agreed (docs/metrics.md): they know what comes."""

from typing import Any

import pytest

from domain.engagement.terms.policy import Obligation
from domain.law.command import Command
from tests.domain.clocks.test_reading import ACCEPTED, ACTIVE, DAY, PROPOSED, REPLACED, REPORTED, REQUESTED, past
from tests.domain.given import Line, at_once, by, day, for_, on
from tests.domain.reading import clocks, intervals, reading
from tests.domain.words import (
    accept,
    acknowledge,
    depart,
    handover,
    match,
    onboard,
    pause,
    propose,
    replace_professional,
    report,
    request,
    resume,
    resume_case,
    suspend,
)

SUSPENDED = past(*REPORTED, at_once(on(3, suspend(until=day(6)))))
PAUSED = past(*REQUESTED, at_once(on(3, pause(until=day(6)))))


def test_the_breach_of_a_paused_clock_is_known_where_the_end_of_its_pause_is() -> None:
    read = reading(SUSPENDED, "acknowledge", "c1", 4)
    assert (read.state, read.elapsed_seconds, read.breach_at) == ("paused", DAY, day(7))
    read = reading(PAUSED, "replace", "k1", 4)
    assert (read.state, read.waiting_on, read.breach_at) == ("paused", "client", day(7))


def test_the_clock_runs_on_when_the_pause_is_over_though_nobody_resumed() -> None:
    read = reading(SUSPENDED, "acknowledge", "c1", 6)
    assert (read.state, read.paused, read.elapsed_seconds, read.breach_at) == ("running", False, DAY, day(7))
    assert reading(SUSPENDED, "acknowledge", "c1", 8).state == "breached"
    assert reading(PAUSED, "replace", "k1", 6).waiting_on == "platform"


def test_a_resumption_before_the_end_lets_it_run_on_earlier() -> None:
    assert reading(SUSPENDED.and_(on(4, resume())), "acknowledge", "c1", 4.5).breach_at == day(5)
    assert reading(PAUSED.and_(on(4, resume_case())), "replace", "k1", 4.5).breach_at == day(5)
    late = SUSPENDED.and_(on(8, suspend()))
    assert reading(late, "acknowledge", "c1", 9).elapsed_seconds == 3 * DAY, "the second one starts where it starts"


def test_a_suspension_within_a_pause_without_an_end_leaves_the_breach_open() -> None:
    both = past(*REQUESTED, on(3, pause()), at_once(on(3, suspend(until=day(6)))))
    assert reading(both, "replace", "k1", 4).breach_at is None
    assert reading(both, "replace", "k1", 4).waiting_on == "client"
    turned = past(*REQUESTED, at_once(on(3, pause(until=day(5)))), at_once(on(3, suspend(until=day(6)))))
    assert reading(turned, "replace", "k1", 4).breach_at == day(7)
    assert reading(turned, "propose", "k1", 4).breach_at == day(7)


def test_a_pause_agreed_before_a_clock_began_holds_it_back() -> None:
    begun = past(*ACTIVE, at_once(on(2, suspend(until=day(3)))), on(3, report()))
    assert reading(begun, "acknowledge", "c1", 4).breach_at == day(5)


def test_the_intervals_end_with_the_pause() -> None:
    told = [(each.from_, each.to, each.reason) for each in intervals(PAUSED, "replace", "k1", 7)]
    assert told == [(day(2), day(3), "running"), (day(3), day(6), "paused"), (day(6), day(7), "running")]


def test_whoever_holds_the_ball_gets_it_back_when_the_pause_is_over() -> None:
    resumed = past(*REQUESTED, on(3, pause(until=day(6))))
    for as_of in (4, 6, 7):
        one, other = (clocks(each, as_of).readings for each in (PAUSED, resumed))
        assert one.keys() == other.keys()
        assert all(one[key].elapsed_seconds == other[key].elapsed_seconds for key in one)


def test_the_client_s_own_request_overtakes_the_acknowledgement_of_its_concern() -> None:
    asked = request(cause="non_performance")
    for line in (for_("client", asked), by("client", asked)):
        read = reading(past(*REPORTED, on(3, line)), "acknowledge", "c1", 9)
        assert (read.state, read.stopped_at, read.ended_at, read.breach_at) == ("cancelled", None, day(3), None)
        read = reading(past(*REPORTED, on(5, line)), "acknowledge", "c1", 9)
        assert (read.state, read.stopped_at, read.ended_at, read.breach_at) == ("late", None, day(5), day(4))
    assert reading(past(*REPORTED, on(3, asked)), "acknowledge", "c1", 9).state == "met", "the platform asked"


def test_what_was_overtaken_stays_so() -> None:
    asked = on(5, for_("client", request(cause="non_performance")))
    read = reading(past(*REPORTED, asked, on(6, acknowledge())), "acknowledge", "c1", 9)
    assert (read.state, read.ended_at) == ("late", day(5))


NEVER_THERE: list[Line | Command[Any]] = [
    on(1, match()),
    on(2, depart(cause="no_show")),
    on(2, request(cause="no_show")),
    on(3, propose()),
    on(4, accept()),
    on(5, onboard("a2")),
    on(6, replace_professional()),
]


def test_no_knowledge_is_transferred_of_somebody_who_never_came() -> None:
    assert ("transfer_knowledge", "k1") not in clocks(past(*NEVER_THERE), 9).readings
    assert ("transfer_knowledge", "k1") in clocks(past(*REPLACED), 9).readings


@pytest.mark.parametrize(("policy", "there"), [("hours", True), ("free", False)])
def test_without_a_goal_there_is_a_transfer_only_where_one_is_planned(policy: str, there: bool) -> None:
    assert (("transfer_knowledge", "k1") in clocks(past(*REPLACED, policy=policy), 9).readings) is there
    planned = past(
        *ACCEPTED, on(4, handover(case_id="k1")), on(5, onboard("a2")), on(6, replace_professional()), policy="free"
    )
    assert ("transfer_knowledge", "k1") in clocks(planned, 9).readings


@pytest.mark.parametrize(("clock", "subject", "unit"), [("replace", "k1", "calendar"), ("decide", "p1", "calendar")])
def test_a_goal_in_hours_is_measured_in_calendar_time(clock: Obligation, subject: str, unit: str) -> None:
    assert reading(past(*PROPOSED), clock, subject, 9).unit == unit
    assert reading(past(*PROPOSED, policy="free"), clock, subject, 9).unit == "business"
