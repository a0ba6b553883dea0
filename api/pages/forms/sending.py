"""A form that was sent, as the command that it is: recorded, or refused with what is wrong beside its fields."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request as HttpRequest

from api.commands.bodies import command_of_body
from api.commands.routes import request_of, route_of
from api.composition import Standfast
from api.http.headers import LOCAL, Headers, actor_of, command_id, correlation_of
from api.http.problems import problem_of
from api.http.strict_json import FieldsWrong
from application.commands.request import KeyReused, Outcome, Refused, RefusedBefore


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRecorded:
    """Why nothing was recorded. ``first`` is the version that an earlier attempt with this key was recorded as.

    ``wrong`` is what is wrong with which field; what is wrong with none stands in ``detail`` alone.
    """

    status: int
    title: str
    detail: str = ""
    remedy: str = ""
    wrong: Sequence[tuple[str, str]] = ()
    allowed: Sequence[str] = ()
    first: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent to be recorded about an engagement, under which key, and for which party."""

    engagement_id: UUID
    command: str
    body: Mapping[str, object]
    key: str
    on_behalf_of: str = ""


async def recorded(standfast: Standfast, http: HttpRequest, sent: Sent) -> Outcome | NotRecorded:
    """Records what was sent as the interface would."""
    headers = Headers(
        actor=LOCAL,
        on_behalf_of=actor_of(sent.on_behalf_of) if sent.on_behalf_of else None,
        key=sent.key,
        correlation_id=correlation_of(http),
    )
    path = route_of(sent.command, sent.engagement_id)
    try:
        command, wire = command_of_body(sent.command, json.dumps(sent.body).encode())
        return await standfast.marketplace.record_async(request_of(command, wire, sent.engagement_id, headers))
    except KeyReused as reused:
        return await _recorded_otherwise(standfast, http, path, sent, reused)
    except RefusedBefore as refused:
        return _refused(json.loads(refused.problem), refused.status)
    except (FieldsWrong, Refused) as error:
        problem = problem_of(error, path)
        return NotRecorded(
            status=problem.status,
            title=problem.title,
            detail="" if isinstance(error, FieldsWrong) else problem.detail,
            remedy=problem.remedy or "",
            wrong=tuple((each.field, each.message) for each in problem.violations or ()),
            allowed=problem.allowed_commands or (),
        )


def _refused(problem: Mapping[str, object], status: int) -> NotRecorded:
    """What was answered to the same before."""
    violations = problem.get("violations", ())
    assert isinstance(violations, Sequence), "violations are a list"
    allowed = problem.get("allowed_commands", ())
    assert isinstance(allowed, Sequence), "commands are a list"
    return NotRecorded(
        status=status,
        title=str(problem["title"]),
        detail=str(problem["detail"]),
        remedy=str(problem.get("remedy", "")),
        wrong=tuple((str(each["field"]), str(each["message"])) for each in violations),
        allowed=tuple(map(str, allowed)),
    )


async def _recorded_otherwise(
    standfast: Standfast, http: HttpRequest, path: str, sent: Sent, reused: KeyReused
) -> NotRecorded:
    """An earlier attempt, which said something else, was answered."""
    problem = problem_of(reused, path)
    known = command_id(LOCAL, path, sent.key)
    answer = await standfast.desks.quick.answer(lambda: standfast.recorder.log.answer(known), http.receive)
    first = answer.version if answer and answer.status < 400 else None
    told = (
        f"Your first attempt was recorded as version {first}; the change was not."
        if first
        else "An earlier attempt, which said something else, was answered already."
    )
    return NotRecorded(status=problem.status, title=problem.title, detail=told, first=first)
