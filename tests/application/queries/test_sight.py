"""What is out of reach is not there: one engagement, many, pages of events, whole histories."""

from collections.abc import Callable
from uuid import UUID

import pytest

from application.marketplace import Marketplace
from application.queries.sight import Sight
from domain.access.reach import EVERYTHING, NOTHING, Named, OfClient, OfPartner, OfProfessional, Reach
from domain.engagement.lifecycle.opening import UnknownEngagement
from tests.application.requests import match, opening, request

ONE, OTHER, MISSING = (UUID(int=number) for number in (1, 2, 3))


@pytest.fixture
def both(marketplace: Marketplace) -> Marketplace:
    """Two engagements, of two clients, each with somebody of its own, told in turns."""
    about = {ONE: ("acme", "ana", "northwind"), OTHER: ("globex", "ben", "southwind")}
    for engagement_id, (client_id, _, _) in about.items():
        marketplace.record(request({**opening(client_id=client_id), "engagement_id": str(engagement_id)}))
    for number in range(3):
        for engagement_id, (_, who, partner_id) in about.items():
            line = match("a1", professional_id=who, partner_id=partner_id, supply_source="agency_partner")
            said = line if number == 0 else {"command": "annotate", "note": f"remark {number}"}
            marketplace.record(request({**said, "engagement_id": str(engagement_id)}))
    return marketplace


REACHES: tuple[tuple[Reach, set[UUID]], ...] = (
    (EVERYTHING, {ONE, OTHER}),
    (NOTHING, set()),
    (Named(frozenset({ONE, MISSING})), {ONE}),
    (OfClient("acme"), {ONE}),
    (OfPartner("southwind"), {OTHER}),
    (OfProfessional("ben"), {OTHER}),
    (OfProfessional("nobody"), set()),
)


def test_of_two_engagements_those_within_reach_are_there(both: Marketplace) -> None:
    for reach, held in REACHES:
        sight = Sight(both, reach)
        known = sight.known()
        reads: list[Callable[[UUID], object]] = [
            sight.history,
            sight.demand,
            lambda one, sight=sight, known=known: sight.history_as_known(one, known),  # type: ignore[misc]
            lambda one, sight=sight, known=known: sight.facts_as_known(one, known),  # type: ignore[misc]
        ]
        for one in (ONE, OTHER):
            for read in reads:
                if one in held:
                    read(one)
                else:
                    with pytest.raises(UnknownEngagement, match=f"^there is no engagement {one}$"):
                        read(one)
        assert sight.histories([ONE, OTHER, MISSING]).keys() == held
        assert set(sight.within([ONE, OTHER])) == held


def test_pages_of_events_hold_what_is_within_reach_and_lead_to_the_end(both: Marketplace) -> None:
    head = both.known().position
    for reach, held in REACHES:
        for limit in (1, 3, 50):
            assert _all(Sight(both, reach), limit) == [
                (one, version) for version in range(1, 5) for one in held_in(held)
            ]
        alone = Sight(both, reach).page(after=0, limit=50, engagement_id=OTHER)
        assert ([fact.version for fact in alone.facts], alone.scanned) == ([1, 2, 3, 4] if OTHER in held else [], head)
        opened = Sight(both, reach).page(after=0, limit=50, types=("EngagementOpened",))
        assert [fact.stream_id for fact in opened.facts] == held_in(held)


def held_in(held: set[UUID]) -> list[UUID]:
    return [one for one in (ONE, OTHER) if one in held]


def _all(sight: Sight, limit: int) -> list[tuple[UUID, int]]:
    found, after, head = list[tuple[UUID, int]](), 0, sight.known().position
    while after < head:
        page = sight.page(after=after, limit=limit)
        assert len(page.facts) <= limit
        assert page.scanned > after
        found += [(fact.stream_id, fact.version) for fact in page.facts]
        after = page.scanned
    return found


def test_whole_histories_are_left_out_whole(both: Marketplace) -> None:
    streams = {one: list(both.history(one).facts) for one in (ONE, OTHER)}
    for reach, held in REACHES:
        found = [facts[0].stream_id for facts in Sight(both, reach).whole({**streams, MISSING: []})]
        assert found == held_in(held)


def test_what_is_voided_leaves_a_reach_and_what_was_answered_before_with_it(both: Marketplace) -> None:
    """The reach is that of now, whatever had been recorded by the instant that is asked about."""
    reach: Reach = OfProfessional("ben")
    sight, before = Sight(both, reach), both.known()
    assert sight.history_as_known(OTHER, before)
    correction = {"command": "correct-history", "void": [2], "reason": "never matched", "engagement_id": str(OTHER)}
    both.record(request(correction))
    with pytest.raises(UnknownEngagement):
        sight.history_as_known(OTHER, before)
    assert _all(sight, 50) == []
