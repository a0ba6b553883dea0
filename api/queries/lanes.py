"""The address of the lanes of an engagement."""

from dataclasses import dataclass
from typing import Final

from api.http.questions import Question
from api.queries.engagements import InstantAsked, about
from api.queries.measures import TAG
from application.queries.lanes import LanesAnswer, lanes
from domain.language.bounds import DESCRIBED
from domain.language.words import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LanesAsked(InstantAsked):
    """The lanes of an engagement over the window [from, to)."""

    __pydantic_config__ = DESCRIBED

    from_: Instant | None = None
    """The start of the window; without it the opening."""
    to: Instant | None = None
    """The end of the window, which may lie after `as_of`; without it `as_of`, or the last event of what has ended."""


LANES: Final = (
    Question(
        path="/v1/engagements/{engagement_id}/lanes",
        name="draw-lanes",
        tag=TAG,
        text="An engagement's life as a page draws it: by seat when it was required, who held it, cases, plans, marks.",
        asks=LanesAsked,
        gives=LanesAnswer,
        answer=lambda standfast, asked: lanes(about(standfast, asked), asked.from_, asked.to),
    ),
)
