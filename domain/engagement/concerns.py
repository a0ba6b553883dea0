"""Concerns: underperformance reported on an active assignment, taken up, contested, settled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from domain.engagement.assignments.about import AboutAssignment, AssignmentCommand, active, active_assignment
from domain.engagement.deed import EngagementCommand, about
from domain.engagement.nouns.case import Case
from domain.engagement.nouns.concern import Category, Concern, Outcome, Severity
from domain.engagement.state import State
from domain.language.bounds import STRICT, bounds
from domain.language.changed import replace
from domain.language.personal import Personal
from domain.language.saying import said
from domain.language.words import Id, Instant, Name, ProfessionalText, Text
from domain.law.command import Occasion, Subject, carry
from domain.law.event import Event, otherwise, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection

SuspectedCause = Literal["person", "onboarding", "context", "model_mismatch", "client_side"]


class ConcernExists(Rejection):
    """A concern of that id exists with other content."""

    remedy: ClassVar = "Choose another id, or leave it out and one is made."


class AssignmentHasOpenConcern(Rejection):
    """An assignment has one open concern at a time."""

    remedy: ClassVar = "Annotate the open concern with what is new, or resolve it first."


class ConcernClosed(Rejection):
    """The concern is closed: it was resolved, or its assignment ended."""

    remedy: ClassVar = (
        "Report a new concern where the assignment is still active, or say an instant at which this one is open."
    )


class ConcernInOpenCase(Rejection):
    """A concern is not resolved while its case is open."""

    remedy: ClassVar = "Withdraw the replacement first; a takeover closes the concern by itself."


class ObservedAfterReport(Rejection):
    """What is reported was observed before."""

    remedy: ClassVar = "Say an observed_since at or before the report, or leave it out."
    timeless: ClassVar = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something that shows what is reported; ``sha256`` is the hex digest of what ``href`` leads to."""

    __pydantic_config__ = STRICT

    title: Name
    href: Annotated[str, bounds(max_length=2000, pattern=r"^https?://[^\s\x00]+$")] | None = None
    sha256: Annotated[str, bounds(pattern=r"^[0-9a-f]{64}$")] | None = None


EvidenceList = Annotated[tuple[Evidence, ...], bounds(max_length=50)]


def is_open(state: State, concern: Concern) -> bool:
    """Whether it awaits its outcome: with its assignment it is closed."""
    return concern.outcome is None and state.assignments[concern.assignment_id].live


def closed(state: State, concern: Concern) -> str:
    """How a concern was closed: by its outcome, or with its assignment."""
    if concern.resolved_at:
        since = said(concern.resolved_at)
        return f"concern {concern.concern_id} has been resolved since {since} ({concern.outcome})"
    assignment = state.assignments[concern.assignment_id]
    return (
        f"concern {concern.concern_id} is closed with its assignment: {assignment.who} has been {assignment.standing}"
    )


def open_concerns(state: State) -> Iterator[Concern]:
    return (each for each in state.concerns.values() if is_open(state, each))


def each_of(concerns: Iterable[Concern]) -> Iterable[Subject]:
    """The concerns as subjects of a command."""
    return about("concern_id", (each.concern_id for each in concerns))


def open_concern_on(state: State, assignment_id: str) -> Concern | None:
    """The one open concern of an assignment: its last, if that is open."""
    last = state.assignments[assignment_id].last_concern_id
    return state.concerns[last] if last and is_open(state, state.concerns[last]) else None


def open_case_of(state: State, concern: Concern) -> Case | None:
    """The open case that took the concern along: only the last one of its seat may be."""
    case = state.open_case_on(state.assignments[concern.assignment_id].seat_id)
    return case if case and case.concern_id == concern.concern_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderperformanceReported(AboutAssignment):
    """Somebody is not doing what was agreed."""

    subject: ClassVar = ("concern_id",)
    creates: ClassVar = "concern"

    concern_id: Id
    category: Category
    severity: Severity
    suspected_cause: SuspectedCause | None
    observed_since: Instant | None
    evidence: Annotated[EvidenceList, Personal("professional")]

    def stands(self, state: State, fact: Recorded) -> bool:
        state.assignment(self.assignment_id)
        known = state.concerns.get(self.concern_id)
        return known is not None and same_content(known.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        if self.concern_id in state.concerns:
            raise ConcernExists(
                f"concern {self.concern_id} exists {otherwise(state.concerns[self.concern_id].made_by, self)}",
                field="concern_id",
            )
        active_assignment(state, self.assignment_id)
        other = open_concern_on(state, self.assignment_id)
        if other:
            who, since = state.assignments[self.assignment_id].who, said(other.reported_at)
            detail = f"{other.category} concern {other.concern_id} about {who} has been open since {since}"
            raise AssignmentHasOpenConcern(detail, field="assignment_id")
        if self.observed_since and self.observed_since > fact.occurred_at:
            detail = f"observed_since is {said(self.observed_since)}, after the report at {said(fact.occurred_at)}"
            raise ObservedAfterReport(detail, field="observed_since")

    def evolve(self, state: State, fact: Recorded) -> State:
        assignment = replace(state.assignment(self.assignment_id), last_concern_id=self.concern_id)
        concern = Concern(
            concern_id=self.concern_id,
            assignment_id=self.assignment_id,
            category=self.category,
            severity=self.severity,
            observed_since=self.observed_since,
            reported_at=fact.occurred_at,
            reported_by=fact.party,
            made_by=self,
        )
        return state.with_concern(concern).with_assignment(assignment)


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutConcern(AboutAssignment):
    """An event about one concern."""

    subject: ClassVar = ("concern_id",)

    concern_id: Id

    def stands(self, state: State, fact: Recorded) -> bool:
        state.concern(self.concern_id)
        return False

    def permit(self, state: State, fact: Recorded) -> None:
        concern = state.concern(self.concern_id)
        if not is_open(state, concern):
            raise ConcernClosed(closed(state, concern), field="concern_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderperformanceAcknowledged(AboutConcern):
    """Somebody took the concern up."""

    while_suspended: ClassVar = True

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.concern(self.concern_id).acknowledged_at is not None

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_concern(replace(state.concern(self.concern_id), acknowledged_at=fact.occurred_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderperformanceDisputed(AboutConcern):
    """The concern is contested; this stops no clock."""

    while_suspended: ClassVar = True

    reason: ProfessionalText

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_concern(replace(state.concern(self.concern_id), disputed=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderperformanceResolved(AboutConcern):
    """The concern is settled."""

    outcome: Outcome

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.concern(self.concern_id).outcome == self.outcome

    def permit(self, state: State, fact: Recorded) -> None:
        AboutConcern.permit(self, state, fact)
        case = open_case_of(state, state.concern(self.concern_id))
        if case:
            raise ConcernInOpenCase(f"concern {self.concern_id} was taken along: {case.opened}", field="concern_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_concern(
            replace(state.concern(self.concern_id), outcome=self.outcome, resolved_at=fact.occurred_at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernCommand(EngagementCommand):
    """A command about one concern."""

    concern_id: Id

    def decide(self, state: State, occasion: Occasion) -> tuple[Event[State], ...]:
        of = state.assignment(state.concern(self.concern_id).assignment_id)
        filled = {"assignment_id": of.assignment_id, "professional_id": of.professional_id, "seat_id": of.seat_id}
        return (carry(self.records, self, **filled),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUnderperformance(AssignmentCommand):
    """Report that an active professional is not doing what was agreed."""

    command_name: ClassVar = "report-underperformance"
    by: ClassVar = ("client", "platform")
    records: ClassVar = UnderperformanceReported
    makes: ClassVar = "concern_id"

    concern_id: Id | None = None
    category: Category
    severity: Severity
    suspected_cause: SuspectedCause | None = None
    observed_since: Instant | None = None
    evidence: EvidenceList = ()

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        calm = (each.assignment_id for each in active(state) if not open_concern_on(state, each.assignment_id))
        return about("assignment_id", calm)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeUnderperformance(ConcernCommand):
    """Take a concern up."""

    command_name: ClassVar = "acknowledge-underperformance"
    by: ClassVar = ("platform", "partner")
    records: ClassVar = UnderperformanceAcknowledged

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(each for each in open_concerns(state) if not each.acknowledged_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeUnderperformance(ConcernCommand):
    """Contest a concern."""

    command_name: ClassVar = "dispute-underperformance"
    by: ClassVar = ("partner", "professional")
    records: ClassVar = UnderperformanceDisputed

    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(open_concerns(state))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveUnderperformance(ConcernCommand):
    """Settle a concern."""

    command_name: ClassVar = "resolve-underperformance"
    by: ClassVar = ("client", "platform")
    records: ClassVar = UnderperformanceResolved

    outcome: Outcome

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(each for each in open_concerns(state) if not open_case_of(state, each))
