"""correct-history (docs/rules.md, *Corrections*): facts voided and others recorded at once, judged on the result."""

from dataclasses import replace
from typing import Any

import pytest

from domain.clocks.notice import ServiceLevelBreached
from domain.engagement.annotation import EventAnnotated
from domain.engagement.assignments.about import AssignmentEnded, SeatTaken
from domain.engagement.assignments.departure import ProfessionalDeparted
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.assignments.onboarding import OnboardingItemCompleted, ProfessionalOnboarded
from domain.engagement.assignments.productivity import ProductivityReported
from domain.engagement.concerns import UnderperformanceReported, is_open
from domain.engagement.effort import EffortRecorded
from domain.engagement.lifecycle.opening import BeforeTheOpening, EngagementExists
from domain.engagement.nouns.assignment import UnknownAssignment
from domain.engagement.nouns.case import UnknownCase
from domain.engagement.nouns.match import Algorithm, Match
from domain.engagement.nouns.plan import UnknownPlan
from domain.engagement.replacement.about import NoActiveSuccessor
from domain.engagement.replacement.request import OutgoingDiffers, ReplacementRequested
from domain.engagement.replacement.succession import AcceptanceDiffers
from domain.engagement.transfer.about import BilledUnderGuarantee
from domain.law.command import InTheFuture
from domain.law.correction import NothingCorrected
from domain.law.rejection import NotYours, Unfit
from domain.law.voiding import FactVoided, NotVoidable, UnknownVersion
from tests.domain.given import START, EngagementId, Lines, by, day, for_, given, on
from tests.domain.words import (
    absent,
    accept,
    acknowledge,
    active,
    add_seat,
    annotate,
    change_rate,
    close_seat,
    complete,
    correct,
    decline,
    depart,
    effort,
    end,
    match,
    money,
    onboard,
    onboarded_fully,
    opened,
    productivity,
    propose,
    replace_professional,
    report,
    request,
    resolve,
    review,
    suspend,
    waive,
    withdraw_case,
)

MATCHED: Lines = [opened(), on(2, match()), on(3, complete()), on(4, onboard())]


def test_a_wrong_instant_is_put_right_by_one_correction() -> None:
    past = given(*MATCHED, on(6, report()))
    corrected = past.and_(correct(on(1, match()), void=(2,)))
    assert corrected.state.assignment("a1").matched_at == day(1)
    assert is_open(corrected.state, corrected.state.concern("c1"))


def test_a_wrong_professional_with_twenty_facts_after_it_is_put_right_by_one_correction() -> None:
    twenty: Lines = [onboard(), *(productivity(percent) for percent in range(60, 77)), report(), acknowledge()]
    past = given(opened(), on(2, match()), *twenty)
    assert past.history.version == 22
    corrected = past.when(correct(on(2, match("a1", "ben")), void=(2,))).then(FactVoided, ProfessionalMatched)
    assert corrected.state.assignment("a1").professional_id == "ben"
    assert corrected.state.concern("c1").acknowledged_at
    assert len(corrected.history.timeline) == 23


def test_a_forgotten_match_with_its_departure_is_put_right_by_one_correction() -> None:
    past = given(opened(), on(10, match("a2", "ben")), on(11, onboard("a2")))
    past.when(on(2, match("a1", "ana"))).then_contradicts(2, SeatTaken)
    corrected = past.and_(correct(on(2, match("a1", "ana")), on(3, onboard("a1")), on(8, depart("a1"))))
    assert corrected.state.assignment("a1").ended_at == day(8)
    assert corrected.state.assignment("a2").active


def test_the_law_is_judged_once_on_the_result() -> None:
    past = given(*MATCHED)
    past.when(correct(void=(2,))).then_contradicts(3, UnknownAssignment)
    past.when(correct(on(5, match()), void=(2,))).then_contradicts(3, UnknownAssignment)
    past.when(correct(on(3.5, depart()))).then_contradicts(4, AssignmentEnded)
    past.when(correct(on(3.5, depart()), void=(4,))).recorded()


def test_an_entry_that_breaks_a_rule_itself_is_refused_with_that_rule() -> None:
    past = given(*MATCHED)
    past.when(correct(on(5, match("a2", "ben")))).then_rejected(SeatTaken)
    past.when(correct(on(5, complete("nda", "a9")))).then_rejected(UnknownAssignment)
    past.when(correct(on(-1, annotate()))).then_rejected(BeforeTheOpening)
    past.when(correct(for_("client", on(5, change_rate())))).then_rejected(NotYours)
    past.when(correct(on(5, effort(plan_id="h9")))).then_rejected(UnknownPlan)


def test_a_refused_entry_is_named_by_its_place_in_the_list() -> None:
    past = given(*MATCHED)
    past.when(correct(on(5, annotate()), on(4.5, complete("nda", "a9")))).then_rejected(
        UnknownAssignment, field="record[1].assignment_id"
    )
    past.when(correct(for_("client", on(5, change_rate())))).then_rejected(NotYours, field="record[0].on_behalf_of")


def test_entries_are_decided_in_the_order_of_time_and_then_of_the_list() -> None:
    past = given(opened(), add_seat())
    entries: Lines = [on(9, depart()), on(5, match()), on(7, complete("chat")), on(7, onboard())]
    corrected = past.when(correct(*entries))
    types = (ProfessionalMatched, OnboardingItemCompleted, ProfessionalOnboarded, ProfessionalDeparted)
    corrected.then(*types)
    past.when(correct(on(5, onboard()), on(5, match()))).then_rejected(UnknownAssignment)


def test_an_entry_without_an_instant_happens_with_the_correction() -> None:
    outcome = given(opened()).when(on(5, correct(match())))
    assert [fact.occurred_at for fact in outcome.facts] == [day(5)]


def test_each_entry_is_a_command_of_its_own_caused_by_the_correction() -> None:
    past = given(*MATCHED)
    voiding, first, second = past.when(correct(on(2, match()), on(3, waive()), void=(2, 3))).facts[1:] or ()
    assert voiding.type == "FactVoided"
    assert len({voiding.command_id, first.command_id, second.command_id}) == 3
    facts = past.when(correct(on(2, match()), void=(2,))).facts
    assert facts[1].causation_id == facts[0].event_id
    alone = past.when(on(9, correct(productivity()))).facts
    assert alone[0].causation_id
    assert alone[0].causation_id != str(alone[0].command_id)


def test_a_voiding_voids_all_events_of_the_command_that_recorded_the_fact() -> None:
    past = given(opened(), on(1, suspend(until=day(3))))
    for version in (2, 3):
        outcome = past.when(correct(void=(version,)))
        outcome.then(FactVoided(version=version, voids=(2, 3), reason="typed wrongly"))
    past.when(correct(void=(3, 2))).then(FactVoided(version=3, voids=(2, 3), reason="typed wrongly"))


def test_there_is_one_voiding_for_each_command_concerned() -> None:
    past = given(*MATCHED, on(5, suspend(until=day(6))))
    past.when(correct(void=(4, 6, 5))).then(
        FactVoided(version=4, voids=(4,), reason="typed wrongly"),
        FactVoided(version=6, voids=(5, 6), reason="typed wrongly"),
    )
    facts = past.when(correct(void=(4, 6, 5))).facts
    assert [(fact.version, fact.ordinal, fact.place) for fact in facts] == [(7, 0, 7), (8, 1, 8)]


def test_voiding_and_recording_at_the_end_of_a_history_changes_its_state() -> None:
    past = given(*MATCHED, on(9, change_rate("9.00")))
    corrected = past.and_(correct(change_rate("8.00"), void=(5,)))
    assert corrected.and_(correct(void=(7,))).state.assignment("a1").day_rate is None


def test_entries_without_an_instant_stand_among_those_with_one() -> None:
    outcome = given(opened()).when(on(5, correct(onboard(), on(4, match()), on(6, report()))))
    outcome.then(ProfessionalMatched, ProfessionalOnboarded, UnderperformanceReported)


def test_without_its_acceptance_nobody_was_replaced() -> None:
    lines: Lines = [opened(), *active(), request(), propose(), accept(), onboard("a2"), replace_professional()]
    given(*lines).when(correct(void=(6, 7))).then_contradicts(8, NoActiveSuccessor)


def test_what_a_correction_recorded_is_voided_by_itself() -> None:
    past = given(*MATCHED).and_(correct(on(2, match("a1", "ben")), on(3, waive()), void=(2, 3)))
    versions = {fact.type: fact.version for fact in past.history.facts}
    past.when(correct(on(3, complete()), void=(versions["OnboardingItemWaived"],))).then(
        FactVoided, OnboardingItemCompleted
    )


def test_the_opening_a_notice_and_a_voiding_are_not_voidable() -> None:
    past = given(*MATCHED)
    past.when(correct(void=(1,))).then_rejected(NotVoidable, field="void")
    voided = past.and_(correct(void=(4,)))
    voided.when(correct(void=(5,))).then_rejected(NotVoidable)
    breach = ServiceLevelBreached(
        clock="onboard", subject_id="a1", due_at=day(1), accountable=None, goal_seconds=1, terms="t"
    )
    notice = replace(past.history.facts[-1], version=5, place=5, command_id=EngagementId, event=breach)
    noticed = replace(past, history=past.history.extended([notice]))
    noticed.when(correct(void=(5,))).then_rejected(NotVoidable)


def test_a_correction_voids_or_records_something() -> None:
    assert isinstance(given(*MATCHED).when(correct()).then_rejected(NothingCorrected, field="void"), Unfit)


def test_a_correction_is_the_platforms() -> None:
    given(*MATCHED).when(by("client", correct(void=(4,)))).then_rejected(NotYours)


def test_a_correction_happens_neither_before_the_opening_nor_in_the_future() -> None:
    given(*MATCHED).when(on(-1, correct(void=(4,)))).then_rejected(BeforeTheOpening)
    given(*MATCHED).when(on(1001, correct(void=(4,)))).then_rejected(InTheFuture)
    given(*MATCHED).when(correct(on(1001, annotate()))).then_rejected(InTheFuture)


def test_a_correction_opens_no_engagement() -> None:
    given(*MATCHED).when(correct(on(5, opened("managed_services")))).then_rejected(EngagementExists)


def test_what_was_voided_is_voided_already() -> None:
    past = given(*MATCHED, correct(void=(4,)))
    past.when(correct(void=(4,))).then_nothing()
    past.when(correct(void=(3, 4))).then(FactVoided(version=3, voids=(3,), reason="typed wrongly"))
    past.when(correct(on(3, complete()))).then_nothing()


def test_an_entry_that_stands_records_nothing() -> None:
    past = given(*MATCHED)
    past.when(correct(on(5, complete()), on(6, complete("chat")))).then(OnboardingItemCompleted)


def test_a_correction_takes_the_place_of_the_fact_it_voids() -> None:
    past = given(opened(), on(2, match()), on(2, onboard()))
    corrected = past.and_(correct(on(2, match("a1", "ben")), void=(2,)))
    assert [(fact.type, fact.place) for fact in corrected.history.timeline if fact.type != "FactVoided"] == [
        ("EngagementOpened", 1),
        ("ProfessionalMatched", 2),
        ("ProfessionalOnboarded", 3),
    ]
    assert [fact.version for fact in corrected.history.timeline][:3] == [1, 5, 3]


def test_a_place_belongs_to_the_same_type_about_the_same_ids() -> None:
    past = given(opened(), on(2, match()), on(2, complete()), on(2, complete("chat")), on(2, onboard()))
    outcome = past.when(correct(on(2, complete("tracker")), on(2, waive("chat")), on(2, complete()), void=(3, 4)))
    assert [(fact.version, fact.place) for fact in outcome.facts[2:]] == [(8, 8), (9, 9), (10, 3)]


def test_places_are_taken_once_the_first_first() -> None:
    past = given(opened(), on(2, match()), on(2, onboard()), on(2, productivity(10)), on(2, productivity(20)))
    again = [on(2, productivity(percent)) for percent in (11, 21, 31)]
    outcome = past.when(correct(*again, void=(5, 4)))
    assert [fact.place for fact in outcome.facts[2:]] == [4, 5, 10]


def test_only_what_this_correction_voids_gives_its_place() -> None:
    past = given(opened(), on(2, match()), on(2, onboard()), correct(void=(3,)))
    assert past.when(correct(on(2, onboard()))).facts[0].place == 5
    assert past.when(on(2, onboard())).facts[0].place == 5


def test_an_entry_is_decided_at_the_place_it_takes() -> None:
    lines: Lines = [
        opened(),
        *active(),
        report(),
        on(5, request(cause="non_performance")),
        on(5, withdraw_case()),
        on(5, resolve()),
    ]
    past = given(*lines)
    corrected = past.and_(correct(on(5, request(cause="non_performance")), void=(5,)))
    assert corrected.state.case("k1").concern_id == "c1"


def test_an_acceptance_whose_copies_differ_from_its_proposal_is_unlawful() -> None:
    past = given(opened(), *active(), on(2, request()), on(3, propose()), on(4, accept()), on(5, onboard("a2")))
    wrong = on(3, propose(who="cyd"))
    past.when(correct(wrong, void=(5,))).then_contradicts(6, AcceptanceDiffers)
    together = past.and_(correct(wrong, on(4, accept()), void=(5, 6)))
    assert together.state.assignment("a2").professional_id == "cyd"
    assert together.state.assignment("a2").active


@pytest.mark.parametrize(
    "changed",
    [
        {"partner_id": "north"},
        {"supply_source": "agency_partner"},
        {"planned_start": day(9)},
        {"day_rate": money("9.00")},
        {"match": Match(score=0.5, algorithm=Algorithm(name="x", version="1"), decided_by="person")},
    ],
)
def test_every_copy_of_an_acceptance_is_part_of_the_law(changed: dict[str, Any]) -> None:
    past = given(opened(), *active(), on(2, request()), on(3, propose()), on(4, accept()))
    past.when(correct(on(3, propose(**changed)), void=(5,))).then_contradicts(6, AcceptanceDiffers)


def test_a_request_with_another_outgoing_assignment_is_recorded_again_in_the_same_correction() -> None:
    past = given(opened(), *active(), on(2, depart()), on(9, request()))
    forgotten = [on(4, match("b1", "eve")), on(5, depart("b1", "no_show"))]
    past.when(correct(*forgotten)).then_contradicts(5, OutgoingDiffers)
    corrected = past.and_(correct(*forgotten, on(9, request()), void=(5,)))
    assert corrected.state.case("k1").outgoing_assignment_id == "b1"


def test_what_a_command_filled_in_stays_as_it_was_recorded() -> None:
    past = given(opened(), on(2, match()), on(3, complete())).and_(correct(on(2, match("a1", "ben")), void=(2,)))
    item = past.history.facts[2].event
    assert isinstance(item, OnboardingItemCompleted)
    assert item.professional_id == "ana"


def test_a_decided_guarantee_stays_as_it_was_recorded() -> None:
    lines: Lines = [opened("managed_marketplace"), on(1, match()), *onboarded_fully("a1"), on(9, report())]
    past = given(*lines, on(120, request(cause="non_performance", claim_guarantee=True)))
    version = next(fact.version for fact in past.history.facts if fact.type == "UnderperformanceReported")
    corrected = past.and_(correct(on(100, report()), void=(version,)))
    assert corrected.state.case("k1").eligible
    again = corrected.history.facts[past.history.version - 2]
    assert again.type == "ReplacementRequested"
    renewed = past.and_(
        correct(
            on(100, report()),
            on(120, request(cause="non_performance", claim_guarantee=True)),
            void=(version, again.version),
        )
    )
    assert not renewed.state.case("k1").eligible


def test_a_correction_names_for_whom_an_entry_is_recorded() -> None:
    outcome = given(opened()).when(correct(on(1, add_seat()), for_("partner", on(2, match())), on(3, complete())))
    assert [fact.on_behalf_of and fact.on_behalf_of.party for fact in outcome.facts] == ["client", "partner", None]


def test_an_end_is_voided_and_what_it_ended_lives_on() -> None:
    past = given(*MATCHED, on(9, end()))
    assert past.and_(correct(void=(5,))).state.assignment("a1").active


def test_a_made_id_is_of_the_entry_and_not_of_the_correction() -> None:
    outcome = given(opened(), add_seat()).when(correct(on(1, match(None)), on(2, match(None, "ben", "s2"))))
    made = [fact.event.assignment_id for fact in outcome.facts if isinstance(fact.event, ProfessionalMatched)]
    assert made == [str(fact.command_id) for fact in outcome.facts]
    assert len(set(made)) == 2


def test_what_obeys_no_order_is_judged_on_the_result_of_the_correction() -> None:
    past = given(opened(), *active())
    past.when(correct(on(1, effort(case_id="k1")), on(2, request()))).then(EffortRecorded, ReplacementRequested)
    past.when(correct(on(1, effort(case_id="k1")))).then_rejected(UnknownCase, field="record[0].case_id")
    past.when(correct(on(1, annotate(4)))).then_rejected(UnknownVersion)
    past.when(correct(on(1, annotate(3)), void=(3,))).then(FactVoided, EventAnnotated)
    free = given(opened("managed_marketplace"), match(), *onboarded_fully("a1"), on(3, request()))
    billed = on(4, effort(case_id="k1", billable=True))
    free.when(correct(billed)).then(EffortRecorded)
    free.when(correct(billed, on(5, review()))).then_rejected(BilledUnderGuarantee, field="record[0].billable")


def test_what_was_corrected_makes_no_other_content_of_a_repeat() -> None:
    past = given(opened(), on(1, match()), on(2, complete()), on(3, onboard()), on(4, report()), on(5, absent()))
    past = past.and_(on(6, request()), on(7, depart()))
    ben = past.and_(correct(on(1, match("a1", "ben")), void=(2,)))
    for repeat in (on(8, complete()), on(8, depart()), on(8, request()), on(4, report()), on(5, absent())):
        ben.when(repeat).then_nothing()


def test_another_outgoing_or_incoming_assignment_makes_no_other_content_of_a_replacement() -> None:
    past = given(opened(), *active(), on(2, depart()), on(9, request()), propose(), accept(), onboard("a2"))
    past = past.and_(replace_professional())
    forgotten = [on(4, match("b1", "eve")), on(5, depart("b1", "no_show"))]
    corrected = past.and_(correct(*forgotten, on(9, request()), void=(5,)))
    corrected.when(replace_professional()).then_nothing()
    corrected.when(on(10, request())).then_nothing()
    started = next(fact.occurred_at for fact in past.history.facts if fact.version == 8)
    again = (started - START).total_seconds() / 86400
    renamed = past.and_(correct(on(again - 0.01, accept("p1", "a3")), on(again, onboard("a3")), void=(7, 8)))
    assert renamed.state.case("k1").incoming_id == "a3"
    renamed.when(replace_professional()).then_nothing()


def test_another_candidate_makes_no_other_content_of_a_decline() -> None:
    past = given(opened(), *active(), on(2, request()), on(3, propose()), on(4, decline()))
    corrected = past.and_(correct(on(3, propose(who="cyd", qualified=False)), void=(5,)))
    corrected.when(decline()).then_nothing()


def test_another_case_makes_no_other_content_of_a_decline() -> None:
    past = given(opened(), *active(), on(2, request()), on(3, propose()), on(4, decline()))
    renamed = past.and_(correct(on(2, request("k3")), on(3, propose(case_id="k3")), void=(4, 5)))
    renamed.when(decline()).then_nothing()


def test_an_entry_is_decided_on_what_happened_before_it_behind_other_entries_too() -> None:
    past = given(opened(), on(1, match()), on(2, onboard()), on(10, add_seat("s2")))
    both = past.when(correct(on(4, productivity(50)), on(20, add_seat("s2"))))
    both.then(ProductivityReported)


def test_what_breaks_a_rule_only_beside_the_other_entries_is_named_as_its_entry() -> None:
    past = given(opened(), *active())
    refused = past.when(correct(on(9, report()), on(8, close_seat()), on(8.5, annotate()))).then_rejected(
        AssignmentEnded
    )
    assert refused.field == "record[0].assignment_id"
