"""Many engagements under other terms: at once where they are few, as a job that the page follows where they are not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.desks import go_on
from api.http.access.asking import principal_in
from api.http.headers import Headers, correlation_of
from api.http.operations import UUID_TEXT
from api.http.problem_kinds import NothingHere
from api.http.problems import Problem, problem_of
from api.http.questions import answer_of
from api.http.reach import Seen
from api.http.strict_json import FieldsWrong, Malformed, json_of, validated
from api.pages.forgery import Proof, proof_of
from api.pages.forms.receiving import fields_of, key_of, unproved
from api.pages.forms.sending import NotRecorded
from api.pages.frame import Frame, html, rendered
from api.pages.links import Here
from api.pages.what_if.choice import (
    GONE,
    Choice,
    addressed,
    body_of,
    choice_made,
    choice_of,
    documents_shown,
    without_gone,
)
from api.pages.what_if.shown import Result, parsed, result_of, what_if_shown
from api.queries.asking_once import asked_once
from api.queries.kept_figures import promising
from api.queries.what_if import (
    ADDRESS,
    PATIENCE_SECONDS,
    FleetWhatIfBody,
    answered_at_once,
    job_within,
    supposed_by,
    supposed_of_fleet,
    whose_jobs,
    worked_out_here,
)
from application.ports.what_if import FleetSupposed, Job
from domain.law.recorded import Actor
from domain.law.rejection import Rejection
from infrastructure.fleet.supposing import candidates
from infrastructure.terms.shelf import Kind

PAGE: Final = "/what-if"
CANCEL: Final = "_cancel"
LASTING: Final = ("waiting", "running")
REFRESH_SECONDS: Final = 2
"""How often the page of a job that goes on is fetched again, without a script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a choice: the result, how many it would be too many for at once, where it is told, or why not."""

    result: Result | None = None
    many: int | None = None
    address: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request: the choice, who asks, and the key of a form that may have a job work it out (None: an address)."""

    choice: Choice
    token: str
    actor: Actor
    correlation_id: str
    key: str | None = None
    refusal: NotRecorded | None = None


async def fleet_what_if_page(standfast: Seen, request: Request) -> Response:
    """The page, with what its address supposes, or with the job that it names."""
    proof = proof_of(request)
    if job := request.query_params.get("job"):
        shown = partial(_job_page, standfast, _id_of(job), whose_jobs(request), proof.token)
        page, lasting = await answer_of(standfast, request, shown, costly=True)
        response = html(page)
        if lasting:
            response.headers["Refresh"] = str(REFRESH_SECONDS)
        return proof.left_with(response)
    choice = choice_of(request.query_params)
    sent = Sent(
        choice=choice,
        token=proof.token,
        actor=principal_in(request.scope).actor,
        correlation_id=correlation_of(request),
    )
    return await _answer(standfast, request, sent, proof)


async def fleet_what_if_sent(standfast: Seen, request: Request) -> Response:
    """Works out what a form supposes, has a job do so, or ends one. Records nothing."""
    fields = await fields_of(request)
    refusal = unproved(request, fields)
    if not refusal and (job := fields.get(CANCEL)):
        cancelled = partial(_cancelled, standfast, _id_of(job), whose_jobs(request))
        await standfast.desks.quick.answer(cancelled, request.receive)
        return RedirectResponse(Here(PAGE, {"job": job}).now, 303)
    proof = proof_of(request)
    sent = Sent(
        choice=choice_of(fields),
        token=proof.token,
        actor=principal_in(request.scope).actor,
        correlation_id=correlation_of(request),
        key=key_of(fields) or str(uuid4()),
        refusal=refusal,
    )
    return await _answer(standfast, request, sent, proof)


async def _answer(standfast: Seen, request: Request, sent: Sent, proof: Proof) -> Response:
    desk = standfast.desks.quick if sent.choice.is_empty else standfast.desks.costly
    answer = await desk.answer(partial(_page, standfast, sent), request.receive, patience=PATIENCE_SECONDS)
    if isinstance(answer, str):
        return RedirectResponse(answer, 303)
    page, status = answer
    return proof.left_with(html(page, status))


def _id_of(text: str) -> UUID:
    """The id of a job. Raises NothingHere."""
    if not UUID_TEXT.fullmatch(text):
        raise NothingHere("there is no such job: its id is a UUID")
    return UUID(text)


def _page(standfast: Seen, sent: Sent) -> tuple[bytes, int] | str:
    """The page with its status, or the address of the one that tells what comes of it."""
    if (there := without_gone(standfast, sent.choice)) != sent.choice:
        sent = replace(sent, choice=there, refusal=sent.refusal or GONE)
    documents = documents_shown(standfast, sent.choice, {})
    found = Found() if sent.choice.is_empty or sent.refusal else _worked_out(standfast, sent, documents)
    if found.address:
        return found.address
    page = _rendered(standfast, sent.choice, documents, found, token=sent.token, key=sent.key, refusal=sent.refusal)
    refused = sent.refusal or found.problem
    return page, refused.status if refused else 200


def _rendered(
    standfast: Seen,
    choice: Choice,
    documents: Mapping[Kind, str],
    found: Found,
    *,
    token: str,
    key: str | None = None,
    refusal: NotRecorded | None = None,
    job: Job | None = None,
) -> bytes:
    position = standfast.positions.shown(found.result.position) if found.result else None
    frame = Frame(
        title="What if",
        section=PAGE,
        position=position,
        as_of=found.result.as_of if found.result else None,
        anew=Here(PAGE, {name: value for name, value in choice.named.items() if name != "as_of"}).now,
    )
    return rendered(
        "what_if.html",
        frame,
        shown=what_if_shown(standfast, choice, documents, refusal=found.problem),
        result=found.result,
        engagement=None,
        job=job,
        many=found.many,
        token=token,
        key=key or str(uuid4()),
        unproved=refusal,
        address=PAGE,
    )


def _worked_out(standfast: Seen, sent: Sent, documents: Mapping[Kind, str]) -> Found:
    try:
        raw = json.dumps(body_of(sent.choice, documents, of_fleet=True)).encode()
        body: FleetWhatIfBody = validated(FleetWhatIfBody, raw)
        wanted = supposed_by(standfast, body)
    except (FieldsWrong, Malformed, Rejection) as error:
        return Found(problem=problem_of(error, PAGE))
    these = candidates(standfast.recorder.log, standfast.projections, wanted.chosen, wanted.reach)
    kept = addressed(standfast, sent.choice, documents, wanted.supposition) if sent.key else None
    if answered_at_once(standfast, these):
        if kept:
            return Found(address=Here(PAGE, kept.named).now)
        told = parsed(json_of(worked_out_here(standfast, wanted, these, lambda _: go_on())))
        return Found(result=_result(standfast, told, wanted, sent.choice))
    if sent.key is None:
        return Found(many=len(these.engagement_ids))
    once = asked_once(
        Headers(actor=sent.actor, key=sent.key, correlation_id=sent.correlation_id), ADDRESS, raw, standfast.reach
    )
    job_id = parsed(supposed_of_fleet(standfast, body, str(sent.actor), once).body)["job_id"]
    return Found(address=Here(PAGE, {"job": job_id}).now)


def _result(standfast: Seen, told: Any, wanted: FleetSupposed, choice: Choice) -> Result:
    model = wanted.chosen.model
    return result_of(
        standfast, told, wanted.supposition, choice, promised=model is None or model in promising(standfast)
    )


def _cancelled(standfast: Seen, job_id: UUID, whose: str | None) -> None:
    """Has a job end. Raises NoJob."""
    job_within(standfast, job_id, whose)
    standfast.jobs.cancel(job_id, whose)


def _job_page(standfast: Seen, job_id: UUID, whose: str | None, token: str) -> tuple[bytes, bool]:
    """The page of a job, and whether it goes on. Raises NoJob."""
    asked = job_within(standfast, job_id, whose)
    job = standfast.jobs.find(job_id, whose)
    choice = choice_made(standfast, asked.supposition, _filter_of(asked), asked.as_of)
    told: Any = job.result
    found = Found(result=_result(standfast, told, asked, choice) if job.state == "done" else None)
    documents = documents_shown(standfast, choice, {})
    return _rendered(standfast, choice, documents, found, token=token, job=job), job.state in LASTING


def _filter_of(asked: FleetSupposed) -> Mapping[str, str | None]:
    return {"model": asked.chosen.model, "client_id": asked.chosen.client_id}
