"""A proposal: a candidate for succession, accepted (the assignment is then matched) or declined."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from domain.engagement.nouns.match import Match
from domain.language.money import Money
from domain.language.words import SupplySource
from domain.law.event import Event
from domain.law.rejection import NotFound


class UnknownProposal(NotFound):
    """There is no such proposal."""

    remedy: ClassVar = "Name one of the proposals there are, or an instant at which this one is there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A candidate; ``qualified`` is the proposer's claim, ``judged_qualified`` what whoever declined thought of it."""

    proposal_id: str
    case_id: str
    seat_id: str
    professional_id: str
    partner_id: str | None
    supply_source: SupplySource
    qualified: bool
    planned_start: datetime | None
    day_rate: Money | None
    match: Match | None
    made_by: Event[Any]
    proposed_at: datetime
    decided: Literal["accepted", "declined"] | None = None
    decided_at: datetime | None = None
    decided_by: Event[Any] | None = None
    assignment_id: str | None = None
    """The assignment that an acceptance made."""
    judged_qualified: bool | None = None
