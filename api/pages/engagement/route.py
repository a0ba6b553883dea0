"""The page of one engagement, as it is or as it was."""

from datetime import datetime
from functools import partial
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.problem_kinds import NotReached
from api.http.questions import answer_of, projected
from api.http.reach import Seen
from api.http.strict_json import FieldsWrong
from api.pages.engagement.asked import EngagementPageAsked
from api.pages.engagement.replay import KEPT
from api.pages.engagement.view import engagement_shown, named, not_opened
from api.pages.forgery import proof_of
from api.pages.formats import instant_apart, machine_text
from api.pages.frame import Frame, html, rendered
from api.pages.lanes.view import LEGEND
from api.pages.links import Here, asked_for, here, of_an_engagement
from api.pages.wall_time import instants_of, unclear, wall_time
from application.queries.as_of import engagement_as_of
from domain.language.saying import said


async def engagement_page(standfast: Seen, request: Request) -> Response:
    """An engagement; ``go`` leads to another instant of it."""
    of_an_engagement(request)
    asked: EngagementPageAsked = asked_for(EngagementPageAsked, request, standfast.positions)
    if asked.go:
        return await _gone_to(standfast, request, asked)
    if asked.recorded or asked.min_position:
        await _caught_up(standfast, request, asked.min_position)
    proof = proof_of(request)
    page = await answer_of(standfast, request, partial(_page, standfast, asked, here(request), proof.token))
    return proof.left_with(html(page))


async def _caught_up(standfast: Seen, request: Request, position: int | None) -> None:
    """Waits a moment for a position, or for all that is recorded; what is next is shown as far as it is known."""
    if position is None:
        position = (await standfast.desks.quick.answer(standfast.sight.known, request.receive)).position
    try:
        await projected(standfast, position)
    except NotReached:
        return


async def _gone_to(standfast: Seen, request: Request, asked: EngagementPageAsked) -> Response:
    """Leads to the page at the time that was asked for, on the clocks of the engagement's zone.

    Asks back where these showed it twice, or never. Raises FieldsWrong.
    """
    now = await standfast.desks.quick.answer(
        partial(engagement_as_of, standfast.sight, asked.engagement_id), request.receive
    )
    assert now.history, "what is known now has a history"
    wall = wall_time(asked.go or "")
    if wall is None:
        raise FieldsWrong([("go", "a time that there is, such as 2026-11-10T09:00")])
    at, state = here(request), now.history.state
    zone = state.terms.calendar.zone
    ways = [(instant_apart(each, zone), _gone(at, each, asked)) for each in instants_of(wall, zone)]
    if why := unclear(wall, zone):
        frame = Frame(title=f"{named(state)}: a time is not clear", section="/engagements")
        now_at = at.but(go=None, known=None, as_of=None, known_at=None, before=None)
        return html(rendered("unclear_time.html", frame, name=named(state), why=why, ways=ways, now=now_at), 422)
    return RedirectResponse(ways[0][1], 303)


def _gone(at: Here, to: datetime, asked: EngagementPageAsked) -> str:
    """The address of the page as of an instant."""
    as_of = machine_text(to)
    known_at = as_of if asked.known == "then" else None
    return at.but(go=None, known=None, as_of=as_of, known_at=known_at, before=None)


def _page(standfast: Seen, asked: EngagementPageAsked, at: Here, token: str) -> bytes:
    question = engagement_as_of(standfast.sight, asked.engagement_id, asked.as_of, asked.known_at)
    shown = engagement_shown(standfast, asked, question, at)
    if shown is None:
        first = not_opened(standfast, asked.engagement_id)
        frame = Frame(title=f"{first.name}: not opened yet", section="/engagements")
        return rendered("not_opened.html", frame, first=first, here=at, as_of=said(question.as_of))
    frame = Frame(
        title=shown.name,
        section="/engagements",
        position=standfast.positions.shown(question.known.position),
        behind_seconds=shown.behind_seconds,
        live=f"engagement:{asked.engagement_id}",
        version=question.version,
    )
    return rendered(
        "engagement.html",
        frame,
        shown=shown,
        here=at,
        asked=asked,
        token=token,
        new_key=uuid4,
        legend=LEGEND,
        kept=KEPT,
    )
