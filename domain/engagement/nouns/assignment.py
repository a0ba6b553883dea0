"""An assignment: one professional on one seat, matched, active, ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from domain.engagement.terms.policy import Terms
from domain.language.changed import replace
from domain.language.money import Money
from domain.language.saying import said
from domain.language.words import SupplySource
from domain.law.event import Event
from domain.law.rejection import NotFound, Rejection

DepartureCause = Literal[
    "resignation",
    "no_show",
    "illness",
    "misconduct",
    "disappeared",
    "roll_off",
    "client_decision",
    "other",
]
AssignmentState = Literal["matched", "active", "ended"]


class UnknownAssignment(NotFound):
    """There is no such assignment."""

    remedy: ClassVar = "Name one of the assignments there are, or an instant at which this one is there."


class AssignmentExists(Rejection):
    """An assignment of that id exists with other content."""

    remedy: ClassVar = "Choose another id, or leave it out and one is made."


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDone:
    """An onboarding item that was completed or waived."""

    how: Literal["completed", "waived"]
    at: datetime
    made_by: Event[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Productivity:
    """How productive the professional is by the client's report, in percent."""

    percent: int
    reported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Why a professional left or never came, and when notice was given."""

    cause: DepartureCause
    notice_given_at: datetime | None
    made_by: Event[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One professional on one seat. ``onboarded_under`` holds the terms in force when it became active."""

    assignment_id: str
    seat_id: str
    professional_id: str
    partner_id: str | None
    supply_source: SupplySource
    day_rate: Money | None
    planned_start: datetime | None
    made_by: Event[Any]
    matched_at: datetime
    active_at: datetime | None = None
    onboarded_under: Terms | None = None
    announced_last_day: date | None = None
    """The last working day as last announced, in the calendar's zone."""
    ended_at: datetime | None = None
    end_reason: str | None = None
    departure: Departure | None = None
    productivity: Productivity | None = None
    """As last reported."""
    onboarding: Mapping[str, ItemDone] = field(default_factory=dict)
    last_concern_id: str | None = None

    @property
    def live(self) -> bool:
        return self.ended_at is None

    @property
    def active(self) -> bool:
        return self.live and self.active_at is not None

    @property
    def state(self) -> AssignmentState:
        return "ended" if self.ended_at else "active" if self.active_at else "matched"

    @property
    def held_until(self) -> datetime | None:
        """When somebody who had been active was replaced or left."""
        gone = self.departure is not None or self.end_reason == "replaced"
        return self.ended_at if self.active_at and gone else None

    @property
    def who(self) -> str:
        """The professional and the assignment, as a refusal names them."""
        return f"{self.professional_id} ({self.assignment_id})"

    @property
    def standing(self) -> str:
        """How it stands, and since when."""
        if self.ended_at:
            return f"gone since {said(self.ended_at)} ({self.end_reason})"
        return f"active since {said(self.active_at)}" if self.active_at else f"matched since {said(self.matched_at)}"

    def end(self, at: datetime, reason: str) -> "Assignment":
        return replace(self, ended_at=at, end_reason=reason)
