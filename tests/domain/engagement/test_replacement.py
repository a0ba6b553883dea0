"""Replacement and concerns: their rules and their lifecycles (docs/rules.md, *Concerns*, *Replacement*)."""

from typing import Any

import pytest

from domain.engagement.assignments.about import SeatTaken
from domain.engagement.concerns import (
    AssignmentHasOpenConcern,
    ConcernClosed,
    ConcernInOpenCase,
    UnderperformanceDisputed,
    UnderperformanceReported,
    UnderperformanceResolved,
    is_open,
)
from domain.engagement.nouns.assignment import AssignmentExists
from domain.engagement.nouns.pause import PauseEndsBeforeItStarts
from domain.engagement.replacement.about import CaseClosed, NoActiveSuccessor, standing_of
from domain.engagement.replacement.pause import CaseNotPaused, PausedOtherwise, ReplacementPaused, ReplacementResumed
from domain.engagement.replacement.request import (
    CaseExists,
    CaseOpen,
    ConcernWithOtherCause,
    NobodyToReplace,
    NoOpenConcern,
    ReplacementRequested,
)
from domain.engagement.replacement.succession import (
    ProposalDecided,
    ProposalOpen,
    SucceedsThemselves,
    SuccessorAcceptedAlready,
    SuccessorProposed,
)
from domain.engagement.replacement.takeover import ProfessionalReplaced
from domain.engagement.replacement.withdrawal import ReplacementWithdrawn, SuccessorUnderWay
from domain.law.command import Command
from domain.law.rejection import Unfit
from tests.domain.given import Given, day, given, on
from tests.domain.words import (
    accept,
    acknowledge,
    active,
    add_seat,
    close_seat,
    decline,
    depart,
    dispute,
    end,
    match,
    onboard,
    opened,
    pause,
    propose,
    replace_professional,
    report,
    request,
    resolve,
    resume_case,
    review,
    withdraw_case,
    withdraw_match,
)

CASE = [opened(), *active(), request()]
AWAITING = [*CASE, propose()]
MATCHED = [*AWAITING, accept()]
OVERLAP = [*MATCHED, onboard("a2")]
REPLACED = [*OVERLAP, replace_professional()]


def test_a_seat_has_one_open_case() -> None:
    given(*CASE).when(request("k2")).then_rejected(CaseOpen, field="seat_id")
    given(*REPLACED).when(request("k2")).then(ReplacementRequested)
    given(*CASE, withdraw_case()).when(request("k2")).then(ReplacementRequested)


def test_an_assignment_has_one_open_concern() -> None:
    past = given(opened(), *active(), report())
    past.when(report("c2")).then_rejected(AssignmentHasOpenConcern, field="assignment_id")
    past.and_(resolve()).when(report("c2")).then(UnderperformanceReported)


def test_a_case_has_one_open_proposal() -> None:
    past = given(*AWAITING)
    past.when(propose("p2", "cyd")).then_rejected(ProposalOpen, field="case_id")
    past.and_(decline()).when(propose("p2", "cyd")).then(SuccessorProposed)


def test_nobody_is_proposed_while_a_successor_is_matched_or_active() -> None:
    given(*MATCHED).when(propose("p2", "cyd")).then_rejected(SuccessorAcceptedAlready, field="case_id")
    given(*OVERLAP).when(propose("p2", "cyd")).then_rejected(SuccessorAcceptedAlready)


def test_after_a_successor_dropped_out_the_case_is_searching_again() -> None:
    for dropping in (withdraw_match("a2"), depart("a2", "no_show")):
        past = given(*MATCHED, dropping)
        assert standing_of(past.state, past.state.case("k1")) == "searching"
        past.when(propose("p2", "cyd")).then(SuccessorProposed)
    given(*OVERLAP, depart("a2")).when(propose("p2", "cyd")).then(SuccessorProposed)


def test_non_performance_needs_an_open_concern_on_the_active_assignment() -> None:
    past = given(opened(), *active())
    past.when(request(cause="non_performance")).then_rejected(NoOpenConcern, field="concern_id")
    past.and_(report(), resolve()).when(request(cause="non_performance")).then_rejected(NoOpenConcern)
    past.and_(report(), acknowledge()).when(request(cause="non_performance")).then(ReplacementRequested)
    past.and_(report(), depart()).when(request(cause="non_performance")).then_rejected(NoOpenConcern)


def test_the_concern_is_on_that_seat() -> None:
    past = given(opened(), add_seat(), *active(), *active("b1", "eve", "s2"), report("c2", "b1"))
    past.when(request(cause="non_performance")).then_rejected(NoOpenConcern)
    past.when(request(cause="non_performance", concern_id="c2")).then_rejected(NoOpenConcern)
    past.and_(report()).when(request(cause="non_performance", concern_id="c2")).then_rejected(NoOpenConcern)


def test_an_earlier_concern_is_not_the_open_one() -> None:
    past = given(opened(), *active(), report(), resolve(), report("c2"))
    past.when(request(cause="non_performance", concern_id="c1")).then_rejected(NoOpenConcern)
    past.when(request(cause="non_performance", concern_id="c2")).then(ReplacementRequested)


def test_an_absent_concern_is_filled_in() -> None:
    past = given(opened(), *active(), report(), request(cause="non_performance"))
    assert past.state.case("k1").concern_id == "c1"
    past.when(request(cause="non_performance")).then_nothing()
    past.when(request(cause="non_performance", concern_id="c1")).then_nothing()


def test_a_repeat_takes_the_concern_of_its_own_case_along_also_when_another_is_open() -> None:
    past = given(opened(), *active(), report(), request(cause="non_performance"), withdraw_case(), resolve())
    past.and_(report("c2")).when(request(cause="non_performance")).then_nothing()


def test_with_another_cause_a_concern_is_refused() -> None:
    past = given(opened(), *active(), report())
    rejection = past.when(request(concern_id="c1")).then_rejected(ConcernWithOtherCause, field="concern_id")
    assert isinstance(rejection, Unfit)
    assert past.and_(request()).state.case("k1").concern_id is None


def test_other_causes_need_somebody_active_or_departed() -> None:
    given(opened()).when(request()).then_rejected(NobodyToReplace, field="seat_id")
    given(opened(), match(), withdraw_match()).when(request()).then_rejected(NobodyToReplace)
    given(opened(), *active()).when(request()).then(ReplacementRequested)
    given(opened(), *active(), depart()).when(request()).then(ReplacementRequested)
    given(opened(), match(), depart(cause="no_show")).when(request()).then(ReplacementRequested)


def test_a_request_is_refused_while_somebody_is_matched_to_the_seat() -> None:
    given(opened(), *active(), depart(), match("a2", "ben")).when(request()).then_rejected(SeatTaken, field="seat_id")


def test_whom_a_request_replaces_is_the_active_one_otherwise_the_last_departed() -> None:
    past = given(opened(), *active(), depart(), match("a2", "ben"), depart("a2", "no_show"))
    assert outgoing(past.and_(match("a3", "cyd"), withdraw_match("a3"), request())) == "a2"
    assert outgoing(past.and_(match("a3", "cyd"), onboard("a3"), request())) == "a3"
    assert outgoing(given(*REPLACED).and_(request("k2")), "k2") == "a2"


def outgoing(past: Given, case_id: str = "k1") -> str:
    return past.state.case(case_id).outgoing_assignment_id


def test_a_concern_is_open_while_acknowledged() -> None:
    past = given(opened(), *active(), report(), acknowledge())
    assert is_open(past.state, past.state.concern("c1"))
    past.when(dispute()).then(UnderperformanceDisputed)
    past.when(resolve()).then(UnderperformanceResolved)


def test_a_concern_is_not_resolved_while_its_case_is_open() -> None:
    past = given(opened(), *active(), report(), request(cause="non_performance"))
    past.when(resolve()).then_rejected(ConcernInOpenCase, field="concern_id")
    past.and_(withdraw_case()).when(resolve()).then(UnderperformanceResolved)
    given(opened(), *active(), report(), request()).when(resolve()).then(UnderperformanceResolved)


def test_a_withdrawn_case_leaves_its_concern_open() -> None:
    past = given(opened(), *active(), report(), request(cause="non_performance"), withdraw_case())
    past.when(request("k2", "non_performance")).then(ReplacementRequested)


def test_a_concern_closes_when_its_case_is_replaced_or_its_assignment_ends() -> None:
    with_case = [opened(), *active(), report(), request(cause="non_performance")]
    replaced = given(*with_case, propose(), accept(), onboard("a2"), replace_professional())
    departed = given(*with_case, depart())
    for past in (replaced, departed):
        past.when(resolve()).then_rejected(ConcernClosed, field="concern_id")
        past.when(acknowledge()).then_rejected(ConcernClosed)
        past.when(dispute()).then_rejected(ConcernClosed)


def test_a_dispute_needs_an_open_concern() -> None:
    given(opened(), *active(), report(), resolve()).when(dispute()).then_rejected(ConcernClosed)


def test_nobody_succeeds_themselves() -> None:
    given(*CASE).when(propose(who="ana")).then_rejected(SucceedsThemselves, field="professional_id")
    given(opened(), *active(), depart(), request()).when(propose(who="ana")).then_rejected(SucceedsThemselves)


def test_a_proposal_is_decided_once() -> None:
    given(*MATCHED).when(decline()).then_rejected(ProposalDecided, field="proposal_id")
    given(*AWAITING, decline()).when(accept()).then_rejected(ProposalDecided)


def test_a_proposal_says_how_it_was_decided() -> None:
    pasts = [given(*AWAITING), given(*MATCHED), given(*AWAITING, decline())]
    assert [past.state.proposal("p1").decided for past in pasts] == [None, "accepted", "declined"]


def test_an_assignment_is_matched_then_active_then_ended() -> None:
    pasts = [given(opened(), match()), given(opened(), *active()), given(opened(), *active(), depart())]
    assert [past.state.assignment("a1").state for past in pasts] == ["matched", "active", "ended"]


def test_a_concern_is_disputed_once_somebody_disputes_it() -> None:
    past = given(opened(), *active(), report())
    assert not past.state.concern("c1").disputed
    assert past.and_(dispute()).state.concern("c1").disputed


def test_a_repeat_with_another_concern_is_another_request() -> None:
    past = given(
        opened(), *active(), report(), request(cause="non_performance"), withdraw_case(), resolve(), report("c2")
    )
    past.when(request(cause="non_performance", concern_id="c2")).then_rejected(CaseExists, field="case_id")


def test_a_replacement_stands_also_after_the_successor_left() -> None:
    given(*REPLACED, depart("a2")).when(replace_professional()).then_nothing()


def test_an_acceptance_takes_an_id_that_is_free() -> None:
    given(*AWAITING).when(accept(assignment_id="a1")).then_rejected(AssignmentExists, field="assignment_id")


def test_an_accepted_successor_is_matched() -> None:
    past = given(*MATCHED)
    assert past.state.assignment("a2").state == "matched"
    assert standing_of(past.state, past.state.case("k1")) == "onboarding"


def test_replacing_needs_an_accepted_successor_that_is_active() -> None:
    for lines in (CASE, AWAITING, MATCHED, [*OVERLAP, depart("a2")]):
        given(*lines).when(replace_professional()).then_rejected(NoActiveSuccessor, field="case_id")
    given(*OVERLAP).when(replace_professional()).then(ProfessionalReplaced)


def test_replacing_ends_the_outgoing_assignment_then() -> None:
    past = given(*OVERLAP, on(7, replace_professional()))
    gone, come = past.state.assignment("a1"), past.state.assignment("a2")
    assert (gone.ended_at, gone.end_reason, come.active) == (day(7), "replaced", True)
    assert standing_of(past.state, past.state.case("k1")) == "replaced"


def test_replacing_leaves_the_end_of_who_left_before() -> None:
    past = given(*OVERLAP, on(5, depart()), on(7, replace_professional()))
    assert past.state.assignment("a1").ended_at == day(5)
    assert past.state.assignment("a1").end_reason == "resignation"


@pytest.mark.parametrize(
    "command", [propose("p2", "cyd"), pause(), review(), withdraw_case(), replace_professional(charge="5.00")]
)
def test_a_closed_case_takes_nothing_more(command: Command[Any]) -> None:
    given(*REPLACED).when(command).then_rejected(CaseClosed, field="case_id")


def test_a_withdrawn_case_takes_nothing_more() -> None:
    past = given(*AWAITING, withdraw_case())
    past.when(accept()).then_rejected(CaseClosed)
    past.when(decline()).then_rejected(CaseClosed)
    past.when(pause()).then_rejected(CaseClosed)


def test_a_case_is_not_withdrawn_while_a_successor_is_matched_or_active() -> None:
    given(*MATCHED).when(withdraw_case()).then_rejected(SuccessorUnderWay, field="case_id")
    given(*OVERLAP).when(withdraw_case()).then_rejected(SuccessorUnderWay)
    given(*MATCHED, withdraw_match("a2")).when(withdraw_case()).then(ReplacementWithdrawn)
    given(*OVERLAP, depart("a2")).when(withdraw_case()).then(ReplacementWithdrawn)
    given(*AWAITING).when(withdraw_case()).then(ReplacementWithdrawn)


def test_a_pause_forbids_nothing() -> None:
    paused = given(*CASE, pause())
    declined = paused.and_(propose(), decline(), propose("p2", "ben"), accept("p2"), onboard("a2"))
    declined.when(replace_professional()).then(ProfessionalReplaced)
    paused.when(withdraw_case()).then(ReplacementWithdrawn)


def test_only_what_runs_is_paused() -> None:
    past = given(*CASE, pause())
    past.when(pause(waiting_on="partner")).then_rejected(PausedOtherwise, field="case_id")
    past.when(pause(until=day(900))).then_rejected(PausedOtherwise)


def test_only_what_is_paused_is_resumed() -> None:
    given(*CASE).when(resume_case()).then_rejected(CaseNotPaused, field="case_id")
    given(*CASE, pause()).when(resume_case()).then(ReplacementResumed)
    given(*CASE, withdraw_case()).when(resume_case()).then_rejected(CaseClosed)


def test_whatever_closes_the_case_ends_its_pause() -> None:
    for closing in (withdraw_case(), close_seat(), end()):
        past = given(*CASE, pause(), closing)
        assert past.state.case("k1").pause is None


def test_a_pause_with_an_end_records_its_resumption_there() -> None:
    outcome = given(*CASE).when(on(5, pause(until=day(8))))
    past = outcome.then(ReplacementPaused, ReplacementResumed(case_id="k1"))
    assert [fact.occurred_at for fact in outcome.facts] == [day(5), day(8)]
    assert past.state.case("k1").pause is None
    past.when(on(9, pause(waiting_on="partner"))).then(ReplacementPaused)


def test_a_pause_ends_at_its_start_or_later() -> None:
    past = given(*CASE)
    past.when(on(5, pause(until=day(4.999)))).then_rejected(PauseEndsBeforeItStarts, field="until")
    past.when(on(5, pause(until=day(5)))).then(ReplacementPaused, ReplacementResumed)


def test_the_states_of_a_case_follow_each_other() -> None:
    lives = {
        "searching": CASE,
        "awaiting": AWAITING,
        "onboarding": OVERLAP,
        "replaced": REPLACED,
        "withdrawn": [*CASE, withdraw_case()],
        "cancelled": [*CASE, end()],
    }
    for name, lines in lives.items():
        state = given(*lines).state
        assert standing_of(state, state.case("k1")) == name
