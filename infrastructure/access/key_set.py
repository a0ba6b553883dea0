"""The keys of an identity provider: those of its key set that verify signatures of the algorithms that are taken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode

from infrastructure.access.fetching import Unfetched
from infrastructure.process.oidc_settings import ALGORITHMS

MOST_KEYS: Final = 100
LONGEST_KID: Final = 255
RSA_BITS: Final = range(2_048, 6_145)
"""Below they are weak; joserfc reads no signature of more."""

_KINDS: Final[Mapping[str, type[RSAKey | ECKey | OKPKey]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_PUBLIC: Final[Mapping[str, tuple[str, ...]]] = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys by their id and the algorithm that they verify; an id may be that of several."""

    keys: Mapping[tuple[str, str], tuple[Key, ...]] = field(default_factory=dict)

    def having(self, kid: str, algorithm: str) -> tuple[Key, ...]:
        return self.keys.get((kid, algorithm), ())


def key_set_of(document: Mapping[str, Any], algorithms: Collection[str]) -> KeySet:
    """The keys of a JWK set (RFC 7517) that suit; the others are left out. Raises Unfetched for what is no such set."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise Unfetched("it has no list of keys")
    if len(listed) > MOST_KEYS:
        raise Unfetched(f"it has more than {MOST_KEYS} keys")
    found: dict[tuple[str, str], tuple[Key, ...]] = {}
    for each in listed:
        fitting = _verified_by(each, algorithms)
        key = _read(each) if fitting else None
        if key is None:
            continue
        for algorithm in fitting:
            place = (each["kid"], algorithm)
            found[place] = (*found.get(place, ()), key)
    return KeySet(found)


def _verified_by(jwk: object, algorithms: Collection[str]) -> list[str]:
    """The algorithms whose signatures a key may verify, as far as it says so itself; none for a secret one."""
    if not isinstance(jwk, dict) or "d" in jwk or "k" in jwk:
        return []
    kid, operations = jwk.get("kid"), jwk.get("key_ops", ["verify"])
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        return []
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return []
    return [each for each in algorithms if _suits(jwk, each)]


def _suits(jwk: Mapping[str, Any], algorithm: str) -> bool:
    kind, curve = ALGORITHMS[algorithm]
    return (
        jwk.get("alg", algorithm) == algorithm and jwk.get("kty") == kind and (curve is None or jwk.get("crv") == curve)
    )


def _read(jwk: Mapping[str, Any]) -> Key | None:
    """A public key of nothing but its numbers; None for what is no good one."""
    kind = str(jwk["kty"])
    numbers: dict[str, str | list[str]] = {"kty": kind}
    for name in _PUBLIC[kind]:
        if not isinstance(jwk.get(name), str):
            return None
        numbers[name] = jwk[name]
    try:
        if kind == "RSA" and _bits(jwk["n"]) not in RSA_BITS:
            return None
        return _KINDS[kind].import_key(numbers)
    except (JoseError, ValueError, TypeError):
        return None


def _bits(number: str) -> int:
    """How long a number in base64url is. Raises ValueError for what is none."""
    return int.from_bytes(urlsafe_b64decode(number.encode())).bit_length()
