"""Facts that set and obey no order: effort, annotations, notices of a breach, voidings."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from domain.engagement.terms.policy import Obligation
from domain.engagement.transfer.plan import BilledUnderGuarantee, under_eligible_guarantee
from domain.language.bounds import Distinct, bounds
from domain.language.words import ClientText, Day, Id, Instant, Party, SomeMinutes, Text
from domain.law.event import Command, Event
from domain.law.recorded import Actor, Recorded
from domain.law.rejection import NotFound, Unfit

if TYPE_CHECKING:
    from domain.engagement.state import State

EffortKind = Literal[
    "mentoring",
    "management",
    "recruiting",
    "review",
    "onboarding",
    "knowledge_transfer",
    "rework",
    "delivery",
]
Version = Annotated[int, bounds(ge=1, le=2_147_483_647)]


class UnknownVersion(NotFound):
    """The engagement's history has no such version."""


class NothingCorrected(Unfit):
    """A correction voids a fact, records one, or both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unordered(Event):
    """An event judged once, when it is recorded, in the final state."""

    ordered: ClassVar = False
    while_suspended: ClassVar = True
    after_end: ClassVar = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortRecorded(Unordered):
    """Somebody spent time; ``worked_on`` is the day where it is known."""

    subject: ClassVar = ("assignment_id", "case_id", "plan_id")

    party: Party
    kind: EffortKind
    minutes: SomeMinutes
    billable: bool
    worked_on: Day | None
    assignment_id: Id | None
    case_id: Id | None
    plan_id: Id | None

    def stands(self, state: "State", fact: Recorded) -> bool:
        if self.assignment_id:
            state.assignment(self.assignment_id)
        if self.case_id:
            state.case(self.case_id)
        if self.plan_id:
            state.plan(self.plan_id)
        return False

    def permit(self, state: "State", fact: Recorded) -> None:
        if not self.billable or self.kind != "knowledge_transfer":
            return
        case_of_plan = state.plan(self.plan_id).planned.case_id if self.plan_id else None
        if any(under_eligible_guarantee(state, case_id) for case_id in (self.case_id, case_of_plan)):
            raise BilledUnderGuarantee("the case is under the guarantee: its transfer costs nothing", field="billable")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAnnotated(Unordered):
    """A remark, perhaps about a version of the history; it never changes a metric."""

    corrects: Version | None
    note: ClientText

    def stands(self, state: "State", fact: Recorded) -> bool:
        if self.corrects and self.corrects >= fact.version:
            raise UnknownVersion(f"the history has no version {self.corrects}", field="corrects")
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class FactVoided(Unordered):
    """What a command recorded was wrong; both truths stay readable."""

    version: Version
    voids: tuple[Version, ...]
    reason: ClientText


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevelBreached(Unordered):
    """A notice that a clock went past its goal; it changes no clock."""

    subject: ClassVar = ("clock", "subject_id")

    clock: Obligation
    subject_id: Id
    due_at: Instant
    accountable: Party | None
    goal_seconds: int
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEffort(Command):
    """Record time spent."""

    by: ClassVar = ("client", "platform", "partner", "professional")
    records: ClassVar = EffortRecorded

    party: Party
    kind: EffortKind
    minutes: SomeMinutes
    billable: bool = False
    worked_on: Day | None = None
    assignment_id: Id | None = None
    case_id: Id | None = None
    plan_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotate(Command):
    """Leave a remark."""

    by: ClassVar = ("client", "platform", "partner", "professional")
    records: ClassVar = EventAnnotated

    corrects: Version | None = None
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBreach(Command):
    """Give notice that a clock went past its goal."""

    by: ClassVar = ("system",)
    records: ClassVar = ServiceLevelBreached

    clock: Obligation
    subject_id: Id
    due_at: Instant


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of a correction, with when it happened and for whom it is recorded."""

    command: Command
    occurred_at: datetime | None = None
    on_behalf_of: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectHistory(Command):
    """Void facts and record others in one step: the law is judged once, on the result."""

    by: ClassVar = ("platform",)
    records: ClassVar = FactVoided

    void: Annotated[tuple[Version, ...], bounds(max_length=1000), Distinct()] = ()
    record: tuple[Entry, ...] = ()
    reason: Text
