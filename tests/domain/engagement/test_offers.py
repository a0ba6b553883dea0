"""What a state offers: every command that could still be accepted, and none that is surely refused."""

from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given as over

from application.queries.allowed import offers
from domain.language.words import Party
from domain.law.command import Command
from domain.register import COMMAND_NAMES, allowed_commands
from tests.domain.given import Line, Lines, given
from tests.domain.histories import Story, order, stories
from tests.domain.law.test_laws import LAWS
from tests.domain.walks import command, tried
from tests.domain.words import (
    active,
    close_seat,
    deliver,
    end,
    exit_plan,
    handover,
    item,
    match,
    onboard,
    opened,
    report,
    seat,
    verify,
    waive,
)

STARTED: Lines = [opened("staff_augmentation", seat("s1")), match("a1")]
WORKING: Lines = [opened("freelancer_platform", seat("s1")), *active("a1")]


@LAWS
@over(stories())
def test_what_is_accepted_now_was_offered(told: Story) -> None:
    random = Random(told.seed)
    latest = (told.history.timeline[-1].occurred_at - told.history.state.opened_at).total_seconds() / 86_400
    offered = allowed_commands(told.history.state)
    for number in range(1_000, 1_200):
        wanted = order(command(random), number, latest + 0.01)
        if tried(told.history, wanted, told.available).version > told.history.version:
            assert COMMAND_NAMES[type(wanted.command)] in offered


@LAWS
@over(stories())
def test_a_party_is_offered_the_commands_that_it_may_issue_about_something(told: Story) -> None:
    state = told.history.state
    for party in get_args(Party):
        may = [each.command for each in offers(state) if party in each.by]
        assert allowed_commands(state, party) == list(dict.fromkeys(may))


def test_no_professional_is_offered_to_verify_where_nobody_takes_over() -> None:
    past = given(*WORKING, handover("h1", item("i1")), deliver())
    assert "verify-knowledge-item" in allowed_commands(past.state, "client")
    assert "verify-knowledge-item" not in allowed_commands(past.state, "professional")


@pytest.mark.parametrize(
    ("happened", "name", "next_lines"),
    [
        (STARTED, "onboard-professional", [waive("nda"), waive("ip_assignment")]),
        ([*WORKING, handover("h1", item("i1"))], "verify-knowledge-item", [deliver()]),
        ([*WORKING, handover("h1", item("i1")), deliver()], "complete-knowledge-transfer", [verify()]),
        ([*WORKING, handover("h1", item("i1", mandatory=True))], "complete-knowledge-transfer", [deliver(), verify()]),
        ([opened("freelancer_platform", seat("s1")), exit_plan(), match("a1")], "plan-knowledge-transfer", [onboard()]),
        ([opened("freelancer_platform", seat("s1")), match("a1")], "report-underperformance", [onboard()]),
    ],
)
def test_a_command_is_offered_only_once_it_is_possible(happened: Lines, name: str, next_lines: Lines) -> None:
    before = given(*happened)
    assert name not in allowed_commands(before.state)
    assert name in allowed_commands(before.and_(*next_lines).state)


@pytest.mark.parametrize(
    ("happened", "name", "next_line"),
    [
        (WORKING, "report-underperformance", report()),
        ([*WORKING, exit_plan()], "plan-knowledge-transfer", end()),
        ([*WORKING, handover("h1", item("i1"))], "deliver-knowledge-item", end()),
        (WORKING, "change-rate", close_seat()),
    ],
)
def test_a_command_is_offered_no_longer_than_it_is_possible(
    happened: Lines, name: str, next_line: Line | Command[Any]
) -> None:
    before = given(*happened)
    assert name in allowed_commands(before.state)
    assert name not in allowed_commands(before.and_(next_line).state)
