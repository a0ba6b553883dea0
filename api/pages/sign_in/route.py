"""Signing in by a key or with the identity provider, and signing out; each time a session begins it has a new id."""

import hmac
from collections import Counter
from collections.abc import Hashable
from contextlib import suppress
from functools import partial
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.composition import Standfast
from api.http.access.asking import let_in
from api.http.access.client import address_of, network_of
from api.http.access.session_cookie import BEGUN, SESSION, cookie_in, drop_cookie, is_private, session_in, set_cookie
from api.http.access.sign_in import SignIn
from api.http.pace.allowance import Allowance
from api.http.problem_kinds import FORESEEN, FormUnproved, TooManyRequests
from api.http.reach import Seen
from api.pages.forgery import FIELD, proved
from api.pages.forms.receiving import fields_of
from api.pages.leaving import leaving_token
from api.pages.sign_in.onward import START, asked_for, own, sign_in_at
from api.pages.sign_in.places import Places
from api.pages.sign_in.view import KEY, Wanted, onward_page, sign_in_page, wanted_at, wanted_in, written_in
from application.ports.access import Access, SignInRefused, What
from domain.access.principal import Principal
from infrastructure.access.bearing import principal_of_token
from infrastructure.access.fetching import Unfetched
from infrastructure.access.keys import key_id_of

log = structlog.get_logger("standfast.access")
NO_KEY: Final = "This is no key that holds."
TOO_MANY: Final = (
    "Too many attempts from where you are fail just now. "
    "A key that holds signs you in all the same; otherwise try again in a moment."
)
IN_THE_OPEN: Final = "Sign in over https: here whoever is on the way would read the key."
NOT_LED_BACK: Final = "That did not sign you in: it was begun too long ago or in another browser, or was refused there."
NOT_LEFT: Final = "Nobody was signed out: that page was made for another session. Sign out at the foot of this one."
NOT_REACHED: Final = "The identity provider does not answer. Try again in a moment, or sign in by a key."
AGAIN_SECONDS: Final = 5


class SigningIn:
    """The addresses of signing in and out, and what is answered to a browser that has not."""

    def __init__(self, standfast: Standfast, sign_in: SignIn, allowance: Allowance) -> None:
        self._access = standfast.access
        self._sign_in = sign_in
        self._allowance = allowance
        self._places = Places()
        self._provider = standfast.settings.oidc_name if standfast.access.code_flow else None

    async def page(self, _standfast: Seen, request: Request) -> Response:
        """Where one signs in; whoever has, is told so."""
        return sign_in_page(request, wanted_at(request), provider=self._provider, who=await self._signed_in(request))

    async def sent(self, _standfast: Seen, request: Request) -> Response:
        """Signs in whoever sends a key that holds, and leads on."""
        fields = await fields_of(request)
        wanted = wanted_in(fields)
        if is_private(request.scope) and request.headers.get("Origin", "").startswith("http:"):
            return self._refused(request, wanted, IN_THE_OPEN, 400)
        try:
            proved(request, fields.get(FIELD, ""))
        except FormUnproved as error:
            return self._refused(request, wanted, f"This form is not of this browser: {error}. Try again.", 403)
        try:
            principal = await self._sign_in.principal_of_key(fields.get(KEY, "").strip())
        except SignInRefused as refused:
            return self._failed(request, wanted, NO_KEY, str(refused))
        session = await run_in_threadpool(self._access.sessions.begin, key_id=key_id_of(principal.credential))
        return await self._begun(request, wanted, principal, session)

    async def to_provider(self, _standfast: Seen, request: Request) -> Response:
        """Leads to the identity provider."""
        assert self._access.code_flow, "the address is there only with a provider"
        wanted = wanted_at(request)
        try:
            begun = await self._places.asked(_whose(request), partial(self._access.code_flow.begin, wanted.onward))
        except Unfetched as error:
            return self._unreached(request, wanted, error)
        response = RedirectResponse(begun.address, 303)
        set_cookie(response, request.scope, BEGUN, begun.kept, begun.seconds)
        return response

    async def callback(self, _standfast: Seen, request: Request) -> Response:
        """Where the identity provider leads back to. It alone knows its codes: how much fails is asked before it is."""
        assert self._access.code_flow, "the address is there only with a provider"
        query = request.query_params.multi_items()
        times = Counter(name for name, _ in query)
        said = {name: value for name, value in query if times[name] == 1}
        try:
            self._allowance.may_fail(address_of(request.scope))
            kept = cookie_in(request.scope, BEGUN) or ""
            found = await self._places.asked(_whose(request), partial(self._access.code_flow.finish, kept, said))
            principal = principal_of_token(found.bearer)
        except TooManyRequests as error:
            return self._too_many(request, Wanted(), error)
        except Unfetched as error:
            return self._unreached(request, Wanted(), error)
        except SignInRefused as refused:
            response = self._failed(request, Wanted(), NOT_LED_BACK, str(refused))
        else:
            session = await run_in_threadpool(self._access.sessions.begin, bearer=found.bearer)
            response = await self._begun(request, Wanted(onward=own(found.onward)), principal, session)
        drop_cookie(response, request.scope, BEGUN)
        return response

    async def leave(self, _standfast: Seen, request: Request) -> Response:
        """Ends the session, for all tabs of the browser."""
        fields = await fields_of(request)
        response = RedirectResponse(sign_in_at(START), 303)
        session = session_in(request.scope)
        if session is None:
            return response
        if not hmac.compare_digest(leaving_token(session).encode(), fields.get(FIELD, "").encode()):
            who = await self._signed_in(request)
            return sign_in_page(request, Wanted(), provider=self._provider, who=who, refusal=NOT_LEFT, status=403)
        with suppress(SignInRefused):  # then it is over, and nobody's any more
            principal = await self._sign_in.principal_of_session(session)
            await run_in_threadpool(self._access.sessions.end, session)
            self._tell(request, "signed-out", principal)
        drop_cookie(response, request.scope, SESSION)
        return response

    async def asked(self, request: Request) -> Response:
        """The answer to a browser where nobody signed in: to a page it is led to sign in, and back.

        A form that it sent comes along, and so does what was asked by a script of a page (401): the script says so.
        """
        is_read, onward = request.method in ("GET", "HEAD"), asked_for(request)
        if is_read and request.headers.get("Sec-Fetch-Dest", "document") == "document":
            return RedirectResponse(sign_in_at(onward), 303)
        wanted = Wanted(onward=onward if is_read else START)
        if request.method == "POST":
            with suppress(*FORESEEN):  # what cannot be read cannot come along
                wanted = Wanted(form=onward, onward=onward, fields=written_in(await fields_of(request)))
        return sign_in_page(request, wanted, provider=self._provider, status=401)

    def _unreached(self, request: Request, wanted: Wanted, error: Unfetched) -> Response:
        log.warning("nobody can sign in with the identity provider", reason=str(error))
        return self._refused(request, wanted, NOT_REACHED, 503, AGAIN_SECONDS)

    async def _begun(self, request: Request, wanted: Wanted, principal: Principal, session: str) -> Response:
        """What is answered to whoever signed in. A session that the browser had is over."""
        before = session_in(request.scope)
        if before is not None:
            await run_in_threadpool(self._access.sessions.end, before)
        self._tell(request, "signed-in", principal)
        let_in(request.scope, principal, session)
        response = onward_page(request, wanted)
        set_cookie(response, request.scope, SESSION, session)
        return response

    def _failed(self, request: Request, wanted: Wanted, words: str, why: str) -> Response:
        """Counts what does not hold for its address; what is too much there is not told singly."""
        try:
            self._allowance.failed(address_of(request.scope))
        except TooManyRequests as error:
            return self._too_many(request, wanted, error)
        self._tell(request, "sign-in-failed", None, why)
        return self._refused(request, wanted, words, 401)

    def _too_many(self, request: Request, wanted: Wanted, error: TooManyRequests) -> Response:
        return self._refused(request, wanted, TOO_MANY, 429, error.retry_after)

    def _refused(self, request: Request, wanted: Wanted, words: str, status: int, again: int | None = None) -> Response:
        response = sign_in_page(request, wanted, provider=self._provider, refusal=words, status=status)
        if again is not None:
            response.headers["Retry-After"] = str(again)
        return response

    async def _signed_in(self, request: Request) -> str | None:
        """Who is signed in by a session; the page's foot names them too."""
        session = session_in(request.scope)
        if session is None:
            return None
        try:
            principal = await self._sign_in.principal_of_session(session)
        except SignInRefused:
            return None
        let_in(request.scope, principal, session)
        return str(principal)

    def _tell(self, request: Request, what: What, principal: Principal | None, why: str | None = None) -> None:
        self._access.log.tell(
            Access(
                what=what,
                who=None if principal is None else str(principal),
                credential=None if principal is None else principal.credential,
                method=request.method,
                route=request.scope["state"].get("route"),
                why=why,
            )
        )


def _whose(request: Request) -> Hashable:
    return network_of(address_of(request.scope))
