"""Laws of the clocks over random lawful histories."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clocks.explanation import explain
from domain.clocks.holder import held, waiting_seconds
from domain.clocks.life import Key
from domain.clocks.reading import Clock, clocks_of
from domain.clocks.starts_and_stops import Lives
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded
from domain.metrics.accountability import accountability_in
from domain.metrics.sight import sight_of
from domain.time.business_time import epoch_seconds, instant_at
from tests.domain.walks import histories, recorded_by

FEW = settings(max_examples=15, deadline=None)
MOMENT = timedelta(microseconds=1)
SHARES = st.lists(st.floats(0, 1.2), min_size=2, max_size=4).map(sorted)
"""Instants, as shares of the time from the opening to the last recording."""


def instants(history: EngagementHistory, shares: list[float]) -> list[datetime]:
    opened_at, last = history.facts[0].occurred_at, history.facts[-1].recorded_at
    return [opened_at + (last - opened_at) * share for share in shares]


def known(history: EngagementHistory) -> datetime:
    return history.facts[-1].recorded_at


@FEW
@given(histories(), SHARES)
def test_explanations_have_no_hole_and_sum_to_what_elapsed(history: EngagementHistory, shares: list[float]) -> None:
    for as_of in instants(history, shares):
        read = clocks_of(history, as_of, known(history))
        for key, clock in read.readings.items():
            told = explain(read.lives[key], read.as_of)
            assert sum(each.counted_seconds for each in told) == clock.elapsed_seconds
            assert all(one.to == other.from_ for one, other in pairwise(told))
            ends = (told[0].from_, told[-1].to) if told else (clock.started_at,) * 2
            assert ends == (clock.started_at, clock.ended_at or instant_at(epoch_seconds(as_of)))
            assert all(each.seconds == (each.to - each.from_).total_seconds() > 0 for each in told)
            assert all(each.counted == (each.counted_seconds > 0) for each in told)


@FEW
@given(histories(), SHARES)
def test_holders_add_up_to_the_whole_case(history: EngagementHistory, shares: list[float]) -> None:
    for as_of in instants(history, shares):
        read = clocks_of(history, as_of, known(history))
        for case in read.cases.values():
            end = case.ended_at if case.ended_at is not None else read.as_of
            seconds = waiting_seconds(case, held(case, read.as_of))
            assert sum(seconds.values()) == case.replace.scale.time.between(case.requested_at, end)


@FEW
@given(histories(), SHARES)
def test_elapsed_never_falls_as_time_goes_on(history: EngagementHistory, shares: list[float]) -> None:
    readings = [clocks_of(history, as_of, known(history)).readings for as_of in instants(history, shares)]
    for before, after in pairwise(readings):
        assert all(clock.elapsed_seconds <= after[key].elapsed_seconds for key, clock in before.items())


@FEW
@given(histories(), SHARES)
def test_a_breach_is_foretold_to_the_second(history: EngagementHistory, shares: list[float]) -> None:
    for as_of in instants(history, shares):
        for key, clock in clocks_of(history, as_of, known(history)).readings.items():
            if clock.breach_at is None or clock.goal_seconds is None:
                continue
            # Nothing more happens: what is recorded up to ``as_of``, read at the breach, a second before and after.
            past = EngagementHistory.of(
                [fact for fact in history.facts if fact.version == 1 or fact in history.until(as_of)]
            )
            at, before = (clocks_of(past, clock.breach_at - timedelta(seconds=s), as_of).readings for s in (0, 1))
            assert clock.state == "late" or at[key].elapsed_seconds == clock.goal_seconds
            assert key not in before or before[key].elapsed_seconds < clock.goal_seconds


@FEW
@given(histories())
def test_a_later_amendment_changes_no_ended_clock(history: EngagementHistory) -> None:
    for fact in history.timeline:
        if fact.type == "TermsAmended":
            without = [each for each in history.timeline if each.type != "TermsAmended" or each.key < fact.key]
            ended = _ended(Lives(history.timeline), epoch_seconds(fact.occurred_at))
            assert ended == _ended(Lives(without), epoch_seconds(fact.occurred_at))


def _ended(progress: Lives, by: int) -> dict[Key, tuple[object, ...]]:
    return {
        key: (life.started_at, life.ended_at, life.ending, life.elapsed(by), life.scale.goal_seconds)
        for key, life in progress.by_key.items()
        if life.ended_at is not None and life.ended_at < by
    }


def in_order(history: EngagementHistory, delays: list[int]) -> EngagementHistory:
    """The same timeline recorded fact by fact in its own order, each some minutes after it happened."""
    facts: list[Recorded] = []
    for number, fact in enumerate((each for each in history.timeline if each.type != "FactVoided"), start=1):
        at = fact.occurred_at + timedelta(minutes=delays[number % len(delays)])
        at = max(at, facts[-1].recorded_at) if facts else at
        facts.append(replace(fact, version=number, place=number, recorded_at=at))
    return EngagementHistory.of(facts)


@FEW
@given(histories(), st.lists(st.sampled_from([0, 1, 120, 9000]), min_size=1, max_size=7))
def test_recorded_late_holds_for_a_log_in_the_order_of_events(history: EngagementHistory, delays: list[int]) -> None:
    told_as_replayed(in_order(history, delays))


@FEW
@given(histories())
def test_recorded_late_is_what_replaying_the_log_at_every_instant_finds(history: EngagementHistory) -> None:
    told_as_replayed(history)


def told_as_replayed(history: EngagementHistory) -> None:
    for key, clock in clocks_of(history, known(history), known(history)).readings.items():
        assert clock.recorded_late == (clock.state == "met" and _was_breached(history, key))


def _was_breached(history: EngagementHistory, key: Key) -> bool:
    moments = {moment for fact in history.facts for moment in (fact.recorded_at, fact.occurred_at)}
    for moment in sorted({*(each - MOMENT for each in moments), known(history)}):
        if history.facts[0].recorded_at <= moment <= known(history):
            life = Lives(recorded_by(history, moment).until(moment)).by_key.get(key)
            goal = life.scale.goal_seconds if life else None
            open_then = life is not None and goal is not None and life.ended_at is None
            if open_then and life and goal is not None and life.elapsed(epoch_seconds(moment)) > goal:
                return True
    return False


@FEW
@given(histories(), SHARES)
def test_accountability_counts_every_clock_with_a_goal_once(history: EngagementHistory, shares: list[float]) -> None:
    for as_of in instants(history, shares):
        read = clocks_of(history, as_of, known(history))
        record = accountability_in(sight_of(history, as_of=as_of, known_at=known(history)))
        counted = sum(
            each.met + each.late + each.breached + each.excused + each.cancelled + each.open
            for each in record.parties.values()
        )
        measured: list[Clock] = [each for each in read.readings.values() if each.goal_seconds is not None]
        assert counted == len(measured)
        shares_of_all = [each.share_of_obligations for each in record.parties.values()]
        assert sum(each.numerator for each in shares_of_all) == (shares_of_all[0].denominator if shares_of_all else 0)


@FEW
@given(histories(), SHARES)
def test_windows_that_follow_each_other_add_up(history: EngagementHistory, shares: list[float]) -> None:
    as_of = known(history)
    start, middle = history.state.opened_at, instants(history, shares)[0]
    if not start < middle < as_of:
        return
    whole, first, second = (
        accountability_in(sight_of(history, as_of=as_of, known_at=as_of, from_=a, to=b))
        for a, b in ((start, None), (start, middle), (middle, None))
    )
    assert whole.handoffs == first.handoffs + second.handoffs
    assert whole.unowned_seconds == first.unowned_seconds + second.unowned_seconds
    assert sum(whole.waiting_seconds.values()) == sum(first.waiting_seconds.values()) + sum(
        second.waiting_seconds.values()
    )
    assert whole.response_seconds.values == tuple(
        sorted((*first.response_seconds.values, *second.response_seconds.values))
    )
