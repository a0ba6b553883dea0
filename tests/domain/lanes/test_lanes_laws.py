"""Lanes say of every instant what the state says then, and count every event once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.clocks.reading import clocks_of
from domain.engagement.replacement.about import standing_of
from domain.engagement.state import EngagementHistory, State
from domain.lanes.drawn import LaneBar, LaneRow, Lanes, LaneWait
from domain.lanes.lanes import COLUMNS, lanes_of
from domain.metrics.coverage import required_time
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER, union
from tests.domain.histories import Story, stories
from tests.domain.walks import histories

LAWS: Final = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WHENEVER: Final = st.lists(st.floats(0, 1), min_size=6, max_size=6)


def instants(history: EngagementHistory, fractions: list[float]) -> Iterator[datetime]:
    """Some instants of a life, and those at which something happened."""
    first, last = history.timeline[0].occurred_at, history.timeline[-1].occurred_at
    yield from (first + (last - first) * each for each in fractions)
    yield from (history.timeline[int(each * (len(history.timeline) - 1))].occurred_at for each in fractions)


def holds(stretch: LaneBar | LaneWait, at: datetime) -> bool:
    return stretch.from_ <= at and (at < stretch.to or stretch.ongoing)


def phase(rows: dict[str, LaneRow], subject_id: str, at: datetime) -> str | None:
    """The phase that a row shows at an instant."""
    found = [bar.phase for bar in rows[subject_id].bars if holds(bar, at)] if subject_id in rows else []
    assert len(found) <= 1
    return found[0] if found else None


def rows_of(lanes: Lanes, name: str) -> dict[str, LaneRow]:
    rows = (*(row for seat in lanes.seats for row in seat.rows), *lanes.rows)
    return {subject_id: row for row in rows if (subject_id := getattr(row, name))}


def assert_told(lanes: Lanes, state: State, at: datetime) -> None:
    assignments, cases, plans = (rows_of(lanes, name) for name in ("assignment_id", "case_id", "plan_id"))
    for assignment in state.assignments.values():
        shown = phase(assignments, assignment.assignment_id, at)
        assert shown == (None if assignment.ended_at else assignment.state)
    for case in state.cases.values():
        assert phase(cases, case.case_id, at) == (standing_of(state, case) if case.open else None)
        paused = case.case_id in cases and any(holds(each, at) for each in cases[case.case_id].pauses)
        assert paused == (case.pause is not None)
    for plan in state.plans.values():
        over = plan.transferred_at or (state.ended_at and not plan.exit)
        assert phase(plans, plan.plan_id, at) == (None if over else "open")
    assert any(holds(each, at) for each in lanes.suspensions) == (state.suspension is not None)
    [terms] = [each for each in lanes.terms if each.from_ <= at and (at < each.to or each.ongoing)]
    assert (terms.policy, terms.calendar) == (state.terms.policy.name, state.terms.calendar.name)


@LAWS
@given(histories(), WHENEVER)
def test_the_bars_are_what_the_state_says_at_every_instant(history: EngagementHistory, fractions: list[float]) -> None:
    as_of = history.timeline[-1].occurred_at + timedelta(days=1)
    lanes = lanes_of(history, as_of)
    for at in instants(history, fractions):
        state = history.state_at(at)
        assert state is not None
        assert_told(lanes, state, at)


@LAWS
@given(stories(), WHENEVER)
def test_also_as_of_an_earlier_instant_and_after_corrections(told: Story, fractions: list[float]) -> None:
    history = told.history
    for as_of in instants(history, fractions):
        state = history.state_at(as_of)
        assert state is not None
        assert_told(lanes_of(history, as_of), state, as_of)


@LAWS
@given(histories(), WHENEVER)
def test_what_is_required_is_what_coverage_counts(history: EngagementHistory, fractions: list[float]) -> None:
    for as_of in instants(history, fractions):
        state, clocks = history.state_at(as_of), clocks_of(history, as_of, as_of)
        assert state is not None
        suspended = union((each.start, EVER if each.end is None else each.end) for each in clocks.suspensions)
        lanes = lanes_of(history, as_of, to=as_of + timedelta(days=9999))
        for of in lanes.seats:
            counted = required_time(state, state.seats[of.seat_id], suspended)
            pieces = ((epoch_seconds(each.from_), epoch_seconds(each.to) if each.to else EVER) for each in of.required)
            assert union(pieces) == counted
            assert all(each.allocation == state.seats[of.seat_id].spec.allocation for each in of.required[-1:])


@LAWS
@given(stories(), WHENEVER)
def test_the_density_adds_up_to_the_events_of_the_window(told: Story, fractions: list[float]) -> None:
    history = told.history
    first, *_, as_of = sorted(instants(history, fractions))
    events = [fact.occurred_at for fact in history.facts if fact.occurred_at <= as_of]
    assert sum(lanes_of(history, as_of).density) == len(events)
    middle = first + (as_of - first) / 2
    later = lanes_of(history, as_of, from_=middle, to=as_of + timedelta(days=3))
    assert sum(later.density) == sum(at >= middle for at in events)
    earlier = lanes_of(history, as_of, to=middle + timedelta(seconds=1))
    assert sum(earlier.density) == sum(at < middle + timedelta(seconds=1) for at in events)
    assert len(later.density) == len(earlier.density) == COLUMNS


@LAWS
@given(stories(), WHENEVER)
def test_a_window_shows_a_part_of_the_whole(told: Story, fractions: list[float]) -> None:
    history, (first, last) = told.history, sorted(fractions[:2])
    whole = lanes_of(history, as_of := history.timeline[-1].occurred_at)
    start = history.timeline[0].occurred_at
    from_, to = (start + (as_of - start) * each for each in (first, last))
    part = lanes_of(history, as_of, from_, to + timedelta(microseconds=1))
    for of, all_of in zip(part.seats, whole.seats, strict=True):
        bars = {bar for row in all_of.rows for bar in row.bars}
        shown = {bar for row in of.rows for bar in row.bars}
        assert shown == {bar for bar in bars if bar.from_ <= to and (bar.to > from_ or bar.from_ >= from_)}
        assert set(of.marks) == {mark for mark in all_of.marks if from_ <= mark.at <= to}
