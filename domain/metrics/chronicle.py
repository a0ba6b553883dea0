"""What the timeline of an engagement tells beyond its state: when things changed, and what held before.

Instants are seconds since 1970 (UTC), truncated. It is collected from the facts of a lawful timeline alone, where a
repeat of a fact changes nothing, so that the first one counts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from domain.engagement.assignments.departure import DepartureAnnounced
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.assignments.productivity import ProductivityReported
from domain.engagement.assignments.rate import RateChanged
from domain.engagement.effort import EffortRecorded
from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.nouns.seat import SeatSpec
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorDeclined, SuccessorProposed
from domain.engagement.replacement.takeover import ProfessionalReplaced
from domain.engagement.seats import SeatAdded, SeatAmended
from domain.language.money import Money
from domain.law.recorded import Recorded
from domain.time.business_seconds import BusinessSeconds
from domain.time.business_time import business_time, epoch_seconds
from domain.time.calendar import Calendar


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


@dataclass(frozen=True, slots=True)
class Effort:
    """Time spent, and the instant that it is counted at."""

    at: int
    event: EffortRecorded


@dataclass
class Chronicle:
    """Filled fact by fact, in the order of the timeline."""

    opened_at: int = 0
    calendars: list[tuple[int, Calendar]] = field(default_factory=list)
    allocations: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """By seat, from when on, in thousandths."""
    announcements: dict[str, Announcement] = field(default_factory=dict)
    """The last one by assignment."""
    reports: dict[str, list[Report]] = field(default_factory=dict)
    efforts: list[Effort] = field(default_factory=list)
    proposed_at: dict[str, int] = field(default_factory=dict)
    decided_at: dict[str, int] = field(default_factory=dict)
    replaced_at: dict[str, int] = field(default_factory=dict)
    rates_at_request: dict[str, Money | None] = field(default_factory=dict)
    """By case: the day rate of the outgoing assignment."""
    _rates: dict[str, Money | None] = field(default_factory=dict)
    _days: dict[tuple[int, date], int] = field(default_factory=dict)
    """When work on a day is counted, on each calendar that was in force."""
    _business: BusinessSeconds | None = None

    def follow(self, fact: Recorded) -> None:
        """Takes in the next fact."""
        noted = _NOTED.get(type(fact.event))
        if noted:
            noted(self, epoch_seconds(fact.occurred_at), fact.event)

    def _opened(self, at: int, event: EngagementOpened) -> None:
        self.opened_at = at
        self.calendars.append((at, event.calendar))
        for seat in event.seats:
            self._seat_asked_for(at, seat)

    def _terms_amended(self, at: int, event: TermsAmended) -> None:
        if event.calendar and self.calendars[-1][1] != event.calendar:
            self.calendars.append((at, event.calendar))
            self._business = None

    def _seat_asked_for(self, at: int, seat: SeatSpec) -> None:
        self.allocations.setdefault(seat.seat_id, [(at, int(seat.allocation * 1000))])

    def _seat_amended(self, at: int, event: SeatAmended) -> None:
        known = self.allocations[event.seat_id]
        if event.allocation and known[-1][1] != (thousandths := int(event.allocation * 1000)):
            known.append((at, thousandths))

    def _departure_announced(self, at: int, event: DepartureAnnounced) -> None:
        self.announcements[event.assignment_id] = Announcement(at, event.last_day)

    def _productivity_reported(self, at: int, event: ProductivityReported) -> None:
        self.reports.setdefault(event.assignment_id, []).append(Report(at, event.percent))

    def _effort_recorded(self, at: int, event: EffortRecorded) -> None:
        self.efforts.append(Effort(self._worked_at(at, event.worked_on), event))

    def _worked_at(self, recorded: int, day: date | None) -> int:
        """The local midnight at which a day begins, or the opening where that is later on the same day."""
        if day is None:
            return recorded
        asked = len(self.calendars), day
        if asked not in self._days:
            time = business_time(self.calendars[-1][1])
            opens_that_day = time.local_midnight(day) <= self.opened_at < time.local_midnight_after(day)
            self._days[asked] = self.opened_at if opens_that_day else time.local_midnight(day)
        return self._days[asked]

    def _assigned(self, at: int, event: ProfessionalMatched | SuccessorAccepted) -> None:
        self._rates.setdefault(event.assignment_id, event.day_rate)
        if isinstance(event, SuccessorAccepted):
            self._decided(at, event)

    def _rate_changed(self, at: int, event: RateChanged) -> None:
        self._rates[event.assignment_id] = event.day_rate

    def _requested(self, at: int, event: ReplacementRequested) -> None:
        self.rates_at_request.setdefault(event.case_id, self._rates[event.outgoing_assignment_id])

    def _proposed(self, at: int, event: SuccessorProposed) -> None:
        self.proposed_at.setdefault(event.proposal_id, at)

    def _decided(self, at: int, event: SuccessorAccepted | SuccessorDeclined) -> None:
        self.decided_at.setdefault(event.proposal_id, at)

    def _replaced(self, at: int, event: ProfessionalReplaced) -> None:
        self.replaced_at.setdefault(event.case_id, at)

    @property
    def business(self) -> BusinessSeconds:
        """Business seconds on the calendar in force at each instant."""
        if self._business is None:
            self._business = BusinessSeconds(self.calendars)
        return self._business


_NOTED: dict[type[object], Callable[..., None]] = {
    EngagementOpened: Chronicle._opened,
    TermsAmended: Chronicle._terms_amended,
    SeatAdded: Chronicle._seat_asked_for,
    SeatAmended: Chronicle._seat_amended,
    DepartureAnnounced: Chronicle._departure_announced,
    ProductivityReported: Chronicle._productivity_reported,
    EffortRecorded: Chronicle._effort_recorded,
    ProfessionalMatched: Chronicle._assigned,
    RateChanged: Chronicle._rate_changed,
    ReplacementRequested: Chronicle._requested,
    SuccessorProposed: Chronicle._proposed,
    SuccessorAccepted: Chronicle._assigned,
    SuccessorDeclined: Chronicle._decided,
    ProfessionalReplaced: Chronicle._replaced,
}


NOTED: Final = frozenset(_NOTED)
"""The kinds of event that tell it something."""


def chronicle_of(timeline: Iterable[Recorded]) -> Chronicle:
    """The chronicle of a lawful timeline; empty before the opening."""
    chronicle = Chronicle()
    for fact in timeline:
        chronicle.follow(fact)
    return chronicle
