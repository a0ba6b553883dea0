"""Notice is given of each breach once, at the instant it is due, whatever happens meanwhile."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from application import keeping
from application.commands.request import Request
from application.keeping import Keeping
from application.ports.breaches import DUE, OLD, Breach
from domain.clocks import notice
from domain.clocks.notice import RecordBreach, ServiceLevelBreached
from domain.clocks.reading import Clock, clocks_of
from domain.law.recorded import Recorded
from domain.metrics.accountability import PartyRecord, accountability_in
from domain.metrics.sight import sight_of
from infrastructure.projections.projector import caught_up
from infrastructure.projections.proof import differing
from tests.domain.given import day, on
from tests.domain.words import (
    acknowledge,
    active,
    annotate,
    correct,
    end,
    match,
    onboarded_fully,
    opened,
    pause,
    report,
    request,
    resume,
    suspend,
)
from tests.infrastructure.keeping.market import Market, engagement, opened_on

SECOND = timedelta(seconds=1)


def told(notices: Sequence[Recorded]) -> list[tuple[str, str, float]]:
    """Of each notice its clock, its subject, and the day on which it was due."""
    events = [fact.event for fact in notices]
    return [
        (each.clock, each.subject_id, (each.due_at - day(0)) / timedelta(days=1))
        for each in events
        if isinstance(each, ServiceLevelBreached)
    ]


def test_notice_is_given_once_when_the_clock_is_past_its_goal(market: Market) -> None:
    market.concern(1)
    market.at(2)
    assert market.keep() == []
    market.told.set(day(2) + SECOND)
    [given] = market.keep()
    assert told([given]) == [("acknowledge", "c1", 2)]
    assert (given.occurred_at, given.recorded_at) == (day(2) + SECOND, day(2) + SECOND)
    assert (given.actor.party, given.actor.id, given.on_behalf_of) == ("system", "keeper", None)
    assert market.keep() == []
    assert market.counted() == (0, 0)
    assert market.notices() == [given]


def test_a_goal_that_ends_when_business_hours_do_is_passed_once_they_begin_again(market: Market) -> None:
    market.at(4 + 4 / 24)  # a Friday, 13:00, four business hours before the weekend
    market.tell(opened("managed_marketplace", policy="managed_marketplace", calendar="weekdays"))
    market.tell(match(), *onboarded_fully("a1"), report())
    market.at(6)
    assert market.keep() == []
    market.told.set(day(7) + SECOND)
    market.project()
    [given] = market.keep()
    assert told([given]) == [("acknowledge", "c1", 4 + 8 / 24)]
    assert given.occurred_at == day(7) + SECOND


def test_after_a_month_without_a_keeper_all_that_are_still_past_their_goals_are_told_in_order(market: Market) -> None:
    for number in range(1, 7):
        market.at((7 * number) % 5)
        market.concern(number)
    market.at(10)
    market.tell(acknowledge(), of=2)
    market.at(30)
    given = market.keep()
    assert {each.stream_id for each in given} == {engagement(number) for number in (1, 3, 4, 5, 6)}
    assert [each.occurred_at for each in given] == sorted(each.occurred_at for each in given)
    assert [each.position for each in given] == sorted(each.position for each in given)
    assert all(each.occurred_at == each.event.due_at + SECOND for each in given)  # type: ignore[attr-defined]  # all are notices
    assert market.keep() == []


def test_they_are_told_some_at_a_time(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "NOTICES_AT_ONCE", 2)
    market.concern(1, 2, 3)
    market.at(30)
    market.project()
    kept = market.keeping()  # whose projections stay behind what it records
    looks = [kept.keep() for _ in range(4)]
    assert [(len(each.notices), each.more) for each in looks] == [(2, True), (1, False), (0, False), (0, False)]


def test_a_deadline_that_moved_is_told_where_it_moved_to(market: Market) -> None:
    market.concern(1, 2)
    market.project()
    market.at(1)
    market.tell(suspend(), of=1)
    market.at(3)
    behind = market.keeping()
    [given] = behind.keep().notices
    assert given.stream_id == engagement(2), "the projections do not know that the other one is suspended"
    assert behind.keep().notices == ()
    market.at(4)
    market.tell(resume(), of=1)
    market.project()
    assert behind.keep().notices == ()
    market.at(6)
    assert told(behind.keep().notices) == [("acknowledge", "c1", 5)]


def test_a_pause_of_which_the_projections_do_not_know_moves_what_it_holds(market: Market) -> None:
    market.tell(opened("managed_marketplace", policy="hours"), *active(), request())
    market.project()
    market.at(1)
    market.tell(pause(until=day(3)))
    market.at(2.5)
    assert market.keeping().keep().notices == ()
    market.at(3.5)
    assert market.keep() == []
    market.at(4.5)
    assert told(market.keep()) == [("propose", "k1", 4), ("replace", "k1", 4)]


def test_what_was_met_or_ended_meanwhile_is_left_alone(market: Market) -> None:
    market.concern(1, 2)
    market.project()
    market.at(1)
    market.tell(acknowledge(), of=1)
    market.tell(end(), of=2)
    market.at(2.5)
    assert market.keeping().keep().notices == ()
    assert market.keep() == []


def test_a_notice_in_doubt_is_asked_for_again_once_the_projections_have_moved(market: Market) -> None:
    market.concern(1)
    market.project()
    market.at(1)
    market.tell(acknowledge())
    version = market.standfast.marketplace.history(engagement(1)).version
    market.at(3)
    kept = market.keeping()
    assert kept.keep().notices == ()
    market.tell(correct(void=(version,)))
    assert kept.keep().notices == (), "nothing is asked twice of the same projections"
    market.project()
    assert told(kept.keep().notices) == [("acknowledge", "c1", 2)]


def test_another_breach_of_the_same_clock_is_told_too(market: Market) -> None:
    market.concern(1)
    market.at(3)
    [first] = market.keep()
    version = next(
        fact.version
        for fact in market.standfast.marketplace.history(engagement(1)).facts
        if fact.type == "UnderperformanceReported"
    )
    market.tell(correct(on(0.5, report()), void=(version,)))
    assert told(market.keep(OLD)) == [("acknowledge", "c1", 2.5)], "that its clock started was recorded after it"
    assert told(market.notices()) == [("acknowledge", "c1", 2), ("acknowledge", "c1", 2.5)]
    assert first in market.notices()


def test_a_late_fact_leaves_the_notice_and_makes_the_clock_right(market: Market) -> None:
    market.concern(1)
    market.at(3)
    [given] = market.keep()
    assert (platform(market).met, platform(market).breached) == (0, 1)
    market.tell(on(1, acknowledge()))
    assert (platform(market).met, platform(market).breached) == (1, 0)
    read = clock_of(market)
    assert (read.state, read.breach_at, read.recorded_late) == ("met", None, True)
    assert market.notices() == [given]
    assert market.keep() == []
    assert market.counted() == (0, 0)


def platform(market: Market) -> PartyRecord:
    """How the platform kept what it owes."""
    history, now = market.standfast.marketplace.history(engagement(1)), market.standfast.marketplace.clock()
    return accountability_in(sight_of(history, as_of=now, known_at=now, from_=None, to=None)).parties["platform"]


def clock_of(market: Market) -> Clock:
    now = market.standfast.marketplace.clock()
    history = market.standfast.marketplace.history(engagement(1))
    return clocks_of(history, now, now).readings["acknowledge", "c1"]


def test_old_ones_are_counted_and_left_alone_until_they_are_asked_for(market: Market) -> None:
    market.concern(2)
    market.at(100)
    market.tell(on(0, opened("managed_marketplace", policy="hours")), *(on(1, each) for each in (*active(), report())))
    assert market.counted() == (1, 1)
    assert {each.stream_id for each in market.keep()} == {engagement(2)}
    assert market.counted() == (0, 1)
    given = market.keep((*DUE, *OLD))
    assert (told(given), given[0].stream_id) == ([("acknowledge", "c1", 3)], engagement(1))
    assert market.counted() == (0, 0)


def test_the_rows_of_clocks_with_notices_are_those_of_a_fold_from_zero(market: Market) -> None:
    market.concern(1, 2)
    market.at(1)
    market.tell(annotate(), of=1)
    market.at(3)
    assert len(market.keep()) == 2
    market.tell(acknowledge(), of=1)
    market.project()
    market.at(4)
    market.tell(request(), of=1)
    assert_equal_to_a_fold_from_zero(market)
    market.tell(on(1.5, suspend(until=day(2))), of=1)
    assert_equal_to_a_fold_from_zero(market)
    market.at(9)
    moved = RecordBreach(clock="acknowledge", subject_id="c1", due_at=day(2.5))
    market.tell(on(9, moved), of=1)  # by hand, of a clock that was stopped late, and after all that happened
    assert_equal_to_a_fold_from_zero(market)
    assert {each.subject_id for each in market.standfast.breaches.found(day(9), DUE, 9).items} == {"k1"}


def assert_equal_to_a_fold_from_zero(market: Market) -> None:
    """On what the projector knows from before."""
    projections = market.standfast.projections
    caught_up(projections.projector)
    assert list(differing(projections.reader, market.standfast.recorder.log)) == []


def three_at_once(market: Market) -> int:
    """How many notices three keepers give that look at the same time; nobody leads."""
    market.project()
    with ExitStack() as stack, ThreadPoolExecutor(3) as pool:
        others = [stack.enter_context(opened_on(market.url, market.standfast.marketplace.clock)) for _ in range(3)]
        begin = Barrier(3)

        def keep(of: Keeping) -> None:
            begin.wait()
            while of.keep().more:
                pass

        list(pool.map(keep, [Keeping(each.marketplace, each.breaches, DUE) for each in others]))
    return sum(len(market.notices(number)) for number in range(1, 9))


def past_their_goals(market: Market) -> None:
    market.concern(*range(1, 9))
    market.at(3)


def nothing_stands(*_: object) -> None:
    """Instead of the rule that a notice is given once."""


def of_nobody_else(breach: Breach) -> Request:
    return replace(notice_of(breach), command_id=uuid4())


notice_of = keeping.notice_of


def test_three_keepers_at_once_give_each_notice_once(market: Market) -> None:
    past_their_goals(market)
    assert three_at_once(market) == 8


def test_it_is_once_by_the_id_of_the_command_alone(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice, "_notice", nothing_stands)
    past_their_goals(market)
    assert three_at_once(market) == 8


def test_it_is_once_by_the_rule_alone(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "notice_of", of_nobody_else)
    past_their_goals(market)
    assert three_at_once(market) == 8


def test_control_without_both_they_give_them_several_times(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice, "_notice", nothing_stands)
    monkeypatch.setattr(keeping, "notice_of", of_nobody_else)
    past_their_goals(market)
    assert three_at_once(market) > 8


def test_a_rebuild_meanwhile_gives_nothing_twice(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "NOTICES_AT_ONCE", 2)
    past_their_goals(market)
    market.project()
    kept, given = market.keeping(), 0
    with ThreadPoolExecutor(1) as pool:
        rebuilt = pool.submit(market.standfast.projections.rebuilding(1).run)
        while not rebuilt.done() or given < 8:
            given += len(kept.keep().notices)
            given += len(market.keeping().keep().notices)  # who knows nothing of what the other one did
    assert given == 8
    assert market.keep() == []
    assert [len(market.notices(number)) for number in range(1, 9)] == [1] * 8
