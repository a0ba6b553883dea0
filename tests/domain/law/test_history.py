"""A history grows without a copy and keeps its state at marks: it must answer as one that is read from zero."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from threading import Barrier
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from domain.engagement.state import EngagementHistory, State
from domain.language.alike import alike
from domain.law import history as of_a_stream
from domain.law import marked
from domain.law.event import event_of
from domain.law.growing import Growing
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection
from domain.law.timeline import check, fold, timeline_of, tolerant, trusted
from tests.domain.given import given as a_history
from tests.domain.given import on
from tests.domain.histories import Story, stories
from tests.domain.walks import histories
from tests.domain.words import active, change_rate, correct, depart, opened, productivity

LAWS: Final = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MARKS: Final = 4


@pytest.fixture(autouse=True, scope="module")
def many_marks() -> Iterator[None]:
    """Marks so near to each other that a short history has many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marked, "EVERY", MARKS)
        yield


@LAWS
@given(histories(), st.randoms(use_true_random=False))
def test_however_it_grew_it_is_what_is_read_at_once(history: EngagementHistory, random: Random) -> None:
    facts, at = list(history.facts), 1
    grown = EngagementHistory.of(facts[:1])
    while at < len(facts):
        some = facts[at : at + random.choice([1, 1, 1, 2, 5, 30])]
        grown, at = grown.extended(some), at + len(some)
    read = EngagementHistory.of(facts)
    assert (grown.facts, grown.timeline, grown.ids) == (read.facts, read.timeline, read.ids)
    assert alike(grown.state, read.state)


@LAWS
@given(stories())
def test_also_where_corrections_took_something_back(told: Story) -> None:
    read = EngagementHistory.of(told.history.facts)
    assert told.history == read
    assert alike(told.history.state, read.state)
    for version in range(1, read.version, 3):
        longer = read.tolerant().as_known(version).extended(read.facts[version : version + 1])
        assert alike(longer.state, read.tolerant().as_known(version + 1).state)


@LAWS
@given(histories(), st.randoms(use_true_random=False))
def test_a_mark_is_the_state_after_so_many_facts(history: EngagementHistory, random: Random) -> None:
    known = history.as_known(random.randint(1, history.version))
    for one in (history, known):
        counts = [mark.count for mark in one.marked.marks]
        assert counts[0] == 1
        assert all(0 < later - earlier <= 2 * MARKS for earlier, later in pairwise(counts))
        assert len(one.timeline) - counts[-1] <= 2 * MARKS
        assert all(mark.state == fold(one.timeline[: mark.count]) for mark in one.marked.marks)


@LAWS
@given(histories())
def test_what_is_read_at_once_has_a_mark_every_so_many_facts(history: EngagementHistory) -> None:
    read = EngagementHistory.of(history.facts)
    assert [mark.count for mark in read.marked.marks] == list(range(1, len(read.timeline) + 1, MARKS))


def test_however_many_come_late_the_marks_stay_as_far_apart() -> None:
    reports = [on(10 + number / 100, productivity(number % 100)) for number in range(5 * MARKS)]
    history = a_history(opened(), *(on(1, step) for step in active()), *reports).history
    late = replace(history.facts[-1], occurred_at=history.facts[-1].occurred_at - timedelta(days=2))
    for number in range(1, 20 * MARKS):
        version = history.version + 1
        earlier = late.occurred_at - timedelta(minutes=number)
        history = history.extended([replace(late, version=version, place=version, occurred_at=earlier)])
    counts = [mark.count for mark in history.marked.marks]
    assert all(0 < later - sooner <= 2 * MARKS for sooner, later in pairwise([*counts, len(history.timeline)]))
    assert len(counts) <= len(history.timeline) / MARKS + 2
    assert history == EngagementHistory.of(history.facts)


def test_what_makes_no_difference_does_not_hide_what_is_forbidden_behind_it() -> None:
    reports = [on(10 + number / 100, productivity(number % 100)) for number in range(5 * MARKS)]
    history = a_history(opened(), *(on(1, step) for step in active()), *reports).history
    harmless, again = (
        replace(fact, version=history.version + 1, place=history.version + 1) for fact in history.facts[-1:] * 2
    )
    harmless = replace(harmless, occurred_at=history.facts[-1].occurred_at - timedelta(hours=4))
    onboarded = next(fact for fact in history.facts if fact.type == "ProfessionalOnboarded")
    left = a_history(opened(), *(on(1, step) for step in active()), on(12, depart())).history.facts[-1]
    gone = replace(left, version=history.version + 2, place=history.version + 2, occurred_at=again.occurred_at)
    more = replace(again, version=history.version + 3, place=history.version + 3)
    assert history.judge([harmless]) == history.state
    with pytest.raises(Rejection):
        history.judge([harmless, gone, more])
    assert onboarded.occurred_at < harmless.occurred_at


@pytest.mark.parametrize("many", [0, 1_000])
def test_what_the_store_placed_while_others_were_decided_is_placed_in_them_too(
    monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(of_a_stream, "MANY", many)
    history = a_history(opened(), *(on(1, step) for step in active()), on(30, productivity(1))).history
    placed = [replace(fact, position=fact.version) for fact in history.facts]
    base = EngagementHistory.of(placed)
    assert (base.placed, history.placed) == (base.version, 0)
    new = [replace(placed[-1], version=base.version + n, place=base.version + n, position=0) for n in (1, 2, 3)]
    late = [replace(fact, occurred_at=fact.occurred_at - timedelta(days=n)) for n, fact in enumerate(new, start=1)]
    first = base.extended(late[:1])
    second = first.extended(late[1:2])
    assert (first.placed, second.placed) == (base.version, base.version)
    stored = [replace(fact, position=fact.version + 50) for fact in late]
    assert first.stored(stored[:1]).placed == base.version + 1
    both = second.stored(stored[1:2])
    assert both == EngagementHistory.of([*placed, *stored[:2]])
    assert both.placed == both.version
    assert both.extended(stored[2:]).placed == both.version + 1
    assert both.as_known(base.version).placed == base.version
    assert both.extended(late[2:]).placed == both.version
    not_yet = base.extended(late[:1]).extended(late[1:2]).stored(stored[1:2])
    assert not_yet.placed == base.version
    assert not_yet.extended(stored[2:]).placed == base.version
    assert not_yet.as_known(base.version + 1).placed == base.version


def test_what_was_taken_back_before_it_was_placed_takes_nobodys_place() -> None:
    history = a_history(opened(), *(on(1, step) for step in active()), on(30, productivity(1))).history
    past = a_history(opened(), *(on(1, step) for step in active()), on(30, productivity(1)), correct(void=(4,)))
    voiding = past.history.facts[-1]
    assert voiding.type == "FactVoided"
    base = EngagementHistory.of([replace(fact, position=fact.version) for fact in history.facts[:-1]])
    for days in (0, 5, -5):
        wrong = replace(history.facts[-1], occurred_at=voiding.occurred_at + timedelta(days=days))
        pending = base.extended([wrong]).extended([voiding])
        stored = [replace(fact, position=fact.version) for fact in (wrong, voiding)]
        assert pending.stored(stored) == EngagementHistory.of([*base.facts, *stored])


@LAWS
@given(histories())
def test_as_it_was_known_it_is_what_its_first_facts_make(history: EngagementHistory) -> None:
    for version in range(1, history.version + 1, 3):
        known = history.as_known(version)
        assert known == EngagementHistory.of(history.facts[:version])
        assert alike(known.state, fold(timeline_of(history.facts[:version])))


@LAWS
@given(histories())
def test_half_way_through_a_correction_it_is_known_tolerantly(history: EngagementHistory) -> None:
    for version in range(1, history.version + 1, 3):
        timeline = timeline_of(history.facts[:version])
        state: Any = fold(timeline[:1])
        for fact in timeline[1:]:
            state = tolerant(state, fact) if event_of(fact).ordered else state
        assert history.tolerant().as_known(version).state == state


@LAWS
@given(histories())
def test_the_state_at_an_instant_is_that_of_what_had_happened(history: EngagementHistory) -> None:
    for fact in history.timeline:
        for instant in (fact.occurred_at, fact.occurred_at - timedelta(microseconds=1)):
            happened = [each for each in history.timeline if each.occurred_at <= instant]
            assert list(history.until(instant)) == happened
            assert history.state_at(instant) == (reached(fold(happened), instant) if happened else None)
        before = [each for each in history.timeline if each.key < fact.key]
        assert history.before(fact.key) == reached(fold(before or history.timeline[:1]), fact.occurred_at)


def reached(state: State, at: datetime) -> State:
    return state.reached(at)


@LAWS
@given(stories(), st.randoms(use_true_random=False))
def test_a_change_is_judged_as_the_whole_timeline_would_be(told: Story, random: Random) -> None:
    facts = told.history.facts
    for _ in range(20):
        known = told.history.as_known(random.randint(1, len(facts)))
        later = [fact for fact in facts[known.version :] if event_of(fact).voidable]
        new = sorted(random.sample(later, min(len(later), random.choice([0, 1, 3]))), key=lambda fact: fact.version)
        voidable = [fact for fact in known.timeline if event_of(fact).voidable]
        gone = random.sample(voidable, min(len(voidable), random.choice([0, 1, 2])))
        assert verdict(EngagementHistory.judge, known, new, gone) == verdict(from_zero, known, new, gone)


def from_zero(history: EngagementHistory, new: Sequence[Recorded], gone: Sequence[Recorded]) -> Any:
    timeline = sorted((*(fact for fact in history.timeline if fact not in gone), *new), key=lambda fact: fact.key)
    return check(timeline, frozenset(fact.version for fact in new))


def verdict(judge: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return judge(*arguments)
    except Rejection as refused:
        return type(refused), refused.detail


def test_what_makes_no_difference_later_is_not_folded_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = [on(10 + number / 100, productivity(number % 100)) for number in range(40 * MARKS)]
    past = a_history(opened(), *(on(1, step) for step in active()), *reports)
    folded: list[Recorded] = []
    monkeypatch.setattr(marked, "check", counting(check, folded))
    counted = replace(past.history.marked, take=counting(trusted, folded))
    past = replace(past, history=replace(past.history, marked=counted))
    past.and_(on(5, productivity(1)))
    assert 0 < len(folded) < 8 * MARKS
    folded.clear()
    past.and_(on(5, change_rate("300.00")))  # which every state behind it knows
    assert len(folded) > 2 * 40 * MARKS


def counting(take: Any, folded: list[Recorded]) -> Any:
    def counted(first: Any, second: Any, *more: Any) -> Any:
        folded.extend(first if isinstance(first, list) else [second])
        return take(first, second, *more)

    return counted


@given(st.lists(st.integers()), st.lists(st.integers()), st.lists(st.integers()))
@example([1], [2], [3])
def test_two_that_grow_from_the_same_one_do_not_meet_again(one: list[int], some: list[int], others: list[int]) -> None:
    common = Growing(one)
    this, that = common.grown(some), common.grown(others)
    assert (list(common), list(this), list(that)) == (one, [*one, *some], [*one, *others])
    assert this.grown(others) == (*one, *some, *others)
    assert that.grown(some) == (*one, *others, *some)


@given(st.lists(st.integers()), st.lists(st.integers()), st.slices(12))
def test_it_is_read_as_a_tuple_is(items: list[int], more: list[int], part: slice) -> None:
    seen = Growing(items)
    seen.grown(more)
    assert (list(seen), len(seen), seen[part]) == (items, len(items), items[part])
    assert [seen[index] for index in range(-len(items), len(items))] == [*items, *items]
    assert list(reversed(seen)) == items[::-1]
    assert seen.first(2) == items[:2]
    assert repr(seen) == f"Growing({items})"
    assert not seen.__eq__(len(items))
    assert seen != [*items, 1]
    for outside in (len(items), -len(items) - 1):
        with pytest.raises(IndexError):
            seen[outside]


def test_what_is_settled_is_so_for_all_that_share_it() -> None:
    base = Growing([1, 2])
    longer = base.grown([3]).grown([4])
    longer.settle(2, 30)
    assert longer == [1, 2, 30, 4]
    assert base.grown([5]) == [1, 2, 5]


def test_threads_that_grow_the_same_one_do_not_meet() -> None:
    together = Barrier(4)

    def grow(common: Growing[int], number: int) -> list[int]:
        together.wait()
        return list(common.grown([number] * 3))

    with ThreadPoolExecutor(4) as threads:
        for _ in range(50):
            grown = threads.map(grow, [Growing(range(10))] * 4, range(4))
            assert list(grown) == [[*range(10), *[number] * 3] for number in range(4)]
