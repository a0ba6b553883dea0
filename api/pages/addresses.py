"""The layer of the pages: between the operations of the interface and what the framework answers itself."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from api.composition import Standfast
from api.desks import CallerGone
from api.http.access.asking import principal_in
from api.http.access.needs import OF_PROGRAMS
from api.http.operations import Operation
from api.http.problem_kinds import FORESEEN, MethodNotAllowed, NothingHere, NotSignedIn, Unforeseen, kind_of
from api.http.problems import answer_problem
from api.http.reach import Seen, seen_in
from api.pages.audit.document import document_page
from api.pages.audit.finding import audit_page
from api.pages.charts.route import chart
from api.pages.clock import clock_page
from api.pages.correction.route import correction_page, correction_sent
from api.pages.engagement.route import engagement_page
from api.pages.engagements import engagements_page
from api.pages.errors import error_page
from api.pages.files import FILE, file_of
from api.pages.fleet.route import fleet_page
from api.pages.forms.opening import opening_page, opening_sent
from api.pages.forms.route import form_page, form_sent
from api.pages.frame import load_templates
from api.pages.links import OPENING_AT
from api.pages.sections import begins_at
from api.pages.sign_in.onward import SIGN_IN_AT, SIGN_OUT_AT
from api.pages.sign_in.route import SigningIn
from api.pages.static_files import static_file
from api.pages.what_if.engagement import what_if_page, what_if_sent
from api.pages.what_if.fleet import fleet_what_if_page, fleet_what_if_sent
from api.pages.work import work_page
from application.ports.log import StoreUnavailable
from infrastructure.database.another_schema import is_unusable
from infrastructure.process.oidc_settings import CALLBACK

log = structlog.get_logger("standfast.pages")
Endpoint = Callable[[Seen, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Address:
    """A method at a path, and what answers it."""

    method: str
    path: str
    endpoint: Endpoint


async def start(_standfast: Seen, request: Request) -> Response:
    """Where everybody begins: with what their role is there for."""
    return RedirectResponse(begins_at(principal_in(request.scope).role), 303)


PAGES: Final = (
    Address("GET", "/", start),
    Address("GET", "/work", work_page),
    Address("GET", "/fleet", fleet_page),
    Address("GET", "/engagements", engagements_page),
    Address("GET", OPENING_AT, opening_page),
    Address("POST", OPENING_AT, opening_sent),
    Address("GET", "/engagements/{engagement_id}", engagement_page),
    Address("GET", "/engagements/{engagement_id}/clocks/{clock}/{subject_id}", clock_page),
    Address("GET", "/engagements/{engagement_id}/do/correct-history", correction_page),
    Address("POST", "/engagements/{engagement_id}/do/correct-history", correction_sent),
    Address("GET", "/engagements/{engagement_id}/do/{command}", form_page),
    Address("POST", "/engagements/{engagement_id}/do/{command}", form_sent),
    Address("GET", "/engagements/{engagement_id}/what-if", what_if_page),
    Address("POST", "/engagements/{engagement_id}/what-if", what_if_sent),
    Address("GET", "/what-if", fleet_what_if_page),
    Address("POST", "/what-if", fleet_what_if_sent),
    Address("GET", "/audit", audit_page),
    Address("GET", "/audit/{engagement_id}", document_page),
    Address("GET", "/charts/{name}.{ending}", chart),
    Address("GET", "/static/{name}", static_file),
)


def sign_in_addresses(signing_in: SigningIn, *, with_provider: bool) -> tuple[Address, ...]:
    """Where one signs in and out."""
    of_provider = (
        Address("GET", "/sign-in/provider", signing_in.to_provider),
        Address("GET", CALLBACK, signing_in.callback),
    )
    return (
        Address("GET", SIGN_IN_AT, signing_in.page),
        Address("POST", SIGN_IN_AT, signing_in.sent),
        Address("POST", SIGN_OUT_AT, signing_in.leave),
        *(of_provider if with_provider else ()),
    )


class Pages:
    """Answers what is a page's, with a page where it fails; leaves the rest to ``app``.

    ``exports`` are to be had as files too. ``signing_in`` None: nobody has to sign in, and nowhere is.
    """

    def __init__(
        self, app: ASGIApp, standfast: Standfast, exports: Iterable[Operation], signing_in: SigningIn | None
    ) -> None:
        load_templates()
        self._app = app
        self._standfast = standfast
        self._signing_in = signing_in
        with_provider = standfast.access.code_flow is not None
        self.addresses: tuple[Address, ...] = (
            *PAGES,
            Address("GET", FILE, file_of(exports)),
            *(sign_in_addresses(signing_in, with_provider=with_provider) if signing_in else ()),
        )
        self._paths: dict[str, tuple[re.Pattern[str], dict[str, Endpoint]]] = {}
        for each in self.addresses:
            _, methods = self._paths.setdefault(each.path, (compile_path(each.path)[0], {}))
            methods[each.method] = each.endpoint
            if each.method == "GET":  # the server leaves the body of an answer to HEAD out
                methods["HEAD"] = each.endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoint(scope) if scope["type"] == "http" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        request, begun = Request(scope, receive), perf_counter()
        try:
            response = await self._answer(endpoint, request)
        except Exception:
            await error_page(request, Unforeseen())(scope, receive, send)
            raise  # to be logged
        if (
            response.status_code != kind_of(NothingHere).status
        ):  # how long that took tells what is there from what is not
            response.headers["Server-Timing"] = f"page;dur={1000 * (perf_counter() - begun):.1f}"
        await response(scope, receive, send)

    def template_of(self, path: str) -> str | None:
        """The template of the page at a path, if one is there."""
        return next((template for template, (pattern, _) in self._paths.items() if pattern.match(path)), None)

    async def refusal(self, request: Request, error: Exception) -> Response:
        """The answer to a request that is refused before it gets to anything: a page where a browser asks for one."""
        if request.scope["path"].startswith(OF_PROGRAMS) or not _takes_pages(request.scope):
            return answer_problem(request, error)
        if self._signing_in and isinstance(error, NotSignedIn):
            return await self._signing_in.asked(request)
        return error_page(request, error)

    def _endpoint(self, scope: Scope) -> Endpoint | None:
        """What answers a request, a page of that it cannot where a browser asks; None: no page does."""
        path = scope["path"]
        if template := self.template_of(path):
            pattern, methods = self._paths[template]
            if found := pattern.match(path):
                scope["path_params"], scope["state"]["route"] = found.groupdict(), template
                return methods.get(scope["method"]) or _raising(MethodNotAllowed(sorted(methods)))
        if path.startswith(OF_PROGRAMS) or scope["method"] not in ("GET", "HEAD") or not _takes_pages(scope):
            return None
        return _raising(NothingHere(f"there is nothing at {path[:200]!r}"))

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        try:
            return await endpoint(seen_in(self._standfast, request), request)
        except CallerGone as gone:
            raise ClientDisconnect from gone
        except FORESEEN as error:
            return self._failed(request, error)
        except SQLAlchemyError as error:
            if not is_unusable(error):
                raise
            return self._failed(request, StoreUnavailable(str(error)))

    def _failed(self, request: Request, error: Exception) -> Response:
        """What the store says is for the log only."""
        if isinstance(error, StoreUnavailable):
            log.warning("store unavailable", reason=str(error), correlation_id=request.scope["state"]["correlation_id"])
        return error_page(request, error)


def _takes_pages(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _raising(error: Exception) -> Endpoint:
    async def refuse(_standfast: Seen, _request: Request) -> Response:
        raise error

    return refuse
