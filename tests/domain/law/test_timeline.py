"""The timeline law (docs/rules.md): facts recorded late, judged where they happened."""

from dataclasses import replace

import pytest

from domain.engagement.annotation import EventAnnotated
from domain.engagement.assignments.about import AssignmentEnded, SeatTaken
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.assignments.onboarding import OnboardingItemCompleted, ProfessionalOnboarded
from domain.engagement.concerns import ConcernClosed, UnderperformanceAcknowledged, UnderperformanceResolved, is_open
from domain.engagement.deed import EngagementSuspendedNow, IdOfOtherSeat
from domain.engagement.effort import EffortRecorded
from domain.engagement.lifecycle.suspension import EngagementResumed, EngagementSuspended
from domain.engagement.nouns.assignment import UnknownAssignment
from domain.engagement.replacement.guarantee import GuaranteeReviewed
from domain.engagement.replacement.pause import PausedOtherwise, ReplacementPaused, ReplacementResumed
from domain.engagement.replacement.request import OutgoingDiffers
from domain.engagement.seats import SeatAdded
from domain.engagement.state import EngagementHistory
from domain.engagement.transfer.about import BilledUnderGuarantee
from domain.law.rejection import ContradictsLaterFact, NotFound, Unfit
from domain.law.timeline import check
from domain.law.voiding import FactVoided
from domain.register import EVENTS
from tests.domain.given import Lines, day, given, on
from tests.domain.words import (
    absent,
    acknowledge,
    active,
    add_seat,
    annotate,
    complete,
    correct,
    depart,
    effort,
    handover,
    match,
    onboard,
    onboarded_fully,
    opened,
    pause,
    productivity,
    propose,
    report,
    request,
    resolve,
    review,
    suspend,
    withdraw_match,
)

CONCERN: Lines = [opened(), *active(), on(2, report())]


def test_what_happened_on_tuesday_is_recorded_on_thursday_after_wednesdays_report() -> None:
    past = given(*CONCERN, on(5, productivity(40)))
    late = past.when(on(4, acknowledge())).then(UnderperformanceAcknowledged)
    assert [fact.type for fact in late.history.timeline][-2:] == [
        "UnderperformanceAcknowledged",
        "ProductivityReported",
    ]
    assert late.state.concern("c1").acknowledged_at == day(4)


def test_what_contradicts_a_later_fact_is_refused_with_that_facts_version_and_rule() -> None:
    past = given(*CONCERN, on(6, acknowledge()))
    past.when(on(4, resolve())).then_contradicts(5, ConcernClosed)
    assert past.history.facts[4].type == "UnderperformanceAcknowledged"


def test_a_contradiction_says_which_fact_at_which_instant_would_break_what() -> None:
    outcome = given(opened(), on(5, match("a2", "ben"))).when(on(4, match("a1", "ana")))
    outcome.then_contradicts(2, SeatTaken)
    assert outcome.rejection
    assert (
        "ProfessionalMatched at 2026-01-10T09:00:00Z (version 2) would break seat-taken: seat s1 is held by"
        in outcome.rejection.detail
    )
    assert not isinstance(outcome.rejection, NotFound | Unfit)


def test_the_first_fact_that_would_break_a_rule_is_named() -> None:
    past = given(opened(), on(2, match()), on(5, complete()), on(6, complete("chat")), on(7, onboard()))
    past.when(on(4, withdraw_match())).then_contradicts(3, AssignmentEnded)


def test_a_rule_broken_by_the_fact_itself_is_named_itself() -> None:
    given(opened(), on(2, match()), on(5, withdraw_match())).when(on(6, complete())).then_rejected(AssignmentEnded)
    given(opened(), on(2, match()), on(5, withdraw_match())).when(on(4, complete())).then(OnboardingItemCompleted)


def test_late_facts_between_others_are_judged_in_the_state_between() -> None:
    past = given(opened(), on(1, suspend(until=day(3))), on(5, match()))
    past.when(on(2, add_seat())).then_rejected(EngagementSuspendedNow)
    past.when(on(4, add_seat())).then(SeatAdded)
    past.when(on(4, suspend())).then_contradicts(4, EngagementSuspendedNow)
    past.when(on(4, suspend(until=day(4.5)))).then(EngagementSuspended, EngagementResumed)


def test_a_late_pause_may_end_after_the_last_fact() -> None:
    past = given(opened(), *active(), on(2, request()), on(5, productivity()))
    paused = past.when(on(4, pause(until=day(6)))).then(ReplacementPaused, ReplacementResumed)
    types = [fact.type for fact in paused.history.timeline]
    assert types[-3:] == ["ReplacementPaused", "ProductivityReported", "ReplacementResumed"]


def test_a_late_pause_ends_before_the_one_that_follows() -> None:
    past = given(opened(), *active(), on(2, request()), on(6, pause()))
    past.when(on(4, pause(waiting_on="partner", until=day(7)))).then_contradicts(5, PausedOtherwise)
    past.when(on(4, pause(waiting_on="partner", until=day(5)))).then(ReplacementPaused, ReplacementResumed)


def test_facts_at_one_instant_follow_each_other_in_the_order_of_their_versions() -> None:
    past = given(opened(), on(2, match()), on(2, onboard()), on(2, report()))
    assert is_open(past.state, past.state.concern("c1"))
    assert [fact.version for fact in past.history.timeline] == [1, 2, 3, 4]


def test_nothing_comes_before_the_opening_even_at_its_instant() -> None:
    past = given(opened(), on(0, match()))
    assert [fact.type for fact in past.history.timeline] == ["EngagementOpened", "ProfessionalMatched"]


def test_a_later_fact_that_stands_already_is_lawful_and_changes_nothing() -> None:
    past = given(opened(), on(2, match()), on(5, onboard())).and_(on(4, onboard()))
    assert past.state.assignment("a1").active_at == day(4)


def test_what_follows_a_fact_that_stands_already_is_judged_in_the_state_before_it() -> None:
    past = given(opened(), on(2, match()), on(5, onboard()), on(6, productivity()), on(7, report()))
    past.when(on(4, onboard())).then(ProfessionalOnboarded)
    past.when(correct(on(4, onboard()))).then(ProfessionalOnboarded)


def test_what_the_store_placed_takes_the_place_of_what_was_decided() -> None:
    past = given(opened(), on(2, match()), on(5, onboard()))
    for days in (6, 4):
        history = past.and_(on(days, complete()), on(days + 0.5, complete("chat"))).history
        placed = [replace(fact, position=fact.version + 100) for fact in history.facts[-2:]]
        stored = history.stored(placed)
        assert stored.facts == (*history.facts[:-2], *placed)
        assert stored.timeline == EngagementHistory.of(stored.facts).timeline
        assert (stored.state, stored.ids) == (history.state, history.ids)


def test_a_request_whose_outgoing_assignment_no_longer_follows_is_unlawful() -> None:
    past = given(opened(), *active(), on(2, depart()), on(9, request()))
    late = [on(4, match("b1", "eve")), on(5, depart("b1", "no_show"))]
    past.when(late[0]).then_contradicts(5, SeatTaken)
    past.when(correct(*late)).then_contradicts(5, OutgoingDiffers)


def test_four_kinds_obey_no_order_and_are_judged_in_the_final_state() -> None:
    past = given(opened(), on(1, match()), on(5, onboard()), on(6, request()))
    past.when(on(0.5, effort(case_id="k1", assignment_id="a1"))).then(EffortRecorded)
    past.when(on(0.5, annotate(4))).then(EventAnnotated)
    past.when(on(0.5, correct(void=(4,)))).then(FactVoided)


def test_the_kinds_without_order_are_four() -> None:
    unordered = [name for name, kind in EVENTS.items() if not kind.ordered]
    assert unordered == ["EffortRecorded", "FactVoided", "EventAnnotated", "ServiceLevelBreached"]


def test_the_kinds_without_order_are_never_judged_again() -> None:
    free: Lines = [opened("managed_marketplace"), match(), *onboarded_fully("a1"), request(cause="resignation")]
    past = given(*free, on(5, effort(case_id="k1", billable=True)), on(6, effort(assignment_id="a1")))
    past.when(on(4, review())).then(GuaranteeReviewed)
    past.when(correct(void=(2,))).then_contradicts(3, UnknownAssignment)
    voided = past.and_(correct(void=tuple(range(2, 10))))
    assert [fact.type for fact in voided.history.timeline].count("EffortRecorded") == 2


def test_effort_is_judged_in_the_final_state_and_not_in_that_of_its_instant() -> None:
    free: Lines = [opened("managed_marketplace"), match(), *onboarded_fully("a1"), on(3, request()), on(9, review())]
    given(*free).when(on(5, effort(case_id="k1", billable=True))).then_rejected(BilledUnderGuarantee)


def test_what_was_true_by_an_instant_is_the_timeline_until_it() -> None:
    past = given(*CONCERN, on(5, resolve()))
    until = past.history.until
    assert [fact.type for fact in until(day(5))][-1] == "UnderperformanceResolved"
    assert [fact.type for fact in until(day(4.9999))][-1] == "UnderperformanceReported"
    assert until(day(100)) == past.history.timeline


def test_both_truths_stay_readable_by_what_was_known() -> None:
    past = given(opened(), on(2, match()), on(5, onboard()))
    corrected = past.and_(correct(on(3, onboard()), void=(3,)))
    known_then = EngagementHistory.of(corrected.history.facts[: past.history.version])
    assert known_then.state.assignment("a1").active_at == day(5)
    assert corrected.state.assignment("a1").active_at == day(3)
    assert corrected.history.facts[:3] == past.history.facts


def test_the_law_is_judged_from_zero_too() -> None:
    past = given(*CONCERN, on(5, resolve()))
    timeline = past.history.timeline
    check(timeline, frozenset())
    with pytest.raises(ContradictsLaterFact) as caught:
        check([timeline[0], *timeline[2:]], frozenset())
    assert (caught.value.version, caught.value.broken) == (3, "unknown-assignment")
    last = timeline[-1]
    assert isinstance(last.event, UnderperformanceResolved)
    again = replace(last, version=9, event=replace(last.event, outcome="withdrawn"))
    with pytest.raises(ConcernClosed):
        check([*timeline, again], frozenset({9}))


def test_an_id_stays_on_its_seat_for_ever() -> None:
    past = given(opened(), add_seat(), match("a1", seat_id="s1"), correct(void=(3,)))
    past.when(match("a1", seat_id="s2")).then_rejected(IdOfOtherSeat, field="assignment_id")
    past.when(match("a1", who="ben", seat_id="s1")).then(ProfessionalMatched)
    past.when(correct(match("a1", seat_id="s2"))).then_rejected(IdOfOtherSeat, field="record[0].assignment_id")


def test_every_kind_of_id_stays_on_its_seat() -> None:
    seats: Lines = [opened(), add_seat(), *active(), *active("b1", "eve", "s2")]
    made: Lines = [report(), absent(), request(), propose(), handover()]
    past = given(*seats, *made)
    gone = past.and_(correct(void=tuple(range(len(seats) + 1, past.history.version + 1))))
    gone.when(report("c1", "b1")).then_rejected(IdOfOtherSeat, field="concern_id")
    gone.when(absent(assignment_id="b1")).then_rejected(IdOfOtherSeat, field="absence_id")
    gone.when(request(seat_id="s2")).then_rejected(IdOfOtherSeat, field="case_id")
    gone.when(handover(seat_id="s2", from_assignment_id="b1")).then_rejected(IdOfOtherSeat, field="plan_id")
    other = gone.and_(request("k2", seat_id="s2"))
    other.when(propose(case_id="k2")).then_rejected(IdOfOtherSeat, field="proposal_id")
    gone.and_(*made)
