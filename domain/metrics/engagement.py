"""All metrics of one engagement: pure functions of what had been recorded, an instant and a window (metrics.md)."""

from dataclasses import dataclass
from datetime import datetime

from domain.clocks.reading import clocks_of
from domain.language.bounds import STRICT
from domain.language.words import Instant
from domain.law.timeline import History
from domain.metrics.accountability import Accountability, accountability
from domain.metrics.chronicle import course_of
from domain.metrics.continuity import Continuity, continuity_in
from domain.metrics.guarantee import GuaranteeRecord, guarantee_in
from domain.metrics.productivity import Productivity, productivity_of
from domain.time.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The four families over the window [from, to), with ``as_of`` itself where ``to`` reaches it.

    ``from_`` is null when none was asked for and the engagement had not opened by ``as_of``.
    """

    __pydantic_config__ = STRICT

    from_: Instant | None
    to: Instant
    accountability: Accountability
    continuity: Continuity
    guarantee: GuaranteeRecord
    productivity: Productivity


def metrics_of(
    history: History | None,
    *,
    as_of: datetime,
    known_at: datetime,
    from_: datetime | None = None,
    to: datetime | None = None,
) -> Metrics:
    """The metrics of what had happened by ``as_of``.

    ``history`` is what had been recorded by ``known_at``, None where that was nothing. The window starts at the
    opening unless ``from_`` says otherwise, and is cut to ``as_of``. Never raises.
    """
    course = course_of(history.until(as_of) if history else ())
    start = from_ or (course.state.opened_at if course.state else None)
    window = Window.of(as_of, start or as_of, to)
    clocks = clocks_of(history, as_of, known_at)
    return Metrics(
        from_=start,
        to=min(to or as_of, as_of),
        accountability=accountability(clocks, window),
        continuity=continuity_in(window, course),
        guarantee=guarantee_in(window, course, clocks),
        productivity=productivity_of(course),
    )
