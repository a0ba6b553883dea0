"""What the application asks of whole lists at one position: every row of a kind, and of which state they tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

from application.ports.at_risk import ClockAtRisk, WantedClocks
from application.ports.engagement_list import ListedEngagement, Sort, Wanted
from application.ports.work import WantedWork, WorkItem
from domain.clocks.life import Waited
from domain.clocks.reading import ClockState
from domain.engagement.nouns.assignment import DepartureCause
from domain.engagement.nouns.case import CaseOutcome
from domain.engagement.terms.policy import Cause, Obligation
from domain.language.words import Model, Party, SupplySource


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRows:
    """Which rows; what is `None` filters nothing.

    ``partner_id`` is whose they are among the suppliers (`platform` its internal teams, `independent` those of nobody).
    """

    engagement_id: UUID | None = None
    model: Model | None = None
    client_id: str | None = None
    partner_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedClock:
    """A clock of an engagement, ended or not, as of the export; instants are truncated to the second.

    ``breach_at`` and ``waiting_on`` are told of one that has not ended; the latter not of one without a goal while it
    is paused. Durations are seconds of business or calendar time, as ``unit`` says.
    """

    engagement_id: UUID
    client_id: str
    model: Model
    clock: Obligation
    subject_id: str
    seat_id: str | None
    assignment_id: str | None
    case_id: str | None
    supplier: str | None
    accountable: Party | None
    waiting_on: Waited | None
    unit: Literal["business", "calendar"]
    calendar: str
    state: ClockState
    started_at: datetime
    ended_at: datetime | None
    breach_at: datetime | None
    goal_seconds: int | None
    elapsed_seconds: int
    overrun_seconds: int | None
    at_risk: bool
    recorded_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAssignment:
    """A professional on a seat; instants are truncated to the second."""

    engagement_id: UUID
    client_id: str
    model: Model
    assignment_id: str
    seat_id: str
    professional_id: str
    supplier: str | None
    supply_source: SupplySource
    state: Literal["matched", "active", "ended"]
    matched_at: datetime
    active_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    departure_cause: DepartureCause | None
    unplanned: bool
    leaves_at: datetime | None
    guarantee_ends_at: datetime | None
    ramp_up_calendar_seconds: int | None
    missing_onboarding_item: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedCase:
    """A replacement case; instants are truncated to the second, amounts are in units of their currency."""

    engagement_id: UUID
    client_id: str
    model: Model
    case_id: str
    seat_id: str
    cause: Cause
    concern_id: str | None
    outgoing_assignment_id: str
    incoming_assignment_id: str | None
    supplier: str | None
    requested_at: datetime
    closed_at: datetime | None
    outcome: CaseOutcome | None
    waiting_on_during_pause: str | None
    eligible: bool
    qualified_declines: int
    unqualified_declines: int
    charge_amount: Decimal | None
    charge_currency: str | None
    most_credit_amount: Decimal | None
    most_credit_currency: str | None
    billed_transfer_minutes: int
    client_transfer_minutes: int
    detect_seconds: int | None
    acknowledge_seconds: int | None
    search_seconds: int | None
    decide_seconds: int | None
    onboard_seconds: int | None
    transfer_seconds: int | None
    rest_seconds: int | None
    overlap_business_seconds: int | None


class Lists(Protocol):
    """All lists as they are at one position, as of one instant. Every method gives all rows, whatever their number."""

    @property
    def position(self) -> int: ...

    @property
    def as_of(self) -> datetime: ...

    @property
    def log_id(self) -> UUID: ...

    def work(self, wanted: WantedWork) -> Iterator[WorkItem]: ...

    def at_risk(self, wanted: WantedClocks) -> Iterator[ClockAtRisk]: ...

    def engagements(self, wanted: Wanted, sort: Sort) -> Iterator[ListedEngagement]: ...

    def clocks(self, wanted: WantedRows) -> Iterator[ExportedClock]: ...

    def assignments(self, wanted: WantedRows) -> Iterator[ExportedAssignment]: ...

    def cases(self, wanted: WantedRows) -> Iterator[ExportedCase]: ...
