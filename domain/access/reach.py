"""Reach: which engagements somebody sees, whole and in every answer; of all others it learns nothing.

Reach is today's: an engagement is judged by its newest state, whatever instant somebody asks about. It is one of a
small closed family, and nobody who reads is without one: there is no reach by default.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from domain.access.eyes import ALL_SHOWN, Eyes
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.state import EngagementHistory


@dataclass(frozen=True, slots=True)
class Everything:
    """All engagements."""

    kind: Literal["everything"] = "everything"

    def may_hold(self, _engagement_id: UUID) -> bool:
        """Whether an engagement of that id can be one of these; what is known without reading it."""
        return True

    def holds(self, _history: EngagementHistory) -> bool:
        """Whether an engagement is one of these."""
        return True

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Named:
    """Some engagements, by their ids; none where there are none."""

    engagement_ids: frozenset[UUID]
    kind: Literal["named"] = "named"

    def may_hold(self, engagement_id: UUID) -> bool:
        return engagement_id in self.engagement_ids

    def holds(self, history: EngagementHistory) -> bool:
        return history.stream_id in self.engagement_ids

    def __str__(self) -> str:
        return f"{self.kind} {' '.join(sorted(map(str, self.engagement_ids)))}"


@dataclass(frozen=True, slots=True)
class OfClient:
    """The engagements of a client."""

    client_id: str
    kind: Literal["client"] = "client"

    def may_hold(self, _engagement_id: UUID) -> bool:
        return True

    def holds(self, history: EngagementHistory) -> bool:
        return history.state.client_id == self.client_id

    def __str__(self) -> str:
        return f"{self.kind} {self.client_id}"


@dataclass(frozen=True, slots=True)
class OfPartner:
    """The engagements in which a partner has, or had, an assignment or a proposal.

    What was voided never was; a partner is one of those by id, not the platform's own teams and not independents.
    """

    partner_id: str
    kind: Literal["partner"] = "partner"

    def may_hold(self, _engagement_id: UUID) -> bool:
        return True

    def holds(self, history: EngagementHistory) -> bool:
        state = history.state
        both: tuple[Assignment | Proposal, ...] = (*state.assignments.values(), *state.proposals.values())
        return any(each.partner_id == self.partner_id for each in both)

    def __str__(self) -> str:
        return f"{self.kind} {self.partner_id}"


@dataclass(frozen=True, slots=True)
class OfProfessional:
    """The engagements in which a professional has, or had, an assignment.

    Its plans lie there too: a plan hands over between assignments. A proposal that came to nothing does not count.
    """

    professional_id: str
    kind: Literal["professional"] = "professional"

    def may_hold(self, _engagement_id: UUID) -> bool:
        return True

    def holds(self, history: EngagementHistory) -> bool:
        return any(each.professional_id == self.professional_id for each in history.state.assignments.values())

    def __str__(self) -> str:
        return f"{self.kind} {self.professional_id}"


Reach: TypeAlias = Everything | Named | OfClient | OfPartner | OfProfessional

EVERYTHING: Final = Everything()
NOTHING: Final = Named(frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """The engagements that an auditor may see, from an instant on and before another one."""

    engagement_ids: frozenset[UUID]
    begins_at: datetime
    ends_at: datetime

    def reach(self, now: datetime) -> Reach:
        return Named(self.engagement_ids) if self.begins_at <= now < self.ends_at else NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whoever reads: what it sees, with whose eyes, and whether it may issue commands about that."""

    sees: Reach | Mandate
    commands: bool
    eyes: Eyes = ALL_SHOWN

    def reach(self, now: datetime) -> Reach:
        """What it sees today."""
        return self.sees.reach(now) if isinstance(self.sees, Mandate) else self.sees


OPERATOR: Final = Reader(sees=EVERYTHING, commands=True)
"""The platform's operator, and whatever reads inside: the keeper, the projector, the terminal."""
