"""The page of one clock: why it reads what it reads."""

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from api.http.questions import answer_of
from api.http.reach import Seen
from api.pages.clock_view import clock_shown
from api.pages.engagement.asked import Span
from api.pages.formats import capital, words
from api.pages.frame import Frame, html, rendered
from api.pages.links import Here, asked_for, here, of_an_engagement
from api.queries.engagements import about
from api.queries.measures import ClockAsked
from application.queries.measures import explained
from domain.language.bounds import DESCRIBED


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPageAsked(ClockAsked):
    """One clock, and how much time the page shows that it leads back to."""

    __pydantic_config__ = DESCRIBED

    span: Span | None = None


async def clock_page(standfast: Seen, request: Request) -> Response:
    """The explanation of a clock."""
    of_an_engagement(request)
    asked: ClockPageAsked = asked_for(ClockPageAsked, request, standfast.positions)
    return html(await answer_of(standfast, request, partial(_page, standfast, asked, here(request))))


def _page(standfast: Seen, asked: ClockPageAsked, at: Here) -> bytes:
    question = about(standfast, asked)
    clock = explained(question, asked.clock, asked.subject_id)
    assert question.history, "a clock is one of a history"
    state = question.history.state_at(question.as_of)
    assert state, "a clock is one of an engagement that was opened"
    shown = clock_shown(clock, state, at)
    frame = Frame(
        title=f"{capital(words(clock.clock))}: {shown.name}",
        section="/engagements",
        position=standfast.positions.shown(clock.position),
        live=None if asked.replaying else f"engagement:{asked.engagement_id}",
        version=question.version,
        as_of=question.as_of if asked.replaying else None,
        anew=at.but(as_of=None, known_at=None),
    )
    return rendered("clock.html", frame, shown=shown, here=at, asked=asked, as_of=question.as_of)
