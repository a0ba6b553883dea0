"""Recorded late (docs/metrics.md): what was met, but looked breached until somebody recorded it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from domain.clocks.reading import Clock, clocks_of
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Obligation
from domain.law.command import Command, Order
from domain.law.recorded import Actor
from tests.domain.clocks.test_reading import past
from tests.domain.given import Given, day, on
from tests.domain.words import (
    accept,
    acknowledge,
    active,
    correct,
    handover,
    onboard,
    pause,
    propose,
    replace_professional,
    report,
    request,
    resume,
    resume_case,
    suspend,
    transferred,
    waive_item,
)


def live(*lines: tuple[float, float, Command[Any]]) -> Given:
    """Each command happened on a day, and was recorded on a day."""
    opened = past()
    history = EngagementHistory.of([replace(fact, recorded_at=fact.occurred_at) for fact in opened.history.facts])
    for number, (happened, recorded, command) in enumerate(lines):
        order = Order(
            command=command,
            occurred_at=day(happened),
            actor=Actor(party="platform"),
            command_id=uuid5(NAMESPACE_URL, str(number)),
            now=day(recorded),
        )
        history = history.extended(order.facts(history, opened.terms))
    return replace(opened, history=history)


def at_once(day_: float, command: Command[Any]) -> tuple[float, float, Command[Any]]:
    return day_, day_, command


ACTIVE = [at_once(1, each) for each in active()]
REPORTED = [*ACTIVE, at_once(2, report())]
"""The goal of 48 hours is used up on day 4."""


def read(given: Given, clock: Obligation = "acknowledge", subject_id: str = "c1", known: float = 9) -> Clock:
    facts = [fact for fact in given.history.facts if fact.recorded_at <= day(known)]
    return clocks_of(EngagementHistory.of(facts), day(9), day(known)).readings[clock, subject_id]


def test_a_stop_recorded_in_time_is_not_late() -> None:
    found = read(live(*REPORTED, (3, 3.5, acknowledge())))
    assert (found.state, found.recorded_late, found.stop_recorded_at) == ("met", False, day(3.5))


def test_a_stop_recorded_after_the_breach_is_late_and_the_past_stays_as_it_was_known() -> None:
    history = live(*REPORTED, (3, 6, acknowledge()))
    found = read(history)
    assert (found.state, found.recorded_late) == ("met", True)
    before = read(history, known=5)
    assert (before.state, before.breach_at) == ("breached", day(4))


def test_up_to_the_goal_the_log_may_be_silent() -> None:
    to_the_second = live(*REPORTED, (3, 4, acknowledge()))
    assert not read(to_the_second).recorded_late
    after = day(4) + timedelta(seconds=1)
    over = live(*REPORTED, (3, (after - day(0)) / timedelta(days=1) + 1e-5, acknowledge()))
    assert read(over).recorded_late


def test_a_start_and_its_stop_recorded_together_were_never_seen_breached() -> None:
    history = live(*ACTIVE, (2, 6, report()), (3, 6, acknowledge()))
    assert not read(history).recorded_late
    assert read(live(*ACTIVE, (2, 6, report()), (3, 6.1, acknowledge()))).recorded_late


def test_a_pause_recorded_late_may_have_saved_the_clock() -> None:
    requested = [*ACTIVE, at_once(2, request())]
    saved = live(*requested, (3, 5, pause()), (6, 6, resume_case()), (6.5, 6.5, propose()))
    assert (read(saved, "propose", "k1").state, read(saved, "propose", "k1").recorded_late) == ("met", True)
    in_time = live(*requested, at_once(3, pause()), at_once(6, resume_case()), at_once(6.5, propose()))
    assert (read(in_time, "propose", "k1").state, read(in_time, "propose", "k1").recorded_late) == ("met", False)


def test_a_breach_that_a_correction_took_back_was_seen() -> None:
    late = live(*REPORTED, at_once(5, acknowledge()))
    version = late.history.version
    moved = live(*REPORTED, at_once(5, acknowledge()), (6, 6, correct(void=(version,))), (3, 6, acknowledge()))
    assert (read(moved).state, read(moved).recorded_late) == ("met", True)
    voided_only = read(moved, known=5.5)
    assert voided_only.state == "late"


def test_a_wrong_stop_hides_a_breach_until_it_is_voided() -> None:
    version = live(*REPORTED, at_once(3, acknowledge())).history.version
    voided = correct(void=(version,))
    again = live(*REPORTED, at_once(3, acknowledge()), at_once(3.5, voided), (3.2, 5, acknowledge()))
    assert (read(again).state, read(again).recorded_late) == ("met", True)
    quick = live(*REPORTED, at_once(3, acknowledge()), at_once(3.5, voided), (3.2, 3.8, acknowledge()))
    assert (read(quick).state, read(quick).recorded_late) == ("met", False)


def test_a_transfer_stops_its_clock_from_when_its_plan_was_known_to_be_of_the_case() -> None:
    succession = (request(), propose(), accept(), onboard("a2"), replace_professional())
    replaced = [*ACTIVE, *(at_once(2, each) for each in succession), at_once(2, handover())]
    version = live(*replaced).history.version
    of_the_case = correct(on(2, handover(case_id="k1")), void=(version,))
    done = [*replaced, at_once(3, waive_item()), at_once(3, transferred())]
    late = read(live(*done, at_once(6, of_the_case)), "transfer_knowledge", "k1")
    assert (late.state, late.recorded_late) == ("met", True)
    in_time = read(live(*done, at_once(3.5, of_the_case)), "transfer_knowledge", "k1")
    assert (in_time.state, in_time.recorded_late) == ("met", False)


def test_of_two_suspensions_the_one_during_a_clock_kept_it_from_its_breach() -> None:
    before = [at_once(1.2, suspend()), at_once(1.4, resume())]
    during = [at_once(3, suspend()), at_once(6, resume())]
    found = read(live(*ACTIVE, *before, at_once(2, report()), *during, at_once(6.5, acknowledge())))
    assert (found.state, found.recorded_late) == ("met", False)


def test_a_stop_while_suspended_comes_in_time_however_long_the_suspension_lasts() -> None:
    found = read(live(*REPORTED, at_once(3, suspend()), at_once(6, acknowledge())))
    assert (found.state, found.recorded_late) == ("met", False)
