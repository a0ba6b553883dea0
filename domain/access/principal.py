"""Who asks: a role, the party it stands for, and what it was given leave to do.

Whom a principal may reach, and which command it may issue about what, follows from its role and party. What its scopes
leave out it may not do at all, whatever its role is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from domain.access.reach import EVERYTHING, NOTHING, Mandate, OfClient, OfPartner, OfProfessional, Reach
from domain.language.words import Party
from domain.law.recorded import Actor

Role = Literal["operator", "client-admin", "client-viewer", "partner", "professional", "auditor", "integration"]
"""Those who ask from outside. The system keeps deadlines from inside, and nobody signs in as it."""

Scope = Literal["read", "record", "publish", "webhooks", "operate"]
"""A kind of thing that somebody may be given leave to do.

``read``: everything that is answered, shown or exported, and what-ifs, which record nothing. ``record``: the commands.
``publish``: policies and calendars. ``webhooks``: whom events are sent to. ``operate``: whether the process is well,
and its numbers.
"""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
ALL: Final = frozenset(SCOPES)

_READS: Final = frozenset[Scope]({"read"})
_RECORDS: Final = frozenset[Scope]({"read", "record"})

MOST_SCOPES: Final[Mapping[Role, frozenset[Scope]]] = {
    "operator": ALL,
    "client-admin": _RECORDS,
    "client-viewer": _READS,
    "partner": _RECORDS,
    "professional": _RECORDS,
    "auditor": _READS,
    "integration": ALL,
}
"""What each role can be given leave to do at most; what is given beyond it allows nothing."""

PARTIES: Final[Mapping[Role, Party]] = {
    "operator": "platform",
    "client-admin": "client",
    "client-viewer": "client",
    "partner": "partner",
    "professional": "professional",
    "auditor": "platform",
    "integration": "platform",
}
"""As which party each role acts; an auditor, who acts as nobody, is mandated by the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. ``credential`` is the name by which the log tells what it signed in with, never a secret."""

    role: Role
    party: Party
    party_id: str
    scopes: frozenset[Scope] = ALL
    credential: str
    mandate: Mandate | None = None
    """Of an auditor: which engagements it may see, and when."""

    @property
    def actor(self) -> Actor:
        """As whom it is recorded."""
        return Actor(party=self.party, id=self.party_id)

    @property
    def speaks_for_others(self) -> bool:
        """Whether it may issue a command on behalf of somebody else, which is recorded as such."""
        return self.role == "operator"

    @property
    def sees(self) -> Reach | Mandate:
        """Which engagements it sees; of an auditor while the mandate lasts."""
        match self.role:
            case "operator" | "integration":
                return EVERYTHING
            case "client-admin" | "client-viewer":
                return OfClient(self.party_id)
            case "partner":
                return OfPartner(self.party_id)
            case "professional":
                return OfProfessional(self.party_id)
            case "auditor":
                return self.mandate or NOTHING

    def reach(self, now: datetime) -> Reach:
        """Which engagements it sees today."""
        sees = self.sees
        return sees.reach(now) if isinstance(sees, Mandate) else sees

    def lacks(self, needed: Iterable[Scope]) -> tuple[Scope, ...]:
        """Which of some scopes it was not given, or its role cannot be, in their order."""
        return tuple(scope for scope in SCOPES if scope in set(needed) - (self.scopes & MOST_SCOPES[self.role]))

    def __str__(self) -> str:
        """Who it is, as the access log names it."""
        return f"auditor:{self.party_id}" if self.role == "auditor" else str(self.actor)


LOCAL: Final = Principal(role="operator", party="platform", party_id="local", credential="none")
"""Who asks where nobody has to say who it is: everybody is the platform's operator."""
