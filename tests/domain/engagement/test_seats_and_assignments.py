"""Seats, and who is on them (docs/rules.md, *Seats*, *Assignments*)."""

from datetime import date
from typing import Any

import pytest

from domain.engagement.assignments.about import AssignmentEnded, AssignmentNotActive, ProfessionalCoolingDown, SeatTaken
from domain.engagement.assignments.absence import AbsenceEndsBeforeItStarts
from domain.engagement.assignments.departure import NoShowAfterStart, ProfessionalDeparted
from domain.engagement.assignments.matching import AssignmentActive, ProfessionalMatched, SeatHasOpenCase
from domain.engagement.assignments.onboarding import OnboardingIncomplete, ProfessionalOnboarded
from domain.engagement.assignments.rate import RateChanged
from domain.engagement.concerns import ConcernClosed, ObservedAfterReport, UnderperformanceReported
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.nouns.assignment import UnknownAssignment
from domain.engagement.nouns.case import UnknownCase
from domain.engagement.nouns.concern import UnknownConcern
from domain.engagement.nouns.plan import UnknownItem, UnknownPlan
from domain.engagement.nouns.proposal import UnknownProposal
from domain.engagement.nouns.seat import SeatEndsBeforeItStarts, UnknownSeat
from domain.engagement.replacement.about import CaseClosed, standing_of
from domain.engagement.replacement.request import NobodyToReplace
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorProposed
from domain.engagement.seats import SeatAmended, SeatClosed, SeatClosedAlready
from domain.engagement.transfer.items import KnowledgeItemDelivered
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.law.command import Command
from domain.law.rejection import NotFound, Rejection
from domain.law.voiding import UnknownVersion
from tests.domain.given import Lines, day, given, on, refuses_to_open, variant
from tests.domain.words import (
    MARKETPLACE_ITEMS,
    absent,
    accept,
    acknowledge,
    active,
    add_seat,
    amend_seat,
    amend_terms,
    annotate,
    announce,
    change_rate,
    close_seat,
    complete,
    correct,
    decline,
    deliver,
    depart,
    dispute,
    effort,
    exit_plan,
    handover,
    match,
    onboard,
    onboarded_fully,
    opened,
    pause,
    productivity,
    propose,
    replace_professional,
    report,
    request,
    resolve,
    resume_case,
    review,
    seat,
    transferred,
    verify,
    waive,
    waive_item,
    withdraw_case,
    withdraw_match,
)

UNKNOWN: list[tuple[Command[Any], type[Rejection]]] = [
    (amend_seat("s9", role="lead"), UnknownSeat),
    (close_seat("s9"), UnknownSeat),
    (match("a9", seat_id="s9"), UnknownSeat),
    (request(seat_id="s9"), UnknownSeat),
    (handover(seat_id="s9"), UnknownSeat),
    (withdraw_match("a9"), UnknownAssignment),
    (complete("nda", "a9"), UnknownAssignment),
    (waive("nda", "a9"), UnknownAssignment),
    (onboard("a9"), UnknownAssignment),
    (change_rate("1.00", "a9"), UnknownAssignment),
    (productivity(80, "a9"), UnknownAssignment),
    (absent(assignment_id="a9"), UnknownAssignment),
    (announce("a9"), UnknownAssignment),
    (depart("a9"), UnknownAssignment),
    (report("c9", "a9"), UnknownAssignment),
    (handover(from_assignment_id="a9"), UnknownAssignment),
    (handover(to_assignment_id="a9"), UnknownAssignment),
    (effort(assignment_id="a9"), UnknownAssignment),
    (acknowledge("c9"), UnknownConcern),
    (dispute("c9"), UnknownConcern),
    (resolve("c9"), UnknownConcern),
    (request("k9", "non_performance", concern_id="c9"), UnknownConcern),
    (review("k9"), UnknownCase),
    (propose("p9", case_id="k9"), UnknownCase),
    (pause("k9"), UnknownCase),
    (resume_case("k9"), UnknownCase),
    (replace_professional("k9"), UnknownCase),
    (withdraw_case("k9"), UnknownCase),
    (handover(case_id="k9"), UnknownCase),
    (effort(case_id="k9"), UnknownCase),
    (exit_plan(seat_id="s9"), UnknownSeat),
    (exit_plan(case_id="k9"), UnknownCase),
    (exit_plan(from_assignment_id="a9"), UnknownAssignment),
    (exit_plan(to_assignment_id="a9"), UnknownAssignment),
    (amend_seat("s9"), UnknownSeat),
    (accept("p9"), UnknownProposal),
    (decline("p9"), UnknownProposal),
    (deliver("i1", "h9"), UnknownPlan),
    (verify("i1", "h9"), UnknownPlan),
    (waive_item("i1", "h9"), UnknownPlan),
    (transferred("h9"), UnknownPlan),
    (effort(plan_id="h9"), UnknownPlan),
    (deliver("i9", "known"), UnknownItem),
    (verify("i9", "known"), UnknownItem),
    (waive_item("i9", "known"), UnknownItem),
    (annotate(99), UnknownVersion),
    (correct(void=(99,)), UnknownVersion),
    (correct(void=(0,)), UnknownVersion),
]


@pytest.mark.parametrize(("command", "rule"), UNKNOWN)
def test_what_does_not_exist_is_not_found(command: Command[Any], rule: type[Rejection]) -> None:
    rejection = given(opened(), *active(), handover("known")).when(command).then_rejected(rule)
    assert isinstance(rejection, NotFound)


def test_the_last_version_is_known_and_the_next_is_not() -> None:
    past = given(opened(), match())
    past.when(annotate(2)).recorded()
    past.when(correct(void=(3,))).then_rejected(UnknownVersion, field="void")
    past.when(annotate(3)).then_rejected(UnknownVersion, field="corrects")


def test_what_begins_later_is_not_found_before() -> None:
    given(opened(), on(5, match())).when(on(4, onboard())).then_rejected(UnknownAssignment, field="assignment_id")


def test_a_seat_has_nobody_else_matched_or_active_when_somebody_is_matched_to_it() -> None:
    past = given(opened(), match("a1", "ana"))
    past.when(match("a2", "ben")).then_rejected(SeatTaken, field="seat_id")
    past.and_(onboard()).when(match("a2", "ben")).then_rejected(SeatTaken)


def test_a_seat_is_free_again_after_a_withdrawn_match_and_after_a_departure() -> None:
    given(opened(), match(), withdraw_match()).when(match("a2", "ben")).then(ProfessionalMatched)
    given(opened(), *active(), depart()).when(match("a2", "ben")).then(ProfessionalMatched)


def test_a_second_active_assignment_is_the_accepted_successor_of_the_open_case() -> None:
    past = given(opened(), *active(), request(), propose(), accept())
    overlap = past.when(onboard("a2")).then(ProfessionalOnboarded)
    assert [each.assignment_id for each in overlap.state.live_on_seat("s1")] == ["a1", "a2"]
    assert all(each.active for each in overlap.state.live_on_seat("s1"))


def test_a_professional_may_hold_several_seats() -> None:
    given(opened(), add_seat(), *active()).when(match("a2", "ana", "s2")).then(ProfessionalMatched)


def test_a_seat_with_an_open_case_is_filled_through_its_case() -> None:
    past = given(opened(), *active(), depart(), request("k1", "resignation"))
    past.when(match("a2", "ben")).then_rejected(SeatHasOpenCase, field="seat_id")
    past.and_(withdraw_case()).when(match("a2", "ben")).then(ProfessionalMatched)


COOLING: Lines = [opened("managed_marketplace"), match("a1", "ana"), *onboarded_fully("a1")]


def test_who_left_cannot_come_back_before_the_end_and_the_cooldown() -> None:
    past = given(*COOLING, on(10, depart()))
    past.when(on(10 + 180 - 1e-9, match("a2", "ana"))).then_rejected(ProfessionalCoolingDown)
    past.when(on(10 + 180, match("a2", "ana"))).then(ProfessionalMatched)
    past.when(on(11, match("a2", "ben"))).then(ProfessionalMatched)


def test_who_was_replaced_cannot_come_back_before_the_end_and_the_cooldown() -> None:
    replaced: Lines = [request(), propose(), accept(), *onboarded_fully("a2"), on(20, replace_professional())]
    past = given(*COOLING).and_(*replaced, on(21, depart("a2")))
    past.when(on(199, match("a3", "ana"))).then_rejected(ProfessionalCoolingDown)
    past.when(on(200, match("a3", "ana"))).then(ProfessionalMatched)


def test_the_cooldown_is_judged_at_the_proposal() -> None:
    past = given(*COOLING, on(10, depart())).and_(match("a2", "ben"), *onboarded_fully("a2"), request())
    past.when(on(11, propose(who="ana"))).then_rejected(ProfessionalCoolingDown)
    past.when(on(190, propose(who="ana"))).then(SuccessorProposed)


def test_the_cooldown_is_judged_at_the_acceptance() -> None:
    at_once = variant("managed_marketplace", "at_once", cooldown_days=0)
    lines: Lines = [*COOLING, on(10, depart()), match("a2", "ben"), *onboarded_fully("a2"), request()]
    past = given(*lines, publishing=[at_once]).and_(amend_terms("at_once"), propose(who="ana"))
    past.when(accept("p1", "a3")).then(SuccessorAccepted)
    past.and_(amend_terms("managed_marketplace@1")).when(accept("p1", "a3")).then_rejected(ProfessionalCoolingDown)


def test_who_never_held_the_seat_may_come_at_once() -> None:
    given(opened("managed_marketplace"), match("a1", "ana"), depart(cause="no_show")).when(match("a2", "ana")).then(
        ProfessionalMatched
    )
    given(opened("managed_marketplace"), match("a1", "ana"), withdraw_match()).when(match("a2", "ana")).then(
        ProfessionalMatched
    )


def test_the_cooldown_holds_for_the_same_seat_only() -> None:
    given(*COOLING, add_seat(), depart()).when(match("a2", "ana", "s2")).then(ProfessionalMatched)


def test_without_a_cooldown_who_left_may_come_back_at_once() -> None:
    given(opened(), *active(), depart()).when(match("a2", "ana")).then(ProfessionalMatched)


@pytest.mark.parametrize("missing", MARKETPLACE_ITEMS)
def test_onboarding_needs_every_mandatory_item(missing: str) -> None:
    done = [complete(item) for item in MARKETPLACE_ITEMS if item != missing]
    past = given(opened("managed_marketplace"), match(), *done)
    rejection = past.when(onboard()).then_rejected(OnboardingIncomplete)
    assert missing in rejection.detail


def test_a_waived_item_counts_for_onboarding() -> None:
    given(opened("managed_services"), match(), waive("nda")).when(onboard()).then(ProfessionalOnboarded)


def test_an_item_is_known_as_completed_or_as_waived() -> None:
    done = given(opened(), match(), complete("nda"), waive("access")).state.assignment("a1").onboarding
    assert {item: each.how for item, each in done.items()} == {"nda": "completed", "access": "waived"}


def test_items_are_done_while_matched_or_active_and_not_after() -> None:
    past = given(opened(), match(), complete("nda"), onboard(), complete("chat"), waive("access"), depart())
    past.when(complete("tracker")).then_rejected(AssignmentEnded, field="assignment_id")
    past.when(waive("tracker")).then_rejected(AssignmentEnded)
    past.when(onboard()).then_rejected(AssignmentEnded)


def test_productivity_is_reported_while_active() -> None:
    matched = given(opened(), match())
    matched.when(productivity()).then_rejected(AssignmentNotActive, field="assignment_id")
    matched.and_(onboard(), productivity(), depart()).when(productivity()).then_rejected(AssignmentEnded)


@pytest.mark.parametrize("command", [change_rate(), absent(), announce()])
def test_rates_absences_and_announcements_come_while_matched_or_active(command: Command[Any]) -> None:
    matched = given(opened(), match())
    matched.when(command).recorded()
    matched.and_(onboard()).when(command).recorded()
    matched.and_(withdraw_match()).when(command).then_rejected(AssignmentEnded, field="assignment_id")


def test_a_changed_rate_is_the_assignments_rate() -> None:
    past = given(opened(), match()).when(change_rate("510.50")).then(RateChanged)
    assert str(past.state.assignment("a1").day_rate) == str(change_rate("510.50").day_rate)


def test_a_planned_start_is_that_of_the_match_or_of_the_accepted_proposal() -> None:
    past = given(opened(), match(planned_start=day(3)), onboard(), request(), propose(planned_start=day(5)), accept())
    assert [each.planned_start for each in past.state.assignments.values()] == [day(3), day(5)]
    assert given(opened(), match()).state.assignment("a1").planned_start is None


def test_the_last_announcement_says_the_last_day() -> None:
    past = given(opened(), match(), announce(last_day=date(2026, 6, 30)), announce(last_day=date(2026, 5, 29)))
    assert past.state.assignment("a1").announced_last_day == date(2026, 5, 29)
    assert given(opened(), match()).state.assignment("a1").announced_last_day is None


def test_an_active_match_is_not_withdrawn() -> None:
    given(opened(), *active()).when(withdraw_match()).then_rejected(AssignmentActive, field="assignment_id")
    given(opened(), match(), depart(cause="no_show")).when(withdraw_match()).then_rejected(AssignmentEnded)


def test_who_has_been_active_has_shown_up() -> None:
    given(opened(), *active()).when(depart(cause="no_show")).then_rejected(NoShowAfterStart, field="cause")
    given(opened(), match()).when(depart(cause="no_show")).then(ProfessionalDeparted)
    given(opened(), match()).when(depart(cause="illness")).then(ProfessionalDeparted)


def test_a_concern_is_reported_on_an_active_assignment() -> None:
    given(opened(), match()).when(report()).then_rejected(AssignmentNotActive, field="assignment_id")
    given(opened(), *active(), depart()).when(report()).then_rejected(AssignmentEnded)


def test_what_is_reported_was_observed_before() -> None:
    past = given(opened(), *active())
    past.when(on(5, report(observed_since=day(5.001)))).then_rejected(ObservedAfterReport, field="observed_since")
    past.when(on(5, report(observed_since=day(5)))).then(UnderperformanceReported)


def test_an_absence_ends_after_it_starts() -> None:
    past = given(opened(), match())
    past.when(absent(10, 10)).then_rejected(AbsenceEndsBeforeItStarts, field="until")
    past.when(absent(10, 9)).then_rejected(AbsenceEndsBeforeItStarts)


def test_an_absence_may_lie_in_the_future() -> None:
    given(opened(), match()).when(absent(2000, 2010)).recorded()


def test_a_seat_is_required_until_a_later_instant_than_from() -> None:
    wrong = seat(required_from=day(10), required_until=day(10))
    refuses_to_open(opened("freelancer_platform", wrong), SeatEndsBeforeItStarts)
    past = given(opened())
    past.when(add_seat(required_from=day(10), required_until=day(10))).then_rejected(SeatEndsBeforeItStarts)
    past.when(amend_seat(required_from=day(10), required_until=day(9))).then_rejected(
        SeatEndsBeforeItStarts, field="required_until"
    )


def test_a_seat_without_a_beginning_is_required_from_its_start() -> None:
    refuses_to_open(opened("freelancer_platform", seat(required_until=day(0))), SeatEndsBeforeItStarts)
    past = given(opened())
    past.when(on(5, add_seat(required_until=day(5)))).then_rejected(SeatEndsBeforeItStarts)
    past.and_(on(5, add_seat(required_until=day(6)))).when(
        on(7, amend_seat("s2", required_until=day(5)))
    ).then_rejected(SeatEndsBeforeItStarts)
    past.when(on(7, amend_seat(required_until=day(1)))).then(SeatAmended)


def test_closing_a_seat_ends_its_assignments_and_its_concerns() -> None:
    past = given(opened(), *active(), report(), request(), propose(), accept()).when(close_seat()).then(SeatClosed)
    assert [each.end_reason for each in past.state.assignments.values()] == ["seat_closed", "seat_closed"]
    past.when(resolve()).then_rejected(ConcernClosed)


def test_closing_a_seat_cancels_its_case_and_leaves_others_alone() -> None:
    past = given(opened(), add_seat(), *active(), *active("b1", "eve", "s2"), request(), request("k2", seat_id="s2"))
    closed = past.and_(close_seat()).state
    assert [standing_of(closed, case) for case in closed.cases.values()] == ["cancelled", "searching"]
    assert closed.assignment("b1").active


CLOSED_SEAT_REFUSES: list[tuple[Command[Any], type[Rejection]]] = [
    (amend_seat(role="lead"), SeatClosedAlready),
    (match("a3", "cyd"), SeatClosedAlready),
    (complete(), AssignmentEnded),
    (waive(), AssignmentEnded),
    (productivity(), AssignmentEnded),
    (change_rate(), AssignmentEnded),
    (absent(), AssignmentEnded),
    (announce(), AssignmentEnded),
    (depart(), AssignmentEnded),
    (report("c2"), AssignmentEnded),
    (acknowledge(), ConcernClosed),
    (dispute(), ConcernClosed),
    (resolve(), ConcernClosed),
    (propose("p2", "cyd"), CaseClosed),
    (accept(), CaseClosed),
    (decline(), CaseClosed),
    (pause(), CaseClosed),
    (withdraw_case(), CaseClosed),
]


@pytest.mark.parametrize(("command", "rule"), CLOSED_SEAT_REFUSES)
def test_nothing_is_done_on_a_closed_seat(command: Command[Any], rule: type[Rejection]) -> None:
    given(opened(), *active(), report(), request(), propose(), close_seat()).when(command).then_rejected(rule)


def test_nobody_is_replaced_on_a_closed_seat() -> None:
    given(opened(), *active(), close_seat()).when(request()).then_rejected(NobodyToReplace, field="seat_id")
    given(opened(), *active(), depart(), close_seat()).when(request()).then_rejected(SeatClosedAlready, field="seat_id")


def test_work_on_plans_goes_on_on_a_closed_seat() -> None:
    past = given(opened(), *active(), handover(), close_seat())
    past.when(deliver()).then(KnowledgeItemDelivered)
    past.when(handover("h2")).then(KnowledgeTransferPlanned)


def test_the_opening_carries_its_seats_with_their_defaults() -> None:
    opening = given(opened()).history.facts[0].event
    assert isinstance(opening, EngagementOpened)
    assert opening.seats == (seat(allocation=1, required_from=None, required_until=None, key_role=False),)
