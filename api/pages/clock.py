"""The page of one clock: why it reads what it reads."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from api.composition import Standfast
from api.http.questions import answer_of
from api.pages.clock_view import clock_shown
from api.pages.formats import capital, words
from api.pages.frame import Frame, html, rendered
from api.pages.links import Here, asked_for, here, of_an_engagement
from api.queries.engagements import about
from api.queries.measures import ClockAsked
from application.queries.measures import explained


async def clock_page(standfast: Standfast, request: Request) -> Response:
    """The explanation of a clock."""
    of_an_engagement(request)
    asked: ClockAsked = asked_for(ClockAsked, request)
    return html(await answer_of(standfast, request, partial(_page, standfast, asked, here(request))))


def _page(standfast: Standfast, asked: ClockAsked, at: Here) -> bytes:
    question = about(standfast, asked)
    clock = explained(question, asked.clock, asked.subject_id)
    assert question.history, "a clock is one of a history"
    state = question.history.state_at(question.as_of)
    assert state, "a clock is one of an engagement that was opened"
    shown = clock_shown(clock, state, at)
    frame = Frame(title=f"{capital(words(clock.clock))}: {shown.name}", section="/engagements", position=clock.position)
    return rendered("clock.html", frame, shown=shown, here=at)
