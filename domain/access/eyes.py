"""For whose eyes something is told: what of an engagement within reach is not shown follows from that alone."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class AllShown:
    """Nothing is hidden."""

    kind: Literal["all"] = "all"


@dataclass(frozen=True, slots=True)
class ClientEyes:
    """Those of a client, of whatever role."""

    client_id: str
    kind: Literal["client"] = "client"


@dataclass(frozen=True, slots=True)
class PartnerEyes:
    """Those of a partner."""

    partner_id: str
    kind: Literal["partner"] = "partner"


@dataclass(frozen=True, slots=True)
class ProfessionalEyes:
    """Those of a professional."""

    professional_id: str
    kind: Literal["professional"] = "professional"


Eyes: TypeAlias = AllShown | ClientEyes | PartnerEyes | ProfessionalEyes

ALL_SHOWN: Final = AllShown()
"""Those of the operator, of integrations and auditors, and of what reads inside."""
