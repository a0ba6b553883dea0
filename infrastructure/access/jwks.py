"""The provider's keys, kept for a while: asked for rarely, by one at a time, and used on while nobody answers."""

import time
from collections.abc import Callable, Collection
from threading import Condition
from typing import Any, Final, Literal

import structlog

from infrastructure.access.fetching import Fetching, Unfetched
from infrastructure.access.key_set import KeySet, key_set_of

FRESH_SECONDS: Final = 600.0
"""How long a key set counts as the provider's: a key that is withdrawn is refused at the latest then."""

STALE_SECONDS: Final = 86_400.0
"""How long it is used on where the provider gives no other."""

AGAIN_SECONDS: Final = 10.0
"""The least between two times that the provider is asked, whatever the tokens name, and whether it answers or not."""

WAIT_SECONDS: Final = 12.0
MOST_WAITING: Final = 16
"""How many wait for the answer to what another asked; more go on with the keys that there are."""

log = structlog.get_logger("standfast.access")


class Provider:
    """Where the keys of an issuer are asked for: at a given address, or where its discovery document says."""

    def __init__(self, issuer: str, jwks_url: str, algorithms: Collection[str], fetching: Fetching) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._algorithms = algorithms
        self._fetching = fetching
        self._discovered: str | None = None

    def key_set(self) -> KeySet:
        """The keys as they are now. Raises Unfetched; the next time, the address is discovered anew."""
        where = self._jwks_url or self._discovered or self._discover()
        self._discovered = None
        found = key_set_of(self._fetching.document(where), self._algorithms)
        self._discovered = where
        return found

    def _discover(self) -> str:
        """The address of the keys, by OpenID Connect Discovery 1.0, 4. Raises Unfetched."""
        where = discovered(self._issuer, self._fetching).get("jwks_uri")
        if not isinstance(where, str):
            raise Unfetched("the discovery document has no jwks_uri")
        return where


def discovered(issuer: str, fetching: Fetching) -> dict[str, Any]:
    """The discovery document of an issuer. Raises Unfetched."""
    document = fetching.document(f"{issuer.removesuffix('/')}/.well-known/openid-configuration")
    if document.get("issuer") != issuer:
        raise Unfetched("the discovery document is that of another issuer than STANDFAST_OIDC_ISSUER")
    return document


class KeptKeys:
    """What a provider's key set was when it was asked last. Safe to use from several threads.

    ``ask`` raises Unfetched; ``clock`` is in seconds and never goes back.
    """

    def __init__(self, ask: Callable[[], KeySet], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._changed = Condition()
        self._kept: KeySet | None = None
        self._kept_at = float("-inf")
        self._asked_at = float("-inf")
        self._under_way = False
        self._waiting = 0

    def at_hand(self, kid: str, algorithm: str) -> KeySet | None:
        """The keys to judge a token by, at once; None where `asked` would ask the provider first, or wait for it."""
        with self._changed:
            return self._usable() if self._next(kid, algorithm) == "keep" else None

    def asked(self, kid: str, algorithm: str) -> KeySet:
        """The keys to judge a token by: those that are kept, or the provider's answer, which is waited for."""
        with self._changed:
            deed = self._next(kid, algorithm)
            if deed == "wait":
                self._wait()
            if deed != "ask":
                return self._usable()
            self._under_way = True
            self._asked_at = self._clock()
        found: KeySet | None = None
        try:
            found = self._ask()
        except Unfetched as error:
            log.warning("the keys of the identity provider could not be fetched", reason=str(error))
        finally:
            self._take(found)
        with self._changed:
            return self._usable()

    def _next(self, kid: str, algorithm: str) -> Literal["keep", "ask", "wait"]:
        now, known = self._clock(), bool(self._usable().having(kid, algorithm))
        if known and now - self._kept_at < FRESH_SECONDS:
            return "keep"
        if self._under_way:
            return "keep" if known or self._waiting >= MOST_WAITING else "wait"
        return "ask" if now - self._asked_at >= AGAIN_SECONDS else "keep"

    def _wait(self) -> None:
        self._waiting += 1
        try:
            self._changed.wait_for(lambda: not self._under_way, WAIT_SECONDS)
        finally:
            self._waiting -= 1

    def _take(self, found: KeySet | None) -> None:
        with self._changed:
            if found is not None:
                self._kept, self._kept_at = found, self._asked_at
            self._under_way = False
            self._changed.notify_all()

    def _usable(self) -> KeySet:
        if self._kept is None or self._clock() - self._kept_at >= STALE_SECONDS:
            return KeySet()
        return self._kept
