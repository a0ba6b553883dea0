"""The addresses of the kinds of problems: what the `type` of a problem leads to."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.http.operations import JSON, Gives, Nothing, Operation, asked
from api.http.problem_kinds import NothingHere, ProblemKind, kinds
from api.http.strict_json import json_of
from domain.language.bounds import STRICT
from domain.language.saying import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKinds:
    """Every kind of problem, one per rule."""

    problems: tuple[ProblemKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAsked:
    """The rule of a problem."""

    __pydantic_config__ = STRICT

    rule: Annotated[str, Field(pattern="^[a-z-]+$", max_length=100)]


async def listed(request: Request) -> Response:
    asked(Nothing, request)
    return Response(json_of(ProblemKinds(problems=tuple(kinds().values()))), media_type=JSON)


async def shown(request: Request) -> Response:
    rule = asked(RuleAsked, request).rule
    if rule not in kinds():
        raise NothingHere(f"there is no rule {rule}{did_you_mean(rule, kinds())}")
    return Response(json_of(kinds()[rule]), media_type=JSON)


PROBLEM_OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/problems",
        name="list-problems",
        tag="problems",
        text="Every kind of problem, one per rule.",
        asks=Nothing,
        gives=(Gives(status=200, text="The answer.", schema=ProblemKinds),),
        problems=(422,),
        endpoint=listed,
    ),
    Operation(
        method="GET",
        path="/problems/{rule}",
        name="show-problem",
        tag="problems",
        text="What the type of a problem means.",
        asks=RuleAsked,
        gives=(Gives(status=200, text="The answer.", schema=ProblemKind),),
        problems=(404, 422),
        endpoint=shown,
    ),
)
