"""Whether a token is what it says it is: a pure function of the token, the keys, the rules and the instant.

The rules come from the settings alone. What the token says of itself decides nothing but which of the provider's keys
is taken: a JWS in compact form (RFC 7515), its claims those of RFC 7519, as RFC 8725 advises.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, deserialize_compact
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from application.ports.access import SignInRefused
from infrastructure.access.key_set import LONGEST_KID, KeySet
from infrastructure.access.strict_json import object_of
from infrastructure.process.oidc_settings import short_type

LEEWAY_SECONDS: Final = 60
LONGEST_TOKEN: Final = 8_192
LONGEST_HEADER: Final = 1_024
LONGEST_SUBJECT: Final = 255

_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_ENCRYPTED: Final = re.compile(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){4}")
_REFUSED_MEMBERS: Final = ("crit", "b64", "jwk", "x5u", "x5c", "enc", "zip", "cty")
"""What asks for more than is done here: extensions, keys of the token's own, encryption, a token within the token.

``jku`` is passed over, since some providers write it into each token; nothing is ever fetched from there.
"""


class TokenRefused(SignInRefused):
    """A token that is not taken. The reason is for the log alone, and repeats nothing of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a token has to be. ``types``: in lower case, without ``application/``; an empty one: it may name none."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """The key that a token says it was signed with, and how."""

    kid: str
    algorithm: str


def named_in(token: str, rules: Rules) -> Named:
    """What the header says, with which nothing else is looked at yet. Raises TokenRefused."""
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused(f"it has more than {LONGEST_TOKEN} characters")
    parts = _COMPACT.fullmatch(token)
    if parts is None:
        raise TokenRefused("it is encrypted" if _ENCRYPTED.fullmatch(token) else "it is not a signed token")
    header = _header(parts[1])
    for name in _REFUSED_MEMBERS:
        if name in header:
            raise TokenRefused(f"its header has {name}")
    algorithm, kind, kid = header.get("alg"), header.get("typ", ""), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in rules.algorithms:
        raise TokenRefused("its algorithm is none of STANDFAST_OIDC_ALGORITHMS")
    if not isinstance(kind, str) or short_type(kind) not in rules.types:
        raise TokenRefused("its type is none of STANDFAST_OIDC_TYPES")
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        raise TokenRefused("it names no key")
    return Named(kid, algorithm)


def _header(segment: str) -> dict[str, Any]:
    if len(segment) > LONGEST_HEADER:
        raise TokenRefused(f"its header has more than {LONGEST_HEADER} characters")
    try:
        return object_of(urlsafe_b64decode(segment.encode()))
    except ValueError as error:
        raise TokenRefused(f"its header cannot be read: {error}") from None


def claims_of(token: str, keys: KeySet, rules: Rules, now: datetime) -> dict[str, Any]:
    """What a token claims that one of these keys signed and that holds at an instant. Raises TokenRefused."""
    named = named_in(token, rules)
    candidates = keys.having(named.kid, named.algorithm)
    if not candidates:
        raise TokenRefused("the provider has no key of this id for its algorithm")
    registry = _registry(named.algorithm)
    refused = "it has no signature"
    for key in candidates:
        try:
            payload = deserialize_compact(token, key, registry=registry).payload
        except (JoseError, ValueError) as error:
            refused = _said(error)
            continue
        return _demand_holding(_claims(payload), rules, now)
    raise TokenRefused(refused)


def _registry(algorithm: str) -> JWSRegistry:
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = LONGEST_HEADER
    return registry


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        return object_of(payload)
    except ValueError as error:
        raise TokenRefused(f"its claims cannot be read: {error}") from None


def _demand_holding(claims: dict[str, Any], rules: Rules, now: datetime) -> dict[str, Any]:
    """These claims, where they are this issuer's, for this audience, at this instant. Raises TokenRefused."""
    seconds = int(now.timestamp())
    demanded = JWTClaimsRegistry(
        now=seconds,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": rules.issuer},
        aud={"essential": True, "value": rules.audience},
        exp={"essential": True},
        sub={"essential": True},
    )
    try:
        demanded.validate(claims)
    except JoseError as error:
        raise TokenRefused(_said(error)) from None
    if "iat" in claims and claims["iat"] > claims["exp"]:
        raise TokenRefused("it was issued after it expired")
    if len(claims["sub"]) > LONGEST_SUBJECT:
        raise TokenRefused(f"its subject has more than {LONGEST_SUBJECT} characters")
    if not claims["sub"].isprintable():
        raise TokenRefused("its subject has characters that nobody sees")
    return claims


def _said(error: Exception) -> str:
    """What went wrong, in the library's words, which tell names and no values."""
    return f"{error.error}: {error.description}" if isinstance(error, JoseError) else type(error).__name__
