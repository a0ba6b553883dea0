"""Rule 14: a breach is noticed when the clock, read now, is past its goal; once for each instant."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.clocks.notice import (
    DueAtOtherInstant,
    GoalNotPassed,
    RecordBreach,
    ServiceLevelBreached,
    UnknownClock,
    of_an_imported_past,
)
from domain.engagement.lifecycle.opening import BeforeTheOpening
from domain.language.words import ActingParty
from domain.law.command import InTheFuture
from domain.law.recorded import Recorded
from domain.law.rejection import NotYours
from domain.time.business_time import epoch_seconds
from tests.domain.clocks.test_reading import DAY, REPORTED, REQUESTED, in_hours, past
from tests.domain.given import Given, by, day, line, on
from tests.domain.reading import clocks, reading
from tests.domain.words import acknowledge, correct, end, pause, propose, withdraw_case

SECOND = timedelta(seconds=1)


def breach(due: float = 4, subject_id: str = "c1") -> RecordBreach:
    return RecordBreach(clock="acknowledge", subject_id=subject_id, due_at=day(due))


def noticed() -> Given:
    return past(*REPORTED).and_(by("system", breach()))


def test_a_clock_past_its_goal_is_noticed_with_its_terms() -> None:
    outcome = past(*REPORTED).when(by("system", breach()))
    outcome.then(
        ServiceLevelBreached(
            clock="acknowledge",
            subject_id="c1",
            due_at=day(4),
            accountable="platform",
            goal_seconds=2 * DAY,
            terms="hours@1 weekdays@1",
        )
    )
    assert outcome.facts[0].party == "system"


def test_the_platform_notices_on_behalf_of_the_system_and_nobody_else_does() -> None:
    outcome = past(*REPORTED).when(breach())
    outcome.then(ServiceLevelBreached)
    assert outcome.facts[0].party == "system"
    parties: tuple[ActingParty, ...] = ("client", "partner", "professional")
    for party in parties:
        past(*REPORTED).when(by(party, breach())).then_rejected(NotYours)


def test_a_notice_is_given_once_for_a_clock_and_an_instant() -> None:
    noticed().when(by("system", breach())).then_nothing()


def test_a_breach_at_another_instant_is_noticed_anew() -> None:
    version = past(*REPORTED).history.version
    moved = noticed().and_(correct(on(1.5, REPORTED[-1].command), void=(version,)))  # type: ignore[union-attr]
    moved.when(by("system", breach())).then_nothing()
    moved.when(by("system", breach(3.5))).then(ServiceLevelBreached)


def test_a_late_clock_is_past_its_goal_too() -> None:
    past(*REPORTED, on(5, acknowledge())).when(by("system", breach())).then(ServiceLevelBreached)


def test_a_clock_that_is_not_past_its_goal_is_not_breached() -> None:
    past(*REPORTED, on(3, acknowledge())).when(by("system", breach())).then_rejected(GoalNotPassed)
    withdrawn = past(*REQUESTED, on(3, withdraw_case()))
    proposing = RecordBreach(clock="propose", subject_id="k1", due_at=day(4))
    withdrawn.when(by("system", proposing)).then_rejected(GoalNotPassed, field="clock")


def test_a_notice_names_the_instant_of_the_breach() -> None:
    past(*REPORTED).when(by("system", breach(4.5))).then_rejected(DueAtOtherInstant, field="due_at")


def test_an_unknown_clock_is_not_found() -> None:
    past(*REPORTED).when(by("system", breach(subject_id="c9"))).then_rejected(UnknownClock, field="subject_id")
    exiting = RecordBreach(clock="exit_transfer", subject_id="exit", due_at=day(4))
    past(*REPORTED).when(by("system", exiting)).then_rejected(UnknownClock)
    past(*REPORTED, on(2, end())).when(by("system", exiting)).then(ServiceLevelBreached)


def test_a_notice_changes_no_clock() -> None:
    assert reading(noticed(), "acknowledge", "c1", 900).state == "breached"
    saved = noticed().and_(on(3, acknowledge()))
    assert reading(saved, "acknowledge", "c1", 900).state == "met", "recorded late, and met after all"
    searching = past(*REQUESTED).and_(by("system", RecordBreach(clock="propose", subject_id="k1", due_at=day(4))))
    searching.when(on(3, propose())).recorded()


def test_a_notice_is_given_neither_in_the_future_nor_before_the_opening() -> None:
    past(*REPORTED).when(on(1_001, by("system", breach()))).then_rejected(InTheFuture, field="occurred_at")
    past(*REPORTED).when(on(-1, by("system", breach()))).then_rejected(BeforeTheOpening)


def test_no_notice_is_given_in_advance() -> None:
    running = past(*REPORTED, policy="eternal", publishing=[in_hours("eternal", 48_000)])
    assert reading(running, "acknowledge", "c1", 1_000).breach_at == day(2_002)
    running.when(by("system", breach(2_002))).then_rejected(GoalNotPassed, field="clock")


def test_a_notice_takes_the_next_place_in_the_history() -> None:
    before = past(*REPORTED)
    [notice] = before.when(by("system", breach())).facts
    assert (notice.version, notice.place, notice.ordinal) == (before.history.version + 1, before.history.version + 1, 0)


def undated(held: Given, command: RecordBreach) -> Recorded:
    """The notice that the keeper's command gives, which does not say when it happened."""
    order = replace(held.order(by("system", command)), occurred_at=None)
    [notice] = order.facts(held.history, held.terms)
    return notice


def test_unless_it_is_said_when_a_breach_happened_at_the_first_second_past_the_goal() -> None:
    assert undated(past(*REPORTED), breach()).occurred_at == day(4) + SECOND
    stopped = past(*REPORTED, on(5, acknowledge()))
    assert undated(stopped, breach()).occurred_at == day(4) + SECOND, "also of a clock that was stopped late"


def test_a_pause_once_the_goal_is_used_up_moves_the_breach_and_not_what_was_due() -> None:
    held = past(*REQUESTED, on(4, pause(until=day(6))))
    proposing = RecordBreach(clock="propose", subject_id="k1", due_at=day(4))
    assert undated(held, proposing).occurred_at == day(6) + SECOND


@pytest.mark.parametrize(("recorded", "old"), [(2, False), (3.9, False), (4.001, True), (90, True)])
def test_a_breach_is_old_where_its_start_was_recorded_after_it(recorded: float, old: bool) -> None:
    *before, reported = REPORTED
    started = past(*before).and_(replace(line(reported), recorded=day(recorded)))
    life = clocks(started, 1_000).lives["acknowledge", "c1"]
    assert of_an_imported_past(life, epoch_seconds(day(4))) == old
