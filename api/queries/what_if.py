"""What many engagements would be under other terms: at once for few, as a job for many."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from pydantic import BeforeValidator
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.composition import Standfast
from api.desks import go_on
from api.http import reach
from api.http.headers import HEADERS, headers_of
from api.http.operations import JSON, UUID_TEXT, Gives, Nothing, Operation, Takes, asked, body_of
from api.http.questions import answer_of
from api.http.reach import Seen, seen_in
from api.http.strict_json import json_of, validated
from api.queries.asking_once import asked_once, response_of
from api.queries.fleet import FLEET
from api.queries.measures import WhatIfBody, supposition_of
from application.ports.what_if import AT_ONCE, AskedOnce, Chosen, FirstAnswer, FleetSupposed, FleetWhatIf, Job, NoJob
from application.queries.as_of import not_too_far
from application.queries.measures import NothingSupposed
from domain.access.reach import EVERYTHING
from domain.language.bounds import STRICT
from domain.language.position import Positions
from domain.metrics.what_if import Supposition
from infrastructure.events.codec import adapter
from infrastructure.fleet.supposing import Candidates, asked_in, candidates, worked_out

PATIENCE_SECONDS: Final = 60.0
"""How long the caller waits for so many histories to be told twice."""

Doing = Callable[[UUID, str | None], Job]
ADDRESS: Final = "/v1/what-if"
ASKED: Final = """What the engagements would be under another model, policy or calendar.

Over 200 of them it is a job: 202, and Location is where it is asked for. Up to 20 wait, 429 is one too many; one runs
at a time, beside commands and queries, on the log up to its head at the start. A restart has it start over. The same
Idempotency-Key and body are given the first answer, also after the job has ended."""
FOUND: Final = """How far a job is, and what came of it, which is kept for a day.

It is there for the X-Actor that asked for it and for the platform; for others it is not found."""
ENDED: Final = """Has a job end that waits or runs; it stays cancelled. What has ended stays as it ended."""


def _canonical(text: object) -> object:
    if isinstance(text, str) and not UUID_TEXT.fullmatch(text):
        raise ValueError("the id of a job is a UUID")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWhatIfBody(WhatIfBody):
    """What is supposed, as of one engagement, of those that ``filter`` chooses."""

    __pydantic_config__ = STRICT

    filter: Chosen = field(default_factory=Chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAsked:
    """A job."""

    __pydantic_config__ = STRICT

    job_id: Annotated[UUID, BeforeValidator(_canonical)]


def what_if_of_the_fleet(standfast: Standfast) -> Iterator[Operation]:
    """The supposition, and the jobs that work it out."""
    yield Operation(
        method="POST",
        path=ADDRESS,
        name="what-if-fleet",
        tag=FLEET,
        text=ASKED,
        asks=Nothing,
        takes=Takes(schema=FleetWhatIfBody),
        gives=(
            Gives(status=200, text="Both figures, and the cases that flip.", schema=FleetWhatIf),
            Gives(
                status=202, text="A job that works it out; Location is its address.", schema=Job, headers=("Location",)
            ),
        ),
        problems=(400, 409, 413, 415, 422, 429, 503),
        endpoint=partial(suppose, standfast),
        headers=HEADERS,
    )
    for method, text, doing in (
        ("GET", FOUND, standfast.jobs.find),
        ("DELETE", ENDED, standfast.jobs.cancel),
    ):
        yield Operation(
            method=method,
            path="/v1/jobs/{job_id}",
            name=f"{method.lower()}-job",
            tag=FLEET,
            text=text,
            asks=JobAsked,
            gives=(Gives(status=200, text="The job.", schema=Job),),
            problems=(404, 422, 503),
            endpoint=partial(_job, standfast, doing),
            headers=("X-Actor",),
        )


async def suppose(standfast: Standfast, http: HttpRequest) -> Response:
    """Answers what a request supposes, or has a job do so."""
    headers, raw = headers_of(http), await body_of(http)
    body, seen = validated(FleetWhatIfBody, raw), seen_in(standfast, http)
    once = asked_once(headers, ADDRESS, raw, seen.reach)
    asking = partial(supposed_of_fleet, seen, body, str(headers.actor), once)
    return response_of(await standfast.desks.costly.answer(asking, http.receive, patience=PATIENCE_SECONDS))


def supposed_of_fleet(standfast: Seen, body: FleetWhatIfBody, creator: str, once: AskedOnce | None) -> FirstAnswer:
    """What a body supposes, or a job of this creator that works it out. Raises as `supposed_by`, and TooManyJobs."""
    known = standfast.first_answers.find(once) if once else None
    if known:
        return known
    wanted = supposed_by(standfast, body)
    these = candidates(standfast.recorder.log, standfast.projections, wanted.chosen, wanted.reach)
    if answered_at_once(standfast, these):
        answer = FirstAnswer(
            body=json_of(worked_out_here(standfast, wanted, these, lambda _: go_on()), standfast.positions)
        )
        return standfast.first_answers.keep(once, answer) if once else answer
    request = adapter(FleetSupposed).dump_json(wanted, by_alias=True)
    if once:
        return standfast.jobs.ask_once(request, creator, once, _taken)
    return _taken(standfast.jobs.ask(request, creator))


def answered_at_once(standfast: Standfast, these: Candidates) -> bool:
    """Whether these are few enough; in memory there is nothing that another process could read."""
    return len(these.engagement_ids) <= AT_ONCE or standfast.database.in_memory


def _taken(job: Job) -> FirstAnswer:
    """The answer that a job works it out."""
    return FirstAnswer(status=202, location=f"/v1/jobs/{job.job_id}", body=json_of(job))


def supposed_by(standfast: Seen, body: FleetWhatIfBody) -> FleetSupposed:
    """What a body supposes of whom. Raises FieldsWrong, NothingSupposed, AsOfTooFar."""
    supposition = supposition_of(standfast, body)
    if supposition == Supposition():
        raise NothingSupposed("nothing is supposed", field="policy")
    not_too_far(standfast.sight, body.as_of)
    return FleetSupposed(
        supposition=supposition, chosen=body.filter, reach=standfast.reach, eyes=standfast.eyes, as_of=body.as_of
    )


def worked_out_here(
    standfast: Standfast, wanted: FleetSupposed, these: Candidates, told: Callable[[int], None]
) -> FleetWhatIf:
    """What would be of these engagements, now and in this process. ``told`` may raise to end it."""
    now, key = standfast.marketplace.clock(), standfast.masks.key
    return worked_out(standfast.recorder.log, wanted, these, now=now, key=key, told=told)


async def _job(standfast: Standfast, doing: Doing, http: HttpRequest) -> Response:
    """What is done about a job; it is its creator's, and the platform's."""
    job_id, whose, seen = asked(JobAsked, http).job_id, whose_jobs(http), seen_in(standfast, http)

    def answer() -> bytes:
        job_within(seen, job_id, whose)
        return json_of(told(doing(job_id, whose), seen.positions))

    return Response(await answer_of(standfast, http, answer), media_type=JSON)


def told(job: Job, positions: Positions) -> Job:
    """A job as somebody is told of it: what came of it was written for whoever reads it."""
    if job.result is None:
        return job
    return replace(job, result={**job.result, "position": positions.shown(job.result["position"])})


def whose_jobs(http: HttpRequest) -> str | None:
    """Whose jobs somebody is told of; None: whoever asked for them."""
    actor, reader = headers_of(http).actor, reach.reader_of(http)
    return None if actor.party == "platform" and reader.sees == EVERYTHING else str(actor)


def job_within(standfast: Seen, job_id: UUID, whose: str | None) -> FleetSupposed:
    """What a job supposes. Raises NoJob also where it went beyond what its creator sees by now."""
    wanted = asked_in(standfast.jobs.request(job_id, whose))
    if standfast.reach != EVERYTHING and (standfast.reach, standfast.eyes) != (wanted.reach, wanted.eyes):
        raise NoJob(f"no job {job_id}")
    return wanted
