"""The place of a fact that a correction records anew (docs/rules.md), for every kind of event with an order."""

from typing import Any, Final

import pytest

from domain.law.command import Command
from tests.domain.given import Lines, day, given, on, variant
from tests.domain.words import (
    absent,
    accept,
    acknowledge,
    add_seat,
    amend_absence,
    amend_seat,
    amend_terms,
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

OPEN: Final = variant(
    "managed_marketplace", "open", applies_to=("staff_augmentation",), onboarding_items=(), cooldown_days=0
)
OPENED: Lines = [opened("staff_augmentation", seat("s1"), seat("s2"), policy="open")]
MATCHED: Lines = [*OPENED, match("a1", "ana", "s1"), match("b1", "eve", "s2")]
ACTIVE: Lines = [*MATCHED, onboard("a1"), onboard("b1")]
CONCERNS: Lines = [*ACTIVE, report("c1", "a1"), report("c2", "b1")]
CASES: Lines = [*ACTIVE, request("k1"), request("k2", seat_id="s2")]
PROPOSED: Lines = [*CASES, propose("p1", "ben", "k1"), propose("p2", "dan", "k2")]
ABSENT: Lines = [*MATCHED, absent(absence_id="d1"), absent(absence_id="d2")]
OVERLAP: Lines = [*PROPOSED, accept("p1", "a2"), accept("p2", "b2"), onboard("a2"), onboard("b2")]
PLANS: Lines = [
    *ACTIVE,
    handover("h1", item("i1"), item("i2")),
    handover("h2", item("i1"), item("i2"), seat_id="s2", from_assignment_id="b1"),
]
DELIVERED: Lines = [*PLANS, deliver("i1", "h1"), deliver("i2", "h1"), deliver("i1", "h2")]

PAIRS: list[tuple[Lines, Command[Any], Command[Any]]] = [
    (OPENED, add_seat("s8"), add_seat("s9")),
    (OPENED, amend_seat("s1", role="lead"), amend_seat("s2", role="lead")),
    (OPENED, close_seat("s1"), close_seat("s2")),
    (OPENED, match("a1", "ana", "s1"), match("b1", "eve", "s2")),
    (MATCHED, withdraw_match("a1"), withdraw_match("b1")),
    (MATCHED, complete("nda", "a1"), complete("nda", "b1")),
    (MATCHED, complete("nda", "a1"), complete("chat", "a1")),
    (MATCHED, waive("nda", "a1"), waive("nda", "b1")),
    (MATCHED, waive("nda", "a1"), waive("chat", "a1")),
    (MATCHED, onboard("a1"), onboard("b1")),
    (MATCHED, change_rate("5.00", "a1"), change_rate("5.00", "b1")),
    (ACTIVE, productivity(80, "a1"), productivity(80, "b1")),
    (MATCHED, absent(absence_id="d1"), absent(absence_id="d2")),
    (ABSENT, amend_absence(15, "d1"), amend_absence(15, "d2")),
    (ABSENT, cancel_absence("d1"), cancel_absence("d2")),
    (MATCHED, announce("a1"), announce("b1")),
    (MATCHED, depart("a1"), depart("b1")),
    (ACTIVE, report("c1", "a1"), report("c2", "b1")),
    (CONCERNS, acknowledge("c1"), acknowledge("c2")),
    (CONCERNS, dispute("c1"), dispute("c2")),
    (CONCERNS, resolve("c1"), resolve("c2")),
    (ACTIVE, request("k1"), request("k2", seat_id="s2")),
    (CASES, review("k1"), review("k2")),
    (CASES, propose("p1", "ben", "k1"), propose("p2", "dan", "k2")),
    (PROPOSED, accept("p1", "a2"), accept("p2", "b2")),
    (PROPOSED, decline("p1"), decline("p2")),
    (CASES, pause("k1"), pause("k2")),
    ([*CASES, pause("k1"), pause("k2")], resume_case("k1"), resume_case("k2")),
    (OVERLAP, replace_professional("k1"), replace_professional("k2")),
    (CASES, withdraw_case("k1"), withdraw_case("k2")),
    (ACTIVE, handover("h1"), handover("h2")),
    (PLANS, deliver("i1", "h1"), deliver("i1", "h2")),
    (PLANS, deliver("i1", "h1"), deliver("i2", "h1")),
    (DELIVERED, verify("i1", "h1"), verify("i1", "h2")),
    (DELIVERED, verify("i1", "h1"), verify("i2", "h1")),
    (PLANS, waive_item("i1", "h1"), waive_item("i1", "h2")),
    (PLANS, waive_item("i1", "h1"), waive_item("i2", "h1")),
    (
        [*DELIVERED, waive_item("i2", "h2"), verify("i1", "h1"), verify("i2", "h1"), verify("i1", "h2")],
        transferred("h1"),
        transferred("h2"),
    ),
    (CASES, effort(case_id="k1"), effort(case_id="k2")),
    (PLANS, effort(plan_id="h1"), effort(plan_id="h2")),
    (MATCHED, effort(assignment_id="a1"), effort(assignment_id="b1")),
]


@pytest.mark.parametrize(("lines", "one", "other"), PAIRS)
def test_each_takes_the_place_of_the_fact_about_the_same_ids(
    lines: Lines, one: Command[Any], other: Command[Any]
) -> None:
    past = given(*lines, publishing=[OPEN])
    first = past.history.version + 1
    both = past.and_(on(50, one), on(50, other))
    outcome = both.when(correct(on(50, other), on(50, one), void=(first, first + 1)))
    assert [fact.place for fact in outcome.facts if fact.type != "FactVoided"] == [first + 1, first]


WITHOUT_IDS: list[Command[Any]] = [suspend(), end(), amend_terms(calendar="us-east")]


@pytest.mark.parametrize("command", WITHOUT_IDS)
def test_what_is_about_the_whole_engagement_takes_the_place_of_its_kind(command: Command[Any]) -> None:
    past = given(*OPENED, on(50, command), publishing=[OPEN])
    outcome = past.when(correct(on(50, command), void=(2,)))
    assert [fact.place for fact in outcome.facts] == [3, 2]


def test_the_events_of_one_command_take_a_place_each() -> None:
    past = given(*CASES, on(50, pause("k1", until=day(60))), publishing=[OPEN])
    first = past.history.version - 1
    outcome = past.when(correct(on(50, pause("k1", "partner", until=day(61))), void=(first,)))
    assert [fact.place for fact in outcome.facts[1:]] == [first, first + 1]
    claimed = given(*ACTIVE, on(50, request("k1", claim_guarantee=True)), publishing=[OPEN])
    outcome = claimed.when(correct(on(50, request("k1", "misconduct", claim_guarantee=True)), void=(7,)))
    assert [fact.place for fact in outcome.facts[1:]] == [6, 7]


def test_what_was_decided_about_two_cases_takes_the_place_of_each() -> None:
    one, other = request("k1", claim_guarantee=True), request("k2", seat_id="s2", claim_guarantee=True)
    both = given(*ACTIVE, on(50, one), on(50, other), publishing=[OPEN])
    outcome = both.when(correct(on(50, other), on(50, one), void=(6, 8)))
    assert [fact.place for fact in outcome.facts[2:]] == [8, 9, 6, 7]
