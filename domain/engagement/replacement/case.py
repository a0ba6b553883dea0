"""Replacement cases: searching, awaiting a decision, successor onboarding, replaced; or withdrawn, or cancelled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal

from domain.engagement.assignments.matching import Assignment
from domain.engagement.pause import Pause, pausing
from domain.engagement.terms.policy import Terms
from domain.language.changed import replace
from domain.language.money import Money
from domain.language.words import ClientText, Holder, Id, Instant, Text
from domain.law.event import Command, Event, Later, Occasion, carry, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import NotFound, Rejection

if TYPE_CHECKING:
    from domain.engagement.replacement.guarantee import GuaranteeDecided
    from domain.engagement.replacement.proposal import Proposal
    from domain.engagement.replacement.request import ReplacementRequested
    from domain.engagement.state import State

CaseState = Literal["searching", "awaiting", "onboarding", "replaced", "withdrawn", "cancelled"]


class UnknownCase(NotFound):
    """There is no such case."""


class CaseClosed(Rejection):
    """The case is closed: replaced, withdrawn or cancelled."""


class PausedOtherwise(Rejection):
    """The case is paused for another party or until another instant."""


class CaseNotPaused(Rejection):
    """The case is not paused."""


class NoActiveSuccessor(Rejection):
    """Replaced means that an accepted successor is active on the seat."""


class ChargedUnderGuarantee(Rejection):
    """Under an eligible guarantee the client is charged nothing."""


class SuccessorUnderWay(Rejection):
    """An accepted successor is matched or active: withdraw its match or record its departure first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A replacement under way. ``terms`` are those of the request; the last review overrules the decision."""

    request: "ReplacementRequested"
    requested_at: datetime
    terms: Terms
    decided: "GuaranteeDecided | None" = None
    reviewed: bool | None = None
    proposal_ids: tuple[str, ...] = ()
    pause: Pause | None = None
    was_paused: bool = False
    closing: "ProfessionalReplaced | ReplacementWithdrawn | None" = None
    incoming_id: str | None = None
    """The assignment that took over, once replaced."""

    @property
    def case_id(self) -> str:
        return self.request.case_id

    @property
    def seat_id(self) -> str:
        return self.request.seat_id

    @property
    def eligible(self) -> bool:
        if self.reviewed is not None:
            return self.reviewed
        return self.decided is not None and self.decided.eligible

    @property
    def replaced(self) -> bool:
        return isinstance(self.closing, ProfessionalReplaced)

    def open_in(self, state: "State") -> bool:
        return self.closing is None and state.seats[self.seat_id].closed_at is None and state.ended_at is None

    def paused_in(self, state: "State") -> Pause | None:
        return self.pause if self.open_in(state) else None

    def proposals(self, state: "State") -> Iterator["Proposal"]:
        return (state.proposals[each] for each in self.proposal_ids)

    def open_proposal(self, state: "State") -> "Proposal | None":
        last = state.proposals[self.proposal_ids[-1]] if self.proposal_ids else None
        return last if last and last.decision is None else None

    def successor(self, state: "State") -> Assignment | None:
        """The accepted successor, matched or active."""
        last = state.proposals[self.proposal_ids[-1]] if self.proposal_ids else None
        found = state.assignments[last.assignment_id] if last and last.assignment_id else None
        return found if found and found.live else None

    def state(self, state: "State") -> CaseState:
        if self.replaced:
            return "replaced"
        if self.closing:
            return "withdrawn"
        if not self.open_in(state):
            return "cancelled"
        if self.successor(state):
            return "onboarding"
        return "awaiting" if self.open_proposal(state) else "searching"


def open_case(state: "State", case_id: str) -> Case:
    """Raises UnknownCase or CaseClosed."""
    case = state.case(case_id)
    if not case.open_in(state):
        raise CaseClosed(f"case {case_id} is {case.state(state)}", field="case_id")
    return case


def active_on(state: "State", seat_id: str) -> Assignment | None:
    return next((each for each in state.on_seat(seat_id) if each.active), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementPaused(Event):
    """The case waits on somebody; a pause forbids nothing."""

    subject: ClassVar = ("case_id",)

    case_id: Id
    waiting_on: Holder
    reason: ClientText
    until: Instant | None

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.case(self.case_id).paused_in(state) == self._pause

    def permit(self, state: "State", fact: Recorded) -> None:
        if open_case(state, self.case_id).pause:
            raise PausedOtherwise(f"case {self.case_id} is paused", field="case_id")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_case(replace(state.case(self.case_id), pause=self._pause, was_paused=True))

    @property
    def _pause(self) -> Pause:
        return Pause(waiting_on=self.waiting_on, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementResumed(Event):
    """The case goes on."""

    subject: ClassVar = ("case_id",)
    while_suspended: ClassVar = True

    case_id: Id

    def stands(self, state: "State", fact: Recorded) -> bool:
        case = state.case(self.case_id)
        return case.was_paused and case.paused_in(state) is None

    def permit(self, state: "State", fact: Recorded) -> None:
        if not open_case(state, self.case_id).pause:
            raise CaseNotPaused(f"case {self.case_id} is not paused", field="case_id")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_case(replace(state.case(self.case_id), pause=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalReplaced(Event):
    """The successor took the seat over; the outgoing assignment ends now if it has not ended before."""

    subject: ClassVar = ("case_id",)
    filled: ClassVar = frozenset({"seat_id", "outgoing_assignment_id", "incoming_assignment_id"})

    case_id: Id
    charge_to_client: Money | None
    seat_id: Id
    outgoing_assignment_id: Id
    incoming_assignment_id: Id

    def stands(self, state: "State", fact: Recorded) -> bool:
        return same_content(state.case(self.case_id).closing, self)

    def permit(self, state: "State", fact: Recorded) -> None:
        case = open_case(state, self.case_id)
        successor = case.successor(state)
        if successor is None or not successor.active:
            raise NoActiveSuccessor(f"no accepted successor of case {self.case_id} is active", field="case_id")
        if case.eligible and self.charge_to_client and self.charge_to_client.amount > 0:
            raise ChargedUnderGuarantee(f"case {self.case_id} is under the guarantee", field="charge_to_client")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        case = state.case(self.case_id)
        successor = case.successor(state)
        incoming = successor.assignment_id if successor else None
        state = state.with_case(replace(case, closing=self, incoming_id=incoming))
        outgoing = state.assignment(case.request.outgoing_assignment_id)
        return state.with_assignment(outgoing.end(fact.occurred_at, "replaced")) if outgoing.live else state


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementWithdrawn(Event):
    """The replacement is no longer wanted; its concern stays open."""

    subject: ClassVar = ("case_id",)

    case_id: Id
    reason: ClientText

    def stands(self, state: "State", fact: Recorded) -> bool:
        return isinstance(state.case(self.case_id).closing, ReplacementWithdrawn)

    def permit(self, state: "State", fact: Recorded) -> None:
        successor = open_case(state, self.case_id).successor(state)
        if successor:
            raise SuccessorUnderWay(f"assignment {successor.assignment_id} is {successor.state}", field="case_id")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_case(replace(state.case(self.case_id), closing=self))


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReplacement(Command):
    """Say that a case waits on somebody; with ``until`` its end is recorded at once."""

    by: ClassVar = ("platform",)
    records: ClassVar = ReplacementPaused

    case_id: Id
    waiting_on: Holder
    reason: Text
    until: Instant | None = None

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        return pausing(carry(ReplacementPaused, self), ReplacementResumed(case_id=self.case_id), self.until, occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeReplacement(Command):
    """Say that a case goes on."""

    by: ClassVar = ("platform",)
    records: ClassVar = ReplacementResumed

    case_id: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceProfessional(Command):
    """Let the active successor take the seat over. ``charge_to_client`` absent: nothing is charged."""

    by: ClassVar = ("platform",)
    records: ClassVar = ProfessionalReplaced

    case_id: Id
    charge_to_client: Money | None = None

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        case = state.case(self.case_id)
        successor = case.successor(state)
        incoming = case.incoming_id or (successor.assignment_id if successor else None)
        if incoming is None:
            raise NoActiveSuccessor(f"no accepted successor of case {self.case_id} is active", field="case_id")
        return (
            carry(
                ProfessionalReplaced,
                self,
                seat_id=case.seat_id,
                outgoing_assignment_id=case.request.outgoing_assignment_id,
                incoming_assignment_id=incoming,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawReplacement(Command):
    """Say that a replacement is no longer wanted."""

    by: ClassVar = ("client", "platform")
    records: ClassVar = ReplacementWithdrawn

    case_id: Id
    reason: Text
