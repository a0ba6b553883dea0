"""One engagement under other terms."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.desks import go_on
from api.http.problems import Problem, problem_of
from api.http.questions import answer_of
from api.http.reach import Seen
from api.http.strict_json import FieldsWrong, Malformed, json_of, validated
from api.pages.forgery import proof_of
from api.pages.forms.receiving import fields_of, unproved
from api.pages.forms.sending import NotRecorded
from api.pages.frame import Frame, html, rendered
from api.pages.links import Here, engagement_at, of_an_engagement
from api.pages.what_if.choice import GONE, Choice, addressed, body_of, choice_of, documents_shown, without_gone
from api.pages.what_if.shown import Result, parsed, result_of, what_if_shown
from api.pages.what_if.terms import Agreed, terms
from api.queries.measures import WhatIfBody, supposed, supposition_of
from api.queries.what_if import worked_out_here
from application.ports.what_if import Chosen, FleetSupposed
from application.queries.as_of import engagement_as_of
from domain.engagement.state import State
from domain.law.rejection import Rejection
from domain.metrics.what_if import Supposition
from infrastructure.fleet.supposing import Candidates
from infrastructure.terms.shelf import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request: the choice, whether a form brought it, and why that is not taken."""

    engagement_id: UUID
    choice: Choice
    path: str
    token: str
    by_form: bool = False
    refusal: NotRecorded | None = None


async def what_if_page(standfast: Seen, request: Request) -> Response:
    """The page, with what its address supposes."""
    return await _answer(standfast, request, choice_of(request.query_params))


async def what_if_sent(standfast: Seen, request: Request) -> Response:
    """The page, with what a form supposes. Records nothing."""
    fields = await fields_of(request)
    return await _answer(standfast, request, choice_of(fields), by_form=True, refusal=unproved(request, fields))


async def _answer(
    standfast: Seen, request: Request, choice: Choice, *, by_form: bool = False, refusal: NotRecorded | None = None
) -> Response:
    proof = proof_of(request)
    sent = Sent(
        engagement_id=of_an_engagement(request),
        choice=choice,
        path=request.scope["path"],
        token=proof.token,
        by_form=by_form,
        refusal=refusal,
    )
    answer = await answer_of(standfast, request, partial(_page, standfast, sent), costly=not choice.is_empty)
    if isinstance(answer, str):
        return RedirectResponse(answer, 303)
    page, status = answer
    return proof.left_with(html(page, status))


def _page(standfast: Seen, sent: Sent) -> tuple[bytes, int] | str:
    """The page with its status, or the address of the one that tells what comes of it."""
    if (there := without_gone(standfast, sent.choice)) != sent.choice:
        sent = replace(sent, choice=there, refusal=sent.refusal or GONE)
    now = engagement_as_of(standfast.sight, sent.engagement_id)
    assert now.history, "what is known now has a history"
    state = now.history.state
    present = Agreed(model=state.model, policy=state.terms.policy, calendar=state.terms.calendar)
    documents = documents_shown(standfast, sent.choice, {"policy": present.policy, "calendar": present.calendar})
    result, supposition, problem = _worked_out(standfast, sent, documents, promised=bool(present.policy.guarantee))
    if sent.by_form and supposition and (kept := addressed(standfast, sent.choice, documents, supposition)):
        return Here(sent.path, kept.named).now
    frame = Frame(
        title=f"What if: {state.name or state.client_id}",
        section="/engagements",
        position=standfast.positions.shown(now.known.position),
        as_of=result.as_of if result else now.as_of,
        anew=Here(sent.path, {name: value for name, value in sent.choice.named.items() if name != "as_of"}).now,
    )
    page = rendered(
        "what_if.html",
        frame,
        shown=what_if_shown(
            standfast,
            sent.choice,
            documents,
            refusal=problem,
            terms=terms(present, _supposed_terms(present, supposition), state.calendars),
            zone=present.calendar.zone,
        ),
        result=result,
        engagement=_about(sent, state),
        job=None,
        many=None,
        token=sent.token,
        key=None,
        unproved=sent.refusal,
        address=sent.path,
    )
    return page, sent.refusal.status if sent.refusal else problem.status if problem else 200


def _about(sent: Sent, state: State) -> Mapping[str, str]:
    address = engagement_at(sent.engagement_id, **sent.choice.instant)
    return {"id": str(sent.engagement_id), "name": state.name or state.client_id, "address": address}


def _worked_out(
    standfast: Seen, sent: Sent, documents: Mapping[Kind, str], *, promised: bool
) -> tuple[Result | None, Supposition | None, Problem | None]:
    """What came of it, what was supposed, or why not."""
    if sent.choice.is_empty or sent.refusal:
        return None, None, None
    try:
        raw = json.dumps(body_of(sent.choice, documents, of_fleet=False)).encode()
        body: WhatIfBody = validated(WhatIfBody, raw)
        return _result(standfast, sent, body, promised=promised), supposition_of(standfast, body), None
    except (FieldsWrong, Malformed, Rejection) as error:
        return None, None, problem_of(error, sent.path)


def _result(standfast: Seen, sent: Sent, body: WhatIfBody, *, promised: bool) -> Result:
    """The answer of the interface, its figures in the shape of those of many engagements.

    ``promised``: whether the present terms promise a replacement.
    """
    answer, supposition = supposed(standfast, sent.engagement_id, body), supposition_of(standfast, body)
    wanted = FleetSupposed(
        supposition=supposition, chosen=Chosen(), reach=standfast.reach, eyes=standfast.eyes, as_of=answer.as_of
    )
    alone = Candidates([sent.engagement_id], standfast.recorder.log.head())
    told = parsed(json_of(worked_out_here(standfast, wanted, alone, lambda _: go_on())))
    result = result_of(
        standfast, told, supposition, sent.choice, {sent.engagement_id: answer}, promised=promised, of_fleet=False
    )
    return replace(result, notes=())


def _supposed_terms(present: Agreed, supposition: Supposition | None) -> Agreed | None:
    if supposition is None:
        return None
    return Agreed(
        model=supposition.model or present.model,
        policy=supposition.policy or present.policy,
        calendar=supposition.calendar or present.calendar,
    )
