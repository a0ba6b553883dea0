"""What a state offers is what it accepts: at each station of a life, one of these commands of that name or none."""

from typing import Any

import pytest

from domain.law.command import Command, Subject
from domain.register import COMMANDS, allowed_commands
from tests.domain.given import Lines, given
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

WISHES: list[Command[Any]] = [
    add_seat("s9"),
    amend_seat(role="other"),
    close_seat("s1"),
    close_seat("s2"),
    match("z1", "zoe", "s1"),
    match("z2", "zoe", "s2"),
    *(withdraw_match(each) for each in ("a1", "a2", "b1")),
    *(complete("tracker", each) for each in ("a1", "a2", "b1")),
    *(waive("tracker", each) for each in ("a1", "a2", "b1")),
    *(onboard(each) for each in ("a1", "a2", "b1")),
    *(change_rate("9.00", each) for each in ("a1", "a2", "b1")),
    *(productivity(80, each) for each in ("a1", "a2", "b1")),
    *(absent(absence_id="z", assignment_id=each) for each in ("a1", "a2", "b1")),
    amend_absence(15, "y"),
    *(announce(each) for each in ("a1", "a2", "b1")),
    *(depart(each, "other") for each in ("a1", "a2", "b1")),
    *(report("z", each) for each in ("a1", "a2", "b1")),
    acknowledge(),
    dispute(),
    resolve(),
    request("z"),
    review(eligible=True),
    review(eligible=False),
    propose("z", "zoe"),
    decline(),
    accept(),
    pause(),
    resume_case(),
    replace_professional(),
    withdraw_case(),
    handover("z"),
    exit_plan("z"),
    *(deliver(each, plan) for each in ("i1", "i2") for plan in ("h1", "x1")),
    *(verify(each, plan) for each in ("i1", "i2") for plan in ("h1", "x1")),
    *(waive_item(each, plan) for each in ("i1", "i2") for plan in ("h1", "x1")),
    transferred("h1"),
    transferred("x1"),
    effort(),
    suspend(),
    resume(),
    amend_terms(calendar="us-east"),
    end(),
    correct(annotate()),
    annotate(),
]

MARKET: Lines = [opened("managed_marketplace", seat("s1"), seat("s2")), match("b1", "eve", "s2")]
CASE: Lines = [*MARKET, match(), *onboarded_fully("a1"), request()]
WITHOUT: Lines = [opened("freelancer_platform", seat("s1"), seat("s2")), match("b1", "eve", "s2"), *active(), request()]
PROPOSED: Lines = [*CASE, propose()]
ACCEPTED: Lines = [*PROPOSED, accept()]
OVERLAP: Lines = [*ACCEPTED, *onboarded_fully("a2")]
CONCERN: Lines = [*MARKET, match(), *onboarded_fully("a1"), report()]
PLAN: Lines = [*MARKET, match(), *onboarded_fully("a1"), handover("h1", item("i1"), item("i2"))]
LEFT_OVER: Lines = [withdraw_match("b1"), close_seat("s2")]

STATIONS: dict[str, Lines] = {
    "opened": [opened("managed_marketplace", seat("s1"))],
    "without a seat": [opened("managed_marketplace", seat("s1")), close_seat("s1")],
    "matched": [*MARKET, match()],
    "ready": [*MARKET, match(), *onboarded_fully("a1")[:-1]],
    "active": [*MARKET, match(), *onboarded_fully("a1")],
    "absent": [*MARKET, match(), absent(absence_id="y")],
    "absence cancelled": [*MARKET, match(), absent(absence_id="y"), cancel_absence("y")],
    "absence over with its match": [*MARKET, match(), absent(absence_id="y"), withdraw_match()],
    "absent while suspended": [*MARKET, match(), absent(absence_id="y"), suspend()],
    "nobody matched": [*MARKET, match(), *onboarded_fully("a1"), *LEFT_OVER],
    "departed": [*MARKET, match(), *onboarded_fully("a1"), depart(), *LEFT_OVER],
    "departed and open": [opened("managed_marketplace", seat("s1")), match(), depart("a1", "no_show")],
    "concern": CONCERN,
    "acknowledged": [*CONCERN, acknowledge()],
    "resolved": [*CONCERN, resolve()],
    "concern in a case": [*CONCERN, request(cause="non_performance")],
    "searching": CASE,
    "searching without a guarantee": WITHOUT,
    "searching after a departure": [*CASE, depart(), *LEFT_OVER],
    "paused": [*CASE, pause()],
    "resumed": [*CASE, pause(), resume_case()],
    "proposed": PROPOSED,
    "declined": [*PROPOSED, decline()],
    "accepted": ACCEPTED,
    "dropped out": [*ACCEPTED, withdraw_match("a2")],
    "overlap": OVERLAP,
    "replaced": [*OVERLAP, replace_professional()],
    "withdrawn": [*PROPOSED, withdraw_case()],
    "planned": PLAN,
    "delivered": [*PLAN, deliver("i1"), deliver("i2")],
    "verified": [*PLAN, deliver("i1"), deliver("i2"), verify("i1"), verify("i2")],
    "waived": [*PLAN, waive_item("i1"), waive_item("i2")],
    "transferred": [*PLAN, waive_item("i1"), waive_item("i2"), transferred()],
    "exit planned": [opened("managed_marketplace", seat("s1")), exit_plan("x1", item("i1"), item("i2"))],
    "suspended": [*OVERLAP, handover("h1"), suspend()],
    "suspended with a concern": [*CONCERN, suspend()],
    "suspended and paused": [*CASE, pause(), suspend()],
    "suspended and empty": [opened("managed_marketplace", seat("s1")), suspend()],
    "suspended and resumed": [*CASE, suspend(), resume()],
    "ended": [*PLAN, report(), end()],
    "ended with an exit": [*CASE, pause(), exit_plan("x1", item("i1"), item("i2")), end()],
    "ended with an exit under way": [*CASE, exit_plan("x1", item("i1"), item("i2")), deliver("i1", "x1"), end()],
    "ended with an exit done": [*MARKET, exit_plan(), waive_item("i1", "x1"), end(), transferred("x1")],
}


@pytest.mark.parametrize("station", STATIONS)
def test_a_station_offers_what_it_accepts(station: str) -> None:
    past = given(*STATIONS[station])
    outcomes = [past.when(wish) for wish in WISHES]
    accepted = {type(each.wanted.command) for each in outcomes if each.facts}
    assert allowed_commands(past.state) == [name for name, kind in COMMANDS.items() if kind in accepted]


@pytest.mark.parametrize("station", STATIONS)
def test_what_is_accepted_was_offered_about_its_subject(station: str) -> None:
    past = given(*STATIONS[station])
    accepted = [wish for wish in WISHES if past.when(wish).facts]
    for wish in accepted:
        assert any(is_about(wish, subject) for subject in type(wish).offered(past.state)), wish


def is_about(wish: Command[Any], subject: Subject) -> bool:
    return all(getattr(wish, name) == wanted for name, wanted in subject.items())
