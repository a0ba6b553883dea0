"""Already so (docs/rules.md): a command whose effect stands records nothing, with other content it is refused."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.engagement.assignments.about import AssignmentEnded
from domain.engagement.assignments.absence import AbsenceCancelled, AbsenceExists
from domain.engagement.assignments.onboarding import OnboardingItemDone
from domain.engagement.concerns import ConcernClosed, ConcernExists, Evidence, UnderperformanceAcknowledged
from domain.engagement.deed import EngagementEndedAlready, EngagementSuspendedNow
from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.opening import EngagementExists
from domain.engagement.nouns.assignment import AssignmentExists, UnknownAssignment
from domain.engagement.replacement.about import CaseClosed
from domain.engagement.replacement.guarantee import GuaranteeReviewed
from domain.engagement.replacement.pause import PausedOtherwise, ReplacementPaused, ReplacementResumed
from domain.engagement.replacement.request import CaseExists
from domain.engagement.replacement.succession import ProposalDecided, ProposalExists
from domain.engagement.seats import SeatAdded, SeatClosedAlready, SeatExists
from domain.engagement.transfer.items import ItemDelivered
from domain.engagement.transfer.planning import PlanExists
from domain.law.command import Command
from domain.law.rejection import NotYours, Rejection
from tests.domain.given import by, day, for_, given, on, published, variant, with_policies
from tests.domain.words import (
    absent,
    accept,
    acknowledge,
    active,
    add_seat,
    amend_absence,
    amend_seat,
    amend_terms,
    annotate,
    announce,
    cancel_absence,
    change_rate,
    close_seat,
    complete,
    correct,
    decline,
    deliver,
    depart,
    dispute,
    effort,
    end,
    exit_plan,
    handover,
    item,
    match,
    money,
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
    resume,
    resume_case,
    review,
    seat,
    suspend,
    transferred,
    verify,
    waive,
    waive_item,
    withdraw_case,
    withdraw_match,
)

CASE = [opened(), *active(), request()]
PLANNED = [opened(), *active(), handover()]

STANDING: list[tuple[str, list[Command[Any]]]] = [
    ("a seat", [opened(), add_seat()]),
    ("a match", [opened(), match()]),
    ("an absence", [opened(), match(), absent()]),
    ("an absence amended", [opened(), match(), absent(10, 20), amend_absence(15)]),
    ("an absence cancelled", [opened(), match(), absent(10, 20), cancel_absence()]),
    ("a concern", [opened(), *active(), report()]),
    ("a case", CASE),
    ("a proposal", [*CASE, propose()]),
    ("a plan", PLANNED),
    ("an exit plan", [opened(), exit_plan()]),
    ("an item completed", [opened(), match(), complete(effort_minutes=5)]),
    ("an item waived", [opened(), match(), waive()]),
    ("an item delivered", [*PLANNED, deliver(effort_minutes=5)]),
    ("an item verified", [*PLANNED, deliver(), verify()]),
    ("an item of a plan waived", [*PLANNED, waive_item()]),
    ("an acknowledgement", [opened(), *active(), report(), acknowledge()]),
    ("a pause", [*CASE, pause()]),
    ("a review", [opened("managed_marketplace"), match(), *onboarded_fully("a1"), request(), review()]),
    ("a resolution", [opened(), *active(), report(), resolve()]),
    ("an acceptance", [*CASE, propose(), accept()]),
    ("a decline", [*CASE, propose(), decline()]),
    ("a replacement", [*CASE, propose(), accept(), onboard("a2"), replace_professional(charge="5.00")]),
    ("a withdrawal", [*CASE, withdraw_case()]),
    ("a withdrawn match", [opened(), match(), withdraw_match()]),
    ("a transfer", [*PLANNED, deliver(), verify(), transferred()]),
    ("a suspension", [opened(), suspend()]),
    ("a resumption", [opened(), suspend(), resume()]),
    ("a resumption of a case", [*CASE, pause(), resume_case()]),
    ("an end", [opened(), end()]),
    ("an amendment of terms", [opened(), amend_terms(calendar="us-east")]),
    ("an amendment of a seat", [opened(), amend_seat(role="lead", required_until=day(90))]),
    ("a closing", [opened(), close_seat()]),
    ("an onboarding", [opened(), match(), onboard()]),
    ("a departure", [opened(), match(), depart(notice_given_at=day(0))]),
    ("a voiding", [opened(), match(), correct(void=(2,))]),
]


@pytest.mark.parametrize("lines", [lines for _, lines in STANDING], ids=[name for name, _ in STANDING])
def test_a_command_whose_effect_stands_records_nothing(lines: list[Command[Any]]) -> None:
    past = given(*lines)
    last = past.history.facts[-1].command_id
    version = next(fact.version for fact in past.history.facts if fact.command_id == last)
    past.when(lines[-1]).then_already(version)
    past.when(on(999, lines[-1])).then_already(version)


OTHERWISE: list[tuple[list[Command[Any]], Command[Any], type[Rejection]]] = [
    ([opened(), add_seat()], add_seat(role="lead"), SeatExists),
    ([opened(), match()], match("a1", "ben"), AssignmentExists),
    ([opened(), match()], match("a1", day_rate=money("5.00")), AssignmentExists),
    ([opened(), match(), absent()], absent(planned=False), AbsenceExists),
    ([opened(), match(), absent(10, 20), cancel_absence()], amend_absence(20), AbsenceCancelled),
    ([opened(), *active(), report()], report(severity="low"), ConcernExists),
    (CASE, request(claim_guarantee=True), CaseExists),
    (CASE, request(cause="misconduct"), CaseExists),
    ([*CASE, propose()], propose(qualified=False), ProposalExists),
    (PLANNED, handover("h1", item(mandatory=True)), PlanExists),
    ([opened(), match(), complete()], complete(effort_minutes=5), OnboardingItemDone),
    ([opened(), match(), complete()], waive(), OnboardingItemDone),
    ([opened(), match(), waive()], complete(), OnboardingItemDone),
    ([*PLANNED, deliver()], deliver(effort_minutes=5), ItemDelivered),
    ([*CASE, pause()], pause(until=day(900)), PausedOtherwise),
    ([opened(), *active(), report(), resolve()], resolve(outcome="unfounded"), ConcernClosed),
    ([*CASE, propose(), accept()], accept("p1", "a3"), ProposalDecided),
    ([*CASE, propose(), decline()], decline(qualified=False), ProposalDecided),
    (
        [*CASE, propose(), accept(), onboard("a2"), replace_professional()],
        replace_professional(charge="1.00"),
        CaseClosed,
    ),
    ([opened(), suspend()], suspend("partner"), EngagementSuspendedNow),
    ([opened(), end()], end("cancelled"), EngagementEndedAlready),
    ([opened(), match(), depart()], depart(cause="illness"), AssignmentEnded),
    ([opened(), match(), depart()], depart(notice_given_at=day(0)), AssignmentEnded),
]


@pytest.mark.parametrize(("lines", "command", "rule"), OTHERWISE)
def test_with_other_content_it_is_refused(
    lines: list[Command[Any]], command: Command[Any], rule: type[Rejection]
) -> None:
    given(*lines).when(command).then_rejected(rule)


def test_who_asks_for_a_replacement_is_part_of_what_is_said() -> None:
    past = given(opened(), *active(), by("client", request()))
    past.when(by("client", request())).then_already(4)
    past.when(for_("client", request())).then_already(4)
    refused = past.when(by("platform", request())).then_rejected(CaseExists, field="case_id")
    assert "client asked for it" in refused.detail


EVERY_TIME: list[Command[Any]] = [productivity(), effort(), annotate(), change_rate(), announce(), dispute()]


@pytest.mark.parametrize("command", EVERY_TIME, ids=lambda command: type(command).__name__)
def test_what_has_no_identity_of_its_own_records_each_time(command: Command[Any]) -> None:
    given(opened(), *active(), report(), command).when(command).recorded()


def test_marked_fields_are_no_part_of_the_content() -> None:
    past = given(opened(), *active(), report(evidence=(Evidence(title="one"),)), request())
    past.when(report(evidence=(Evidence(title="two"),))).then_nothing()
    past.and_(suspend()).when(replace(suspend(), reason="another")).then_nothing()
    past.and_(pause()).when(replace(pause(), reason="another")).then_nothing()
    past.and_(propose(), decline()).when(replace(decline(), reason="another")).then_nothing()
    past.and_(close_seat()).when(close_seat(reason="another")).then_nothing()


def test_numbers_with_and_without_trailing_zeros_are_the_same_content() -> None:
    past = given(opened(), add_seat(allocation=Decimal("1")), match(day_rate=money("480")))
    past.when(add_seat(allocation=Decimal("1.0"))).then_nothing()
    past.when(match(day_rate=money("480.00"))).then_nothing()


def test_an_opening_is_already_so_with_the_same_content() -> None:
    command = opened("managed_services", work_class="core", override_reason="we know", name="Alpha")
    past = given(command)
    past.when(command).then_nothing()
    past.when(replace(command, name="Beta", override_reason=None)).then_nothing()
    for other in (
        replace(command, client_id="other"),
        replace(command, model="staff_augmentation"),
        replace(command, work_class="non_core"),
        replace(command, seats=(seat("s2"),)),
        replace(command, policy="staff_augmentation"),
        replace(command, calendar="us-east"),
        replace(command, policy="managed_services@2"),
        replace(command, calendar="weekdays@2"),
    ):
        past.when(other).then_rejected(EngagementExists, field="engagement_id")


def test_an_unversioned_code_matches_the_version_chosen_then() -> None:
    newer = variant("managed_services", "managed_services", version=2)
    past = replace(given(opened("managed_services")), terms=with_policies(published(), [newer]))
    past.when(opened("managed_services", policy="managed_services", calendar="weekdays")).then_nothing()
    past.when(opened("managed_services", policy="managed_services@1", calendar="weekdays@1")).then_nothing()
    past.when(opened("managed_services", policy="managed_services@2")).then_rejected(EngagementExists)
    past.when(amend_terms("managed_services")).then_nothing()
    past.when(amend_terms("managed_services@2")).then(TermsAmended)


def test_only_the_platform_opens_also_again() -> None:
    given(opened()).when(by("client", opened())).then_rejected(NotYours)


def test_a_request_is_no_acknowledgement() -> None:
    past = given(opened(), *active(), report(), request(cause="non_performance"))
    past.when(acknowledge()).then(UnderperformanceAcknowledged)


def test_of_two_acknowledgements_the_earlier_one_counts() -> None:
    past = given(opened(), *active(), on(1, report()), on(5, acknowledge()))
    earlier = past.when(on(3, acknowledge())).then(UnderperformanceAcknowledged)
    assert earlier.state.concern("c1").acknowledged_at == day(3)


def test_a_resumption_where_nothing_was_ever_suspended_is_not_already_so() -> None:
    given(opened(), end()).when(resume()).then_rejected(EngagementEndedAlready)
    given(*CASE, withdraw_case()).when(resume_case()).then_rejected(CaseClosed)


def test_a_resumption_is_already_so_where_the_end_did_it() -> None:
    given(opened(), suspend(), end()).when(resume()).then_nothing()
    given(*CASE, pause(), withdraw_case()).when(resume_case()).then_nothing()


def test_a_review_with_the_result_of_the_one_before_the_last_is_recorded() -> None:
    lines = [
        opened("managed_marketplace"),
        match(),
        *onboarded_fully("a1"),
        request(),
        review(),
        review(eligible=False),
    ]
    given(*lines).when(review()).then(GuaranteeReviewed)


def test_an_acceptance_without_an_id_is_already_so() -> None:
    given(*CASE, propose(), accept()).when(accept("p1", None)).then_nothing()


def test_what_ended_is_not_already_so_as_active() -> None:
    given(opened(), *active(), depart()).when(onboard()).then_rejected(AssignmentEnded)


def test_it_is_judged_at_the_instant_of_the_repeat() -> None:
    past = given(opened(), on(5, add_seat()))
    past.when(on(6, add_seat())).then_nothing()
    earlier = past.when(on(4, add_seat())).then(SeatAdded)
    assert earlier.state.seat("s2").starts_at == day(4)


def test_an_earlier_id_with_other_content_contradicts_the_later_one() -> None:
    given(opened(), on(5, add_seat())).when(on(4, add_seat(role="lead"))).then_contradicts(2, SeatExists)


def test_it_is_judged_after_party_and_before_the_other_rules() -> None:
    past = given(opened(), *active(), report(), acknowledge(), suspend())
    past.when(by("client", acknowledge())).then_rejected(NotYours)
    past.when(onboard()).then_nothing()
    past.when(complete("nda", "a9")).then_rejected(UnknownAssignment)


def test_an_amendment_that_stands_is_already_so_on_a_closed_seat_too() -> None:
    past = given(opened(), amend_seat(role="lead"), close_seat())
    past.when(amend_seat(role="lead")).then_nothing()
    past.when(amend_seat(role="other")).then_rejected(SeatClosedAlready)


def test_a_pause_is_not_already_so_once_it_has_ended() -> None:
    given(*CASE, on(5, pause(until=day(6)))).when(on(7, pause(until=day(8)))).then(
        ReplacementPaused, ReplacementResumed
    )
    given(*CASE, pause(), resume_case()).when(pause()).then(ReplacementPaused)
    given(*CASE, on(5, pause(until=day(8)))).when(on(6, pause(until=day(8)))).then_nothing()
