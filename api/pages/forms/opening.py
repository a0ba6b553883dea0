"""The form that opens an engagement: as those about one, but that there is none yet whose things could be chosen."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.commands.engagement_ids import new_engagement_id
from api.commands.routes import OPENING
from api.http.questions import answer_of
from api.http.reach import Seen, demand_commanding
from api.pages.forgery import Proof, proof_of
from api.pages.forms.body import Given, body_of, compacted
from api.pages.forms.fields import Form, Showing
from api.pages.forms.receiving import MORE, fields_of, key_of, unproved, uuid_in
from api.pages.forms.sending import NotRecorded, Sent, recorded
from api.pages.forms.shape import shape_of
from api.pages.forms.view import terms_offered
from api.pages.frame import Frame, html, rendered
from api.pages.links import OPENING_AT, engagement_at
from domain.engagement.lifecycle.opening import DEFAULT_CALENDAR

MADE: Final = "_engagement_id"
"""The id of the engagement, made with the form."""

TITLE: Final = "Open an engagement"
ITS_ZONE: Final = "on the clocks of the calendar that is chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a form says of the engagement that it opens, under which id and key; both stay until it is recorded."""

    given: Given
    engagement_id: UUID = field(default_factory=new_engagement_id)
    key: str = field(default_factory=lambda: str(uuid4()))
    one_more: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningShown:
    """All that the page shows; ``engagement`` is the address that it has once it was opened.

    ``zone`` is what is said of it, ``clocks`` the one of the calendar that is chosen so far.
    """

    title: str
    action: str
    engagement: str
    zone: str
    clocks: str
    form: Form


async def opening_page(standfast: Seen, request: Request) -> Response:
    """The form, with what its address says filled in."""
    await demand_commanding(standfast, request, None, OPENING)
    return await _answer(standfast, request, Opening(given=dict(request.query_params)), proof_of(request))


async def opening_sent(standfast: Seen, request: Request) -> Response:
    """Opens the engagement and leads to it; what is refused comes back as it was written."""
    await demand_commanding(standfast, request, None, OPENING)
    fields = await fields_of(request)
    asked, proof = _asked(fields), proof_of(request)
    if refusal := unproved(request, fields):
        return await _answer(standfast, request, asked, proof, refusal)
    if asked.one_more:
        return await _answer(standfast, request, asked, proof)
    zone = await standfast.desks.quick.answer(partial(_zone, standfast, asked.given), request.receive)
    body = body_of(shape_of(OPENING), asked.given, zone)
    if body.unclear:
        title = "A time is not clear."
        return await _answer(standfast, request, asked, proof, NotRecorded(status=422, title=title, wrong=body.unclear))
    said = {**body.values, "engagement_id": str(asked.engagement_id)}
    sent = Sent(engagement_id=asked.engagement_id, command=OPENING, body=said, key=asked.key)
    outcome = await recorded(standfast, request, sent)
    if isinstance(outcome, NotRecorded):
        return await _answer(standfast, request, asked, proof, outcome)
    return RedirectResponse(f"{engagement_at(outcome.engagement_id, recorded='1')}#v1", 303)


def _asked(fields: Given) -> Opening:
    made = Opening(given=compacted(shape_of(OPENING), fields), one_more=fields.get(MORE) or None)
    identity, key = uuid_in(fields, MADE), key_of(fields)
    made = replace(made, engagement_id=UUID(identity)) if identity else made
    return replace(made, key=key) if key else made


def _zone(standfast: Seen, given: Given) -> str:
    """The zone of the calendar that is chosen."""
    found = standfast.terms.find("calendar", given.get("calendar") or DEFAULT_CALENDAR)
    return str(getattr(found, "zone", "UTC"))


async def _answer(
    standfast: Seen, request: Request, asked: Opening, proof: Proof, refusal: NotRecorded | None = None
) -> Response:
    page = await answer_of(standfast, request, partial(_page, standfast, asked, proof.token, refusal))
    return proof.left_with(html(page, refusal.status if refusal else 200))


def _page(standfast: Seen, asked: Opening, token: str, refusal: NotRecorded | None) -> bytes:
    wrong = refusal.wrong if refusal else ()
    zone = _zone(standfast, asked.given)
    showing = Showing(asked.given, wrong, terms_offered(standfast, OPENING), {}, zone, asked.one_more)
    shown = OpeningShown(
        title=TITLE,
        action=OPENING_AT,
        engagement=engagement_at(asked.engagement_id),
        zone=ITS_ZONE,
        clocks=zone,
        form=showing.form(OPENING),
    )
    frame = Frame(title=shown.title, section="/engagements")
    return rendered("opening.html", frame, shown=shown, asked=asked, token=token, refusal=refusal, made=MADE)
