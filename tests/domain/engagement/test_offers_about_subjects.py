"""What is offered about a subject is accepted about it, from every party that it is offered to."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any, Final
from uuid import uuid5

import pytest
from hypothesis import given as over

from domain.engagement.assignments.about import ProfessionalCoolingDown
from domain.engagement.assignments.onboarding import undone_items
from domain.engagement.state import EngagementHistory, State
from domain.engagement.terms.policy import ONBOARDING_ITEMS
from domain.engagement.terms.published import Published
from domain.engagement.transfer.items import NoReceiver, VerifyKnowledgeItem
from domain.language.words import ActingParty
from domain.law.command import Command, Order, Subject
from domain.law.recorded import Actor
from domain.law.rejection import Rejection
from domain.register import COMMANDS
from tests.domain import words
from tests.domain.engagement.test_offers_exactly import STATIONS
from tests.domain.given import TODAY, EngagementId, Lines, by, given, published
from tests.domain.histories import Story, stories
from tests.domain.law.test_laws import LAWS
from tests.domain.words import active, complete, deliver, handover, item, match, opened, seat, verify, waive

NEW: Final = "new"
SOMEBODY_NEW: Final = "zoe"


def rate(state: State, of: Subject) -> Command[Any]:
    """In the currency of the assignment."""
    known = state.assignments[of["assignment_id"]].day_rate
    changed = words.change_rate("310.00", of["assignment_id"])
    return replace(changed, day_rate=replace(known, amount=changed.day_rate.amount)) if known else changed


def planned(state: State, of: Subject) -> Command[Any]:
    """A handover of somebody who has been active, or the exit once that is all that is left."""
    givers = [each for each in state.assignments.values() if each.active_at]
    if state.ended_at or not givers:
        return words.exit_plan(NEW)
    giver = givers[0]
    return words.handover(NEW, seat_id=giver.seat_id, from_assignment_id=giver.assignment_id, to_assignment_id=None)


def reviewed(state: State, of: Subject) -> Command[Any]:
    return words.review(of["case_id"], not state.cases[of["case_id"]].eligible)


def completed(state: State, of: Subject) -> Command[Any]:
    return words.complete(undone_items(state.assignments[of["assignment_id"]])[-1], of["assignment_id"])


def waived(state: State, of: Subject) -> Command[Any]:
    return words.waive(undone_items(state.assignments[of["assignment_id"]])[-1], of["assignment_id"])


FITTING: Final[dict[str, Callable[[State, Subject], Command[Any]]]] = {
    "change-rate": rate,
    "complete-onboarding-item": completed,
    "plan-knowledge-transfer": planned,
    "review-guarantee": reviewed,
    "waive-onboarding-item": waived,
}
"""By the name of the command: one with what a person would fill in, as it fits the state."""

PLAUSIBLE: Final[dict[str, Callable[..., Command[Any]]]] = {
    "add-seat": partial(words.add_seat, NEW),
    "amend-seat": partial(words.amend_seat, role="something else"),
    "close-seat": words.close_seat,
    "match-professional": partial(words.match, NEW, SOMEBODY_NEW),
    "withdraw-match": words.withdraw_match,
    "onboard-professional": words.onboard,
    "report-productivity": words.productivity,
    "record-absence": partial(words.absent, absence_id=NEW),
    "amend-absence": words.cancel_absence,
    "announce-departure": partial(words.announce, last_day=date(2030, 1, 1)),
    "record-departure": partial(words.depart, cause="other"),
    "report-underperformance": partial(words.report, NEW),
    "acknowledge-underperformance": words.acknowledge,
    "dispute-underperformance": words.dispute,
    "resolve-underperformance": words.resolve,
    "request-replacement": partial(words.request, NEW),
    "propose-successor": partial(words.propose, NEW, SOMEBODY_NEW),
    "decline-successor": words.decline,
    "accept-successor": partial(words.accept, assignment_id=NEW),
    "pause-replacement": words.pause,
    "resume-replacement": words.resume_case,
    "replace-professional": words.replace_professional,
    "withdraw-replacement": words.withdraw_case,
    "deliver-knowledge-item": words.deliver,
    "verify-knowledge-item": words.verify,
    "waive-knowledge-item": words.waive_item,
    "complete-knowledge-transfer": words.transferred,
    "record-effort": words.effort,
    "suspend-engagement": words.suspend,
    "resume-engagement": words.resume,
    "amend-terms": partial(words.amend_terms, calendar="london"),
    "end-engagement": words.end,
    "correct-history": partial(words.correct, words.annotate()),
    "annotate": words.annotate,
}
"""The same, as it fits every state in which it is offered; the ids of its subject are filled in by their names."""


def body(name: str, state: State, subject: Subject) -> Command[Any]:
    """A command about a subject."""
    return FITTING[name](state, subject) if name in FITTING else PLAUSIBLE[name](**subject)


def test_every_command_that_is_ever_offered_has_a_body() -> None:
    assert FITTING.keys() | PLAUSIBLE.keys() == COMMANDS.keys() - {"open-engagement", "record-breach"}


def refused(history: EngagementHistory, available: Published) -> Iterator[tuple[str, Subject, str, Rejection | None]]:
    """What the state at the end of a history offers, and does not accept there; None: it records nothing."""
    at = history.timeline[-1].occurred_at + timedelta(seconds=1)
    state = history.state_at(at)
    assert state
    for name, kind in COMMANDS.items():
        for subject in kind.offered(state):
            wanted = body(name, state, subject)
            for party in {*kind.parties_about(state, subject), "platform"}:
                order = Order(
                    command=wanted,
                    occurred_at=at,
                    actor=Actor(party=party),
                    command_id=uuid5(EngagementId, f"{name} {subject}"),
                    now=TODAY + timedelta(days=1),
                )
                try:
                    if not order.facts(history, available):
                        yield name, subject, party, None
                except Rejection as rejection:
                    yield name, subject, party, rejection


def parts(history: EngagementHistory, random: Random) -> Iterator[EngagementHistory]:
    """The history at its end, and as it was after a few of its commands."""
    yield history
    ends = [one.version for one, other in pairwise(history.facts) if one.command_id != other.command_id]
    for version in random.sample(ends, min(4, len(ends))):
        yield history.as_known(version)


def is_about_time(name: str, rejection: Rejection | None) -> bool:
    """Under amended terms a candidate's cooldown may last longer than when they were proposed: no state tells that."""
    return name == "accept-successor" and isinstance(rejection, ProfessionalCoolingDown)


@LAWS
@over(stories())
def test_whatever_happened_what_is_offered_is_accepted(told: Story) -> None:
    for history in parts(told.history, Random(told.seed)):
        found = list(refused(history, told.available))
        assert [each for each in found if not is_about_time(each[0], each[3])] == []


@pytest.mark.parametrize("station", STATIONS)
def test_at_every_station_what_is_offered_is_accepted(station: str) -> None:
    assert list(refused(given(*STATIONS[station]).history, published())) == []


ALL_ITEMS: Final[Lines] = [complete(each) for each in ONBOARDING_ITEMS]
WITHOUT_RECEIVER: Final[Lines] = [
    opened("freelancer_platform", seat("s1")),
    *active(),
    handover("h1", item("i1"), to_assignment_id=None),
    deliver(),
]


def offered(name: str, *happened: Any) -> list[Subject]:
    return list(COMMANDS[name].offered(given(*happened).state))


def test_onboarding_items_are_offered_until_all_there_are_are_done() -> None:
    started: Lines = [opened("freelancer_platform", seat("s1")), match()]
    for name in ("complete-onboarding-item", "waive-onboarding-item"):
        assert offered(name, *started, *ALL_ITEMS[:-1]) == [{"assignment_id": "a1"}]
        assert offered(name, *started, *ALL_ITEMS) == []
        assert offered(name, *started, *ALL_ITEMS[:-1], waive(ONBOARDING_ITEMS[-1])) == []


def test_without_somebody_who_takes_over_no_professional_verifies() -> None:
    def verifying(*happened: Any) -> tuple[ActingParty, ...]:
        state = given(*happened).state
        [subject] = VerifyKnowledgeItem.offered(state)
        return VerifyKnowledgeItem.parties_about(state, subject)

    assert verifying(*WITHOUT_RECEIVER) == ("client",)
    receiving: Lines = [*STATIONS["overlap"], handover("h1", item("i1"), to_assignment_id="a2"), deliver()]
    assert verifying(*receiving) == ("client", "professional")
    given(*WITHOUT_RECEIVER).when(by("professional", verify())).then_rejected(NoReceiver)


def test_a_command_is_said_in_a_clause() -> None:
    titles = {name: kind.title() for name, kind in COMMANDS.items()}
    assert titles["match-professional"] == "Choose a professional for an empty seat."
    assert titles["correct-history"] == "Void facts and record others in one step."
    assert titles["replace-professional"] == "Let the active successor take the seat over."
    assert len(set(titles.values())) == len(titles)
    for title in titles.values():
        assert 10 < len(title) <= 90
        assert "`" not in title
        assert title[0].isupper()
