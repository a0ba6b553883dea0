"""The layer behind the gate that holds every principal to its pace, before anything of a body is read."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.access.asking import asking
from api.http.pace.allowance import Allowance
from api.http.pace.kinds import Kinds
from api.http.problem_kinds import TooManyRequests


class Paced:
    """Refuses what is too much with 429, by a problem or by a page (``refuse``). Who asks is whom the gate let in."""

    def __init__(
        self,
        app: ASGIApp,
        allowance: Allowance,
        kinds: Kinds,
        template_of: Callable[[Scope], str | None],
        refuse: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        self._app = app
        self._allowance = allowance
        self._kinds = kinds
        self._template_of = template_of
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = asking() if scope["type"] == "http" and self._allowance.is_limited else None
        kind = principal and self._kinds.of(scope, self._template_of(scope))
        if not (principal and kind):
            await self._app(scope, receive, send)
            return
        try:
            end = self._allowance.begin(kind, (principal.role, principal.actor))
        except TooManyRequests as error:
            response = await self._refuse(Request(scope, receive), error)
            await response(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            end()
