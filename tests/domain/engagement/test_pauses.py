"""Pauses and suspensions with an end (docs/rules.md): over by themselves, whether or not a resumption says so."""

from datetime import timedelta
from typing import Any

import pytest

from domain.engagement.deed import EngagementSuspendedNow
from domain.engagement.lifecycle.suspension import EngagementResumed, EngagementSuspended
from domain.engagement.nouns.pause import PauseTooLong
from domain.engagement.replacement.pause import PausedOtherwise, ReplacementPaused, ReplacementResumed
from domain.engagement.seats import SeatAdded
from domain.law.command import Command
from tests.domain.given import Given, Line, at_once, day, for_, given, on
from tests.domain.words import (
    active,
    add_seat,
    correct,
    end,
    match,
    opened,
    pause,
    request,
    resume,
    resume_case,
    suspend,
    withdraw_case,
)

CASE: list[Line | Command[Any]] = [opened(), *active(), on(1, request())]
MOMENT = timedelta(microseconds=1)


def suspended() -> Given:
    """From the fifth day to the eighth, recorded on the fifth."""
    return given(opened(), at_once(on(5, suspend(until=day(8)))))


def paused() -> Given:
    return given(*CASE, at_once(on(5, pause(until=day(8)))))


def test_an_end_that_has_not_come_is_not_recorded() -> None:
    assert [fact.type for fact in suspended().history.facts[1:]] == ["EngagementSuspended"]
    assert paused().history.facts[-1].type == "ReplacementPaused"


def test_an_end_that_has_come_is_recorded_at_once() -> None:
    given(opened()).when(on(5, suspend(until=day(8)))).then(EngagementSuspended, EngagementResumed)
    given(*CASE).when(on(5, pause(until=day(8)))).then(ReplacementPaused, ReplacementResumed)


def test_the_state_knows_that_it_is_over() -> None:
    history = suspended().history
    for at, waits in ((day(8) - MOMENT, True), (day(8), False)):
        state = history.state_at(at)
        assert state
        assert bool(state.suspension) is waits
    history = paused().history
    for at, waits in ((day(8) - MOMENT, True), (day(8), False)):
        state = history.state_at(at)
        assert state
        assert bool(state.case("k1").pause) is waits


def test_the_rules_know_that_it_is_over() -> None:
    suspended().when(on(7.999, add_seat())).then_rejected(EngagementSuspendedNow)
    suspended().when(on(8, add_seat())).then(SeatAdded)
    paused().when(on(7, pause(waiting_on="partner"))).then_rejected(PausedOtherwise)
    paused().when(on(8, pause(waiting_on="partner"))).then(ReplacementPaused)


def test_each_ends_for_itself() -> None:
    past = paused().and_(at_once(on(6, suspend(until=day(7)))), on(8, suspend()), on(9, resume()))
    second = past.and_(on(9, pause(until=day(12))), on(10, suspend(until=day(11))))
    for at, case, engagement in ((6.5, True, True), (7.5, True, False), (8.5, False, True), (9.5, True, False)):
        state = second.history.state_at(day(at))
        assert state
        assert (bool(state.case("k1").pause), bool(state.suspension)) == (case, engagement), at


def test_a_pause_without_an_end_lasts_while_others_end() -> None:
    past = given(*CASE, on(5, pause()), at_once(on(6, suspend(until=day(7)))))
    state = past.history.state_at(day(8))
    assert state
    assert (bool(state.case("k1").pause), state.suspension) == (True, None)


def test_an_end_that_comes_just_now_is_recorded() -> None:
    past = given(opened())
    now = past.order(at_once(on(5, suspend()))).now
    past.when(at_once(on(5, suspend(until=now)))).then(EngagementSuspended, EngagementResumed)
    past.when(at_once(on(5, suspend(until=now + MOMENT)))).then(EngagementSuspended)


def test_a_resumption_before_the_end_counts_and_one_after_it_changes_nothing() -> None:
    early = suspended().and_(on(6, resume()))
    early.when(on(6.5, add_seat())).then(SeatAdded)
    suspended().when(on(9, resume())).then_already(None)
    paused().when(on(9, resume_case())).then_already(None)


def test_a_resumption_recorded_before_the_pause_came_to_its_end_by_itself_is_lawful() -> None:
    late = given(opened(), on(9, suspend()), on(10, resume()))
    late.when(on(5, suspend(until=day(9.5)))).then_contradicts(2, EngagementSuspendedNow)
    past = given(*CASE, on(5, pause()), on(10, resume_case()))
    past.when(correct(at_once(on(5, pause(until=day(8)))), void=(5,))).recorded()


def test_the_same_pause_again_is_already_so_until_it_is_over() -> None:
    suspended().when(at_once(on(7, suspend(until=day(8))))).then_already(2)
    paused().when(at_once(on(7, pause(until=day(8))))).then_already(5)
    suspended().when(at_once(on(7, suspend(until=day(9))))).then_rejected(EngagementSuspendedNow)


@pytest.mark.parametrize("of", [suspend, pause])
def test_it_lasts_a_year_at_most(of: Any) -> None:
    past = given(*CASE)
    longest = day(5) + timedelta(days=366)
    past.when(on(5, of(until=longest + MOMENT))).then_rejected(PauseTooLong, field="until")
    past.when(at_once(on(5, of(until=longest)))).recorded()


@pytest.mark.parametrize("closing", [withdraw_case(), end()])
def test_what_closes_a_case_leaves_no_pause_to_resume(closing: Command[Any]) -> None:
    given(*CASE, pause(), closing)
    past = given(*CASE, pause(), withdraw_case())
    past.when(resume_case()).then_already(None)


def test_the_end_of_an_engagement_leaves_no_suspension_to_resume() -> None:
    given(opened(), suspend(), end()).when(resume()).then_already(None)


def test_for_whom_it_is_recorded_does_not_matter() -> None:
    past = given(opened(), at_once(on(5, for_("client", suspend(until=day(8))))), on(8, match()))
    assert past.state.suspension is None


def test_a_pause_may_end_as_it_begins() -> None:
    given(opened()).when(on(5, suspend(until=day(5)))).then(EngagementSuspended, EngagementResumed)


def test_a_refusal_says_since_when_and_until_when_and_on_whom_everything_waits() -> None:
    refused = suspended().when(on(7, add_seat())).then_rejected(EngagementSuspendedNow)
    assert "since 2026-01-10T09:00:00Z until 2026-01-13T09:00:00Z and waits on client" in refused.detail
    open_ended = given(opened(), on(5, suspend())).when(on(7, add_seat())).then_rejected(EngagementSuspendedNow)
    assert "since 2026-01-10T09:00:00Z and waits on client" in open_ended.detail
