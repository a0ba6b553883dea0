"""Parties, suspension and end, terms and models (docs/rules.md)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest

from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.deed import EngagementEndedAlready, EngagementSuspendedNow
from domain.engagement.lifecycle.amendment import AmendTerms, TermsAmended
from domain.engagement.lifecycle.opening import BeforeTheOpening, CoreWorkNeedsReason
from domain.engagement.lifecycle.suspension import EngagementNotSuspended, EngagementResumed, EngagementSuspended
from domain.engagement.nouns.pause import PauseEndsBeforeItStarts
from domain.engagement.replacement.about import NoActiveSuccessor, standing_of
from domain.engagement.replacement.takeover import ProfessionalReplaced
from domain.engagement.seats import SeatAmended
from domain.engagement.terms.policy import (
    GuaranteeMissing,
    GuaranteeNotOffered,
    NobodyAccountable,
    NothingAmended,
    Obligations,
    ObligationTerms,
    PolicyDoesNotApply,
)
from domain.engagement.terms.published import UnknownTerms
from domain.engagement.transfer.completion import KnowledgeTransferred
from domain.language.words import Model, field_names
from domain.law.command import Command, InTheFuture
from domain.law.rejection import Unfit
from tests.domain.given import TODAY, day, given, on, published, refuses_to_open, variant
from tests.domain.words import (
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
    end,
    exit_plan,
    handover,
    item,
    match,
    onboard,
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

MARKETPLACE: Final = "managed_marketplace"


def test_core_work_needs_a_reason_where_one_side_decides_alone() -> None:
    models: tuple[Model, ...] = ("managed_services", "freelancer_platform")
    for model in models:
        rejection = refuses_to_open(opened(model, work_class="core"), CoreWorkNeedsReason)
        assert rejection.field == "override_reason"
        given(opened(model, work_class="core", override_reason="we know"))
        given(opened(model))


def test_core_work_needs_no_reason_under_the_other_models() -> None:
    given(opened("staff_augmentation", work_class="core"))
    given(opened(MARKETPLACE, work_class="core"))


def test_a_policy_applies_to_the_model() -> None:
    rejection = refuses_to_open(opened("freelancer_platform", policy="staff_augmentation"), PolicyDoesNotApply)
    assert rejection.field == "policy"
    given(opened()).when(amend_terms("staff_augmentation")).then_rejected(PolicyDoesNotApply, field="policy")


def test_a_freelancer_platform_grants_no_guarantee() -> None:
    generous = variant(MARKETPLACE, "generous", applies_to=("freelancer_platform", "staff_augmentation"))
    refuses_to_open(opened(policy="generous"), GuaranteeNotOffered, publishing=[generous])
    given(opened(), publishing=[generous]).when(amend_terms("generous")).then_rejected(GuaranteeNotOffered)
    given(opened("staff_augmentation", policy="generous"), publishing=[generous])


def test_a_managed_marketplace_grants_a_guarantee() -> None:
    bare = variant(MARKETPLACE, "bare", guarantee=None)
    refuses_to_open(opened(MARKETPLACE, policy="bare"), GuaranteeMissing, publishing=[bare])
    given(opened(MARKETPLACE), publishing=[bare]).when(amend_terms("bare")).then_rejected(GuaranteeMissing)


@pytest.mark.parametrize("name", field_names(Obligations))
def test_a_managed_marketplace_names_somebody_for_every_obligation(name: str) -> None:
    named = published().policies[MARKETPLACE].obligations
    nobody = replace(named, **{name: ObligationTerms(accountable=None, goal=None)})
    vague = variant(MARKETPLACE, "vague", obligations=nobody, applies_to=(MARKETPLACE, "staff_augmentation"))
    rejection = refuses_to_open(opened(MARKETPLACE, policy="vague"), NobodyAccountable, publishing=[vague])
    assert name in rejection.detail
    given(opened("staff_augmentation", policy="vague"), publishing=[vague])


def test_terms_are_published() -> None:
    for wrong in (opened(policy="nowhere"), opened(calendar="nowhere"), opened(policy="freelancer_platform@2")):
        assert isinstance(refuses_to_open(wrong, UnknownTerms), Unfit)
    given(opened()).when(amend_terms("nowhere")).then_rejected(UnknownTerms, field="policy")
    given(opened()).when(amend_terms(calendar="nowhere")).then_rejected(UnknownTerms, field="calendar")


def test_an_amendment_names_at_least_one_of_policy_and_calendar() -> None:
    assert isinstance(given(opened()).when(amend_terms()).then_rejected(NothingAmended, field="policy"), Unfit)


def test_an_amendment_of_one_leaves_the_other() -> None:
    past = given(opened()).when(amend_terms(calendar="us-east")).then(TermsAmended)
    assert past.state.terms.policy.code == "freelancer_platform"
    assert past.state.terms.calendar.code == "us-east"
    kind = variant("freelancer_platform", "kind")
    past = given(opened(), publishing=[kind]).and_(amend_terms("kind"))
    assert (past.state.terms.policy.code, past.state.terms.calendar.code) == ("kind", "weekdays")


def test_an_amendment_carries_whole_documents_or_null() -> None:
    outcome = given(opened()).when(amend_terms(calendar="us-east@1"))
    calendar = published().calendars["us-east@1"]
    outcome.then(TermsAmended(policy=None, calendar=calendar, reason="agreed"))


def test_an_amendment_of_a_seat_says_what_changes() -> None:
    past = given(opened())
    assert isinstance(past.when(amend_seat()).then_rejected(NothingAmended), Unfit)
    past.when(amend_seat(reason="because")).then_rejected(NothingAmended)
    for change in ({"role": "lead"}, {"key_role": True}, {"required_from": day(1)}, {"allocation": Decimal("0.5")}):
        past.when(amend_seat(**change)).then(SeatAmended)


def test_an_amendment_of_a_seat_leaves_what_it_does_not_name() -> None:
    full = seat(role="lead", allocation=Decimal("0.5"), required_from=day(1), required_until=day(9), key_role=True)
    past = given(opened("freelancer_platform", full))
    assert past.and_(amend_seat(role="tester")).state.seat("s1").spec == replace(full, role="tester")
    assert past.and_(amend_seat(key_role=False)).state.seat("s1").spec == replace(full, key_role=False)
    assert past.and_(amend_seat(required_until=None)).state.seat("s1").spec == replace(full, required_until=None)


def test_a_suspension_does_not_end_before_it_starts() -> None:
    given(opened()).when(on(5, suspend(until=day(4)))).then_rejected(PauseEndsBeforeItStarts, field="until")


def test_a_suspension_with_an_end_records_its_resumption_there() -> None:
    outcome = given(opened()).when(on(5, suspend(until=day(8))))
    past = outcome.then(EngagementSuspended, EngagementResumed)
    assert [fact.occurred_at for fact in outcome.facts] == [day(5), day(8)]
    assert past.state.suspension is None


def test_resume_only_what_is_suspended_and_suspend_only_what_runs() -> None:
    given(opened()).when(resume()).then_rejected(EngagementNotSuspended)
    past = given(opened(), suspend())
    past.when(suspend("partner")).then_rejected(EngagementSuspendedNow)
    past.when(suspend(until=day(900))).then_rejected(EngagementSuspendedNow)
    past.when(resume()).then(EngagementResumed)


FULL = [
    opened("freelancer_platform", seat("s1"), seat("s2"), seat("s3"), seat("s4")),
    *active(),
    *active("b1", "eve", "s2"),
    match("d1", "dan", "s3"),
    match("e1", "eli", "s4"),
    depart("e1", "no_show"),
    report(),
    report("c2", "b1"),
    acknowledge("c2"),
    request("k1", "non_performance"),
    request("k2", seat_id="s2"),
    propose(),
    pause(),
    handover("h1", item("i1"), item("i2")),
]
WHILE_SUSPENDED: list[Command[Any]] = [
    resume(),
    resume_case(),
    end(),
    annotate(),
    acknowledge(),
    dispute(),
    depart(),
    announce(),
    absent(),
    effort(),
    handover("h2"),
    exit_plan(),
    deliver(),
    waive_item(),
    correct(annotate()),
]
NOT_WHILE_SUSPENDED: list[Command[Any]] = [
    add_seat("s9"),
    amend_seat(role="lead"),
    close_seat(),
    match("a9", "fay", "s3"),
    withdraw_match("d1"),
    complete("nda", "d1"),
    waive("nda", "d1"),
    onboard("d1"),
    change_rate(),
    productivity(),
    report("c9"),
    resolve("c2"),
    request("k9", seat_id="s4"),
    review(),
    propose("p9", "gus", "k2"),
    accept(),
    decline(),
    pause("k2"),
    withdraw_case("k2"),
    suspend("partner"),
    amend_terms(calendar="us-east"),
]


@pytest.mark.parametrize("command", WHILE_SUSPENDED, ids=lambda command: type(command).__name__)
def test_while_suspended_this_goes_on(command: Command[Any]) -> None:
    given(*FULL, suspend()).when(command).recorded()


@pytest.mark.parametrize("command", NOT_WHILE_SUSPENDED, ids=lambda command: type(command).__name__)
def test_while_suspended_nothing_else_goes_on(command: Command[Any]) -> None:
    given(*FULL, suspend()).when(command).then_rejected(EngagementSuspendedNow)


def test_while_suspended_items_are_verified_and_transfers_completed() -> None:
    past = given(*FULL, waive_item("i2"), deliver(), suspend())
    past.and_(verify()).when(transferred()).then(KnowledgeTransferred)


def test_while_suspended_nobody_is_replaced() -> None:
    past = given(*FULL, accept(), onboard("a2"), suspend())
    past.when(replace_professional()).then_rejected(EngagementSuspendedNow)
    past.and_(resume()).when(replace_professional()).then(ProfessionalReplaced)


AFTER_THE_END: list[Command[Any]] = [exit_plan(), effort(), annotate(), correct(annotate())]
NOT_AFTER_THE_END: list[Command[Any]] = [
    add_seat("s9"),
    amend_seat(role="lead"),
    close_seat(),
    match("a9", "fay", "s3"),
    complete("chat", "d1"),
    waive("chat", "d1"),
    onboard(),
    change_rate(),
    productivity(),
    absent(),
    announce(),
    depart(),
    report("c9"),
    acknowledge(),
    dispute(),
    resolve("c2"),
    request("k9", seat_id="s4"),
    propose("p9", "gus", "k2"),
    accept(),
    decline(),
    pause("k2"),
    withdraw_case("k2"),
    review("k2"),
    suspend("partner"),
    amend_terms(calendar="us-east"),
    end("terminated"),
]


@pytest.mark.parametrize("command", AFTER_THE_END, ids=lambda command: type(command).__name__)
def test_after_the_end_this_goes_on(command: Command[Any]) -> None:
    given(*FULL, end()).when(command).recorded()


@pytest.mark.parametrize("command", NOT_AFTER_THE_END, ids=lambda command: type(command).__name__)
def test_after_the_end_nothing_else_goes_on(command: Command[Any]) -> None:
    given(*FULL, end()).when(command).then_rejected(EngagementEndedAlready)


def test_after_the_end_nobody_is_replaced() -> None:
    given(*FULL, accept(), onboard("a2"), end()).when(replace_professional()).then_rejected(NoActiveSuccessor)


def test_the_end_ends_live_assignments_and_cancels_open_cases() -> None:
    past = given(*FULL, depart(), on(9, end()))
    assert {each.end_reason for each in past.state.assignments.values()} == {
        "engagement_ended",
        "resignation",
        "no_show",
    }
    assert past.state.assignment("b1").ended_at == day(9)
    assert past.state.assignment("a1").ended_at != day(9)
    assert {standing_of(past.state, case) for case in past.state.cases.values()} == {"cancelled"}
    assert (past.state.ended_at, past.state.end_reason) == (day(9), "completed")


def test_the_end_also_ends_a_suspension() -> None:
    assert given(opened(), suspend(), end()).state.suspension is None


def test_what_happened_is_neither_before_the_opening_nor_in_the_future() -> None:
    past = given(opened())
    past.when(on(-0.001, match())).then_rejected(BeforeTheOpening, field="occurred_at")
    past.when(on(0, match())).then(ProfessionalMatched)
    soon = (TODAY - day(0)).days + (300 + past.history.version) / 86400
    past.when(on(soon, match())).then(ProfessionalMatched)
    past.when(on(soon + 1e-6, match())).then_rejected(InTheFuture, field="occurred_at")
    refuses_to_open(on(1000.01, opened()), InTheFuture)


def test_an_opening_names_its_terms_or_those_of_its_model() -> None:
    assert list(opened(policy="other@2", calendar="london").names()) == [("policy", "other@2"), ("calendar", "london")]
    assert list(opened("managed_services").names()) == [("policy", "managed_services"), ("calendar", "weekdays")]


def test_an_amendment_names_what_it_changes() -> None:
    assert list(AmendTerms(calendar="london", reason="Moved.").names()) == [("calendar", "london")]
    assert list(AmendTerms(policy="other", reason="Agreed.").names()) == [("policy", "other")]
