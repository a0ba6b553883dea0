"""Signing in to the pages with the identity provider: the code flow of OpenID Connect Core 1.0, with PKCE.

The browser is led to the provider, which leads it back with a code; for the code the provider gives two tokens. The ID
token says that this is the answer to what was begun in this browser (`nonce`), the access token who that is and what
they may do, by the same rules as where it is sent to the interface. Neither is kept.

What was begun stands in a cookie of that browser, signed. State, nonce and verifier follow from it and the secret.
"""

import hmac
import secrets
import time
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from application.ports.access import SignInRefused
from infrastructure.access.claims import TokenPrincipal
from infrastructure.access.fetching import Fetching, Unfetched
from infrastructure.access.jwks import discovered
from infrastructure.access.signing import Signing
from infrastructure.access.tokens import Tokens
from infrastructure.access.verification import Rules

BEGUN_SECONDS: Final = 600
"""How long somebody may take at the provider."""

DISCOVERED_SECONDS: Final = 600.0
AGAIN_SECONDS: Final = 5.0
"""How long a provider that does not answer is not asked again what it has to say of itself."""

PURPOSE: Final = "sign-in begun"
TYPES_OF_ID_TOKENS: Final = frozenset({"jwt", ""})
"""Some providers name no type of an ID token."""

LONGEST_CODE: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """As whom the provider knows the pages. ``secret`` is empty for a public client."""

    client_id: str
    secret: str = field(repr=False)
    redirect_url: str
    scopes: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser is led to, and what it takes along until it comes back, within so many seconds."""

    address: str
    kept: str
    seconds: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and where they wanted to."""

    bearer: TokenPrincipal
    onward: str


class CodeFlow:
    """Safe to use from several threads. What waits for the provider takes seconds: not on an event loop."""

    def __init__(
        self,
        client: Client,
        rules: Rules,
        fetching: Fetching,
        tokens: Tokens,
        signing: Signing,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._issuer = rules.issuer
        self._of_id_tokens = replace(rules, audience=client.client_id, types=TYPES_OF_ID_TOKENS)
        self._fetching = fetching
        self._tokens = tokens
        self._signing = signing
        self._clock = clock
        self._document: tuple[float, Mapping[str, Any]] | None = None
        self._unanswered: float | None = None

    def begin(self, onward: str) -> Begun:
        """Leads to the provider; ``onward`` is where to go afterwards. Raises Unfetched, StoreUnavailable."""
        began = secrets.token_urlsafe(32)
        until = int(self._clock()) + BEGUN_SECONDS
        kept = self._signing.signed(PURPOSE, f"{began}.{until}.{_base64url(onward.encode())}")
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_url,
            "scope": self._client.scopes,
            "state": self._state(began),
            "nonce": self._nonce(began),
            "code_challenge": _base64url(sha256(self._verifier(began).encode()).digest()),
            "code_challenge_method": "S256",
        }
        there = self._endpoint("authorization_endpoint")
        return Begun(f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}", kept, BEGUN_SECONDS)

    def finish(self, kept: str, said: Mapping[str, str]) -> SignedIn:
        """Who the provider says signed in, in the query with which it led the browser back.

        Raises SignInRefused, StoreUnavailable.
        """
        began, onward = self._begun(kept)
        if not hmac.compare_digest(said.get("state", "").encode(), self._state(began).encode()):
            raise SignInRefused("what the provider answers to was not begun in this browser")
        if said.get("iss", self._issuer) != self._issuer:  # RFC 9207
            raise SignInRefused("another issuer answers than the one that was asked")
        if error := said.get("error"):
            raise SignInRefused(f"the provider refused: {error[:100]}")
        code = said.get("code", "")
        if not 0 < len(code) <= LONGEST_CODE:
            raise SignInRefused("the provider gave no code")
        return SignedIn(self._bearer(self._exchanged(code, began), began), onward)

    def _begun(self, kept: str) -> tuple[str, str]:
        """What was begun, and where it leads to. Raises SignInRefused."""
        text = self._signing.read(PURPOSE, kept)
        if text is None:
            raise SignInRefused("nothing was begun in this browser")
        began, until, onward = text.split(".")
        if self._clock() >= int(until):
            raise SignInRefused("it was begun too long ago")
        return began, urlsafe_b64decode(f"{onward}==").decode()

    def _exchanged(self, code: str, began: str) -> Mapping[str, Any]:
        """What the provider gives for a code. Raises SignInRefused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_url,
            "code_verifier": self._verifier(began),
        }
        try:
            authorization = self._proof(form)
            return self._fetching.document(self._endpoint("token_endpoint"), form, authorization)
        except Unfetched as error:
            raise SignInRefused(f"the provider gave no tokens: {error}") from error

    def _proof(self, form: dict[str, str]) -> str | None:
        """Adds to a form who sends it, or gives the header that says so (RFC 6749, 2.3.1). Raises Unfetched."""
        ways = self._provider().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._client.secret and "client_secret_basic" in ways:
            both = f"{quote_plus(self._client.client_id)}:{quote_plus(self._client.secret)}"
            return f"Basic {b64encode(both.encode()).decode()}"
        form["client_id"] = self._client.client_id
        if self._client.secret:
            form["client_secret"] = self._client.secret
        return None

    def _bearer(self, given: Mapping[str, Any], began: str) -> TokenPrincipal:
        """Who the tokens name. Raises SignInRefused."""
        id_token, access_token = given.get("id_token"), given.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise SignInRefused("the provider gave no ID token, or no access token")
        claims = self._tokens.claims(id_token, self._of_id_tokens)
        nonce, party = claims.get("nonce"), claims.get("azp")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), self._nonce(began).encode()):
            raise SignInRefused("the ID token answers to another sign-in")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (party is not None or several) and party != self._client.client_id:
            raise SignInRefused("the ID token was made for another client")
        bearer = self._tokens.bearer(access_token)
        if bearer.subject != claims["sub"]:
            raise SignInRefused("the tokens name two different people")
        return bearer

    def _provider(self) -> Mapping[str, Any]:
        """The provider's discovery document. Raises Unfetched."""
        known = self._document
        if known is None or self._clock() - known[0] >= DISCOVERED_SECONDS:
            known = self._document = (self._clock(), self._discovered())
        return known[1]

    def _discovered(self) -> Mapping[str, Any]:
        if self._unanswered is not None and self._clock() - self._unanswered < AGAIN_SECONDS:
            raise Unfetched("it did not answer a moment ago")
        try:
            found = discovered(self._issuer, self._fetching)
        except Unfetched:
            self._unanswered = self._clock()
            raise
        self._unanswered = None
        return found

    def _endpoint(self, name: str) -> str:
        where = self._provider().get(name)
        if not isinstance(where, str):
            raise Unfetched(f"the discovery document has no {name}")
        self._fetching.demand(where)
        return where

    def _state(self, began: str) -> str:
        return self._signing.derived("state", began)

    def _nonce(self, began: str) -> str:
        return self._signing.derived("nonce", began)

    def _verifier(self, began: str) -> str:
        return self._signing.derived("verifier", began)


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
