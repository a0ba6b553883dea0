"""Signing in: from what a request brings to the principal that it is from.

A key or a token stands in the header ``Authorization``, at every address. A browser brings a session as a cookie, which
signs in to the pages and what they use, and to nothing that programs ask.
"""

import asyncio
import re
from collections.abc import Awaitable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from api.http.access.needs import OF_PROGRAMS
from api.http.access.session_cookie import session_in
from application.ports.access import SignInRefused
from application.ports.log import StoreUnavailable
from domain.access.principal import Principal
from infrastructure.access.bearing import principal_of_token
from infrastructure.access.ring import KeyRing
from infrastructure.access.secret import PREFIX
from infrastructure.access.sessions import Session, Sessions, bearer_of
from infrastructure.database.another_schema import is_unusable

if TYPE_CHECKING:
    from infrastructure.access.claims import TokenPrincipal
    from infrastructure.access.tokens import Tokens

T = TypeVar("T")

REFRESHING: Final = b"x-refresh"
"""The header of what a page fetches of its own accord."""

log = structlog.get_logger("standfast.access")
_BEARER: Final = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([\x21-\x7e]+) *")


class NothingSent(SignInRefused):
    """A request brings nothing to sign in with."""


class SignIn:
    """Whose the requests are that come to one process. Without ``sessions`` nobody is signed in by one."""

    def __init__(self, ring: KeyRing, tokens: "Tokens | None" = None, sessions: Sessions | None = None) -> None:
        self._ring = ring
        self._tokens = tokens
        self._sessions = sessions
        self._reading: asyncio.Future[Any] | None = None

    async def principal_of_request(self, scope: Scope) -> Principal:
        """From whom a request is. Raises SignInRefused, StoreUnavailable."""
        session = session_of(scope)
        if session is None:
            return await self.principal_of(bearer_in(scope["headers"]))
        return await self.principal_of_session(session)

    async def principal_of(self, bearer: str) -> Principal:
        """Whose a bearer is. Raises SignInRefused, StoreUnavailable."""
        if not bearer.startswith(PREFIX):
            return principal_of_token(await self._borne(bearer))
        return await self.principal_of_key(bearer)

    async def principal_of_key(self, key: str) -> Principal:
        """Whose a key is. Raises SignInRefused, StoreUnavailable."""
        await self._know_keys()
        return self._ring.principal_of(key)

    async def principal_of_session(self, signed: str) -> Principal:
        """Whose the session is that a browser brings. Raises SignInRefused, StoreUnavailable."""
        session = await self._session(signed)
        if session.key_id is not None:
            await self._know_keys()
            return self._ring.principal_of_id(session.key_id)
        bearer = bearer_of(session)
        if self._tokens is None or bearer is None:
            raise SignInRefused("the session was begun by a token, and no identity provider is set")
        return principal_of_token(bearer)

    async def note_use(self, scope: Scope) -> None:
        """Puts the end of a session off that is used by somebody, and not by a page of its own accord."""
        signed = session_of(scope)
        if signed is None or self._sessions is None or _of_its_own_accord(scope):
            return
        try:
            session = await self._session(signed)
            if self._sessions.use_is_due(session):
                await run_in_threadpool(self._sessions.note_use, session)
        except (SignInRefused, StoreUnavailable, SQLAlchemyError) as error:  # it is put off by what is asked next
            log.warning("the use of a session is not written down", reason=f"{type(error).__name__}: {error}")

    async def _session(self, signed: str) -> Session:
        if self._sessions is None:
            raise SignInRefused("no session signs in here")
        at_hand = self._sessions.at_hand(signed)
        return await _of_the_store(run_in_threadpool(self._sessions.read, signed)) if at_hand is None else at_hand

    async def _borne(self, token: str) -> "TokenPrincipal":
        if self._tokens is None:
            raise SignInRefused("it is no key, and no identity provider is set")
        at_hand = self._tokens.at_hand(token)
        return await run_in_threadpool(self._tokens.bearer, token) if at_hand is None else at_hand

    async def _know_keys(self) -> None:
        """Reads the keys apart from the event loop; whoever asks meanwhile waits for the same."""
        if self._ring.fresh:
            return
        if self._reading is None:
            self._reading = asyncio.ensure_future(run_in_threadpool(self._ring.read))
            self._reading.add_done_callback(self._was_read)
        await _of_the_store(asyncio.shield(self._reading))

    def _was_read(self, reading: "asyncio.Future[Any]") -> None:
        self._reading = None
        if not reading.cancelled():
            reading.exception()  # which is told to whoever waits, if anybody still does


async def _of_the_store(reading: Awaitable[T]) -> T:
    """What is read. Raises StoreUnavailable where the database cannot be."""
    try:
        return await reading
    except SQLAlchemyError as error:
        if not is_unusable(error):
            raise
        raise StoreUnavailable(str(error)) from error


def session_of(scope: Scope) -> str | None:
    """The session that signs a request in, if one does: to a page, and where no header signs in."""
    if scope["path"].startswith(OF_PROGRAMS) or any(name == b"authorization" for name, _ in scope["headers"]):
        return None
    return session_in(scope)


def _of_its_own_accord(scope: Scope) -> bool:
    """Whether a page asks without anybody's doing: a stream, and what is fetched since something was recorded."""
    return any(
        name == REFRESHING or (name == b"accept" and value.startswith(b"text/event-stream"))
        for name, value in scope["headers"]
    )


def bearer_in(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """What the one header ``Authorization: Bearer …`` brings. Raises SignInRefused, NothingSent."""
    sent = [value for name, value in headers if name == b"authorization"]
    if not sent:
        raise NothingSent("nothing to sign in with")
    if len(sent) > 1:
        raise SignInRefused("the header Authorization stands twice")
    found = _BEARER.fullmatch(sent[0])
    if found is None:
        raise SignInRefused("the header Authorization is no Bearer")
    return found[1].decode("ascii")
