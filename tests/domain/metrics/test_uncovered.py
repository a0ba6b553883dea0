"""Since when a required seat has had nobody: what holds it, and what it is not required in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from random import Random

import pytest
from hypothesis import given as over

from domain.engagement.lifecycle.suspension import EngagementSuspended
from domain.engagement.state import EngagementHistory
from domain.metrics.uncovered import last_resumed, uncovered_seats
from tests.domain.given import START, Given, Lines, day, given, on
from tests.domain.histories import Story, stories
from tests.domain.law.test_laws import LAWS
from tests.domain.words import (
    accept,
    active,
    add_seat,
    amend_seat,
    close_seat,
    depart,
    end,
    match,
    onboard,
    opened,
    propose,
    replace_professional,
    request,
    resume,
    seat,
    suspend,
    withdraw_match,
)

OPENED: Lines = [opened("freelancer_platform", seat("s1"))]
HELD: Lines = [*OPENED, on(1, match()), on(2, onboard())]
LEFT: Lines = [*HELD, on(5, depart())]


def uncovered(past: Given, at: float) -> Mapping[str, datetime]:
    state = past.history.state_at(day(at))
    assert state
    return uncovered_seats(state, past.history.until(day(at)), day(at))


@pytest.mark.parametrize(
    ("happened", "at", "since"),
    [
        (OPENED, 0, 0),
        (OPENED, 4, 0),
        ([*OPENED, on(1, match())], 4, 0),
        (HELD, 1.9, 0),
        (HELD, 2, None),
        (LEFT, 4.9, None),
        (LEFT, 5, 5),
        ([*LEFT, on(6, match("a2", "ben")), on(7, onboard("a2"))], 6.9, 5),
        ([*LEFT, on(6, match("a2", "ben")), on(7, onboard("a2"))], 7, None),
        ([*LEFT, on(6, match("a2", "ben")), on(7, withdraw_match("a2"))], 8, 5),
        ([*LEFT, on(6, match("a2", "ben")), on(7, onboard("a2")), on(7, depart("a2"))], 8, 5),
    ],
)
def test_a_seat_is_uncovered_since_the_last_one_left_or_from_its_start(
    happened: Lines, at: float, since: float | None
) -> None:
    assert uncovered(given(*happened), at) == ({} if since is None else {"s1": day(since)})


def test_while_one_of_two_is_active_it_is_covered() -> None:
    both = [on(3, request()), on(4, propose()), on(4, accept()), on(5, onboard("a2"))]
    past = given(*HELD, *both, on(6, depart("a1")), on(7, replace_professional()), on(8, depart("a2")))
    assert [uncovered(past, at) for at in (5, 6, 7)] == [{}, {}, {}]
    assert uncovered(past, 9) == {"s1": day(8)}


@pytest.mark.parametrize(
    ("happened", "at", "since"),
    [
        ([opened("freelancer_platform", seat("s1", required_from=day(3)))], 2.9, None),
        ([opened("freelancer_platform", seat("s1", required_from=day(3)))], 3, 3),
        ([opened("freelancer_platform", seat("s1", required_from=day(-3)))], 1, 0),
        ([opened("freelancer_platform", seat("s1", required_until=day(3)))], 2.9, 0),
        ([opened("freelancer_platform", seat("s1", required_until=day(3)))], 3, None),
        ([*LEFT, on(6, amend_seat(required_from=day(8)))], 7, None),
        ([*LEFT, on(6, amend_seat(required_from=day(8)))], 9, 8),
        ([*LEFT, on(6, amend_seat(required_until=day(8)))], 9, None),
        ([*LEFT, on(6, close_seat())], 7, None),
        ([*LEFT, on(6, end())], 7, None),
    ],
)
def test_a_seat_that_is_not_required_is_not_uncovered(happened: Lines, at: float, since: float | None) -> None:
    assert uncovered(given(*happened), at) == ({} if since is None else {"s1": day(since)})


@pytest.mark.parametrize(
    ("happened", "at", "since"),
    [
        ([on(6, suspend())], 7, None),
        ([on(6, suspend()), on(7, resume())], 7, 7),
        ([on(6, suspend()), on(7, resume())], 9, 7),
        ([on(6, suspend()), on(7, resume()), on(8, suspend()), on(9, resume())], 10, 9),
        ([on(6, suspend()), on(6, resume())], 7, 5),
        ([on(6, suspend()), on(7, resume()), on(8, suspend()), on(8, resume())], 9, 7),
        ([on(6, suspend(until=day(7)))], 6.5, None),
        ([on(6, suspend(until=day(7)))], 8, 7),
    ],
)
def test_after_a_suspension_it_counts_from_the_resumption(happened: Lines, at: float, since: float | None) -> None:
    assert uncovered(given(*LEFT, *happened), at) == ({} if since is None else {"s1": day(since)})


def test_a_suspension_before_the_last_one_left_is_of_no_account() -> None:
    past = given(*HELD, on(3, suspend()), on(4, resume()), on(5, depart()))
    assert uncovered(past, 6) == {"s1": day(5)}
    assert last_resumed(past.history.timeline) == day(4)
    assert last_resumed(given(*LEFT).history.timeline) is None


def test_every_seat_for_itself() -> None:
    past = given(*LEFT, on(6, add_seat("s2")), *active("a2", "ben", "s2"), on(7, add_seat("s3")))
    assert uncovered(past, 8) == {"s1": day(5), "s3": day(7)}


def waits(history: EngagementHistory, seat_id: str, starts: datetime, at: datetime) -> bool:
    """Whether the seat is required at an instant, as far as its start and suspensions go, with nobody active on it."""
    then = history.state_at(at)
    if then is None or seat_id not in then.seats or then.suspension or at < starts:
        return False
    return not any(each.active for each in then.on_seat(seat_id))


@LAWS
@over(stories())
def test_since_then_it_has_waited_at_every_instant_and_just_before_it_did_not(told: Story) -> None:
    random = Random(told.seed)
    whole = (told.history.timeline[-1].occurred_at - START).total_seconds()
    agreed = [fact.event.until for fact in told.history.timeline if isinstance(fact.event, EngagementSuspended)]
    for _ in range(6):
        as_of = START + timedelta(seconds=random.random() * whole * 1.1)
        state = told.history.state_at(as_of)
        assert state
        found = uncovered_seats(state, told.history.until(as_of), as_of)
        for seat_id, seat_then in state.seats.items():
            starts = max(seat_then.spec.required_from or seat_then.starts_at, seat_then.starts_at)
            ends = min(filter(None, (seat_then.spec.required_until, seat_then.closed_at, state.ended_at)), default=None)
            changes = {fact.occurred_at for fact in told.history.until(as_of)} | {starts, *filter(None, agreed)}
            since = None
            if ends is None or as_of < ends:
                past = sorted(at for at in changes if at <= as_of)
                waited = takewhile(partial(waits, told.history, seat_id, starts), reversed(past))
                since = min(waited, default=None)
            assert found.get(seat_id) == since
