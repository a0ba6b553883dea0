"""What makes the lives of clocks: the first of equal facts counts, and a fact about something unknown does not."""

from typing import Any

import pytest

from domain.clocks.starts_and_stops import Lives
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.terms.policy import Obligation
from domain.law.command import Command
from domain.time.business_time import epoch_seconds
from tests.domain.clocks.test_reading import (
    ACCEPTED,
    ACTIVE,
    DAY,
    PROPOSED,
    REPLACED,
    REPORTED,
    REQUESTED,
    SUCCEEDED,
    in_hours,
    past,
)
from tests.domain.given import Line, day, given, on
from tests.domain.reading import clocks, reading, waiting
from tests.domain.words import (
    accept,
    active,
    add_seat,
    amend_terms,
    close_seat,
    decline,
    end,
    match,
    opened,
    pause,
    propose,
    replace_professional,
    report,
    request,
    resolve,
    resume_case,
    withdraw_case,
    withdraw_match,
)

Lines = list[Line | Command[Any]]


def test_where_nobody_answers_for_a_clock_it_waits_on_nobody() -> None:
    fragmented = given(opened("freelancer_platform"), *(on(1, each) for each in (*active(), report())))
    found = reading(fragmented, "acknowledge", "c1", 2)
    assert (found.accountable, found.waiting_on) == (None, "nobody")


@pytest.mark.parametrize(
    ("amendment", "goal", "open_at_nine"),
    [
        (amend_terms("patient"), 20 * DAY, True),
        (amend_terms(calendar="us-east"), 2 * DAY, False),
    ],
    ids=["policy", "calendar"],
)
def test_a_clock_takes_what_was_amended_and_keeps_what_was_not(
    amendment: Command[Any], goal: int, open_at_nine: bool
) -> None:
    again = past(*REPORTED, on(2.5, resolve()), on(2.6, amendment), on(2.7, report("c2")))
    found = reading(again, "acknowledge", "c2", 3)
    assert (found.goal_seconds, found.within_calendar_hours) == (goal, open_at_nine)


@pytest.mark.parametrize(
    ("lines", "clock", "subject"),
    [
        ([on(3, match()), on(2, match())], "onboard", "a1"),
        ([*ACTIVE, on(3, report()), on(2, report())], "acknowledge", "c1"),
        ([*ACTIVE, on(3, request()), on(2, request())], "propose", "k1"),
        ([*ACTIVE, on(1.5, request()), on(3, propose()), on(2, propose())], "decide", "p1"),
        (
            [*SUCCEEDED, on(7, replace_professional()), on(6, replace_professional())],
            "transfer_knowledge",
            "k1",
        ),
    ],
)
def test_of_equal_facts_the_first_starts_the_clock(lines: Lines, clock: Obligation, subject: str) -> None:
    again, once = past(*lines), past(*lines[:-2], lines[-1])
    assert reading(again, clock, subject, 7.5) == reading(once, clock, subject, 7.5)


def test_of_equal_pauses_the_first_counts_and_one_resumption_ends_them() -> None:
    resumed = past(*REQUESTED, on(4, pause()), on(3, pause()), on(5, resume_case()))
    found = reading(resumed, "replace", "k1", 5.5)
    assert (found.state, found.elapsed_seconds) == ("running", 3 * DAY // 2)


def test_of_equal_acceptances_the_first_counts_and_one_withdrawal_ends_them() -> None:
    dropped = past(*PROPOSED, on(5, accept()), on(4, accept()), on(6, withdraw_match("a2")))
    assert waiting(dropped, "k1", 8) == {"platform": 8 + 8, "client": 8, "professional": 8}


def test_of_equal_declines_one_counts_towards_an_excuse() -> None:
    policy = in_hours("picky", 480, max_qualified_declines=2)
    declined = past(*PROPOSED, on(5, decline()), on(4, decline()), policy="picky", publishing=[policy])
    assert reading(declined, "replace", "k1", 7).state == "running"
    again = declined.and_(on(6, propose("p2", "cem")), on(6.5, decline("p2")))
    assert reading(again, "replace", "k1", 7).state == "excused"


@pytest.mark.parametrize(
    ("lines", "ended"),
    [
        ([*REQUESTED, on(3, close_seat())], 3),
        ([*REQUESTED, on(3, end())], 3),
        ([*REPLACED, on(7, close_seat())], 6),
        ([*REPLACED, on(7, end())], 6),
        ([*REQUESTED, on(3, withdraw_case()), on(4, end())], 3),
        ([*SUCCEEDED, on(7, replace_professional()), on(6, replace_professional())], 6),
        ([*REQUESTED, on(4, withdraw_case()), on(3, withdraw_case())], 3),
    ],
)
def test_a_case_ends_once(lines: Lines, ended: float) -> None:
    assert clocks(past(*lines), 9).cases["k1"].ended_at == epoch_seconds(day(ended))


def test_the_closing_of_a_seat_ends_the_clocks_of_no_other() -> None:
    two = [on(0.5, add_seat("s2")), on(1, match()), on(1, match("a3", "cem", "s2")), on(2, close_seat("s2"))]
    assert reading(past(*two), "onboard", "a1", 2.5).state == "running"
    assert reading(past(*two), "onboard", "a3", 2.5).state == "cancelled"


@pytest.mark.parametrize(
    "lines",
    [
        [*REQUESTED, on(3, pause()), on(4, resume_case()), on(5, withdraw_case())],
        [*PROPOSED, on(4, decline())],
        ACCEPTED,
        REPLACED,
    ],
    ids=["withdrawn", "declined", "accepted", "replaced"],
)
def test_a_fact_about_an_unknown_case_is_left_out(lines: Lines) -> None:
    timeline = past(*lines).history.timeline
    lives = Lives(fact for fact in timeline if not isinstance(fact.event, ReplacementRequested))
    assert not lives.cases
    assert not {clock for clock, _ in lives.by_key} & {"propose", "decide", "replace"}
