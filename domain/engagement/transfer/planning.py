"""Planning: what is to be handed over, between two assignments or at the exit of the engagement."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.assignments.about import live_assignment
from domain.engagement.deed import EngagementCommand
from domain.engagement.nouns.plan import Item, Plan, PlannedItems, Purpose
from domain.engagement.state import State
from domain.engagement.transfer.about import AboutPlan, PlanClosed
from domain.language.words import Id
from domain.law.command import ITSELF, Subject
from domain.law.event import same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection, Unfit


class PlanExists(Rejection):
    """A plan of that id exists with other content."""


class ExitPlanExists(Rejection):
    """An engagement has at most one exit plan."""


class ExitPlanIsNobodys(Unfit):
    """An exit plan names no seat, no case and no assignment."""


class HandoverNamesNobody(Unfit):
    """A handover plan names its seat and the assignment that hands over."""


class GiverNeverActive(Rejection):
    """Whoever hands over has been active on that seat."""


class ReceiverIsGiver(Rejection):
    """Giving and receiving are different sides."""


class ReceiverOnOtherSeat(Rejection):
    """Whoever takes over is on the plan's seat."""


class CaseOfOtherSeat(Rejection):
    """A plan's case is a case of its seat, open or replaced."""


class GiverNotOutgoing(Rejection):
    """The plan of a case hands over from the assignment that the case replaces."""


def exit_plans(state: State) -> Iterator[Plan]:
    return (plan for plan in state.plans.values() if plan.exit)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeTransferPlanned(AboutPlan):
    """What is to be handed over was agreed."""

    creates: ClassVar = "plan"

    purpose: Purpose
    seat_id: Id | None
    case_id: Id | None
    from_assignment_id: Id | None
    to_assignment_id: Id | None
    items: PlannedItems

    def stands(self, state: State, fact: Recorded) -> bool:
        for known, look_up in (
            (self.seat_id, state.seat),
            (self.case_id, state.case),
            (self.from_assignment_id, state.assignment),
            (self.to_assignment_id, state.assignment),
        ):
            if known is not None:
                look_up(known)
        plan = state.plans.get(self.plan_id)
        return plan is not None and same_content(plan.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        if self.plan_id in state.plans:
            raise PlanExists(f"plan {self.plan_id} exists with other content", field="plan_id")
        if self.purpose == "exit":
            self._permit_exit(state)
        else:
            self._permit_handover(state)

    def _permit_exit(self, state: State) -> None:
        if self.seat_id or self.case_id or self.from_assignment_id or self.to_assignment_id:
            raise ExitPlanIsNobodys("an exit plan names no seat, no case and no assignment", field="purpose")
        for other in exit_plans(state):
            raise ExitPlanExists(f"plan {other.plan_id} is the exit plan", field="purpose")

    def _permit_handover(self, state: State) -> None:
        if self.seat_id is None or self.from_assignment_id is None:
            missing = "from_assignment_id" if self.seat_id else "seat_id"
            raise HandoverNamesNobody(f"a handover names its {missing}", field=missing)
        if state.ended_at:
            raise PlanClosed("the engagement has ended: only its exit is planned now", field="purpose")
        giver = state.assignment(self.from_assignment_id)
        if giver.seat_id != self.seat_id or giver.active_at is None:
            raise GiverNeverActive(
                f"assignment {giver.assignment_id} was never active on seat {self.seat_id}", field="from_assignment_id"
            )
        if self.to_assignment_id:
            self._permit_receiver(state, self.to_assignment_id, giver.professional_id)
        if self.case_id:
            case = state.case(self.case_id)
            if case.seat_id != self.seat_id or not (case.open or case.replaced):
                raise CaseOfOtherSeat(f"case {self.case_id} is not open or replaced on this seat", field="case_id")
            if case.outgoing_assignment_id != giver.assignment_id:
                raise GiverNotOutgoing(
                    f"case {self.case_id} replaces {case.outgoing_assignment_id}", field="from_assignment_id"
                )

    def _permit_receiver(self, state: State, assignment_id: str, giver: str) -> None:
        receiver = live_assignment(state, assignment_id)
        if receiver.seat_id != self.seat_id:
            raise ReceiverOnOtherSeat(f"assignment {assignment_id} is on another seat", field="to_assignment_id")
        if receiver.professional_id == giver:
            raise ReceiverIsGiver(f"{giver} cannot hand over to themselves", field="to_assignment_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        items = {item.item_id: Item(planned=item) for item in self.items}
        plan = Plan(
            plan_id=self.plan_id,
            purpose=self.purpose,
            seat_id=self.seat_id,
            case_id=self.case_id,
            from_assignment_id=self.from_assignment_id,
            to_assignment_id=self.to_assignment_id,
            made_by=self,
            items=items,
        )
        return state.with_plan(plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanKnowledgeTransfer(EngagementCommand):
    """Agree what is to be handed over, between two assignments or at the exit of the engagement."""

    command_name: ClassVar = "plan-knowledge-transfer"
    by: ClassVar = ("platform", "partner")
    records: ClassVar = KnowledgeTransferPlanned
    makes: ClassVar = "plan_id"

    plan_id: Id | None = None
    purpose: Purpose = "handover"
    seat_id: Id | None = None
    case_id: Id | None = None
    from_assignment_id: Id | None = None
    to_assignment_id: Id | None = None
    items: PlannedItems

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        a_handover = state.ended_at is None and any(each.active_at for each in state.assignments.values())
        return ITSELF if a_handover or not any(exit_plans(state)) else ()
