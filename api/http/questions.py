"""A question: a query by its address, and the one expression that answers it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from api.composition import Standfast
from api.desks import LARGE, Desk
from api.http.operations import JSON, Gives, Operation, asked
from api.http.problem_kinds import NotReached
from api.http.reach import Seen, may_be_there, positions_in, seen_in
from api.http.strict_json import json_of
from domain.language.bounds import STRICT
from domain.language.position import Position, Positions

T = TypeVar("T")
PATIENCE_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadYourWrites:
    """A query that can wait until a position has been recorded."""

    __pydantic_config__ = STRICT

    min_position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query, all of it: what is asked, the expression that asks the application, how its answer is written as JSON.

    ``gives`` is the class of the JSON; it has an example in `api.examples.answers`.
    """

    path: str
    name: str
    tag: str
    text: str
    asks: type[ReadYourWrites]
    gives: type
    answer: Callable[[Seen, Any], Any]
    written: Callable[[Any, Positions], bytes] = json_of
    refused: tuple[int, ...] = ()
    """The statuses of its own refusals, beside those that every query has."""
    costly: Callable[[Any], bool] = lambda _: False
    """Whether it is costly as it is asked, whatever the size of the engagement."""
    projected: bool = False
    """Whether it is answered from the projections, which may be behind the log."""


def questioning(standfast: Standfast, question: Question) -> Operation:
    """The operation of a query."""

    def answered(seen: Seen, of: Any) -> bytes:
        return question.written(question.answer(seen, of), seen.positions)

    async def endpoint(request: Request) -> Response:
        seen = seen_in(standfast, request)
        found = asked(question.asks, request, seen.positions)
        work, costly = partial(answered, seen, found), question.costly(found)
        if question.projected:
            await projected(seen, found.min_position)
            return Response(await answer_of(standfast, request, work, costly=costly), media_type=JSON)
        return Response(await reached(standfast, request, found.min_position, work, costly=costly), media_type=JSON)

    return Operation(
        method="GET",
        path=question.path,
        name=question.name,
        tag=question.tag,
        text=question.text,
        asks=question.asks,
        gives=(Gives(status=200, text="The answer.", schema=question.gives),),
        problems=(*question.refused, *((404, 422, 503) if "{" in question.path else (422, 503))),
        endpoint=endpoint,
    )


async def answer_of(standfast: Standfast, request: Request, work: Callable[[], T], *, costly: bool = False) -> T:
    """The answer, worked out where it keeps nobody waiting. Raises TooMuchAsked, CallerGone, and what the work raises.

    What is asked about a large engagement is costly, at hand or not.
    """
    return await (await _desk_of(standfast, request, costly=costly)).answer(work, request.receive)


async def _desk_of(standfast: Standfast, request: Request, *, costly: bool) -> Desk:
    about = request.path_params.get("engagement_id")
    if about is not None and not costly and may_be_there(standfast, request, UUID(about)):
        costly = await _events_of(standfast, request, UUID(about)) > LARGE
    return standfast.desks.costly if costly else standfast.desks.quick


async def _events_of(standfast: Standfast, request: Request, engagement_id: UUID) -> int:
    """How many events an engagement has, as far as that is known without reading them."""
    known = standfast.marketplace.at_hand(engagement_id)
    if known:
        return known.version
    counted = partial(standfast.recorder.log.version, engagement_id)
    return await standfast.desks.quick.answer(counted, request.receive)


async def reached(
    standfast: Standfast, request: Request, position: int | None, answer: Callable[[], T], *, costly: bool
) -> T:
    """The answer, read once a position has been recorded. Raises NotReached after two seconds."""
    if position is None:
        return await answer_of(standfast, request, answer, costly=costly)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    desk, quick = await _desk_of(standfast, request, costly=costly), standfast.desks.quick
    found: T | int
    while True:
        found = position if desk is quick else await quick.answer(partial(_head, standfast), request.receive)
        if found >= position:
            found = await desk.answer(partial(_from, standfast, position, answer), request.receive)
        if not isinstance(found, int):
            return found
        if loop.time() >= deadline:
            raise NotReached(position, "recorded: the log ends", found, positions_in(standfast, request))
        await asyncio.sleep(PAUSE_SECONDS)


async def projected(standfast: Seen, position: int | None) -> None:
    """Returns once the projections have reached a position. Raises NotReached after two seconds."""
    positions = standfast.projections.positions
    if position is not None and not await positions.reached(position, PATIENCE_SECONDS):
        raise NotReached(position, "projected: the projections are", positions.position, standfast.positions)


def _head(standfast: Standfast) -> int:
    return standfast.recorder.log.head().position


def _from(standfast: Standfast, position: int, answer: Callable[[], T]) -> T | int:
    """The answer of the server that holds the position, or where its log ends before that."""
    with standfast.database.one_connection():
        head = _head(standfast)
        return answer() if head >= position else head
