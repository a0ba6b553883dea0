"""The lanes of an engagement: its life as a page draws it, seat by seat."""

from dataclasses import dataclass, fields
from datetime import datetime

from application.queries.as_of import AboutEngagement, EngagementAsOf
from application.queries.measures import WindowEmpty
from domain.lanes.drawn import Lanes
from domain.lanes.lanes import lanes_of
from domain.language.saying import said


@dataclass(frozen=True, kw_only=True)
class LanesAnswer(AboutEngagement, Lanes):
    """The lanes of an engagement in a window, as had happened by ``as_of``, as known at ``known_at``."""


def lanes(question: EngagementAsOf, from_: datetime | None, to: datetime | None) -> LanesAnswer:
    """The lanes. Raises WindowEmpty."""
    drawn = lanes_of(question.history, question.as_of, from_, to)
    starts, ends = drawn.from_, drawn.to
    if starts and ends and (starts > ends or (to and starts == ends)):
        told = f"from is {said(starts)}" if from_ else f"the engagement opened at {said(starts)}"
        later = said(to) if to else f"as_of is {said(ends)}"
        raise WindowEmpty(f"{told}, and to is not later: {later}", field="from" if from_ else "to")
    return LanesAnswer(**{each.name: getattr(drawn, each.name) for each in fields(Lanes)}, **question.about())
