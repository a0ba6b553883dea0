"""Metrics of a given past, asked for by days after the opening or by an instant as text."""

from datetime import datetime, timedelta
from typing import Any

from domain.law.command import Command
from domain.metrics.continuity import Continuity, continuity_in
from domain.metrics.engagement import Metrics, metrics_of
from domain.metrics.guarantee import CaseRecord
from domain.metrics.productivity import Productivity, productivity_in
from domain.metrics.sight import Sight, sight_of
from tests.domain.given import START, Given, Line, day, on

When = float | str
HOUR = 3600


def instant(when: When) -> datetime:
    """So many days after the opening, or the instant a text names."""
    return datetime.fromisoformat(when) if isinstance(when, str) else day(when)


def at(text: str, command: Line | Command[Any]) -> Line:
    """It happened at the instant a text names."""
    return on((datetime.fromisoformat(text) - START) / timedelta(days=1), command)


def sight(past: Given, as_of: When, from_: When | None = None, to: When | None = None) -> Sight:
    """As known at the last recording."""
    return sight_of(
        past.history,
        as_of=instant(as_of),
        known_at=past.history.facts[-1].recorded_at,
        from_=None if from_ is None else instant(from_),
        to=None if to is None else instant(to),
    )


def continuity(past: Given, as_of: When, from_: When | None = None, to: When | None = None) -> Continuity:
    return continuity_in(sight(past, as_of, from_, to))


def productivity_at(past: Given, as_of: When) -> Productivity:
    return productivity_in(sight(past, as_of))


def metrics(past: Given, as_of: When, from_: When | None = None, to: When | None = None) -> Metrics:
    """As known at the last recording."""
    return metrics_of(
        past.history,
        as_of=instant(as_of),
        known_at=past.history.facts[-1].recorded_at,
        from_=None if from_ is None else instant(from_),
        to=None if to is None else instant(to),
    )


def case_record(past: Given, as_of: When, case_id: str = "k1") -> CaseRecord:
    (found,) = (each for each in metrics(past, as_of).guarantee.cases if each.case_id == case_id)
    return found
