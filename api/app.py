"""The HTTP application: every operation at its address, every failure a problem."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache, partial
from typing import Any, Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from api.commands.command_log import command_log_operation
from api.commands.routes import command_operations
from api.composition import Standfast, assemble
from api.exports.routes import TAG as EXPORTS
from api.exports.routes import export_operations
from api.http import documentation
from api.http.access.gate import Gate
from api.http.access.needs import Needs
from api.http.access.sign_in import SignIn
from api.http.dispatch import Addresses, Dispatch
from api.http.door.callers import Door
from api.http.door.guarded import AT_THE_END, SHED
from api.http.events import event_bytes
from api.http.health import NOT_TAKEN, health_operations
from api.http.observation import Observation
from api.http.operations import Operation
from api.http.pace.allowance import Allowance
from api.http.pace.kinds import Kinds
from api.http.pace.paced import Paced
from api.http.problem_kinds import MethodNotAllowed, NothingHere, Unforeseen
from api.http.problem_routes import PROBLEM_OPERATIONS
from api.http.problems import answer_problem, problem_response
from api.http.questions import questioning
from api.http.reach import rows_for
from api.live.frames import event_frame
from api.live.routes import followed, live_operation
from api.openapi import TITLE, VERSION, document
from api.pages.addresses import Address, Pages
from api.pages.sign_in.route import SigningIn
from api.queries.command_of_event import COMMANDS_OF_EVENTS
from api.queries.engagements import QUESTIONS
from api.queries.fleet import FIGURES
from api.queries.lanes import LANES
from api.queries.measures import MEASURES, what_if_operations
from api.queries.what_if import what_if_of_the_fleet
from api.queries.work import WORK
from api.terms.routes import terms_operations, terms_questions
from api.webhooks.routes import WEBHOOK_QUESTIONS, webhook_operations
from infrastructure.process.paces import paces_of
from infrastructure.process.settings import Settings, is_unspecified, names_in, names_of
from infrastructure.process.worker_numbers import WorkerNumbers

ALL_QUESTIONS: Final = (
    *QUESTIONS,
    *COMMANDS_OF_EVENTS,
    *FIGURES,
    *WORK,
    *MEASURES,
    *LANES,
    *terms_questions(),
    *WEBHOOK_QUESTIONS,
)
"""Every query, in the order of the document."""

NOT_THE_FRAMEWORKS: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""What is an operation's never gets to the framework's own layers: it would trace the rest alone."""


class Edge(FastAPI):
    """The framework with our own layers around it: what is an operation's never gets to its own."""

    outermost: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.outermost(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the framework answers: the page, its files, the document, and that nothing is there."""
        await super().__call__(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """The application on the database of the settings, which it opens, migrates and closes itself."""
    return application(assemble(settings))


def application(
    standfast: Standfast,
    *,
    projects: bool = True,
    keeps: bool = False,
    sends: bool = False,
    workers: WorkerNumbers | None = None,
    processes: int = 1,
) -> FastAPI:
    """The application on an open marketplace, which it closes at its own end.

    ``projects``: whether it may bring the projections up to date, or only follows who does. ``keeps``: whether it may
    keep the deadlines. ``sends``: whether it may send to webhooks. ``workers``: where others serve beside it, and
    ``processes``: how many serve altogether.
    """

    authenticated = standfast.settings.authentication == "on"
    operations = operations_of(standfast, workers)
    everything = (*operations, live_operation(standfast))
    addresses = Addresses(everything)
    app = Edge(
        title=TITLE,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lasting(standfast, projects=projects, keeps=keeps, sends=sends),
        telemetry=NOT_THE_FRAMEWORKS,
    )
    app.add_route(documentation.DOCS, documentation.page, include_in_schema=False)
    app.add_route(f"{documentation.DOCS}/{{name}}", documentation.file, include_in_schema=False)
    app.add_exception_handler(NothingHere, answer_problem)
    app.add_exception_handler(Exception, answer_unforeseen)  # the framework raises it again, to be logged
    app.add_exception_handler(HTTPException, unrouted(addresses))
    access = standfast.access
    sign_in = SignIn(access.ring, access.tokens, access.sessions) if authenticated else None
    exports = (each for each in operations if each.tag == EXPORTS)
    paces = paces_of(standfast.settings.limits, authenticated=authenticated)
    allowance = Allowance(paces, standfast.recorder.counters, processes=processes)
    signing_in = SigningIn(standfast, sign_in, allowance) if sign_in else None
    pages = Pages(app.framework, standfast, exports, signing_in)
    app.outermost = layered(standfast, app, everything, addresses, pages, sign_in, allowance)
    described = cache(lambda: document(operations, authenticated=authenticated))
    app.openapi = described  # type: ignore[method-assign]  # the way that the framework documents
    app.state.standfast = standfast
    return app


def lasting(
    standfast: Standfast, *, projects: bool, keeps: bool, sends: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    """What runs beside the answers from the start of an application to its end, where the marketplace is closed."""
    counters = standfast.recorder.counters

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        standfast.tail.begin(event_frame)
        standfast.projections.start(leads=projects)
        if projects and not standfast.database.in_memory:
            standfast.working_out.start()
        if keeps:
            standfast.keeper.start()
        if sends:
            standfast.webhooks.start(event_bytes)
        if standfast.settings.authentication == "on":
            standfast.access.log.start()
        yield {AT_THE_END: standfast.tail.end, SHED: partial(counters.add, NOT_TAKEN)}
        await run_in_threadpool(standfast.close)  # the loop goes on, to finish what was accepted

    return lifespan


def layered(
    standfast: Standfast,
    app: FastAPI,
    operations: Sequence[Operation],
    addresses: Addresses,
    pages: Pages,
    sign_in: SignIn | None,
    allowance: Allowance,
) -> ASGIApp:
    """What a request goes through before it is answered: it is told of, and asked how it came, who asks, and how much.

    ``sign_in`` None: authentication is off.
    """
    settings, access, counters = standfast.settings, standfast.access, standfast.recorder.counters
    template_of = template_at(addresses, pages, app)
    kinds = Kinds((each.name, (each.method, each.path)) for each in operations)
    gate = Gate(
        Paced(Dispatch(pages, addresses), allowance, kinds, template_of, pages.refusal),
        needs_of(operations, pages.addresses, app),
        template_of,
        pages.refusal,
        sign_in,
        access.log,
        counters,
        allowance.failed,
        partial(rows_for, standfast.marketplace.clock),
    )
    door = Door(
        gate,
        names_in(settings.host_names),
        names_of(settings.host),
        any_address=sign_in is not None and is_unspecified(settings.host),
    )
    return Observation(door, counters)


def operations_of(standfast: Standfast, workers: WorkerNumbers | None = None) -> Sequence[Operation]:
    """Everything there is, in the order of the document."""
    return (
        *command_operations(standfast),
        command_log_operation(standfast),
        *(followed(standfast, questioning(standfast, question)) for question in ALL_QUESTIONS),
        *export_operations(standfast),
        *what_if_operations(standfast),
        *what_if_of_the_fleet(standfast),
        *terms_operations(standfast),
        *webhook_operations(standfast),
        *PROBLEM_OPERATIONS,
        *health_operations(standfast, workers),
    )


def needs_of(operations: Iterable[Operation], pages: Iterable[Address], app: FastAPI) -> Needs:
    """What is needed for everything that is served. Raises NeedsNothingSaid where that is not said of something."""
    routes: list[Any] = app.routes
    of_framework = [
        (method, each.path) for each in routes for method in (getattr(each, "methods", None) or ()) if method != "HEAD"
    ]
    return Needs(
        ((each.name, (each.method, each.path)) for each in operations),
        (*((each.method, each.path) for each in pages), *of_framework),
    )


def template_at(addresses: Addresses, pages: Pages, app: FastAPI) -> Callable[[Scope], str | None]:
    """What finds the template of a request's address, in the order in which they are asked for an answer."""

    def found(scope: Scope) -> str | None:
        operation = addresses.of(scope)[0].get(scope["method"])
        template = operation.path if operation else pages.template_of(scope["path"])
        if template is None:
            routes: list[Any] = app.routes
            template = next((each.path for each in routes if each.matches(scope)[0] is Match.FULL), None)
        return template

    return found


def answer_unforeseen(request: Request, _error: Exception) -> Response:
    """What of the framework's own failed."""
    return problem_response(Unforeseen(), request.scope["path"])


def unrouted(addresses: Addresses) -> Callable[[Request, Exception], Awaitable[Response]]:
    """What answers where no operation is: no address, or not this method of it."""

    async def answer(request: Request, _error: Exception) -> Response:
        path = request.scope["path"]
        allowed = {
            *addresses.of(request.scope)[0],
            *(method for route in request.app.routes for method in _methods(route, request)),
        }
        if allowed:
            return problem_response(MethodNotAllowed(sorted(allowed)), path)
        meant = addresses.meant(request.method, path.removeprefix(request.scope.get("root_path", "")))
        return problem_response(NothingHere(f"there is nothing at {path[:200]!r}{meant}"), path)

    return answer


def _methods(route: Any, request: Request) -> set[str]:
    """The methods of one of the framework's routes, if it is at the address."""
    match, _ = route.matches(request.scope)
    return (getattr(route, "methods", None) or set()) if match is not Match.NONE else set()
