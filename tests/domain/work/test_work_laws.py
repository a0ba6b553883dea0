"""Whatever happened: what waits can be done, lasts as long as is told, and every clock has its item."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.engagement.state import EngagementHistory
from domain.register import allowed_commands
from domain.work.item import NOTICES, Item
from domain.work.waiting import Lasting, lasting, ticking, waiting
from tests.domain.walks import histories
from tests.domain.work.seen import scene_of

LATER = st.lists(st.floats(0, 120), min_size=1, max_size=4)
"""Instants, as days after the last fact."""
SECOND = timedelta(seconds=1)


def end_of(history: EngagementHistory) -> datetime:
    return max(history.timeline[-1].occurred_at, history.facts[-1].recorded_at)


def holds(told: Lasting, at: datetime) -> bool:
    return (told.from_ is None or told.from_ <= at) and (told.until is None or at < told.until)


def by_subject(items: list[Item]) -> dict[tuple[str, str], Item]:
    found: dict[tuple[str, str], Item] = {(each.kind, each.subject_id): each for each in items}
    assert len(found) == len(items)
    return found


@settings(max_examples=20, deadline=None)
@given(histories(), LATER)
def test_what_lasts_is_what_waits_at_every_later_instant(history: EngagementHistory, later: list[float]) -> None:
    since = end_of(history)
    ages = list(lasting(scene_of(history, since)))
    turns = {each for age in ages for each in (age.from_, age.until) if each}
    around = [turn + by for turn in turns for by in (-SECOND, timedelta(0), SECOND) if turn + by >= since]
    for now in [since, *(since + timedelta(days=each) for each in later), *sorted(around)[:40]]:
        scene = scene_of(history, now)
        told = by_subject([each.item for each in ages if holds(each, now)])
        assert told == by_subject(list(waiting(scene))), now
        allowed = allowed_commands(scene.state)
        for item in told.values():
            assert item.since <= scene.second, (now, item)
            assert (item.next_command is None) == (item.kind in NOTICES)
            assert item.next_command is None or item.next_command in allowed, (now, item)
            assert item.seat_id is None or item.seat_id in scene.state.seats
            assert item.title
            assert item.why


@settings(max_examples=20, deadline=None)
@given(histories(), LATER)
def test_every_clock_belongs_to_something(history: EngagementHistory, later: list[float]) -> None:
    since = end_of(history)
    told = list(ticking(scene_of(history, since)))
    for now in [since, *(since + timedelta(days=each) for each in later)]:
        scene = scene_of(history, now)
        fresh = {
            (each.key, each.waiting_on, each.lasting.item.title) for each in ticking(scene) if holds(each.lasting, now)
        }
        assert {
            (each.key, each.waiting_on, each.lasting.item.title) for each in told if holds(each.lasting, now)
        } == fresh
        goals = {life.key for life in scene.open_clocks() if life.scale.goal_seconds is not None}
        assert {key for key, _, _ in fresh} == goals
        waits = {life.key: scene.waiting_on(life) for life in scene.open_clocks()}
        assert all(waits[key] == holder for key, holder, _ in fresh)
