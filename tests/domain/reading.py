"""Clocks of a given past, read by days after the opening or by an instant as text."""

from datetime import timedelta

from domain.clocks.explanation import Interval, explain
from domain.clocks.holder import held, waiting_seconds
from domain.clocks.reading import Clock, Clocks, clocks_of
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Obligation
from domain.metrics.accountability import Accountability, accountability_in
from tests.domain.given import Given
from tests.domain.measured import When, instant, sight


def clocks(past: Given | EngagementHistory, as_of: When) -> Clocks:
    """Known is all that was recorded."""
    history = past.history if isinstance(past, Given) else past
    return clocks_of(history, instant(as_of), history.facts[-1].recorded_at)


def reading(past: Given | EngagementHistory, clock: Obligation, subject_id: str, as_of: When) -> Clock:
    return clocks(past, as_of).readings[clock, subject_id]


def intervals(past: Given, clock: Obligation, subject_id: str, as_of: When) -> list[Interval]:
    read = clocks(past, as_of)
    return explain(read.lives[clock, subject_id], read.as_of)


def waiting(past: Given, case_id: str, as_of: When) -> dict[str, float]:
    """Business hours by holder."""
    read = clocks(past, as_of)
    case = read.cases[case_id]
    return {holder: seconds / 3600 for holder, seconds in waiting_seconds(case, held(case, read.as_of)).items()}


def record(past: Given, as_of: When, from_: When | None = None, to: When | None = None) -> Accountability:
    return accountability_in(sight(past, as_of, from_, to))


def hours(number: float) -> int:
    """In seconds."""
    return int(timedelta(hours=number).total_seconds())
