"""Which engagements are within reach: against a plain reading of what was recorded."""

from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from domain.access.reach import (
    EVERYTHING,
    NOTHING,
    OPERATOR,
    Mandate,
    Named,
    OfClient,
    OfPartner,
    OfProfessional,
    Reach,
    Reader,
)
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.replacement.succession import SuccessorProposed
from domain.engagement.state import EngagementHistory
from tests.domain import words
from tests.domain.given import day, given, on
from tests.domain.walks import walk

SEEDS = range(25)


@pytest.fixture(scope="module")
def histories() -> list[EngagementHistory]:
    return [walk(Random(seed)) for seed in SEEDS]


def who(history: EngagementHistory, field: str, *kinds: type) -> set[str]:
    """Whom the events of these kinds name that still count."""
    return {str(getattr(fact.event, field)) for fact in history.timeline if isinstance(fact.event, kinds)} - {"None"}


def test_a_client_reaches_what_was_opened_for_it(histories: list[EngagementHistory]) -> None:
    for history in histories:
        [client] = who(history, "client_id", EngagementOpened)
        assert OfClient(client).holds(history)
        assert not OfClient(f"{client}-2").holds(history)


def test_a_partner_reaches_where_one_of_its_people_was_matched_or_proposed(histories: list[EngagementHistory]) -> None:
    found = [who(each, "partner_id", ProfessionalMatched, SuccessorProposed) for each in histories]
    assert_held(histories, found, OfPartner)


def test_a_professional_reaches_where_it_was_assigned(histories: list[EngagementHistory]) -> None:
    """By a match, or by the acceptance of a proposal, which matches."""
    found = []
    for history in histories:
        accepted = {each.assignment_id for each in history.state.proposals.values()} - {None}
        held = {each.professional_id for name, each in history.state.assignments.items() if name in accepted}
        found.append(who(history, "professional_id", ProfessionalMatched) | held)
    assert_held(histories, found, OfProfessional)


def assert_held(
    histories: list[EngagementHistory], found: list[set[str]], of: type[OfPartner | OfProfessional]
) -> None:
    everybody = set().union(*found)
    assert any(names != everybody for names in found), "somebody is not everywhere"
    for history, names in zip(histories, found, strict=True):
        assert {name for name in everybody if of(name).holds(history)} == names
        assert not of("nobody").holds(history)


def test_a_proposal_that_came_to_nothing_is_the_partners_and_not_the_professionals() -> None:
    past = given(words.opened(), *words.active(), on(1, words.request()), on(2, words.propose(partner_id="granite")))
    [proposal] = past.history.state.proposals.values()
    assert proposal.partner_id
    assert OfPartner(proposal.partner_id).holds(past.history)
    assert not OfProfessional(proposal.professional_id).holds(past.history)


def test_what_was_voided_never_was() -> None:
    past = given(words.opened(), words.match())
    [held] = past.history.state.assignments.values()
    reach = OfProfessional(held.professional_id)
    assert reach.holds(past.history)
    corrected = past.and_(on(1, words.correct(void=(2,))))
    assert not reach.holds(corrected.history)


def test_named_engagements_are_known_without_reading_them(histories: list[EngagementHistory]) -> None:
    one = histories[0]
    for reach, held in ((Named(frozenset({one.stream_id})), True), (Named(frozenset({uuid4()})), False)):
        assert (reach.holds(one), reach.may_hold(one.stream_id)) == (held, held)
    assert (NOTHING.holds(one), EVERYTHING.holds(one)) == (False, True)


def test_a_mandate_holds_from_its_begin_until_just_before_its_end() -> None:
    ids = frozenset({UUID(int=1)})
    mandate = Mandate(engagement_ids=ids, begins_at=day(1), ends_at=day(2))
    auditor = Reader(sees=mandate, commands=False)
    moment = timedelta(microseconds=1)
    asked: list[tuple[object, Reach]] = [
        (day(1) - moment, NOTHING),
        (day(1), Named(ids)),
        (day(2) - moment, Named(ids)),
        (day(2), NOTHING),
    ]
    assert [auditor.reach(at) for at, _ in asked] == [reach for _, reach in asked]  # type: ignore[arg-type]
    assert OPERATOR.reach(day(9)) == EVERYTHING


def test_each_reach_says_of_itself_what_it_is_and_no_two_say_the_same() -> None:
    one, two = UUID(int=1), UUID(int=2)
    reaches: list[Reach] = [
        EVERYTHING,
        NOTHING,
        Named(frozenset({one})),
        Named(frozenset({one, two})),
        *(of("x") for of in (OfClient, OfPartner, OfProfessional)),
    ]
    assert len({str(each) for each in reaches}) == len(set(reaches)) == len(reaches)
    assert str(Named(frozenset({two, one}))) == str(Named(frozenset({one, two})))
