"""The page of the engagements: the list, or the rows behind one figure of the fleet."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from api.http.questions import answer_of, projected
from api.http.reach import Seen
from api.pages.chips import chips, choices
from api.pages.engagements_view import NAMES, SORTS, STATUSES, lines, others
from api.pages.formats import capital
from api.pages.forms.opening import TITLE as OPENING_TITLE
from api.pages.frame import Frame, html, rendered
from api.pages.links import OPENING_AT, Here, asked_for, here
from api.pages.rows_behind import BecauseAsked, figure_words, rows_shown
from api.pages.taken_away import files_of
from api.pages.work_view import MODELS
from api.queries.engagements import ListAsked, cursor_of, listed
from api.queries.fleet import rows, rows_cursor
from domain.access.may import may_open


async def engagements_page(standfast: Seen, request: Request) -> Response:
    """The list; with ``because`` the rows behind that figure."""
    at = here(request)
    if "because" in at.query:
        because: BecauseAsked = asked_for(BecauseAsked, request, standfast.positions)
        await projected(standfast, because.min_position)
        return html(await answer_of(standfast, request, partial(_rows, standfast, because, at), costly=True))
    asked: ListAsked = asked_for(ListAsked, request, standfast.positions)
    await projected(standfast, asked.min_position)
    return html(await answer_of(standfast, request, partial(_list, standfast, asked, at)))


def _list(standfast: Seen, asked: ListAsked, at: Here) -> bytes:
    found = listed(standfast, asked)
    cursor = cursor_of(found.next)
    frame = Frame(
        title="Engagements",
        section="/engagements",
        position=standfast.positions.shown(found.position),
        behind_seconds=found.behind_seconds,
        live="",
    )
    return rendered(
        "engagements.html",
        frame,
        lines=lines(found.items),
        as_of=found.as_of,
        chips_found=chips(at, NAMES),
        sorts=choices(at, "sort", SORTS),
        sort=asked.sort,
        models=choices(at, "model", MODELS),
        statuses=choices(at, "status", STATUSES),
        others=others(at),
        here=at,
        opening=OPENING_AT if may_open(standfast.sight.principal) else None,
        opening_title=OPENING_TITLE,
        next=at.but(cursor=cursor) if cursor else None,
        files=files_of(at, (("engagements", "csv"), ("engagements", "parquet"))),
    )


def _rows(standfast: Seen, asked: BecauseAsked, at: Here) -> bytes:
    found = rows(standfast, asked.rows())
    cursor = rows_cursor(asked.rows(), found.next)
    frame = Frame(
        title=capital(figure_words(asked.because)),
        section="/engagements",
        position=standfast.positions.shown(found.reading.position),
        behind_seconds=found.reading.behind_seconds,
        as_of=found.reading.as_of,
        anew=at.but(as_of=None, cursor=None),
    )
    shown = rows_shown(found, asked, at)
    return rendered("rows.html", frame, shown=shown, here=at, next=at.but(cursor=cursor) if cursor else None)
