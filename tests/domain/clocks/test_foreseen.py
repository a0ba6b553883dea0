"""What is foreseen of a clock is what a reading says at every later instant, as long as nothing more happens."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clocks.foreseen import NOTHING, foreseen
from domain.clocks.reading import Clock, clocks_of
from domain.engagement.state import EngagementHistory
from domain.time.business_time import epoch_seconds, instant_at
from tests.domain.walks import histories

SECOND = timedelta(seconds=1)
LATER = st.lists(st.floats(0, 120), min_size=1, max_size=4)
"""Instants, as days after the last fact."""


def end_of(history: EngagementHistory) -> datetime:
    return max(history.timeline[-1].occurred_at, history.facts[-1].recorded_at)


def turns(history: EngagementHistory, since: datetime) -> list[datetime]:
    """The instants at which something is foreseen, with the seconds before and after them."""
    found = set[int]()
    for life in clocks_of(history, since, since).lives.values():
        ahead = foreseen(life, epoch_seconds(since))
        found |= {each for each in (ahead.at_risk_from, ahead.breach_at, ahead.over_from) if each is not None}
    around = sorted({each + by for each in found for by in (-1, 0, 1)})
    return [instant for each in around if (instant := instant_at(each)) >= since]


def told(clock: Clock) -> tuple[bool, bool, datetime | None]:
    """Whether it is at risk or past its goal, whether it is past it, and when the goal is used up."""
    return clock.at_risk or clock.state == "breached", clock.state == "breached", clock.breach_at


@settings(max_examples=15, deadline=None)
@given(histories(), LATER)
def test_it_is_what_is_read_at_every_later_instant(history: EngagementHistory, later: list[float]) -> None:
    since = end_of(history)
    seen = {
        key: (life, foreseen(life, epoch_seconds(since)))
        for key, life in clocks_of(history, since, since).lives.items()
    }
    for now in [*(since + timedelta(days=each) for each in later), *turns(history, since)[:60]]:
        second = epoch_seconds(now)
        for key, clock in clocks_of(history, now, now).readings.items():
            life, ahead = seen[key]
            if life.ended_at is not None:
                assert ahead == NOTHING
                continue
            risky = ahead.at_risk_from is not None and ahead.at_risk_from <= second
            past = ahead.over_from is not None and ahead.over_from <= second
            breach_at = None if ahead.breach_at is None else instant_at(ahead.breach_at)
            assert told(clock) == (risky, past, breach_at), (key, now)
