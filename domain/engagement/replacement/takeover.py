"""Takeovers: an active successor takes the seat, and the case is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.assignments.onboarding import lacking
from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.engagement.nouns.case import Case
from domain.engagement.replacement.about import NoActiveSuccessor, each_of, open_case, open_cases, successor_of
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.money import Money
from domain.language.words import Id
from domain.law.command import Occasion, Subject, carry
from domain.law.event import same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class ChargedUnderGuarantee(Rejection):
    """Under an eligible guarantee the client is charged nothing."""

    remedy: ClassVar = "Leave charge_to_client out, or review the guarantee first where it does not hold."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalReplaced(EngagementEvent):
    """The successor took the seat over; the outgoing assignment ends now if it has not ended before."""

    subject: ClassVar = ("case_id",)
    filled: ClassVar = frozenset({"seat_id", "outgoing_assignment_id", "incoming_assignment_id"})

    case_id: Id
    charge_to_client: Money | None
    seat_id: Id
    outgoing_assignment_id: Id
    incoming_assignment_id: Id

    def stands(self, state: State, fact: Recorded) -> bool:
        return same_content(state.case(self.case_id).closed_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        case = open_case(state, self.case_id)
        if not _active_successor(state, case):
            raise _not_active(state, case)
        if case.eligible and self.charge_to_client and self.charge_to_client.amount > 0:
            raise ChargedUnderGuarantee(case.guaranteed_since, field="charge_to_client")

    def evolve(self, state: State, fact: Recorded) -> State:
        case = state.case(self.case_id)
        successor = successor_of(state, case)
        incoming = successor.assignment_id if successor else None
        closed = replace(
            case.close(fact.occurred_at, "replaced"),
            closed_by=self,
            charge_to_client=self.charge_to_client,
            incoming_id=incoming,
        )
        state = state.with_case(closed)
        outgoing = state.assignment(case.outgoing_assignment_id)
        return state.with_assignment(outgoing.end(fact.occurred_at, "replaced")) if outgoing.live else state


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceProfessional(EngagementCommand):
    """Let the active successor take the seat over. ``charge_to_client`` absent: nothing is charged."""

    command_name: ClassVar = "replace-professional"
    by: ClassVar = ("platform",)
    records: ClassVar = ProfessionalReplaced

    case_id: Id
    charge_to_client: Money | None = None

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(case for case in open_cases(state) if _active_successor(state, case))

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        case = state.case(self.case_id)
        successor = successor_of(state, case)
        incoming = case.incoming_id or (successor.assignment_id if successor else None)
        if incoming is None:
            raise _not_active(state, case)
        return (
            carry(
                ProfessionalReplaced,
                self,
                seat_id=case.seat_id,
                outgoing_assignment_id=case.outgoing_assignment_id,
                incoming_assignment_id=incoming,
            ),
        )


def _active_successor(state: State, case: Case) -> bool:
    successor = successor_of(state, case)
    return successor is not None and successor.active


def _not_active(state: State, case: Case) -> NoActiveSuccessor:
    """What keeps a case from being replaced: nobody is accepted, or not active yet."""
    successor = successor_of(state, case)
    if successor is None:
        return NoActiveSuccessor(f"no successor is accepted in case {case.case_id}", field="case_id")
    lack = lacking(state, successor) or f"{successor.who} is not onboarded"
    return NoActiveSuccessor(f"the successor has only been {successor.standing}: {lack}", field="case_id")
