"""The addresses of the commands, made from the command classes in one loop, and the log that takes many at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.commands.answers import CommandAnswer, command_bytes, dry_run_bytes
from api.commands.bodies import BODIES, Circumstances, command_of_body, content_hash
from api.commands.engagement_ids import new_engagement_id
from api.commands.issuing import issued
from api.composition import Standfast
from api.http.headers import HEADERS, Headers, command_id, headers_of
from api.http.operations import JSON, UUID_TEXT, EngagementAsked, Gives, Operation, Takes, asked, body_of
from api.http.problem_kinds import NotForOthers
from api.http.problems import problem_bytes, problem_of, problem_response
from api.http.questions import answer_of
from api.http.reach import Seen, demand_commanding, positions_in, seen_in
from api.http.viewed import viewed
from application.commands.request import Keyed, Outcome, Refused, Request
from application.queries.dry_run import dry_run
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.language.bounds import STRICT
from domain.language.position import Positions
from domain.law.command import Command
from domain.law.correction import CorrectHistory
from domain.register import COMMAND_NAMES, COMMANDS

OPENING = "open-engagement"
REFUSALS = (400, 403, 404, 409, 412, 413, 415, 422, 503)


def command_operations(standfast: Standfast) -> Iterator[Operation]:
    """One operation for each command."""
    for name, kind in COMMANDS.items():
        opening = name == OPENING
        yield Operation(
            method="POST",
            path=route_of(name),
            name=name,
            tag="commands",
            text=(kind.__doc__ or name).strip(),
            asks=OpeningAsked if opening else CommandAsked,
            headers=HEADERS if opening else (*HEADERS, "If-Match"),
            takes=Takes(schema=BODIES[name]),
            gives=OPENED if opening else RECORDED,
            problems=REFUSALS,
            endpoint=partial(record, standfast, name),
        )


OPENED = (
    Gives(status=201, text="Opened.", schema=CommandAnswer, headers=("ETag", "Location")),
    Gives(status=200, text="It was open already, as asked, or a dry run.", schema=CommandAnswer, headers=("ETag",)),
)
RECORDED = (
    Gives(status=200, text="What was recorded, or would be in a dry run.", schema=CommandAnswer, headers=("ETag",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningAsked:
    """How a command that opens an engagement is taken."""

    __pydantic_config__ = STRICT

    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAsked(EngagementAsked):
    """How a command about an engagement is taken."""

    __pydantic_config__ = STRICT

    dry_run: bool = False


def route_of(name: str, engagement_id: UUID | str = "{engagement_id}") -> str:
    """The address of a command."""
    return "/v1/engagements" if name == OPENING else f"/v1/engagements/{engagement_id}/{name}"


def address_of(request: Request) -> str:
    """The address of a command, however it came: a refusal names it, so that the retry's answer is the first again."""
    return route_of(COMMAND_NAMES[type(request.command)], request.engagement_id)


async def record(standfast: Standfast, name: str, http: HttpRequest) -> Response:
    """Records the command that a request brings."""
    engagement_id, dry = parameters_of(name, http)
    await demand_commanding(standfast, http, engagement_id, name)
    positions = positions_in(standfast, http)  # which may be refused, and then before anything is recorded
    headers = headers_of(http)
    command, wire = command_of_body(name, await body_of(http))
    request = request_of(command, wire, engagement_id, headers)
    try:
        if dry:
            return await answer_of(standfast, http, partial(tried, seen_in(standfast, http), request))
        outcome = await issued(standfast, http, request)
        return answer(outcome, command, positions)
    except Refused as refused:
        return problem_response(refused, address_of(request))


def parameters_of(name: str, http: HttpRequest) -> tuple[UUID | None, bool]:
    """The engagement of an address, and whether only a dry run is asked for. Raises NothingHere or FieldsWrong."""
    text: str | None = http.path_params.get("engagement_id")
    if http.scope["query_string"] or (text and not UUID_TEXT.fullmatch(text)):
        found = asked(OpeningAsked if name == OPENING else CommandAsked, http)
        return getattr(found, "engagement_id", None), found.dry_run
    return UUID(text) if text else None, False


def tried(standfast: Seen, request: Request) -> Response:
    """The answer to a dry run. Raises Refused or StaleVersion."""
    found = dry_run(standfast.sight, request, viewed)
    return Response(dry_run_bytes(found, standfast.positions), 200, {"ETag": f'"{found.decided_on}"'}, JSON)


def request_of(command: Command[Any], wire: Circumstances, engagement_id: UUID | None, headers: Headers) -> Request:
    """A command as the marketplace takes it. An engagement without an id gets one. Raises NotForOthers."""
    if not headers.principal.speaks_for_others and (headers.on_behalf_of or _records_for_others(command)):
        raise NotForOthers
    if isinstance(command, OpenEngagement):
        engagement_id = command.engagement_id
    request = Request(
        command=command,
        engagement_id=engagement_id or new_engagement_id(),
        occurred_at=wire.occurred_at,
        actor=headers.actor,
        on_behalf_of=headers.on_behalf_of,
        principal=headers.principal,
        correlation_id=headers.correlation_id,
        expected_version=headers.expected_version,
    )
    if headers.key is None:
        return request
    route = address_of(request)
    content = content_hash(command, Circumstances(occurred_at=wire.occurred_at, on_behalf_of=headers.on_behalf_of))
    return replace(
        request,
        command_id=command_id(headers.actor, route, headers.key),
        keyed=Keyed(body_hash=content, written=partial(written, route)),
    )


def _records_for_others(command: Command[Any]) -> bool:
    return isinstance(command, CorrectHistory) and any(each.on_behalf_of for each in command.record)


def written(route: str, refused: Refused) -> tuple[int, bytes]:
    """A refusal as it is kept for the retry: its status and its bytes."""
    problem = problem_of(refused, route)
    return problem.status, problem_bytes(problem)


def status_of(outcome: Outcome, command: Command[Any]) -> int:
    return 201 if isinstance(command, OpenEngagement) and outcome.facts else 200


def answer(outcome: Outcome, command: Command[Any], positions: Positions) -> Response:
    """The answer to a command."""
    status = status_of(outcome, command)
    headers = {"ETag": f'"{outcome.version}"'}
    if status == 201:
        headers["Location"] = f"/v1/engagements/{outcome.engagement_id}"
    return Response(command_bytes(outcome, positions), status, headers, "application/json")
