"""What is true of an engagement at one instant: the parts of every room, and the look-ups they share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from domain.engagement.nouns.absence import Absence, UnknownAbsence
from domain.engagement.nouns.assignment import Assignment, UnknownAssignment
from domain.engagement.nouns.case import Case, UnknownCase
from domain.engagement.nouns.concern import Concern, UnknownConcern
from domain.engagement.nouns.pause import Pause
from domain.engagement.nouns.plan import Plan, UnknownPlan
from domain.engagement.nouns.proposal import Proposal, UnknownProposal
from domain.engagement.nouns.seat import Seat, UnknownSeat
from domain.engagement.terms.policy import Terms
from domain.language.changed import replace
from domain.language.personal import Personal
from domain.language.saying import none_such
from domain.language.words import Model
from domain.law.event import Event
from domain.law.history import History
from domain.time.business_time import business_time
from domain.time.calendar import Calendar

WorkClass = Literal["core", "non_core"]
EndReason = Literal["completed", "terminated", "cancelled"]
Status = Literal["open", "suspended", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One engagement. ``suspension`` is the one in force, ``was_suspended`` whether there ever was one."""

    client_id: str
    model: Model
    work_class: WorkClass
    name: Annotated[str | None, Personal("client")]
    made_by: Event[Any]
    opened_at: datetime
    terms: Terms
    calendars: tuple[tuple[datetime, Calendar], ...]
    """Each calendar that came into force, with the instant from which it was in force; the first at the opening."""
    suspension: Pause | None = None
    was_suspended: bool = False
    pause_ends_at: datetime | None = None
    """No pause or suspension is over by itself before this instant; None: none that lasts has an end."""
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    seats: Mapping[str, Seat] = field(default_factory=dict)
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    absences: Mapping[str, Absence] = field(default_factory=dict)
    concerns: Mapping[str, Concern] = field(default_factory=dict)
    cases: Mapping[str, Case] = field(default_factory=dict)
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        return "ended" if self.ended_at else "suspended" if self.suspension else "open"

    def calendar_at(self, instant: datetime) -> Calendar:
        """The calendar in force at an instant, which is not before the opening."""
        return next(calendar for since, calendar in reversed(self.calendars) if since <= instant)

    def local_date(self, instant: datetime) -> date:
        """The date at an instant, on the calendar in force then."""
        return business_time(self.calendar_at(instant)).local_date(instant)

    def seat(self, seat_id: str) -> Seat:
        """Raises UnknownSeat."""
        if seat_id not in self.seats:
            raise UnknownSeat(none_such("seat", seat_id, self.seats), field="seat_id")
        return self.seats[seat_id]

    def assignment(self, assignment_id: str, field: str = "assignment_id") -> Assignment:
        """The assignment that a field names. Raises UnknownAssignment."""
        if assignment_id not in self.assignments:
            raise UnknownAssignment(none_such("assignment", assignment_id, self.assignments), field=field)
        return self.assignments[assignment_id]

    def absence(self, absence_id: str) -> Absence:
        """Raises UnknownAbsence."""
        if absence_id not in self.absences:
            raise UnknownAbsence(none_such("absence", absence_id, self.absences), field="absence_id")
        return self.absences[absence_id]

    def concern(self, concern_id: str) -> Concern:
        """Raises UnknownConcern."""
        if concern_id not in self.concerns:
            raise UnknownConcern(none_such("concern", concern_id, self.concerns), field="concern_id")
        return self.concerns[concern_id]

    def case(self, case_id: str) -> Case:
        """Raises UnknownCase."""
        if case_id not in self.cases:
            raise UnknownCase(none_such("case", case_id, self.cases), field="case_id")
        return self.cases[case_id]

    def proposal(self, proposal_id: str) -> Proposal:
        """Raises UnknownProposal."""
        if proposal_id not in self.proposals:
            raise UnknownProposal(none_such("proposal", proposal_id, self.proposals), field="proposal_id")
        return self.proposals[proposal_id]

    def plan(self, plan_id: str) -> Plan:
        """Raises UnknownPlan."""
        if plan_id not in self.plans:
            raise UnknownPlan(none_such("plan", plan_id, self.plans), field="plan_id")
        return self.plans[plan_id]

    def on_seat(self, seat_id: str) -> Iterator[Assignment]:
        """The seat's assignments, in the order of the timeline."""
        return (self.assignments[each] for each in self.seats[seat_id].assignment_ids)

    def live_on_seat(self, seat_id: str) -> list[Assignment]:
        return [each for each in self.on_seat(seat_id) if each.live]

    def open_case_on(self, seat_id: str) -> Case | None:
        """The last case of a seat, if it is open: no other one may be."""
        last = self.seats[seat_id].case_id
        return self.cases[last] if last and self.cases[last].open else None

    def pausing_until(self, until: datetime | None) -> "State":
        """This with one more pause, over by itself at an instant where one was agreed."""
        if until is None or (self.pause_ends_at and self.pause_ends_at <= until):
            return self
        return replace(self, pause_ends_at=until)

    def reached(self, at: datetime) -> "State":
        """This once an instant has come: the pauses whose end was agreed for then, or for before, are over."""
        if self.pause_ends_at is None or at < self.pause_ends_at:
            return self
        over = {each: replace(case, last_pause=None) for each, case in self.cases.items() if _over(case.pause, at)}
        lasting = replace(
            self,
            suspension=None if _over(self.suspension, at) else self.suspension,
            cases={**self.cases, **over} if over else self.cases,
        )
        ends = (each.until for each in (lasting.suspension, *(case.pause for case in lasting.cases.values())) if each)
        return replace(lasting, pause_ends_at=min(filter(None, ends), default=None))

    def with_seat(self, seat_id: str, seat: Seat) -> "State":
        return replace(self, seats={**self.seats, seat_id: seat})

    def with_assignment(self, assignment: Assignment) -> "State":
        return replace(self, assignments={**self.assignments, assignment.assignment_id: assignment})

    def with_absence(self, absence: Absence) -> "State":
        return replace(self, absences={**self.absences, absence.absence_id: absence})

    def with_concern(self, concern: Concern) -> "State":
        return replace(self, concerns={**self.concerns, concern.concern_id: concern})

    def with_case(self, case: Case) -> "State":
        return replace(self, cases={**self.cases, case.case_id: case})

    def with_proposal(self, proposal: Proposal) -> "State":
        return replace(self, proposals={**self.proposals, proposal.proposal_id: proposal})

    def with_plan(self, plan: Plan) -> "State":
        return replace(self, plans={**self.plans, plan.plan_id: plan})


def _over(pause: Pause | None, at: datetime) -> bool:
    return pause is not None and pause.over_at(at)


EngagementHistory: TypeAlias = History[State]
"""All that was recorded about an engagement, with the state it makes."""
