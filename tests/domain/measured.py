"""Metrics of a given past, asked for by days after the opening or by an instant as text."""

from datetime import datetime, timedelta

from domain.law.event import Command
from domain.metrics.chronicle import Course, course_of
from domain.metrics.continuity import Continuity, continuity_in
from domain.metrics.engagement import Metrics, metrics_of
from domain.metrics.guarantee import CaseRecord
from domain.metrics.productivity import Productivity, productivity_of
from domain.time.window import Window
from tests.domain.given import START, Given, Line, day, on

When = float | str
HOUR = 3600


def instant(when: When) -> datetime:
    """So many days after the opening, or the instant a text names."""
    return datetime.fromisoformat(when) if isinstance(when, str) else day(when)


def at(text: str, command: Line | Command) -> Line:
    """It happened at the instant a text names."""
    return on((datetime.fromisoformat(text) - START) / timedelta(days=1), command)


def course_until(past: Given, as_of: When) -> Course:
    return course_of(past.history.until(instant(as_of)))


def window(past: Given, as_of: When, from_: When | None = None, to: When | None = None) -> Window:
    start = past.state.opened_at if from_ is None else instant(from_)
    return Window.of(instant(as_of), start, None if to is None else instant(to))


def continuity(past: Given, as_of: When, from_: When | None = None, to: When | None = None) -> Continuity:
    return continuity_in(window(past, as_of, from_, to), course_until(past, as_of))


def productivity_at(past: Given, as_of: When) -> Productivity:
    return productivity_of(course_until(past, as_of))


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
