"""A concern: underperformance reported on an assignment, open until resolved or until the assignment ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from domain.language.words import ActingParty
from domain.law.event import Event
from domain.law.rejection import NotFound

Category = Literal["quality", "delivery", "communication", "attendance", "conduct", "skills"]
Severity = Literal["low", "medium", "high", "critical"]
Outcome = Literal["improved", "withdrawn", "unfounded"]


class UnknownConcern(NotFound):
    """There is no such concern."""

    remedy: ClassVar = "Name one of the concerns there are, or an instant at which this one is there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A report, by which party, and what became of it. ``acknowledged_at``: explicitly, not by a request."""

    concern_id: str
    assignment_id: str
    category: Category
    severity: Severity
    observed_since: datetime | None
    reported_at: datetime
    reported_by: ActingParty
    made_by: Event[Any]
    acknowledged_at: datetime | None = None
    outcome: Outcome | None = None
    resolved_at: datetime | None = None
    disputed: bool = False
