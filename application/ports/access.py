"""What is asked of access: keys, who holds one, and what is told of their use."""

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal
from uuid import UUID

from application.ports.engagement_list import Count
from domain.access.principal import Role, Scope
from domain.language.bounds import bounds
from domain.language.words import Id, Instant, Party

MOST_OF_A_NAME: Final = 2
"""How many keys of one name hold at once: the one in use, and the one that takes its place."""

MOST_KEYS: Final = 1_000
"""How many keys hold at once."""

MOST_MANDATED: Final = 500
"""How many engagements a mandate names at most."""

KeyState = Literal["active", "expired", "revoked"]
KeyId = Annotated[str, bounds(pattern=r"^[0-9a-f]{16}$")]
What = Literal[
    "denied", "key-used", "mandate-read", "key-created", "key-revoked", "signed-in", "sign-in-failed", "signed-out"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as it is listed: everything but its secret. Whoever holds it acts as ``party:party_id``.

    Of an auditor's, ``engagement_ids`` are those it sees, from ``mandate_begins_at`` on and before ``mandate_ends_at``.
    """

    key_id: KeyId
    name: Id
    role: Role
    party: Party
    party_id: Id
    engagement_ids: tuple[UUID, ...]
    mandate_begins_at: Instant | None
    mandate_ends_at: Instant | None
    scopes: tuple[Scope, ...]
    state: KeyState
    created_at: Instant
    created_by: str
    expires_at: Instant | None
    revoked_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A new key, with the text that whoever holds it signs in with: it is shown once, and kept nowhere."""

    key: ApiKey
    bearer: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Something that the access log tells: what was denied, which key was used, created or revoked, what an auditor
    read, who signed in.

    ``who`` is a party, or None where nobody is known to have asked; ``credential`` is what they signed in with, never
    a secret. ``route`` is the template of the address; ``why`` is for the operator, and in no answer.
    """

    what: What
    who: str | None
    credential: str | None
    method: str | None = None
    route: str | None = None
    engagement_id: UUID | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTold(Access):
    """An entry of the access log; alike ones of one second are one entry, with how many ``times``."""

    entry: UUID
    at: Instant
    times: Count


class SignInRefused(Exception):
    """What somebody signed in with does not hold; the text says why, and is for the access log alone."""


class NoKey(LookupError):
    """There is no such key."""


class KeyRefused(Exception):
    """No key is made; the text says why and what to do."""
