"""At least one of each thing that the metrics can say is said of the default demo."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from domain.clocks.explanation import Reason, explain
from domain.clocks.life import Waited
from domain.clocks.reading import ClockState
from domain.engagement.effort import EffortKind
from domain.engagement.nouns.assignment import DepartureCause
from domain.engagement.nouns.case import CheckRule
from domain.engagement.nouns.concern import Outcome
from domain.engagement.terms.policy import Cause, Obligation
from domain.language.words import Model, Party
from domain.law.correction import CorrectHistory
from domain.metrics.engagement import metrics_of
from domain.metrics.guarantee import Loss
from domain.metrics.upcoming import Why
from domain.metrics.what_if import Supposition, supposed
from tests.answers import written
from tests.application.demo.told import DAY, demo
from tests.domain.shipped import shipped_terms

IDS = ("parties", "minutes", "departures", "waiting_seconds")
"""Objects whose keys are themselves said; the rest are fields."""
NEVER = {"beyond_calendar": "the shipped calendars know their holidays for years to come"}
CANNOT: dict[Obligation, tuple[ClockState, ...]] = {
    "onboard": ("excused",),
    "acknowledge": ("excused",),
    "propose": ("excused",),
    "decide": ("excused",),
    "replace": (),
    "transfer_knowledge": ("excused",),
    "exit_transfer": ("paused", "cancelled", "excused"),
}
"""The states that a clock cannot be in."""


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value with the names that lead to it; an empty list or object is a value."""
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from leaves(each, path if path and path[-1] in IDS else (*path, key))
    elif isinstance(value, list) and value:
        for each in value:
            yield from leaves(each, path)
    else:
        yield path, value


def test_every_number_is_somewhere_more_than_nothing() -> None:
    something: dict[tuple[str, ...], bool] = defaultdict(bool)
    for told in demo():
        clocks = {"clocks": [written(each) for each in told.clocks.readings.values()]}
        for path, value in (*leaves(written(told.metrics)), *leaves(clocks)):
            something[path] |= bool(value)
    said = [path for path, more_than_nothing in something.items() if more_than_nothing]
    silent = {path for path in something if not any(other[: len(path)] == path for other in said)}
    assert {path[-1] for path in silent} == set(NEVER), silent


@pytest.mark.parametrize("clock", get_args(Obligation))
def test_a_clock_is_somewhere_in_every_state_that_it_can_be_in(clock: Obligation) -> None:
    found = {reading.state for told in demo() for reading in told.clocks.readings.values() if reading.clock == clock}
    assert found == set(get_args(ClockState)) - set(CANNOT[clock])


def test_every_party_answers_for_something_and_holds_the_ball() -> None:
    parties = {party for told in demo() for party in told.metrics.accountability.parties}
    assert parties == set(get_args(Party)) - {"system"} | {"nobody"}
    held = {holder for told in demo() for holder in told.metrics.accountability.waiting_seconds}
    assert held == set(get_args(Waited))


def test_everybody_leaves_for_every_cause_and_is_replaced_for_every_cause() -> None:
    assert {cause for told in demo() for cause in told.metrics.continuity.departures} == set(get_args(DepartureCause))
    assert {case.cause for told in demo() for case in told.history.state.cases.values()} == set(get_args(Cause))


@pytest.mark.parametrize("model", get_args(Model))
def test_under_every_model_somebody_does_not_come_vanishes_is_replaced_and_hands_over(model: Model) -> None:
    those = [told for told in demo() if told.model == model]
    departures = sum((Counter(told.metrics.continuity.departures) for told in those), Counter())
    assert departures["no_show"]
    assert departures["disappeared"]
    assert sum(told.metrics.continuity.gaps.count for told in those)
    assert any(told.metrics.continuity.handovers for told in those)
    assert {bool(plan.transferred_at) for told in those for plan in told.history.state.plans.values()} == {True, False}


def test_guarantees_are_refused_overruled_kept_and_broken_in_every_way() -> None:
    cases = [case for told in demo() for case in told.metrics.guarantee.cases]
    checks = {(check.rule, check.passed) for case in cases for check in case.checks}
    assert checks == {(rule, passed) for rule in get_args(CheckRule) for passed in (True, False)}
    assert {case.reviewed.eligible for case in cases if case.reviewed} == {True, False}
    assert {case.honoured for case in cases} == {True, False, None}
    broken = {loss for case in cases for loss in case.broken_because}
    assert broken == set(get_args(Loss)) - {"charged"}, "charged can only arise in a what-if"


def test_concerns_end_in_every_way_also_overtaken_before_anybody_answered() -> None:
    concerns = [(told, each) for told in demo() for each in told.history.state.concerns.values()]
    assert {each.outcome for _, each in concerns} >= set(get_args(Outcome))
    overtaken = [
        told.clocks.readings["acknowledge", each.concern_id].state
        for told, each in concerns
        if told.clocks.lives["acknowledge", each.concern_id].ending == "overtaken"
    ]
    assert {"late", "cancelled"} <= set(overtaken)


def test_what_is_to_come_is_known_for_every_reason_and_the_explanations_give_every_reason() -> None:
    assert {each.why for told in demo() for each in told.metrics.continuity.upcoming} == set(get_args(Why))
    reasons = {
        each.reason
        for told in demo()
        for life in told.clocks.lives.values()
        for each in explain(life, told.clocks.as_of)
    }
    assert reasons == set(get_args(Reason))


def test_everybody_overlaps_misses_or_never_met_whom_they_follow() -> None:
    overlaps = [each.overlap_seconds for told in demo() for each in told.metrics.continuity.handovers]
    assert any(each is None for each in overlaps)
    assert any(each is not None and each > 0 for each in overlaps)
    assert any(each is not None and each < 0 for each in overlaps)


def test_every_party_spends_effort_and_every_kind_is_spent() -> None:
    spent = [told.metrics.productivity.effort.minutes for told in demo()]
    assert {party for each in spent for party in each} == set(get_args(Party)) - {"system"}
    assert {kind for each in spent for kinds in each.values() for kind in kinds} == set(get_args(EffortKind))


def test_histories_are_put_right_by_voiding_by_recording_and_by_both() -> None:
    commands = [entry.command for told in demo() for entry in told.play.entries]
    corrections = [each for each in commands if isinstance(each, CorrectHistory)]
    assert {(bool(each.void), bool(each.record)) for each in corrections} == {
        (True, True),
        (True, False),
        (False, True),
    }


def test_some_is_recorded_late_and_changes_what_was_met() -> None:
    late = [reading for told in demo() for reading in told.clocks.readings.values() if reading.recorded_late]
    assert {reading.clock for reading in late} >= {"acknowledge"}


def test_supposing_another_model_flips_eligibility_honour_and_clocks() -> None:
    flipped: set[str] = set()
    for told in demo():
        if told.model != "managed_marketplace":
            continue
        policy = shipped_terms().policy("managed_services")
        other = metrics_of(
            supposed(told.history, Supposition(model="managed_services", policy=policy)), as_of=DAY, known_at=DAY
        )
        for was, would in zip(told.metrics.guarantee.cases, other.guarantee.cases, strict=True):
            flipped |= {name for name in ("eligible", "honoured") if getattr(was, name) != getattr(would, name)}
            flipped |= {"replace"} & ({"replace"} if was.clocks[1].state != would.clocks[1].state else set())
    assert flipped == {"eligible", "honoured", "replace"}
