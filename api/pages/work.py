"""The page of what waits: for whom, since when and until when, and what breaches next."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.http.questions import answer_of, projected
from api.http.reach import Seen
from api.pages.eyes import own_party
from api.pages.frame import Frame, html, rendered
from api.pages.links import Here, asked_for, here
from api.pages.taken_away import files_of
from api.pages.work_view import work_shown, yours_shown
from api.queries.work import AtRiskAsked, Within, WorkAsked, at_risk, work
from application.ports.at_risk import WEEK_SECONDS
from application.ports.work import WantedWork
from domain.language.bounds import DESCRIBED
from domain.language.words import field_names

MOST_AT_RISK: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPageAsked(WorkAsked):
    """What waits, and which clocks breach within so many seconds."""

    __pydantic_config__ = DESCRIBED

    within: Within = WEEK_SECONDS


async def work_page(standfast: Seen, request: Request) -> Response:
    """What waits."""
    asked: WorkPageAsked = asked_for(WorkPageAsked, request, standfast.positions)
    await projected(standfast, asked.min_position)
    return html(await answer_of(standfast, request, partial(_page, standfast, asked, here(request))))


def _page(standfast: Seen, asked: WorkPageAsked, at: Here) -> bytes:
    found = work(standfast, asked)
    counted = found if asked.cursor is None and asked.due is None else work(standfast, _counting(asked))
    others = work(standfast, _counting(asked, party=None)) if asked.party else None
    own = own_party() if asked.party is None else None
    waits = work(standfast, _counting(asked, party=own)) if own else None
    risky = at_risk(
        standfast,
        AtRiskAsked(
            within=asked.within,
            party=asked.party,
            model=asked.model,
            client_id=asked.client_id,
            partner_id=asked.partner_id,
            limit=MOST_AT_RISK,
        ),
    )
    assert counted.counts, "the first page tells them"
    shown = work_shown(found, counted.counts, others.counts if others else None, risky, at)
    yours = yours_shown(own, waits.counts, at) if own and waits and waits.counts else None
    overdue = counted.counts.overdue
    frame = Frame(
        title=f"({overdue}) Work" if overdue else "Work",
        section="/work",
        position=standfast.positions.shown(found.position),
        behind_seconds=found.behind_seconds,
        live="",
    )
    return rendered(
        "work.html",
        frame,
        work=shown,
        yours=yours,
        here=at,
        asked=asked,
        files=files_of(at, (("work", "csv"), ("work", "parquet"), ("deadlines", "ics"))),
        files_at_risk=files_of(at, (("at-risk", "csv"), ("at-risk", "parquet"))),
    )


def _counting(asked: WorkPageAsked, **changed: object) -> WorkAsked:
    """The same question for the sake of its counts alone: of all of them, whichever is looked at."""
    names = (name for name in field_names(WantedWork) if name != "due")
    return WorkAsked(**{**{name: getattr(asked, name) for name in names}, **changed}, limit=1)
