"""The HTTP application: every operation at its address, every failure a problem."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import FastAPI
from sqlalchemy import exc as sql
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from api import catalogue_of_problems, documentation
from api.command_log import command_log_operation
from api.commands import command_operations, route_of
from api.composition import Standfast, assemble
from api.health import health_operations
from api.measures import MEASURES, what_if_operations
from api.observation import Observation, known_by
from api.openapi import TITLE, VERSION, document
from api.operations import Endpoint, Operation, questioning
from api.problems import STATUSES, MethodNotAllowed, NothingHere, answer_problem, problem_response
from api.queries import QUESTIONS
from api.terms import terms_operations, terms_questions
from application.commands import Refused, RefusedBefore
from application.log import StoreUnavailable
from infrastructure.settings import Settings
from infrastructure.telemetry import Counters

OF_THE_DATABASE = (sql.OperationalError, sql.InterfaceError, sql.TimeoutError)
"""What SQLAlchemy raises where the database does not answer."""


def create_app(settings: Settings) -> FastAPI:
    """The application on the database of the settings, which it opens, migrates and closes itself."""
    return application(assemble(settings))


def application(standfast: Standfast) -> FastAPI:
    """The application on an open marketplace, which it closes at its own end."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(standfast.close)  # the loop goes on, to finish what was accepted

    counters = Counters()
    operations = operations_of(standfast, counters)
    app = FastAPI(
        title=TITLE, version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    app.router.routes.extend(routes_to(operations))
    app.add_api_route(documentation.DOCS, documentation.page, include_in_schema=False)
    app.add_api_route(f"{documentation.DOCS}/{{name}}", documentation.file, include_in_schema=False)
    for kind in (*STATUSES, Refused, RefusedBefore):
        app.add_exception_handler(kind, answer_problem)
    for kind in OF_THE_DATABASE:
        app.add_exception_handler(kind, answer_unavailable)
    app.add_exception_handler(HTTPException, answer_unrouted)
    app.add_middleware(Observation, counters=counters)
    described = cache(lambda: document(operations))
    app.openapi = described  # type: ignore[method-assign]  # the way that the framework documents
    app.state.standfast = standfast
    return app


def routes_to(operations: Sequence[Operation]) -> Iterator[Route]:
    """The plain routes of operations: they read their requests themselves, so the framework's own reading is left out.

    The commands of an engagement share one, since forty would be tried one after the other.
    """
    shared = {each.path: each for each in operations if each.path == route_of(each.name)}
    register_url_convertor("command", AnyOf(each.name for each in shared.values()))
    yield _route("POST", route_of("{command:command}"), one_of({each.name: known_by(each) for each in shared.values()}))
    for operation in operations:
        if operation.path not in shared:
            yield _route(operation.method, operation.path, known_by(operation))


def one_of(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    """The endpoint of an address that several operations share."""

    async def endpoint(request: Request) -> Response:
        return await endpoints[request.path_params.pop("command")](request)

    return endpoint


class AnyOf(Convertor[str]):
    """One of some names, in the path of a route."""

    def __init__(self, names: Iterable[str]) -> None:
        self.regex = "|".join(map(re.escape, names))  # type: ignore[misc]  # one table of names an application

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


def _route(method: str, path: str, endpoint: Endpoint) -> Route:
    route = Route(path, endpoint, methods=[method])
    route.methods = {method}
    return route


def operations_of(standfast: Standfast, counters: Counters) -> Sequence[Operation]:
    """Everything there is, in the order of the document."""
    return (
        *command_operations(standfast),
        command_log_operation(standfast),
        *(questioning(standfast, question) for question in (*QUESTIONS, *MEASURES, *terms_questions())),
        *what_if_operations(standfast),
        *terms_operations(standfast),
        *catalogue_of_problems.OPERATIONS,
        *health_operations(standfast, counters),
    )


async def answer_unavailable(request: Request, error: Exception) -> Response:
    """A query that the database does not answer."""
    return await answer_problem(request, StoreUnavailable(str(error)))


async def answer_unrouted(request: Request, _error: Exception) -> Response:
    """No address, or not this method of it."""
    allowed = {method for route in request.app.routes for method in _methods(route, request)}
    path = request.scope["path"]
    if allowed:
        return problem_response(MethodNotAllowed(sorted(allowed)), path)
    return problem_response(NothingHere(f"there is nothing at {path[:200]!r}"), path)


def _methods(route: Any, request: Request) -> set[str]:
    match, _ = route.matches(request.scope)
    return (getattr(route, "methods", None) or set()) if match is not Match.NONE else set()
