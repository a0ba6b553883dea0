"""Knowledge transfer (docs/rules.md)."""

from typing import Any

import pytest

from domain.engagement.assignments.about import AssignmentEnded
from domain.engagement.deed import IdOfOtherSeat
from domain.engagement.effort import EffortRecorded
from domain.engagement.transfer.about import BilledUnderGuarantee, PlanClosed
from domain.engagement.transfer.completion import KnowledgeTransferred, TransferIncomplete
from domain.engagement.transfer.items import (
    ItemDelivered,
    ItemNotDelivered,
    ItemVerified,
    ItemWaived,
    KnowledgeItemDelivered,
    KnowledgeItemVerified,
    KnowledgeItemWaived,
    NoReceiver,
)
from domain.engagement.transfer.planning import (
    CaseOfOtherSeat,
    ExitPlanExists,
    ExitPlanIsNobodys,
    GiverNeverActive,
    GiverNotOutgoing,
    HandoverNamesNobody,
    KnowledgeTransferPlanned,
    PlanExists,
    ReceiverIsGiver,
    ReceiverOnOtherSeat,
)
from domain.law.command import Command
from domain.law.rejection import Unfit
from tests.domain.given import by, for_, given
from tests.domain.words import (
    accept,
    active,
    add_seat,
    deliver,
    depart,
    effort,
    end,
    exit_plan,
    handover,
    item,
    match,
    onboard,
    onboarded_fully,
    opened,
    propose,
    replace_professional,
    request,
    review,
    transferred,
    verify,
    waive_item,
    withdraw_case,
    withdraw_match,
)

PLANNED = [opened(), *active(), handover("h1", item("i1", "3"), item("i2", "1"))]
EXIT = [opened(), *active(), exit_plan()]
FREE = [
    opened("managed_marketplace"),
    match(),
    *onboarded_fully("a1"),
    request(cause="resignation", claim_guarantee=True),
    handover(case_id="k1"),
]


def test_a_handover_names_its_seat_and_who_hands_over() -> None:
    past = given(opened(), *active())
    rejection = past.when(handover(seat_id=None)).then_rejected(HandoverNamesNobody, field="seat_id")
    assert isinstance(rejection, Unfit)
    past.when(handover(from_assignment_id=None)).then_rejected(HandoverNamesNobody, field="from_assignment_id")


def test_who_hands_over_has_been_active_on_that_seat() -> None:
    given(opened(), match()).when(handover()).then_rejected(GiverNeverActive, field="from_assignment_id")
    given(opened(), *active(), depart()).when(handover()).then(KnowledgeTransferPlanned)
    past = given(opened(), add_seat(), *active(), *active("b1", "eve", "s2"))
    past.when(handover(from_assignment_id="b1")).then_rejected(GiverNeverActive)


def test_who_takes_over_is_live_on_that_seat() -> None:
    past = given(opened(), add_seat(), *active(), depart(), match("a2", "ben"), match("b1", "eve", "s2"))
    past.when(handover(to_assignment_id="a2")).then(KnowledgeTransferPlanned)
    past.when(handover(to_assignment_id="b1")).then_rejected(ReceiverOnOtherSeat, field="to_assignment_id")
    past.and_(withdraw_match("a2")).when(handover(to_assignment_id="a2")).then_rejected(AssignmentEnded)


def test_who_takes_over_is_somebody_else() -> None:
    past = given(opened(), *active())
    past.when(handover(to_assignment_id="a1")).then_rejected(ReceiverIsGiver, field="to_assignment_id")
    again = past.and_(depart(), match("a2", "ana"))
    again.when(handover(to_assignment_id="a2")).then_rejected(ReceiverIsGiver)


def test_the_case_of_a_plan_is_its_seats_open_or_replaced() -> None:
    past = given(opened(), add_seat(), *active(), *active("b1", "eve", "s2"), request(), request("k2", seat_id="s2"))
    past.when(handover(case_id="k1")).then(KnowledgeTransferPlanned)
    past.when(handover(case_id="k2")).then_rejected(CaseOfOtherSeat, field="case_id")
    past.and_(withdraw_case()).when(handover(case_id="k1")).then_rejected(CaseOfOtherSeat)
    replaced = past.and_(propose(), accept(), onboard("a2"), replace_professional())
    replaced.when(handover(case_id="k1")).then(KnowledgeTransferPlanned)


def test_the_plan_of_a_case_hands_over_from_whom_it_replaces() -> None:
    past = given(opened(), *active(), request(), propose(), accept(), onboard("a2"), replace_professional())
    again = past.and_(request("k2"))
    again.when(handover(case_id="k2", from_assignment_id="a1")).then_rejected(
        GiverNotOutgoing, field="from_assignment_id"
    )
    again.when(handover(case_id="k2", from_assignment_id="a2")).then(KnowledgeTransferPlanned)
    again.when(handover(from_assignment_id="a1", to_assignment_id="a2")).then(KnowledgeTransferPlanned)


@pytest.mark.parametrize(
    "fields", [{"seat_id": "s1"}, {"case_id": "k1"}, {"from_assignment_id": "a1"}, {"to_assignment_id": "a1"}]
)
def test_an_exit_plan_names_no_seat_no_case_and_no_assignment(fields: dict[str, str]) -> None:
    past = given(opened(), *active(), request())
    past.when(exit_plan(**fields)).then_rejected(ExitPlanIsNobodys, field="purpose")


def test_there_is_at_most_one_exit_plan() -> None:
    given(*EXIT).when(exit_plan("x2")).then_rejected(ExitPlanExists, field="purpose")
    given(*PLANNED).when(exit_plan()).then(KnowledgeTransferPlanned)
    given(*EXIT).when(handover()).then(KnowledgeTransferPlanned)


def test_an_item_is_planned_delivered_and_verified_in_this_order() -> None:
    past = given(*PLANNED)
    past.when(verify()).then_rejected(ItemNotDelivered, field="item_id")
    delivered = past.when(deliver()).then(KnowledgeItemDelivered)
    verified = delivered.when(verify()).then(KnowledgeItemVerified)
    states = [each.state.plan("h1").item("i1").state for each in (past, delivered, verified)]
    assert states == ["planned", "delivered", "verified"]
    assert verified.state.plan("h1").item("i2").state == "planned"


def test_an_item_is_delivered_once() -> None:
    given(*PLANNED, deliver()).when(deliver(billable=True)).then_rejected(ItemDelivered, field="item_id")


def test_an_item_can_be_waived_until_it_is_verified() -> None:
    given(*PLANNED).when(waive_item()).then(KnowledgeItemWaived)
    given(*PLANNED, deliver()).when(waive_item()).then(KnowledgeItemWaived)
    given(*PLANNED, deliver(), verify()).when(waive_item()).then_rejected(ItemVerified, field="item_id")
    given(*PLANNED, deliver(), verify()).when(deliver(effort_minutes=5)).then_rejected(ItemVerified)


def test_a_waived_item_takes_nothing_more() -> None:
    past = given(*PLANNED, waive_item())
    past.when(deliver()).then_rejected(ItemWaived, field="item_id")
    past.when(verify()).then_rejected(ItemWaived)


def test_the_client_verifies_or_the_incoming_professional() -> None:
    past = given(*PLANNED, deliver())
    past.when(by("professional", verify())).then_rejected(NoReceiver, field="plan_id")
    past.when(for_("professional", verify())).then_rejected(NoReceiver)
    past.when(by("client", verify())).then(KnowledgeItemVerified)
    past.when(by("platform", verify())).then(KnowledgeItemVerified)
    with_receiver = [opened(), *active(), depart(), match("a2", "ben"), handover(to_assignment_id="a2"), deliver()]
    given(*with_receiver).when(by("professional", verify())).then(KnowledgeItemVerified)


def test_the_client_verifies_an_exit() -> None:
    past = given(*EXIT, deliver("i1", "x1"))
    past.when(by("professional", verify("i1", "x1"))).then_rejected(NoReceiver)
    past.when(by("client", verify("i1", "x1"))).then(KnowledgeItemVerified)


def test_a_transfer_needs_every_mandatory_item_verified_or_waived() -> None:
    plan = handover("h1", item("i1", "9"), item("i2", "0.1", mandatory=True))
    past = given(opened(), *active(), plan, deliver("i1"), verify("i1"))
    past.when(transferred()).then_rejected(TransferIncomplete, field="plan_id")
    past.and_(deliver("i2")).when(transferred()).then_rejected(TransferIncomplete)
    past.and_(deliver("i2"), verify("i2")).when(transferred()).then(KnowledgeTransferred)
    past.and_(waive_item("i2")).when(transferred()).then(KnowledgeTransferred)


def test_a_transfer_needs_the_policys_threshold_and_may_equal_it() -> None:
    lines = [opened(), *active(), handover("h1", item("i1", "8"), item("i2", "2")), deliver(), verify()]
    given(*lines).when(transferred()).then(KnowledgeTransferred(plan_id="h1", completeness=0.8, billed_minutes=0))
    lines = [opened(), *active(), handover("h1", item("i1", "7.999"), item("i2", "2.001")), deliver(), verify()]
    given(*lines).when(transferred()).then_rejected(TransferIncomplete, field="plan_id")


def test_what_is_only_delivered_does_not_count_for_the_threshold() -> None:
    given(*PLANNED, deliver("i1"), deliver("i2")).when(transferred()).then_rejected(TransferIncomplete)


def test_a_waived_item_counts_neither_way() -> None:
    past = given(*PLANNED, deliver("i2"), verify("i2"), waive_item("i1"))
    past.when(transferred()).then(KnowledgeTransferred(plan_id="h1", completeness=1.0, billed_minutes=0))


def test_a_plan_whose_whole_weight_is_waived_is_complete() -> None:
    past = given(*PLANNED, waive_item("i1"), waive_item("i2"))
    past.when(transferred()).then(KnowledgeTransferred(plan_id="h1", completeness=None, billed_minutes=0))


def test_a_transfer_carries_the_minutes_delivered_billable() -> None:
    plan = handover("h1", item("i1"), item("i2"), item("i3"))
    billed = [
        deliver("i1", effort_minutes=30, billable=True),
        deliver("i2", effort_minutes=7),
        deliver("i3", billable=True),
    ]
    past = given(opened(), *active(), plan, *billed, *(verify(each) for each in ("i1", "i2", "i3")))
    past.when(transferred()).then(KnowledgeTransferred(plan_id="h1", completeness=1.0, billed_minutes=30))


@pytest.mark.parametrize("command", [deliver("i2"), verify("i2"), waive_item("i2")])
def test_a_transferred_plan_takes_nothing_more(command: Command[Any]) -> None:
    past = given(*PLANNED, deliver(), verify(), waive_item("i2"), transferred())
    other = given(
        opened(), *active(), handover("h1", item("i1", "9"), item("i2", "1")), deliver(), verify(), transferred()
    )
    other.when(command).then_rejected(PlanClosed, field="plan_id")
    assert past.state.plan("h1").transferred_at


def test_a_plan_id_exists_once() -> None:
    given(*PLANNED).when(handover("h1", item("i1", "4"))).then_rejected(PlanExists, field="plan_id")
    given(*EXIT).when(exit_plan("x1", item("i1", "4"))).then_rejected(PlanExists)
    given(*PLANNED).when(exit_plan("h1")).then_rejected(IdOfOtherSeat, field="plan_id")


def test_under_an_eligible_guarantee_the_items_of_its_case_are_not_billed() -> None:
    past = given(*FREE)
    past.when(deliver(billable=True)).then_rejected(BilledUnderGuarantee, field="billable")
    past.when(deliver(effort_minutes=30)).then(KnowledgeItemDelivered)
    past.and_(review(eligible=False)).when(deliver(billable=True)).then(KnowledgeItemDelivered)
    past.and_(handover("h2")).when(deliver("i1", "h2", billable=True)).then(KnowledgeItemDelivered)


def test_under_an_eligible_guarantee_transfer_effort_on_the_case_or_its_plans_is_not_billed() -> None:
    past = given(*FREE, handover("h2"))
    past.when(effort(case_id="k1", billable=True)).then_rejected(BilledUnderGuarantee, field="billable")
    past.when(effort(plan_id="h1", billable=True)).then_rejected(BilledUnderGuarantee)
    past.when(effort(plan_id="h2", billable=True)).then(EffortRecorded)
    past.when(effort(plan_id="h1")).then(EffortRecorded)
    past.when(effort(plan_id="h1", kind="mentoring", billable=True)).then(EffortRecorded)
    past.and_(review(eligible=False)).when(effort(case_id="k1", billable=True)).then(EffortRecorded)


def test_the_end_cancels_a_handover_plan_and_an_exit_plan_goes_on() -> None:
    past = given(*PLANNED, exit_plan(), end())
    past.when(deliver()).then_rejected(PlanClosed, field="plan_id")
    past.when(waive_item()).then_rejected(PlanClosed)
    past.and_(deliver("i1", "x1"), verify("i1", "x1")).when(transferred("x1")).then(KnowledgeTransferred)


def test_after_the_end_only_an_exit_is_planned() -> None:
    past = given(opened(), *active(), end())
    past.when(exit_plan()).then(KnowledgeTransferPlanned)
    past.when(handover()).then_rejected(PlanClosed, field="purpose")
