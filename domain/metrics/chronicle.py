"""What the timeline of an engagement tells beyond its state: when things changed, and what held before.

Instants are seconds since 1970 (UTC), truncated.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from domain.engagement.assignments.departure import DepartureAnnounced
from domain.engagement.assignments.productivity import ProductivityReported
from domain.engagement.effort import EffortRecorded
from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorDeclined, SuccessorProposed
from domain.engagement.replacement.takeover import ProfessionalReplaced
from domain.engagement.seats import SeatAdded, SeatAmended
from domain.engagement.state import State
from domain.language.money import Money
from domain.law.recorded import Recorded
from domain.law.timeline import effective
from domain.time.business_seconds import BusinessSeconds
from domain.time.business_time import epoch_seconds
from domain.time.calendar import Calendar
from domain.time.intervals import EVER, Pieces, union


@dataclass(frozen=True, slots=True)
class Announcement:
    """A departure announced: when, and the last working day."""

    at: int
    last_day: date


@dataclass(frozen=True, slots=True)
class Report:
    """Productivity in percent, as reported."""

    at: int
    percent: int


@dataclass
class Chronicle:
    """Filled fact by fact, in the order of the timeline."""

    state: State | None = None
    suspensions: list[list[int]] = field(default_factory=list)
    calendars: list[tuple[int, Calendar]] = field(default_factory=list)
    allocations: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """By seat, from when on, in thousandths."""
    announcements: dict[str, Announcement] = field(default_factory=dict)
    """The last one by assignment."""
    reports: dict[str, list[Report]] = field(default_factory=dict)
    efforts: list[EffortRecorded] = field(default_factory=list)
    proposed_at: dict[str, int] = field(default_factory=dict)
    decided_at: dict[str, int] = field(default_factory=dict)
    replaced_at: dict[str, int] = field(default_factory=dict)
    rates_at_request: dict[str, Money | None] = field(default_factory=dict)
    """By case: the day rate of the outgoing assignment."""

    def follow(self, fact: Recorded, before: State | None, after: State) -> None:
        """Takes in the next effective fact, with the state before and after it."""
        at = epoch_seconds(fact.occurred_at)
        if before is None or before.suspension != after.suspension:
            self._suspended_or_resumed(at, before, after)
        noted = _NOTED.get(type(fact.event))
        if noted:
            noted(self, at, fact.event, after)
        self.state = after

    def _suspended_or_resumed(self, at: int, before: State | None, after: State) -> None:
        if before and before.suspension:
            self.suspensions[-1][1] = at
        if after.suspension:
            self.suspensions.append([at, EVER])

    def _opened(self, at: int, event: EngagementOpened, after: State) -> None:
        self.calendars.append((at, event.calendar))
        for seat_id in after.seats:
            self._allocated(at, seat_id, after)

    def _terms_amended(self, at: int, event: TermsAmended, after: State) -> None:
        if self.calendars[-1][1] != after.terms.calendar:
            self.calendars.append((at, after.terms.calendar))

    def _seat_agreed(self, at: int, event: SeatAdded | SeatAmended, after: State) -> None:
        self._allocated(at, event.seat_id, after)

    def _allocated(self, at: int, seat_id: str, after: State) -> None:
        thousandths = int(after.seats[seat_id].spec.allocation * 1000)
        known = self.allocations.setdefault(seat_id, [])
        if not known or known[-1][1] != thousandths:
            known.append((at, thousandths))

    def _departure_announced(self, at: int, event: DepartureAnnounced, after: State) -> None:
        self.announcements[event.assignment_id] = Announcement(at, event.last_day)

    def _productivity_reported(self, at: int, event: ProductivityReported, after: State) -> None:
        self.reports.setdefault(event.assignment_id, []).append(Report(at, event.percent))

    def _effort_recorded(self, at: int, event: EffortRecorded, after: State) -> None:
        self.efforts.append(event)

    def _requested(self, at: int, event: ReplacementRequested, after: State) -> None:
        self.rates_at_request[event.case_id] = after.assignments[event.outgoing_assignment_id].day_rate

    def _proposed(self, at: int, event: SuccessorProposed, after: State) -> None:
        self.proposed_at[event.proposal_id] = at

    def _decided(self, at: int, event: SuccessorAccepted | SuccessorDeclined, after: State) -> None:
        self.decided_at[event.proposal_id] = at

    def _replaced(self, at: int, event: ProfessionalReplaced, after: State) -> None:
        self.replaced_at[event.case_id] = at

    @cached_property
    def suspended(self) -> Pieces:
        """While suspended nothing is required; a suspension still in force has no end."""
        return union((start, end) for start, end in self.suspensions)

    @cached_property
    def business(self) -> BusinessSeconds:
        """Business seconds on the calendar in force at each instant."""
        return BusinessSeconds(self.calendars)


_NOTED: dict[type[object], Callable[..., None]] = {
    EngagementOpened: Chronicle._opened,
    TermsAmended: Chronicle._terms_amended,
    SeatAdded: Chronicle._seat_agreed,
    SeatAmended: Chronicle._seat_agreed,
    DepartureAnnounced: Chronicle._departure_announced,
    ProductivityReported: Chronicle._productivity_reported,
    EffortRecorded: Chronicle._effort_recorded,
    ReplacementRequested: Chronicle._requested,
    SuccessorProposed: Chronicle._proposed,
    SuccessorAccepted: Chronicle._decided,
    SuccessorDeclined: Chronicle._decided,
    ProfessionalReplaced: Chronicle._replaced,
}


def chronicle_of(timeline: Iterable[Recorded]) -> Chronicle:
    """The chronicle of a lawful timeline; without a state before the opening."""
    chronicle = Chronicle()
    for fact, before, after in effective(timeline):
        chronicle.follow(fact, before, after)
    return chronicle
