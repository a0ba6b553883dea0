"""The audit says what each event changed: as much as two whole states would tell, and in as few words."""

from datetime import datetime
from typing import Any, Final

from hypothesis import HealthCheck, given, settings

from api.http.viewed import viewed
from application.queries.audit import changes, steps
from domain.engagement.state import EngagementHistory
from domain.law.event import event_of
from tests.domain.given import at_once, day, on
from tests.domain.given import given as past
from tests.domain.histories import Story, stories
from tests.domain.walks import histories
from tests.domain.words import active, opened, productivity, suspend

LAWS: Final = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def known_after(history: EngagementHistory, version: int, at: datetime) -> Any:
    """The state after so many facts, read from zero, once an instant has come; None before the first."""
    return history.tolerant().as_known(version).state.reached(at) if version else None


def assert_told(history: EngagementHistory) -> None:
    for step in steps(history.facts, viewed, after=0, limit=history.version):
        at = history.tolerant().as_known(step.version).timeline[-1].occurred_at
        before, after = (viewed(known_after(history, version, at)) for version in (step.version - 1, step.version))
        assert step.changes == tuple(changes(before, after))
        if event_of(history.facts[step.version - 1]).takes_back():
            continue
        assert all(change.before != change.after for change in step.changes)


@LAWS
@given(histories())
def test_a_step_says_what_two_whole_states_tell(history: EngagementHistory) -> None:
    assert_told(history)


@LAWS
@given(stories())
def test_also_where_corrections_take_back_what_others_hang_on(told: Story) -> None:
    assert_told(told.history)


@LAWS
@given(histories())
def test_a_page_is_a_part_of_all_steps(history: EngagementHistory) -> None:
    everything = steps(history.facts, viewed, after=0, limit=history.version)
    for after in range(0, history.version + 2, 5):
        assert steps(history.facts, viewed, after=after, limit=7) == everything[after : after + 7]


@LAWS
@given(stories())
def test_as_known_then_nothing_is_told_of_what_came_later(told: Story) -> None:
    facts = told.history.facts
    for version in (1, len(facts) // 3, len(facts) // 2):
        asked = steps(facts.first(version), viewed, after=0, limit=version)
        assert asked == steps(EngagementHistory.of(facts[:version]).facts, viewed, after=0, limit=version)


def test_a_pause_that_is_over_by_itself_is_nobody_s_step() -> None:
    told = past(opened(), *active(), at_once(on(4, suspend(until=day(5)))), on(9, productivity())).history
    *_, suspended, reported = steps(told.facts, viewed, after=0, limit=9)
    assert {change.path for change in suspended.changes} == {"/status", "/suspension"}
    assert {change.path for change in reported.changes} == {"/assignments/0/productivity"}
