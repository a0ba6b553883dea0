"""The gate: the one place where it is asked who may ask what, before anything that answers.

Where authentication is off everybody is the platform's operator (`LOCAL`), and the gate asks nothing.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import partial
from math import ceil
from random import uniform
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.access.asking import let_in, met_beyond
from api.http.access.client import address_of
from api.http.access.needs import Needs, Scopes
from api.http.access.sign_in import NothingSent, SignIn, session_of
from api.http.access.watched import Watched
from api.http.problem_kinds import KeyMisplaced, NotForOthers, NotSignedIn, ScopeMissing, TooManyRequests, kind_of
from api.http.problems import answer_problem
from api.http.reach import reader_for
from api.http.request_span import KNOWN_METHODS
from api.http.strict_json import FieldsWrong
from application.ports.access import Access, SignInRefused, What
from application.ports.log import StoreUnavailable
from domain.access.principal import LOCAL, Principal
from domain.access.reach import EVERYTHING
from infrastructure.access.log import DENIED, AccessLog
from infrastructure.access.secret import holds_a_key, without_secrets
from infrastructure.process.telemetry import Counters

Refuse = Callable[[Request, Exception], Awaitable[Response]]
"""How a request is answered that is refused: by a problem, or by a page."""
Rows = Callable[[Principal | None], AbstractContextManager[None]]
"""While what the database shows is what somebody sees (None: nobody has to say who it is)."""

DENIALS: Final = (NotSignedIn, ScopeMissing, NotForOthers, FieldsWrong, TooManyRequests)
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
BEYOND: Final = "not there, or beyond what is seen"
ALIKE_SECONDS: Final = 0.025
BY_LOT_SECONDS: Final = 0.01
"""So long what is not there takes at least, and what is beyond reach, or a multiple of it, with as much more as the lot
says: a foreign engagement may be at hand in memory, and one that is not there never is."""

ACTOR_SENT: Final = "who acts is who signed in, and no header says it"
_ABOUT: Final = re.compile(r"/(?:engagements|audit)/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?:/|$)")


class Gate:
    """The layer between the door and every operation, page and file. ``sign_in`` None: authentication is off.

    ``failed`` is told from which address something was sent that does not hold. It raises TooManyRequests.
    """

    def __init__(
        self,
        app: ASGIApp,
        needs: Needs,
        template_of: Callable[[Scope], str | None],
        refuse: Refuse,
        sign_in: SignIn | None,
        log: AccessLog,
        counters: Counters,
        failed: Callable[[str], None],
        rows: Rows,
    ) -> None:
        self._app = app
        self._needs = needs
        self._template_of = template_of
        self._refuse = refuse
        self._sign_in = sign_in
        self._log = log
        self._counters = counters
        self._failed = failed
        self._rows = rows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # what lasts longer than a request is nobody's
            await self._app(scope, receive, send)
        elif self._sign_in is None:
            let_in(scope, LOCAL)
            await self._app(scope, receive, send)
        elif holds_a_key(scope["path"]) or holds_a_key(scope["query_string"].decode("latin-1")):
            self._deny(scope, None, None, KeyMisplaced(), "a key in the address")
            told = {**scope, "path": without_secrets(scope["path"]), "query_string": b""}
            await answer_problem(Request(told), KeyMisplaced())(scope, receive, send)
        else:
            await self._asked(self._sign_in, scope, receive, send)

    async def _asked(self, sign_in: SignIn, scope: Scope, receive: Receive, send: Send) -> None:
        template = self._template_of(scope)
        needed = self._needs.of(scope["method"], template)
        if needed is None:
            let_in(scope, None)
            with self._rows(None):
                await self._app(scope, receive, send)
            return
        principal: Principal | None = None
        try:
            principal = await self._signed_in(sign_in, scope, template)
            self._demand(scope, principal, template, needed)
        except DENIALS as error:
            response = await self._refused(scope, receive, principal, error)
            await response(scope, receive, send)
        except StoreUnavailable as error:
            response = await self._refuse(Request(scope, receive), error)
            await response(scope, receive, send)
        else:
            await self._let_in(sign_in, principal, template, scope, receive, send)

    async def _signed_in(self, sign_in: SignIn, scope: Scope, template: str | None) -> Principal:
        """Raises NotSignedIn, StoreUnavailable, TooManyRequests."""
        try:
            return await sign_in.principal_of_request(scope)
        except SignInRefused as refused:
            sent = session_of(scope) is None and not isinstance(refused, NothingSent)
            error = NotSignedIn(sent=sent)
            if sent:
                self._failed(address_of(scope))  # what is too much is not told singly
            self._deny(scope, None, template, error, str(refused))
            raise error from refused

    def _demand(self, scope: Scope, principal: Principal, template: str | None, needed: Scopes) -> None:
        """Raises ScopeMissing, NotForOthers, and FieldsWrong where a header says who acts."""
        sent = {name for name, _ in scope["headers"]}
        refused: Exception | None = None
        if lacking := principal.lacks(needed):
            refused = ScopeMissing(lacking)
        elif b"x-actor" in sent:
            refused = FieldsWrong([("X-Actor", ACTOR_SENT)])
        elif b"x-on-behalf-of" in sent and not principal.speaks_for_others:
            refused = NotForOthers()
        if refused is not None:
            why = ACTOR_SENT if isinstance(refused, FieldsWrong) else str(refused)
            self._deny(scope, principal, template, refused, why)
            raise refused

    async def _let_in(
        self,
        sign_in: SignIn,
        principal: Principal,
        template: str | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self._log.tell_used(_told(scope, principal, template, "key-used"))
        let_in(scope, principal, session_of(scope))
        await sign_in.note_use(scope)
        answered = partial(self._answered, scope, principal, template, asyncio.get_running_loop().time())
        watched = Watched(receive, send, lambda: sign_in.principal_of_request(scope), answered)
        with self._rows(principal):
            await self._app(scope, watched.receive, watched.send)
        await watched.finish()

    async def _answered(
        self, scope: Scope, principal: Principal, template: str | None, asked_at: float, status: int
    ) -> None:
        """Tells what was denied by what answers, and what an auditor read."""
        if status == FORBIDDEN:
            self._told_denied(scope, principal, template, FORBIDDEN, "refused by what answers there")
        elif status == NOT_FOUND and reader_for(principal).sees != EVERYTHING and _about(scope):
            self._told_denied(scope, principal, template, NOT_FOUND, BEYOND)
            await _alike(asked_at)
        elif met_beyond(scope):
            await _alike(asked_at)
        elif principal.mandate is not None and 200 <= status < 300:
            self._log.tell_used(_told(scope, principal, template, "mandate-read"))

    async def _refused(self, scope: Scope, receive: Receive, principal: Principal | None, error: Exception) -> Response:
        """The answer to what is denied; ``principal`` is who asked, where that is known."""
        let_in(scope, principal, None if principal is None else session_of(scope))
        response = await self._refuse(Request(scope, receive), error)
        if isinstance(error, NotSignedIn) and response.status_code == UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = error.challenge
        return response

    def _deny(
        self, scope: Scope, principal: Principal | None, template: str | None, error: Exception, why: str
    ) -> None:
        self._told_denied(scope, principal, template, kind_of(type(error)).status, why)

    def _told_denied(
        self, scope: Scope, principal: Principal | None, template: str | None, status: int, why: str
    ) -> None:
        self._counters.add(DENIED, status=str(status))
        self._log.tell(_told(scope, principal, template, "denied", why))


async def _alike(asked_at: float) -> None:
    """Waits until what was asked at a time of the loop may be answered as if something else had been found."""
    now = asyncio.get_running_loop().time()
    stretches = max(1, ceil((now - asked_at) / ALIKE_SECONDS))
    await asyncio.sleep(asked_at + stretches * ALIKE_SECONDS + uniform(0, BY_LOT_SECONDS) - now)


def _told(
    scope: Scope, principal: Principal | None, template: str | None, what: What, why: str | None = None
) -> Access:
    return Access(
        what=what,
        who=None if principal is None else str(principal),
        credential=None if principal is None else principal.credential,
        method=scope["method"] if scope["method"] in KNOWN_METHODS else "other",
        route=template,
        engagement_id=None if what == "key-used" else _about(scope),
        why=why,
    )


def _about(scope: Scope) -> UUID | None:
    """The engagement that an address names."""
    named = _ABOUT.search(scope["path"])
    return UUID(named[1]) if named else None
