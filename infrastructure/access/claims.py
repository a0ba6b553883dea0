"""Who a token's claims say its bearer is, by the names that the settings give."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from application.ports.access import MOST_MANDATED
from domain.access.reach import Mandate
from infrastructure.access.verification import TokenRefused
from infrastructure.process.oidc_settings import PARTY_OF_ROLE

MOST_ROLES: Final = 200
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrincipal:
    """Who bears a token. ``roles``: at least one, all of the party; ``subject``: who that is to the provider.

    ``scopes`` are the provider's own words, in no order. ``mandate`` is an auditor's: which engagements, and when.
    """

    party: str
    party_id: str
    roles: frozenset[str]
    subject: str
    scopes: frozenset[str]
    mandate: Mandate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Which claim says what; ``role_names``: the role that each of the provider's names means.

    ``party_claim`` may be empty: then the party is that of the roles.
    """

    party_claim: str
    party_id_claim: str
    roles_claim: str
    scopes_claim: str
    mandate_claim: str
    role_names: Mapping[str, str]


def principal_of(claims: Mapping[str, Any], naming: Naming) -> TokenPrincipal:
    """Who these claims name, which were verified before. Raises TokenRefused."""
    roles = _roles(claims, naming)
    return TokenPrincipal(
        party=_party(claims, naming, roles),
        party_id=_party_id(claims, naming),
        roles=roles,
        subject=str(claims["sub"]),
        scopes=frozenset(_words(found(claims, naming.scopes_claim), naming.scopes_claim)),
        mandate=_mandate(claims, naming) if "auditor" in roles else None,
    )


def found(claims: Mapping[str, Any], name: str) -> Any:
    """What is claimed under a name, or, where nothing is, under the path ``a.b``: b within a. None for nothing."""
    value = claims.get(name)
    if value is not None or "." not in name:
        return value
    outer, _, inner = name.partition(".")
    within = claims.get(outer)
    return found(within, inner) if isinstance(within, dict) else None


def _roles(claims: Mapping[str, Any], naming: Naming) -> frozenset[str]:
    theirs = _words(found(claims, naming.roles_claim), naming.roles_claim)
    if len(theirs) > MOST_ROLES:
        raise TokenRefused(f"{naming.roles_claim} names more than {MOST_ROLES} roles")
    roles = frozenset(naming.role_names[each] for each in theirs if each in naming.role_names)
    if not roles:
        raise TokenRefused(f"{naming.roles_claim} names no role that is known here")
    return roles


def _party(claims: Mapping[str, Any], naming: Naming, roles: frozenset[str]) -> str:
    parties = {PARTY_OF_ROLE[each] for each in roles}
    if len(parties) > 1:
        raise TokenRefused(f"{naming.roles_claim} names roles of several parties")
    [party] = parties
    if naming.party_claim and found(claims, naming.party_claim) != party:
        raise TokenRefused(f"{naming.party_claim} does not name the party whose roles {naming.roles_claim} names")
    return party


def _party_id(claims: Mapping[str, Any], naming: Naming) -> str:
    named = found(claims, naming.party_id_claim)
    if not isinstance(named, str) or not _ID.fullmatch(named):
        raise TokenRefused(f"{naming.party_id_claim} is no id: 1 to 64 of letters, digits, '.', '_', ':' and '-'")
    return named


def _mandate(claims: Mapping[str, Any], naming: Naming) -> Mandate | None:
    """``{"engagements": [id, …], "from": day, "until": day}``, both days in UTC and within it. Raises TokenRefused."""
    named = found(claims, naming.mandate_claim)
    if named is None:
        return None
    try:
        ids, first, last = named["engagements"], named["from"], named["until"]
        if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_MANDATED:
            raise ValueError("engagements is no list of ids")
        mandate = Mandate(
            engagement_ids=frozenset(map(UUID, ids)),
            begins_at=datetime.combine(date.fromisoformat(first), time.min, UTC),
            ends_at=datetime.combine(date.fromisoformat(last) + timedelta(days=1), time.min, UTC),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise TokenRefused(f"{naming.mandate_claim} is no mandate: engagements, from and until") from error
    if mandate.begins_at >= mandate.ends_at:
        raise TokenRefused(f"{naming.mandate_claim} ends before it begins")
    return mandate


def _words(value: object, name: str) -> list[str]:
    """The words of a list, or of a text with spaces between them (RFC 8693, 4.2); none of nothing."""
    if value is None:
        return []
    if isinstance(value, str):
        return value.split()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return list(value)
    raise TokenRefused(f"{name} is neither a text nor a list of texts")
