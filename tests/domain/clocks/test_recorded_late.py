"""Recorded late (docs/metrics.md): what was met, but looked breached until somebody recorded it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from domain.clocks.reading import Clock, clocks_of
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Obligation
from domain.law.command import Command, Order
from domain.law.recorded import Actor
from tests.domain.clocks.test_reading import past
from tests.domain.given import Given, day, on
from tests.domain.measured import When, instant
from tests.domain.words import (
    accept,
    acknowledge,
    active,
    amend_terms,
    annotate,
    close_seat,
    correct,
    depart,
    end,
    exit_plan,
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

Lived = tuple[When, When, Command[Any]]
"""When something happened, when it was recorded, and what."""


def live(*lines: Lived, policy: str = "hours") -> Given:
    """What was recorded line by line; the opening at once."""
    opened = past(policy=policy)
    history = EngagementHistory.of([replace(fact, recorded_at=fact.occurred_at) for fact in opened.history.facts])
    for number, (happened, recorded, command) in enumerate(lines):
        order = Order(
            command=command,
            occurred_at=instant(happened),
            actor=Actor(party="platform"),
            command_id=uuid5(NAMESPACE_URL, str(number)),
            now=instant(recorded),
        )
        history = history.extended(order.facts(history, opened.terms))
    return replace(opened, history=history)


def at_once(when: When, *commands: Command[Any]) -> list[Lived]:
    return [(when, when, each) for each in commands]


REPLAYED = [*at_once(0.1, annotate()), *at_once(0.2, correct(void=(2,)))]
"""As something was voided, no clock is judged at a glance."""
ACTIVE = at_once(1, *active())
REPORTED = [*ACTIVE, *at_once(2, report())]
"""The goal of 48 hours is used up on day 4."""
SUCCEEDING = (request(), propose(), accept(), onboard("a2"))


def read(given: Given, clock: Obligation = "acknowledge", subject_id: str = "c1", known: When = 9) -> Clock:
    """As of day 9."""
    facts = [fact for fact in given.history.facts if fact.recorded_at <= instant(known)]
    return clocks_of(EngagementHistory.of(facts), day(9), instant(known)).readings[clock, subject_id]


def met_late(given: Given, clock: Obligation = "acknowledge", subject_id: str = "c1", known: When = 9) -> bool:
    """Whether a clock that was met was recorded late."""
    found = read(given, clock, subject_id, known)
    assert found.state == "met"
    return found.recorded_late


def test_a_stop_recorded_in_time_is_not_late() -> None:
    found = read(live(*REPORTED, (3, 3.5, acknowledge())))
    assert (found.state, found.recorded_late, found.stop_recorded_at) == ("met", False, day(3.5))


def test_a_stop_recorded_after_the_breach_is_late_and_the_past_stays_as_it_was_known() -> None:
    history = live(*REPORTED, (3, 6, acknowledge()))
    found = read(history)
    assert (found.state, found.recorded_late) == ("met", True)
    before = read(history, known=5)
    assert (before.state, before.breach_at) == ("breached", day(4))


@pytest.mark.parametrize("before", [[], REPLAYED], ids=["at a glance", "replayed"])
def test_until_the_second_after_the_goal_the_log_may_be_silent(before: list[Lived]) -> None:
    assert not met_late(live(*before, *REPORTED, (3, "2026-01-09T09:00:01Z", acknowledge())))
    assert met_late(live(*before, *REPORTED, (3, "2026-01-09T09:00:01.000001Z", acknowledge())))


def test_a_start_and_its_stop_recorded_together_were_never_seen_breached() -> None:
    history = live(*ACTIVE, (2, 6, report()), (3, 6, acknowledge()))
    assert not read(history).recorded_late
    assert read(live(*ACTIVE, (2, 6, report()), (3, 6.1, acknowledge()))).recorded_late


def test_a_pause_recorded_late_may_have_saved_the_clock() -> None:
    requested = [*ACTIVE, *at_once(2, request())]
    saved = live(*requested, (3, 5, pause()), (6, 6, resume_case()), (6.5, 6.5, propose()))
    assert met_late(saved, "propose", "k1")
    in_time = live(*requested, *at_once(3, pause()), *at_once(6, resume_case()), *at_once(6.5, propose()))
    assert not met_late(in_time, "propose", "k1")


def test_a_breach_that_a_correction_took_back_was_seen() -> None:
    late = live(*REPORTED, *at_once(5, acknowledge()))
    version = late.history.version
    moved = live(*REPORTED, *at_once(5, acknowledge()), (6, 6, correct(void=(version,))), (3, 6, acknowledge()))
    assert met_late(moved)
    voided_only = read(moved, known=5.5)
    assert voided_only.state == "late"


def test_a_wrong_stop_hides_a_breach_until_it_is_voided() -> None:
    version = live(*REPORTED, *at_once(3, acknowledge())).history.version
    voided = correct(void=(version,))
    again = live(*REPORTED, *at_once(3, acknowledge()), *at_once(3.5, voided), (3.2, 5, acknowledge()))
    assert met_late(again)
    quick = live(*REPORTED, *at_once(3, acknowledge()), *at_once(3.5, voided), (3.2, 3.8, acknowledge()))
    assert not met_late(quick)


def test_a_transfer_stops_its_clock_from_when_its_plan_was_known_to_be_of_the_case() -> None:
    replaced = [*ACTIVE, *at_once(2, *SUCCEEDING, replace_professional(), handover())]
    version = live(*replaced).history.version
    of_the_case = correct(on(2, handover(case_id="k1")), void=(version,))
    done = [*replaced, *at_once(3, waive_item(), transferred())]
    assert met_late(live(*done, *at_once(6, of_the_case)), "transfer_knowledge", "k1")
    assert not met_late(live(*done, *at_once(3.5, of_the_case)), "transfer_knowledge", "k1")


def test_of_two_suspensions_the_one_during_a_clock_kept_it_from_its_breach() -> None:
    before = [*at_once(1.2, suspend()), *at_once(1.4, resume())]
    during = [*at_once(3, suspend()), *at_once(6, resume())]
    assert not met_late(live(*ACTIVE, *before, *at_once(2, report()), *during, *at_once(6.5, acknowledge())))


def test_a_stop_while_suspended_comes_in_time_however_long_the_suspension_lasts() -> None:
    assert not met_late(live(*REPORTED, *at_once(3, suspend()), *at_once(6, acknowledge())))


@pytest.mark.parametrize(
    ("commands", "stop", "clock", "subject"),
    [
        (SUCCEEDING[:-1], onboard("a2"), "onboard", "a2"),
        ([report()], acknowledge(), "acknowledge", "c1"),
        ([request()], propose(), "propose", "k1"),
        ([request(), propose()], accept(), "decide", "p1"),
        (SUCCEEDING, replace_professional(), "replace", "k1"),
        (
            [*SUCCEEDING, replace_professional(), handover(case_id="k1"), waive_item()],
            transferred(),
            "transfer_knowledge",
            "k1",
        ),
        ([end(), exit_plan(), waive_item(plan_id="x1")], transferred("x1"), "exit_transfer", "exit"),
    ],
)
def test_every_clock_is_read_as_the_log_stood(
    commands: Sequence[Command[Any]], stop: Command[Any], clock: Obligation, subject: str
) -> None:
    started = [*REPLAYED, *ACTIVE, *at_once(2, *commands)]
    assert met_late(live(*started, (3, 6, stop)), clock, subject)
    assert not met_late(live(*started, (3, 3.5, stop)), clock, subject)


def test_the_exit_of_an_engagement_in_which_nobody_was_active_has_a_clock_from_its_plan() -> None:
    ended = [*REPLAYED, *at_once(1, exit_plan(), waive_item(plan_id="x1")), *at_once(2, end())]
    assert met_late(live(*ended, (3, 6, transferred("x1"))), "exit_transfer", "exit")


def test_a_start_that_was_moved_was_known_to_be_earlier_until_then() -> None:
    version = live(*REPORTED).history.version
    moved = correct(on(5, report()), void=(version,))
    assert met_late(live(*REPORTED, *at_once(5.5, moved), *at_once(6, acknowledge())))
    assert not met_late(
        live(*REPORTED, (3.5, 3.5, correct(on(2.5, report()), void=(version,))), (4, 4.2, acknowledge()))
    )


def test_a_longer_goal_saves_a_clock_only_if_it_was_recorded_before_the_breach() -> None:
    longer = amend_terms("patient")
    assert met_late(live(*REPORTED, (1.5, 6, longer), *at_once(7, acknowledge())))
    assert not met_late(live(*REPORTED, (1.5, 3, longer), *at_once(7, acknowledge())))
    with_more = [(1.5, 3, longer), (3, 3, suspend()), *at_once(3.1, resume())]
    assert not met_late(live(*REPORTED, *with_more, *at_once(7, acknowledge())))


def test_before_a_goal_was_recorded_nothing_was_breached() -> None:
    agreed = live(*REPORTED, (1.5, 6, amend_terms("hours")), (3, 6.5, acknowledge()), policy="free")
    assert met_late(agreed), "it had been breached from when the goal was recorded"
    assert not met_late(live(*REPORTED, (1.5, 6, amend_terms("hours")), (3, 6, acknowledge()), policy="free"))


def test_of_two_stops_the_one_that_was_recorded_first_kept_the_clock_from_its_breach() -> None:
    in_time = "2026-01-09T09:00:01Z"
    assert not met_late(live(*REPORTED, (3.5, in_time, acknowledge()), (3.2, 6, acknowledge())))


def test_a_stop_that_is_moved_in_one_step_was_always_known() -> None:
    stopped = [*REPORTED, *at_once(3, acknowledge())]
    moved = correct(on(3.2, acknowledge()), void=(live(*stopped).history.version,))
    assert not met_late(live(*stopped, *at_once(6, moved)))


def test_what_was_recorded_and_voided_at_once_was_never_known() -> None:
    version = live(*REPORTED, *at_once(3, acknowledge())).history.version
    at_the_same_instant = [(3, 3.5, acknowledge()), (3.5, 3.5, correct(void=(version,)))]
    assert met_late(live(*REPORTED, *at_the_same_instant, (3.2, 5, acknowledge())))


def test_what_is_voided_after_the_stop_was_known_changes_nothing_before() -> None:
    requested = [*ACTIVE, *at_once(2, request())]
    paused = live(*requested, *at_once(2.5, pause())).history.version
    lines = [*requested, *at_once(2.5, pause()), *at_once(2.6, resume_case()), *at_once(3, propose())]
    assert not met_late(live(*lines, *at_once(8, correct(void=(paused, paused + 1)))), "propose", "k1")


def test_a_clock_seen_late_was_not_seen_breached() -> None:
    stopped = [*ACTIVE, (2, 5, report()), (5, 5, acknowledge())]
    late = live(*stopped)
    assert read(late).state == "late"
    moved = correct(on(3, acknowledge()), void=(late.history.version,))
    assert not met_late(live(*stopped, *at_once(6, moved)))


@pytest.mark.parametrize(
    "lines",
    [
        at_once(3, depart()),
        at_once(3, close_seat()),
        at_once(3, end()),
        [*at_once(2.5, *SUCCEEDING), *at_once(3, replace_professional())],
    ],
    ids=["departed", "seat closed", "engagement ended", "replaced"],
)
def test_a_clock_seen_cancelled_was_not_seen_breached(lines: list[Lived]) -> None:
    assert not met_late(live(*REPORTED, *lines, (2.2, 8, acknowledge())))


def test_a_suspension_keeps_a_clock_from_its_breach_only_until_it_is_resumed() -> None:
    resumed = [*REPORTED, *at_once(2.25, suspend()), *at_once(2.5, resume())]
    assert not met_late(live(*resumed, (3, "2026-01-09T15:00:01Z", acknowledge())))
    assert met_late(live(*resumed, (3, "2026-01-09T15:00:01.000001Z", acknowledge())))


def test_a_suspension_at_the_instant_of_the_start_counts() -> None:
    suspended = [*ACTIVE, *at_once(2, request(), suspend()), *at_once(6, resume())]
    assert not met_late(live(*suspended, *at_once(6.5, propose())), "propose", "k1")


def test_suspensions_recorded_at_once_in_any_order_count_in_that_of_the_timeline() -> None:
    later, earlier = [(4, 5, suspend()), (5, 5, resume())], [(2.5, 5, suspend()), (3.5, 5, resume())]
    assert not met_late(live(*ACTIVE, (2, 5, report()), *later, *earlier, (5.8, 5.85, acknowledge())))


def test_a_transfer_before_its_clock_is_known_once_it_and_its_plan_are() -> None:
    succeeded = [*ACTIVE, *at_once(2, *SUCCEEDING)]
    planned = [*succeeded, *at_once(2.1, handover(case_id="k1"), waive_item())]
    late = live(*planned, *at_once(2.5, replace_professional()), (2.2, 6, transferred()))
    assert met_late(late, "transfer_knowledge", "k1")
    elsewhere = [*succeeded, *at_once(2.1, handover())]
    version = live(*elsewhere).history.version
    done = [*elsewhere, *at_once(2.2, waive_item(), transferred()), *at_once(2.5, replace_professional())]
    of_the_case = correct(on(2.1, handover(case_id="k1")), void=(version,))
    assert met_late(live(*done, *at_once(6, of_the_case)), "transfer_knowledge", "k1")
    assert not met_late(live(*done, *at_once(4, of_the_case)), "transfer_knowledge", "k1")


def test_a_breach_is_seen_up_to_the_last_instant_that_is_known() -> None:
    saved_at = "2026-01-09T09:00:01.000001Z"
    saved = live(*REPORTED, (3, saved_at, suspend()), ("2026-01-09T09:02:00Z", saved_at, acknowledge()))
    assert met_late(saved, known=saved_at)
