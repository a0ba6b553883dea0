"""The tokens of an identity provider: from the text that came with a request to who bears it.

What is read here takes a fifth of a second to load: `infrastructure.access.oidc` does so where a provider is set.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from infrastructure.access.claims import Naming, TokenPrincipal, principal_of
from infrastructure.access.jwks import KeptKeys
from infrastructure.access.key_set import KeySet
from infrastructure.access.verification import Rules, claims_of, named_in


def now_utc() -> datetime:
    return datetime.now(UTC)


class Tokens:
    """Judges tokens; safe to use from several threads. All ways raise TokenRefused."""

    def __init__(self, rules: Rules, naming: Naming, keys: KeptKeys, clock: Callable[[], datetime] = now_utc) -> None:
        self._rules = rules
        self._naming = naming
        self._keys = keys
        self._clock = clock

    def at_hand(self, token: str) -> TokenPrincipal | None:
        """Who bears a token, without waiting for anybody; None where the provider has to be asked: see `bearer`."""
        named = named_in(token, self._rules)
        keys = self._keys.at_hand(named.kid, named.algorithm)
        return None if keys is None else self._judged(token, keys)

    def bearer(self, token: str) -> TokenPrincipal:
        """Who bears a token; the provider is asked where it has to be, which takes seconds: not on an event loop."""
        named = named_in(token, self._rules)
        return self._judged(token, self._keys.asked(named.kid, named.algorithm))

    def claims(self, token: str, rules: Rules) -> dict[str, Any]:
        """What another token of the provider claims, by rules of its own; the provider is asked as for `bearer`."""
        named = named_in(token, rules)
        return claims_of(token, self._keys.asked(named.kid, named.algorithm), rules, self._clock())

    def _judged(self, token: str, keys: KeySet) -> TokenPrincipal:
        return principal_of(claims_of(token, keys, self._rules, self._clock()), self._naming)
