"""The form of a command about an engagement: shown, and taken in."""

import re
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.headers import ON_BEHALF_PATTERN
from api.http.problem_kinds import NothingHere
from api.http.questions import answer_of
from api.http.reach import Seen, demand_commanding
from api.pages.commands import has_form
from api.pages.forgery import Proof, proof_of
from api.pages.forms.body import Given, body_of, compacted
from api.pages.forms.receiving import BEHALF, MORE, fields_of, key_of, unproved
from api.pages.forms.sending import NotRecorded, Sent, recorded
from api.pages.forms.shape import shape_of
from api.pages.forms.view import form_shown
from api.pages.frame import Frame, html, rendered
from api.pages.links import engagement_at, of_an_engagement
from application.commands.already import Already
from application.queries.as_of import EngagementAsOf, engagement_as_of
from domain.language.saying import did_you_mean
from domain.register import COMMANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A form: of which command about which engagement, what its fields hold, and its key, kept until it is recorded."""

    engagement_id: UUID
    command: str
    given: Given
    key: str = field(default_factory=lambda: str(uuid4()))
    on_behalf_of: str = ""
    one_more: str | None = None


async def form_page(standfast: Seen, request: Request) -> Response:
    """The form, with what its address says filled in."""
    asked = Asked(engagement_id=of_an_engagement(request), command=_command(request), given=dict(request.query_params))
    said = {name: value for name, value in asked.given.items() if value and name.endswith("_id")}
    await demand_commanding(standfast, request, asked.engagement_id, asked.command, said)
    return await _answer(standfast, request, asked, proof_of(request))


async def form_sent(standfast: Seen, request: Request) -> Response:
    """Records what a form says, and leads to it; what is refused comes back as it was written."""
    fields = await fields_of(request)
    asked = _asked(request, fields)
    await demand_commanding(standfast, request, asked.engagement_id, asked.command)
    proof = proof_of(request)
    if refusal := unproved(request, fields):
        return await _answer(standfast, request, asked, proof, refusal)
    if asked.one_more:
        return await _answer(standfast, request, asked, proof)
    return await _recorded(standfast, request, asked, proof)


async def _recorded(standfast: Seen, request: Request, asked: Asked, proof: Proof) -> Response:
    zone = await answer_of_zone(standfast, request, asked.engagement_id)
    body = body_of(shape_of(asked.command), asked.given, zone)
    if body.unclear:
        title = "A time is not clear."
        return await _answer(standfast, request, asked, proof, NotRecorded(status=422, title=title, wrong=body.unclear))
    sent = Sent(
        engagement_id=asked.engagement_id,
        command=asked.command,
        body=body.values,
        key=asked.key,
        on_behalf_of=asked.on_behalf_of,
    )
    outcome = await recorded(standfast, request, sent)
    if isinstance(outcome, NotRecorded):
        return await _answer(standfast, request, asked, proof, outcome)
    if outcome.stands:
        return await _answer(standfast, request, asked, proof, stands=outcome.stands())
    version = outcome.version
    return RedirectResponse(f"{engagement_at(asked.engagement_id, recorded=str(version))}#v{version}", 303)


async def answer_of_zone(standfast: Seen, request: Request, engagement_id: UUID) -> str:
    """The zone of an engagement's calendar. Raises UnknownEngagement."""
    known = partial(standfast.sight.history, engagement_id)
    history = await standfast.desks.quick.answer(known, request.receive)
    return history.state.terms.calendar.zone


def _command(request: Request) -> str:
    """The command of an address. Raises NothingHere."""
    name = str(request.path_params["command"])
    if not has_form(name):
        raise NothingHere(f"there is no form of a command {name[:100]}{did_you_mean(name, COMMANDS)}")
    return name


def _asked(request: Request, fields: Given) -> Asked:
    command = _command(request)
    asked = Asked(
        engagement_id=of_an_engagement(request),
        command=command,
        given=compacted(shape_of(command), fields),
        on_behalf_of=behalf if re.fullmatch(ON_BEHALF_PATTERN, behalf := fields.get(BEHALF, "")) else "",
        one_more=fields.get(MORE) or None,
    )
    key = key_of(fields)
    return replace(asked, key=key) if key else asked


async def _answer(
    standfast: Seen,
    request: Request,
    asked: Asked,
    proof: Proof,
    refusal: NotRecorded | None = None,
    stands: Already | None = None,
) -> Response:
    page = await answer_of(standfast, request, partial(_page, standfast, asked, proof.token, refusal, stands))
    return proof.left_with(html(page, refusal.status if refusal else 200))


def _page(standfast: Seen, asked: Asked, token: str, refusal: NotRecorded | None, stands: Already | None) -> bytes:
    question: EngagementAsOf = engagement_as_of(standfast.sight, asked.engagement_id)
    shown = form_shown(
        standfast,
        question,
        asked.command,
        asked.given,
        wrong=refusal.wrong if refusal else (),
        one_more=asked.one_more,
    )
    frame = Frame(
        title=f"{shown.title}: {shown.name}",
        section="/engagements",
        position=standfast.positions.shown(question.known.position),
        live=f"engagement:{asked.engagement_id}",
        version=question.version,
        lamp_leads=shown.engagement,
    )
    return rendered("form.html", frame, shown=shown, asked=asked, token=token, refusal=refusal, stands=stands)
