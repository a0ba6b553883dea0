"""Sentences of refusals as they are told: of what is hidden, those of what nobody has."""

from typing import Any

import pytest

from domain.access.eyes import ClientEyes, Eyes, PartnerEyes
from domain.access.hiding.refusals import rejection_told
from domain.engagement.concerns import AssignmentHasOpenConcern
from domain.engagement.deed import IdOfOtherSeat
from domain.engagement.nouns.assignment import AssignmentExists
from domain.engagement.nouns.case import UnknownCase
from domain.engagement.nouns.plan import UnknownPlan
from domain.engagement.nouns.proposal import UnknownProposal
from domain.engagement.nouns.seat import UnknownSeat
from domain.engagement.replacement.succession import ProposalOpen
from domain.law.command import Command
from domain.law.rejection import Rejection
from tests.domain.access.hiding.seeing import seen
from tests.domain.access.hiding.test_masked import proposed, supplied, under
from tests.domain.given import Given, by
from tests.domain.words import accept, amend_seat, decline, match, propose, report, transferred, withdraw_case

CLIENT, SOUTHWIND = ClientEyes("acme"), PartnerEyes("southwind")


def refusal(past: Given, eyes: Eyes, command: Command[Any], rule: type[Rejection]) -> str:
    told = seen(past, eyes)
    party: Any = "client" if eyes == CLIENT else "partner"
    rejection = past.when(by(party, told.named(command))).then_rejected(rule)
    return rejection_told(told, past.order(by(party, command)), past.terms, rejection).detail


@pytest.mark.parametrize("command", [accept, decline], ids=["accept", "decline"])
def test_a_candidate_whom_the_client_never_saw_is_unknown_to_it(command: Any) -> None:
    past = under("freelancer_platform", *proposed(), decline())
    [stand_in] = seen(past, CLIENT).history.state.proposals
    for said in ("p1", stand_in, "p-none"):
        assert refusal(past, CLIENT, command(said), UnknownProposal) == f"there is no proposal {said}; there are none"


def test_the_client_is_told_of_those_that_it_saw() -> None:
    past = under("freelancer_platform", *proposed())
    assert refusal(past, CLIENT, accept("p-none"), UnknownProposal) == "there is no proposal p-none; there is p1"


def test_a_guess_at_a_rate_is_answered_alike() -> None:
    """Whether it is right, wrong, or says none."""
    own = supplied("southwind")
    guesses: tuple[dict[str, Any], ...] = (own, {**own, "day_rate": None}, {**own, "match": None})
    told = {refusal(under(), SOUTHWIND, match("a1", "ana", **each), AssignmentExists) for each in guesses}
    assert told == {"assignment a1 exists with other content"}
    other_seat = refusal(under(), SOUTHWIND, match("a1", "ana", "s2", **own), IdOfOtherSeat)
    assert other_seat == "assignment a1 belongs to another seat for ever"


def test_of_its_own_a_partner_is_told_what_differs() -> None:
    past = under("freelancer_platform", match("a2", "ben", "s2", **supplied("southwind")))
    again = match("a2", "ben", "s2", **{**supplied("southwind"), "match": None})
    assert refusal(past, SOUTHWIND, again, AssignmentExists) == "assignment a2 exists with other content (match)"


def test_of_a_hidden_proposal_only_that_one_is_awaited() -> None:
    own = propose("p9", "cleo", **supplied("southwind"))
    hidden = under("freelancer_platform", *proposed("northwind"))
    assert refusal(hidden, SOUTHWIND, own, ProposalOpen) == "a proposal awaits its decision"
    told = under("freelancer_platform", *proposed("southwind"))
    assert "proposal p1 of ben awaits" in refusal(told, SOUTHWIND, own, ProposalOpen)


@pytest.mark.parametrize("hidden", ["ana", "ben", "northwind", "a1", "p1"])
def test_a_word_is_said_back_whatever_hidden_it_is_the_name_of(hidden: str) -> None:
    past = under("managed_services", *proposed("northwind"))
    for say, rule in ((amend_seat, UnknownSeat), (withdraw_case, UnknownCase), (transferred, UnknownPlan)):
        told, of_nobody = (refusal(past, CLIENT, say(each), rule) for each in (hidden, "nobody"))
        assert told.partition(";")[0] == of_nobody.partition(";")[0].replace("nobody", hidden)


def test_what_a_guess_is_in_the_way_of_is_told_by_what_stands_for_it() -> None:
    """However a new thing is called."""
    past = under("managed_services", report("c1", "a1"))
    [stand_in] = seen(past, CLIENT).history.state.assignments
    told = {refusal(past, CLIENT, report(guess, stand_in), AssignmentHasOpenConcern) for guess in ("a1", "ana", "c9")}
    [detail] = told
    assert "a1" not in detail.split()


def test_where_what_is_told_refuses_nothing_alike_the_rule_alone_is_said() -> None:
    past = under("managed_services")
    told, order = seen(past, CLIENT), past.order(by("client", amend_seat("s1", role="lead")))
    rejection = UnknownSeat("there is no seat of ana's, who has a1", field="seat_id")
    assert rejection_told(told, order, past.terms, rejection).detail == "There is no such seat"
