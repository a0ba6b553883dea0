"""Planning: what is to be handed over, between two assignments or at the exit of the engagement."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.assignments.about import live_assignment
from domain.engagement.deed import EngagementCommand, over
from domain.engagement.nouns.plan import Item, Plan, PlannedItems, Purpose
from domain.engagement.state import State
from domain.engagement.transfer.about import AboutPlan, PlanClosed
from domain.language.words import Id
from domain.law.command import ITSELF, Subject
from domain.law.event import otherwise, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection, Unfit


class PlanExists(Rejection):
    """A plan of that id exists with other content."""

    remedy: ClassVar = "Choose another id, or leave it out and one is made."


class ExitPlanExists(Rejection):
    """An engagement has at most one exit plan."""

    remedy: ClassVar = "Go on with the exit plan there is."


class ExitPlanIsNobodys(Unfit):
    """An exit plan names no seat, no case and no assignment."""

    remedy: ClassVar = "Leave the ids out, or say the purpose handover."


class HandoverNamesNobody(Unfit):
    """A handover plan names its seat and the assignment that hands over."""

    remedy: ClassVar = "Say seat_id and from_assignment_id, or the purpose exit."


class GiverNeverActive(Rejection):
    """Whoever hands over has been active on that seat."""

    remedy: ClassVar = "Name an assignment that has been active on the seat, or an instant by which it has."


class ReceiverIsGiver(Rejection):
    """Giving and receiving are different sides."""

    remedy: ClassVar = (
        "Name the assignment of somebody else as to_assignment_id, or leave it out and the client verifies."
    )


class ReceiverOnOtherSeat(Rejection):
    """Whoever takes over is on the plan's seat."""

    remedy: ClassVar = (
        "Name a live assignment on the plan's seat as to_assignment_id, or leave it out and the client verifies."
    )


class CaseOfOtherSeat(Rejection):
    """A plan's case is a case of its seat, open or replaced."""

    remedy: ClassVar = "Name a case of this seat that is open or replaced, or leave case_id out."


class GiverNotOutgoing(Rejection):
    """The plan of a case hands over from the assignment that the case replaces."""

    remedy: ClassVar = "Name the assignment that the case replaces as from_assignment_id, or leave case_id out."


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
        if self.seat_id is not None:
            state.seat(self.seat_id)
        if self.case_id is not None:
            state.case(self.case_id)
        for field in ("from_assignment_id", "to_assignment_id"):
            if getattr(self, field) is not None:
                state.assignment(getattr(self, field), field)
        plan = state.plans.get(self.plan_id)
        return plan is not None and same_content(plan.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        if self.plan_id in state.plans:
            raise PlanExists(
                f"plan {self.plan_id} exists {otherwise(state.plans[self.plan_id].made_by, self)}", field="plan_id"
            )
        if self.purpose == "exit":
            self._permit_exit(state)
        else:
            self._permit_handover(state)

    def _permit_exit(self, state: State) -> None:
        if self.seat_id or self.case_id or self.from_assignment_id or self.to_assignment_id:
            raise ExitPlanIsNobodys("this exit plan names a seat, a case or an assignment", field="purpose")
        for other in exit_plans(state):
            raise ExitPlanExists(f"plan {other.plan_id} is the exit plan already", field="purpose")

    def _permit_handover(self, state: State) -> None:
        if self.seat_id is None or self.from_assignment_id is None:
            missing = "from_assignment_id" if self.seat_id else "seat_id"
            raise HandoverNamesNobody(f"this handover names no {missing}", field=missing)
        if state.ended_at:
            raise PlanClosed(f"{over(state.ended_at, state.end_reason)}: only its exit is planned now", field="purpose")
        giver = state.assignment(self.from_assignment_id)
        if giver.seat_id != self.seat_id:
            detail = f"{giver.who} is on seat {giver.seat_id}, not on {self.seat_id}"
            raise GiverNeverActive(detail, field="from_assignment_id")
        if giver.active_at is None:
            raise GiverNeverActive(f"{giver.who} has never been active", field="from_assignment_id")
        if self.to_assignment_id:
            self._permit_receiver(state, self.to_assignment_id, giver.professional_id)
        if self.case_id:
            case = state.case(self.case_id)
            if case.seat_id != self.seat_id or not (case.open or case.replaced):
                detail = f"case {self.case_id} is of seat {case.seat_id} and {case.outcome or 'open'}"
                raise CaseOfOtherSeat(detail, field="case_id")
            if case.outgoing_assignment_id != giver.assignment_id:
                detail = f"case {self.case_id} replaces {case.outgoing_assignment_id}, not {giver.assignment_id}"
                raise GiverNotOutgoing(detail, field="from_assignment_id")

    def _permit_receiver(self, state: State, assignment_id: str, giver: str) -> None:
        receiver = live_assignment(state, assignment_id, "to_assignment_id")
        if receiver.seat_id != self.seat_id:
            detail = f"{receiver.who} is on seat {receiver.seat_id}, not on {self.seat_id}"
            raise ReceiverOnOtherSeat(detail, field="to_assignment_id")
        if receiver.professional_id == giver:
            raise ReceiverIsGiver(f"{receiver.who} would hand over to themselves", field="to_assignment_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        items = {item.item_id: Item(planned=item, since=fact.occurred_at) for item in self.items}
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
