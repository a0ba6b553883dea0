"""Short ways to say a command, with the fields that a test does not care about filled in.

One seat ``s1``; ``a1`` is Ana's assignment, ``c1`` a concern about it, ``k1`` the case, ``p1`` the proposal of Ben,
whose assignment is ``a2``; ``h1`` is their handover plan, ``x1`` the exit plan; items are ``i1`` and ``i2``.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.engagement.annotation import Annotate
from domain.engagement.assignments.absence import AmendAbsence, RecordAbsence
from domain.engagement.assignments.departure import AnnounceDeparture, RecordDeparture
from domain.engagement.assignments.matching import MatchProfessional, WithdrawMatch
from domain.engagement.assignments.onboarding import CompleteOnboardingItem, OnboardProfessional, WaiveOnboardingItem
from domain.engagement.assignments.productivity import ReportProductivity
from domain.engagement.assignments.rate import ChangeRate
from domain.engagement.concerns import (
    AcknowledgeUnderperformance,
    DisputeUnderperformance,
    ReportUnderperformance,
    ResolveUnderperformance,
)
from domain.engagement.effort import RecordEffort
from domain.engagement.lifecycle.amendment import AmendTerms
from domain.engagement.lifecycle.ending import EndEngagement
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.lifecycle.suspension import ResumeEngagement, SuspendEngagement
from domain.engagement.nouns.plan import PlannedItem
from domain.engagement.nouns.seat import SeatSpec
from domain.engagement.replacement.guarantee import ReviewGuarantee
from domain.engagement.replacement.pause import PauseReplacement, ResumeReplacement
from domain.engagement.replacement.request import RequestReplacement
from domain.engagement.replacement.succession import AcceptSuccessor, DeclineSuccessor, ProposeSuccessor
from domain.engagement.replacement.takeover import ReplaceProfessional
from domain.engagement.replacement.withdrawal import WithdrawReplacement
from domain.engagement.seats import AddSeat, AmendSeat, CloseSeat
from domain.engagement.terms.policy import OnboardingItem
from domain.engagement.transfer.completion import CompleteKnowledgeTransfer
from domain.engagement.transfer.items import DeliverKnowledgeItem, VerifyKnowledgeItem, WaiveKnowledgeItem
from domain.engagement.transfer.planning import PlanKnowledgeTransfer
from domain.language.money import Money
from domain.language.words import Model
from domain.law.command import Command
from domain.law.correction import CorrectHistory, Entry
from tests.domain.given import Line, day, line

MARKETPLACE_ITEMS: tuple[OnboardingItem, ...] = ("access", "context", "nda", "ip_assignment", "classification")


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def seat(seat_id: str = "s1", **fields: Any) -> SeatSpec:
    return SeatSpec(**{"seat_id": seat_id, "role": "developer", **fields})


def opened(model: Model = "freelancer_platform", *seats: SeatSpec, **fields: Any) -> OpenEngagement:
    """An engagement with seat ``s1``; the freelancer platform asks least of an onboarding."""
    wanted = {"client_id": "acme", "work_class": "non_core", "seats": seats or (seat(),), **fields}
    return OpenEngagement(model=model, **wanted)


def add_seat(seat_id: str = "s2", **fields: Any) -> AddSeat:
    return AddSeat(**{"seat_id": seat_id, "role": "developer", **fields})


def amend_seat(seat_id: str = "s1", **fields: Any) -> AmendSeat:
    return AmendSeat(seat_id=seat_id, **fields)


def close_seat(seat_id: str = "s1", reason: str = "not needed") -> CloseSeat:
    return CloseSeat(seat_id=seat_id, reason=reason)


def supplied(fields: dict[str, Any]) -> dict[str, Any]:
    """By nobody, unless it is said otherwise; an agency is northwind, and whoever names a partner means an agency."""
    source = fields.get("supply_source", "agency_partner" if fields.get("partner_id") else "independent")
    return {"supply_source": source, "partner_id": "northwind" if source == "agency_partner" else None}


def match(assignment_id: str | None = "a1", who: str = "ana", seat_id: str = "s1", **fields: Any) -> MatchProfessional:
    wanted = {**supplied(fields), **fields}
    return MatchProfessional(assignment_id=assignment_id, professional_id=who, seat_id=seat_id, **wanted)


def withdraw_match(assignment_id: str = "a1") -> WithdrawMatch:
    return WithdrawMatch(assignment_id=assignment_id, reason="found something else")


def complete(item: OnboardingItem = "nda", assignment_id: str = "a1", **fields: Any) -> CompleteOnboardingItem:
    return CompleteOnboardingItem(assignment_id=assignment_id, item=item, **fields)


def waive(item: OnboardingItem = "nda", assignment_id: str = "a1") -> WaiveOnboardingItem:
    return WaiveOnboardingItem(assignment_id=assignment_id, item=item, reason="known")


def onboard(assignment_id: str = "a1") -> OnboardProfessional:
    return OnboardProfessional(assignment_id=assignment_id)


def active(assignment_id: str = "a1", who: str = "ana", seat_id: str = "s1") -> list[Command[Any]]:
    """Matched and onboarded where nothing is mandatory."""
    return [match(assignment_id, who, seat_id), onboard(assignment_id)]


def onboarded_fully(assignment_id: str) -> list[Command[Any]]:
    """Every item of a managed marketplace completed, then active."""
    return [*(complete(item, assignment_id) for item in MARKETPLACE_ITEMS), onboard(assignment_id)]


def change_rate(amount: str = "500.00", assignment_id: str = "a1", currency: str = "EUR") -> ChangeRate:
    return ChangeRate(assignment_id=assignment_id, day_rate=money(amount, currency))


def productivity(percent: int = 80, assignment_id: str = "a1") -> ReportProductivity:
    return ReportProductivity(assignment_id=assignment_id, percent=percent)


def absent(start: float = 10, end: float = 20, absence_id: str | None = "b1", **fields: Any) -> RecordAbsence:
    wanted = {"assignment_id": "a1", "cause": "leave", "planned": True, **fields}
    return RecordAbsence(absence_id=absence_id, from_=day(start), until=day(end), **wanted)


def amend_absence(until: float | None = None, absence_id: str = "b1", **fields: Any) -> AmendAbsence:
    """It ends so many days after the opening."""
    return AmendAbsence(absence_id=absence_id, until=None if until is None else day(until), **fields)


def cancel_absence(absence_id: str = "b1") -> AmendAbsence:
    return amend_absence(absence_id=absence_id, cancelled=True)


def announce(assignment_id: str = "a1", last_day: date = date(2026, 6, 30)) -> AnnounceDeparture:
    return AnnounceDeparture(assignment_id=assignment_id, cause="resignation", last_day=last_day)


def depart(assignment_id: str = "a1", cause: Any = "resignation", **fields: Any) -> RecordDeparture:
    return RecordDeparture(assignment_id=assignment_id, cause=cause, **fields)


def report(concern_id: str | None = "c1", assignment_id: str = "a1", **fields: Any) -> ReportUnderperformance:
    wanted = {"category": "delivery", "severity": "high", **fields}
    return ReportUnderperformance(concern_id=concern_id, assignment_id=assignment_id, **wanted)


def acknowledge(concern_id: str = "c1") -> AcknowledgeUnderperformance:
    return AcknowledgeUnderperformance(concern_id=concern_id)


def dispute(concern_id: str = "c1") -> DisputeUnderperformance:
    return DisputeUnderperformance(concern_id=concern_id, reason="not so")


def resolve(concern_id: str = "c1", outcome: Any = "improved") -> ResolveUnderperformance:
    return ResolveUnderperformance(concern_id=concern_id, outcome=outcome)


def request(case_id: str | None = "k1", cause: Any = "other", **fields: Any) -> RequestReplacement:
    wanted = {"seat_id": "s1", "claim_guarantee": False, **fields}
    return RequestReplacement(case_id=case_id, cause=cause, **wanted)


def review(case_id: str = "k1", eligible: bool = True) -> ReviewGuarantee:
    return ReviewGuarantee(case_id=case_id, eligible=eligible, reason="looked again")


def propose(proposal_id: str | None = "p1", who: str = "ben", case_id: str = "k1", **fields: Any) -> ProposeSuccessor:
    wanted = {**supplied(fields), **fields}
    return ProposeSuccessor(proposal_id=proposal_id, professional_id=who, case_id=case_id, **wanted)


def accept(proposal_id: str = "p1", assignment_id: str | None = "a2") -> AcceptSuccessor:
    return AcceptSuccessor(proposal_id=proposal_id, assignment_id=assignment_id)


def decline(proposal_id: str = "p1", qualified: bool = True) -> DeclineSuccessor:
    return DeclineSuccessor(proposal_id=proposal_id, qualified=qualified, reason="no")


def pause(case_id: str = "k1", waiting_on: Any = "client", until: datetime | None = None) -> PauseReplacement:
    return PauseReplacement(case_id=case_id, waiting_on=waiting_on, reason="on holiday", until=until)


def resume_case(case_id: str = "k1") -> ResumeReplacement:
    return ResumeReplacement(case_id=case_id)


def replace_professional(case_id: str = "k1", charge: str | None = None) -> ReplaceProfessional:
    return ReplaceProfessional(case_id=case_id, charge_to_client=money(charge) if charge else None)


def withdraw_case(case_id: str = "k1") -> WithdrawReplacement:
    return WithdrawReplacement(case_id=case_id, reason="we keep her")


def item(item_id: str = "i1", weight: str = "1", **fields: Any) -> PlannedItem:
    return PlannedItem(**{"item_id": item_id, "kind": "runbook", "weight": Decimal(weight), **fields})


def handover(plan_id: str | None = "h1", *items: PlannedItem, **fields: Any) -> PlanKnowledgeTransfer:
    wanted = {"seat_id": "s1", "from_assignment_id": "a1", "items": items or (item(),), **fields}
    return PlanKnowledgeTransfer(plan_id=plan_id, **wanted)


def exit_plan(plan_id: str | None = "x1", *items: PlannedItem, **fields: Any) -> PlanKnowledgeTransfer:
    return PlanKnowledgeTransfer(plan_id=plan_id, purpose="exit", items=items or (item(),), **fields)


def deliver(item_id: str = "i1", plan_id: str = "h1", **fields: Any) -> DeliverKnowledgeItem:
    return DeliverKnowledgeItem(plan_id=plan_id, item_id=item_id, **fields)


def verify(item_id: str = "i1", plan_id: str = "h1") -> VerifyKnowledgeItem:
    return VerifyKnowledgeItem(plan_id=plan_id, item_id=item_id)


def waive_item(item_id: str = "i1", plan_id: str = "h1") -> WaiveKnowledgeItem:
    return WaiveKnowledgeItem(plan_id=plan_id, item_id=item_id, reason="known")


def transferred(plan_id: str = "h1") -> CompleteKnowledgeTransfer:
    return CompleteKnowledgeTransfer(plan_id=plan_id)


def effort(minutes: int = 60, **fields: Any) -> RecordEffort:
    return RecordEffort(**{"party": "client", "kind": "knowledge_transfer", "minutes": minutes, **fields})


def suspend(waiting_on: Any = "client", until: datetime | None = None) -> SuspendEngagement:
    return SuspendEngagement(waiting_on=waiting_on, reason="budget", until=until)


def resume() -> ResumeEngagement:
    return ResumeEngagement()


def amend_terms(policy: str | None = None, calendar: str | None = None) -> AmendTerms:
    return AmendTerms(policy=policy, calendar=calendar, reason="agreed")


def end(reason: Any = "completed") -> EndEngagement:
    return EndEngagement(reason=reason)


def annotate(corrects: int | None = None) -> Annotate:
    return Annotate(corrects=corrects, note="by the way")


def correct(*record: Line | Command[Any], void: tuple[int, ...] = ()) -> CorrectHistory:
    """A correction; its entries are lines too."""
    entries = tuple(
        Entry(each.command, None if each.days is None else day(each.days), each.on_behalf_of)
        for each in map(line, record)
    )
    return CorrectHistory(void=void, record=entries, reason="typed wrongly")
