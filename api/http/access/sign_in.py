"""Signing in: from what a request brings to the principal that it is from."""

import asyncio
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from application.ports.access import SignInRefused
from application.ports.log import StoreUnavailable
from domain.access.principal import Principal
from infrastructure.access.bearing import principal_of_token
from infrastructure.access.ring import KeyRing
from infrastructure.access.secret import PREFIX
from infrastructure.database.another_schema import is_unusable

if TYPE_CHECKING:
    from infrastructure.access.claims import TokenPrincipal
    from infrastructure.access.tokens import Tokens

_BEARER: Final = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([\x21-\x7e]+) *")


class NothingSent(SignInRefused):
    """A request brings nothing to sign in with."""


class SignIn:
    """Whose the requests are that come to one process."""

    def __init__(self, ring: KeyRing, tokens: "Tokens | None" = None) -> None:
        self._ring = ring
        self._tokens = tokens
        self._reading: asyncio.Future[Any] | None = None

    async def principal_of_request(self, scope: Scope) -> Principal:
        """From whom a request is. Raises SignInRefused, StoreUnavailable."""
        return await self.principal_of(bearer_in(scope["headers"]))

    async def principal_of(self, bearer: str) -> Principal:
        """Whose a bearer is. Raises SignInRefused, StoreUnavailable."""
        if not bearer.startswith(PREFIX):
            return principal_of_token(await self._borne(bearer))
        if not self._ring.fresh:
            await self._read()
        return self._ring.principal_of(bearer)

    async def _borne(self, token: str) -> "TokenPrincipal":
        if self._tokens is None:
            raise SignInRefused("it is no key, and no identity provider is set")
        at_hand = self._tokens.at_hand(token)
        return await run_in_threadpool(self._tokens.bearer, token) if at_hand is None else at_hand

    async def _read(self) -> None:
        """Reads the keys apart from the event loop; whoever asks meanwhile waits for the same."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(run_in_threadpool(self._ring.read))
            self._reading.add_done_callback(self._was_read)
        try:
            await asyncio.shield(self._reading)
        except SQLAlchemyError as error:
            if not is_unusable(error):
                raise
            raise StoreUnavailable(str(error)) from error

    def _was_read(self, reading: "asyncio.Future[Any]") -> None:
        self._reading = None
        if not reading.cancelled():
            reading.exception()  # which is told to whoever waits, if anybody still does


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
