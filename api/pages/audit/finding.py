"""The page on which a history is found: by engagement, by client, or by the day on which something was recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.http.paging import Cursor
from api.http.questions import ReadYourWrites, answer_of, projected
from api.http.reach import Seen
from api.pages.chips import chips
from api.pages.engagement.view import named
from api.pages.formats import called, machine_text
from api.pages.frame import Frame, html, rendered
from api.pages.links import Here, asked_for, here
from api.pages.taken_away import files_of_log
from api.pages.wall_time import A_MOMENT
from api.queries.engagements import ListAsked, Sought, cursor_of, listed
from application.queries.sight import Sight
from domain.language.bounds import DESCRIBED
from domain.language.words import Id
from domain.law.recorded import Recorded

PAGE: Final = 200
MOST_LOOKED_AT: Final = 2_000
"""How many events of a day are looked at."""

NAMES: Final = {"q": "find", "client_id": "client", "day": "recorded on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAsked(ReadYourWrites):
    """Which histories: of engagements with a text in name, client or id, of a client, or recorded on a day (UTC)."""

    __pydantic_config__ = DESCRIBED

    q: Sought | None = None
    client_id: Id | None = None
    day: Annotated[date, Field(ge=date(1970, 1, 1), le=date(9998, 12, 31))] | None = None
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An engagement, its document, and how many of its events were recorded on the day that was asked for."""

    engagement_id: UUID
    name: str
    client_id: str
    model: str
    opened_at: datetime
    zone: str
    version: int
    address: str
    on_the_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found; ``partly``: the day holds more events than are looked at."""

    items: Sequence[Found]
    position: int
    behind_seconds: float = 0
    next: str | None = None
    partly: bool = False


async def audit_page(standfast: Seen, request: Request) -> Response:
    """Where a history is found."""
    asked: AuditAsked = asked_for(AuditAsked, request, standfast.positions)
    await projected(standfast, asked.min_position)
    work = partial(_page, standfast, asked, here(request))
    return html(await answer_of(standfast, request, work, costly=asked.day is not None))


def document_at(engagement_id: UUID, **query: str) -> str:
    """The address of a history as a document."""
    return Here(f"/audit/{engagement_id}", query).now


def _page(standfast: Seen, asked: AuditAsked, at: Here) -> bytes:
    found = _on_a_day(standfast.sight, asked, asked.day) if asked.day else _listed(standfast, asked, at)
    position = standfast.positions.shown(found.position)
    frame = Frame(
        title="Audit",
        section="/audit",
        position=position,
        behind_seconds=found.behind_seconds,
        as_of=standfast.marketplace.clock(),
        anew=at.now,
    )
    found_by = chips(at, NAMES)
    return rendered(
        "audit.html",
        frame,
        found=found,
        asked=asked,
        here=at,
        chips_found=found_by,
        most=MOST_LOOKED_AT,
        files=files_of_log(),
    )


def _listed(standfast: Seen, asked: AuditAsked, at: Here) -> Finding:
    """The engagements as the list has them, the last opened first."""
    page = listed(standfast, ListAsked(q=asked.q, client_id=asked.client_id, cursor=asked.cursor))
    cursor = cursor_of(page.next)
    items = tuple(
        Found(
            engagement_id=each.engagement_id,
            name=called(each.name, each.client_id),
            client_id=each.client_id,
            model=each.model,
            opened_at=each.opened_at,
            zone=each.zone,
            version=each.version,
            address=document_at(each.engagement_id),
        )
        for each in page.items
    )
    following = at.but(cursor=cursor) if cursor else None
    return Finding(items=items, position=page.position, behind_seconds=page.behind_seconds, next=following)


def _on_a_day(sight: Sight, asked: AuditAsked, day: date) -> Finding:
    """The engagements of which something was recorded on a day, in the order of their first event on it."""
    begin = datetime.combine(day, time(), UTC)
    end = begin + timedelta(days=1)
    first, last = (sight.known(each - A_MOMENT).position for each in (begin, end))
    facts = list(_recorded(sight, first, min(last, first + MOST_LOOKED_AT)))
    of_each: dict[UUID, list[Recorded]] = {}
    for fact in facts:
        of_each.setdefault(fact.stream_id, []).append(fact)
    now = sight.known()
    known_at = min(end - A_MOMENT, now.known_at)
    items = tuple(each for each in _founds(sight, of_each, known_at) if _is_asked_for(each, asked))
    return Finding(items=items, position=now.position, partly=last - first > MOST_LOOKED_AT)


def _recorded(sight: Sight, after: int, until: int) -> Iterator[Recorded]:
    """What lies between two positions of the log, the first one exclusive."""
    while after < until:
        page = sight.page(after=after, until=until, limit=PAGE)
        yield from page.facts
        after = page.scanned


def _founds(sight: Sight, of_each: dict[UUID, list[Recorded]], known_at: datetime) -> Iterator[Found]:
    for engagement_id, history in sight.histories(of_each).items():
        state, facts = history.state, of_each[engagement_id]
        first = facts[0].version
        query = {"known_at": machine_text(known_at), "after": str(first - 1)}
        yield Found(
            engagement_id=engagement_id,
            name=named(state),
            client_id=state.client_id,
            model=state.model,
            opened_at=state.opened_at,
            zone=state.terms.calendar.zone,
            version=history.version,
            address=f"{document_at(engagement_id, **query)}#v{first}",
            on_the_day=len(facts),
        )


def _is_asked_for(found: Found, asked: AuditAsked) -> bool:
    text = (asked.q or "").lower()
    return asked.client_id in (None, found.client_id) and (
        text in found.name.lower() or text in found.client_id.lower() or text in str(found.engagement_id)
    )
