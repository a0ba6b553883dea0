"""Names outside Python: commands, events, rules and their titles (docs/rules.md)."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest

from domain.engagement.assignments.about import SeatTaken
from domain.engagement.assignments.absence import AbsenceRecorded, RecordAbsence
from domain.engagement.assignments.matching import MatchProfessional, ProfessionalMatched
from domain.engagement.concerns import ReportUnderperformance, UnderperformanceReported
from domain.engagement.effort import RecordEffort
from domain.engagement.lifecycle.suspension import EngagementResumed, SuspendEngagement
from domain.engagement.nouns.seat import UnknownSeat
from domain.engagement.replacement.guarantee import GuaranteeDecided
from domain.engagement.replacement.pause import PauseReplacement, ReplacementResumed
from domain.engagement.replacement.request import ReplacementRequested, RequestReplacement
from domain.engagement.replacement.succession import (
    AcceptSuccessor,
    ProposeSuccessor,
    SuccessorAccepted,
    SuccessorProposed,
)
from domain.engagement.seats import AddSeat, SeatAdded
from domain.engagement.terms.published import UnknownTerms
from domain.engagement.transfer.items import DeliverKnowledgeItem
from domain.engagement.transfer.planning import KnowledgeTransferPlanned, PlanKnowledgeTransfer
from domain.law.command import Command, Order
from domain.law.recorded import Actor
from domain.law.rejection import ContradictsLaterFact, NotFound, NotYours, Rejection, Unfit, all_rejections
from domain.register import COMMAND_NAMES, COMMANDS, ENGAGEMENT, EVENTS
from tests.domain.given import TODAY, EngagementId, Lines, day, given
from tests.domain.words import absent, accept, active, handover, item, match, opened, propose, report, request


def test_a_stream_is_stored_under_the_name_of_its_kind() -> None:
    assert ENGAGEMENT.name == "engagement"


def test_an_event_is_registered_by_the_name_of_its_class() -> None:
    assert {kind.__name__: kind for kind in EVENTS.values()} == EVENTS
    assert list(EVENTS) == [kind.__name__ for kind in EVENTS.values()]


def test_a_command_is_registered_by_the_name_of_its_class_in_kebab_case() -> None:
    named = {re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower(): kind for kind in COMMANDS.values()}
    assert named == COMMANDS
    assert {COMMAND_NAMES[kind] for kind in COMMANDS.values()} == set(COMMANDS)


def test_every_event_but_the_decided_guarantee_is_what_some_command_records() -> None:
    recorded = {kind.records for kind in COMMANDS.values()}
    assert {name for name, kind in EVENTS.items() if kind not in recorded} == {"GuaranteeDecided"}


ALSO_RECORDED: Final = {
    RequestReplacement: (GuaranteeDecided,),
    PauseReplacement: (ReplacementResumed,),
    SuspendEngagement: (EngagementResumed,),
}


def test_these_commands_may_record_a_second_event() -> None:
    assert {kind: kind.also_records for kind in COMMANDS.values() if kind.also_records} == ALSO_RECORDED


CREATED: Final = {
    SeatAdded: "seat",
    ProfessionalMatched: "assignment",
    SuccessorAccepted: "assignment",
    AbsenceRecorded: "absence",
    UnderperformanceReported: "concern",
    ReplacementRequested: "case",
    SuccessorProposed: "proposal",
    KnowledgeTransferPlanned: "plan",
}


def test_these_events_introduce_an_id() -> None:
    assert {kind: kind.creates for kind in EVENTS.values() if kind.creates} == CREATED


MADE: Final = {
    MatchProfessional: "assignment_id",
    AcceptSuccessor: "assignment_id",
    RecordAbsence: "absence_id",
    ReportUnderperformance: "concern_id",
    RequestReplacement: "case_id",
    ProposeSuccessor: "proposal_id",
    PlanKnowledgeTransfer: "plan_id",
}


def test_these_commands_may_leave_their_id_to_the_server() -> None:
    assert {kind: kind.makes for kind in COMMANDS.values() if kind.makes} == MADE


@pytest.mark.parametrize(
    ("lines", "command", "name"),
    [
        ([opened()], match(None), "assignment_id"),
        ([opened(), match()], absent(absence_id=None), "absence_id"),
        ([opened(), *active()], report(None), "concern_id"),
        ([opened(), *active()], request(None), "case_id"),
        ([opened(), *active(), request()], propose(None), "proposal_id"),
        ([opened(), *active(), request(), propose()], accept("p1", None), "assignment_id"),
        ([opened(), *active()], handover(None), "plan_id"),
    ],
)
def test_an_absent_id_is_made_from_the_command(lines: Lines, command: Command[Any], name: str) -> None:
    [fact] = given(*lines).when(command).facts
    assert getattr(fact.event, name) == str(fact.command_id)


def test_a_rule_is_named_after_its_class_in_kebab_case() -> None:
    assert SeatTaken.rule() == "seat-taken"
    assert ContradictsLaterFact.rule() == "contradicts-later-fact"


def test_a_rule_has_the_first_line_of_its_docstring_as_title() -> None:
    assert SeatTaken.title() == "Somebody is matched to the seat or active on it."

    class Bare(SeatTaken):
        pass

    assert Bare.title() == "Bare"


def test_every_rejection_is_listed_but_the_roots_without_a_rule_of_their_own() -> None:
    listed = all_rejections()
    assert {SeatTaken, UnknownSeat, UnknownTerms, NotYours, ContradictsLaterFact} <= set(listed)
    assert not {Rejection, NotFound, Unfit} & set(listed)
    names = [kind.rule() for kind in listed]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("rule", all_rejections(), ids=lambda kind: kind.rule())
def test_every_rule_says_in_one_sentence_what_to_do(rule: type[Rejection]) -> None:
    assert "remedy" in vars(rule), f"{rule.__name__} says no remedy: what is to be done where it forbids?"
    assert re.fullmatch(r"[A-Z][^.]*(\.[a-z][^.]*)*\.", rule.remedy), rule.remedy
    assert rule.remedy != rule.title()
    assert len(rule.remedy) <= 160


def test_a_fact_is_known_by_its_engagement_and_version_everywhere() -> None:
    fact = given(opened(), match()).history.facts[-1]
    assert fact.event_id == f"{EngagementId}/2"
    assert (fact.originator_id, fact.originator_version) == (EngagementId, 2)
    assert (fact.position, fact.ordinal) == (0, 0)
    assert given(opened()).history.facts[0].ordinal == 0


def test_what_has_no_instant_happened_when_it_was_recorded() -> None:
    now = TODAY
    order = Order(command=match(), actor=Actor(party="platform"), command_id=EngagementId, now=now)
    assert order.at == now
    assert replace(order, occurred_at=day(1)).at == day(1)


def test_a_parameter_left_out_has_its_default() -> None:
    assert AddSeat(seat_id="s", role="r") == AddSeat(seat_id="s", role="r", allocation=Decimal(1), key_role=False)
    case = RequestReplacement(seat_id="s", cause="other")
    assert (case.claim_guarantee, case.concern_id, case.case_id) == (True, None, None)
    proposal = ProposeSuccessor(case_id="k", professional_id="p", supply_source="independent")
    assert (proposal.qualified, proposal.match) == (True, None)
    assert PlanKnowledgeTransfer(items=(item(),)).purpose == "handover"
    assert (item().mandatory, DeliverKnowledgeItem(plan_id="h", item_id="i").billable) == (False, False)
    assert RecordEffort(party="client", kind="review", minutes=1).billable is False
