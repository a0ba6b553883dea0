"""Which events of a history are asked for, in which order, and where the page around an instant lies."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product
from random import Random
from typing import Any, Literal

import pytest
from hypothesis import given as over

from application.marketplace import Marketplace
from application.queries.history import PageUnclear, WantedEvents, history_page, page_around
from application.queries.measures import WindowEmpty
from application.queries.sight import Sight
from domain.access.reach import EVERYTHING
from domain.engagement.lifecycle.opening import UnknownEngagement
from domain.law.recorded import Recorded
from tests.application.requests import ENGAGEMENT, match, opening, request
from tests.domain.given import Lines, by, day, given, on
from tests.domain.histories import Story, stories
from tests.domain.law.test_laws import LAWS
from tests.domain.words import annotate, correct, effort, onboard, opened, report, seat
from tests.domain.words import match as matched

LIFE: Lines = [
    opened("freelancer_platform", seat("s1")),
    on(1, by("partner", matched())),
    on(2, onboard()),
    on(9, by("client", report())),
    on(5, by("client", effort())),
    on(5, effort()),
    correct(annotate(), void=(5,)),
]
"""Versions 1 to 8: the report happened after what was recorded behind it, version 5 is voided by 7."""


def versions(facts: Sequence[Recorded]) -> list[int]:
    return [fact.version for fact in facts]


def found(**wanted: Any) -> list[int]:
    return versions(list(WantedEvents(**wanted).of(given(*LIFE).history.facts)))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"order": "desc"}, [8, 7, 6, 5, 4, 3, 2, 1]),
        ({"after": 6}, [7, 8]),
        ({"after": 8}, []),
        ({"after": 99}, []),
        ({"before": 3}, [1, 2]),
        ({"before": 1}, []),
        ({"before": 99}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"after": 2, "before": 6, "order": "desc"}, [5, 4, 3]),
        ({"after": 2, "before": 3}, []),
        ({"type": "EffortRecorded"}, [5, 6]),
        ({"party": "client"}, [4, 5]),
        ({"party": "partner"}, [2]),
        ({"party": "professional"}, []),
        ({"from_": day(2), "to": day(9)}, [3, 5, 6]),
        ({"from_": day(9)}, [4, 7, 8]),
        ({"to": day(1)}, [1]),
        ({"voided": True}, [5]),
        ({"voided": False}, [1, 2, 3, 4, 6, 7, 8]),
        ({"type": "EffortRecorded", "voided": False, "party": "platform"}, [6]),
    ],
    ids=str,
)
def test_what_is_asked_for_is_found_in_its_order(wanted: dict[str, Any], expected: list[int]) -> None:
    assert found(**wanted) == expected


def around(at: datetime, limit: int, order: Any = "asc", **wanted: Any) -> list[int]:
    facts = list(WantedEvents(order=order, **wanted).of(given(*LIFE).history.facts))
    start = page_around(at, facts, limit)
    return versions(facts[start : start + limit])


@pytest.mark.parametrize(
    ("at", "limit", "middle"),
    [
        (day(-1), 1, 1),
        (day(0), 1, 1),
        (day(0.5), 1, 2),
        (day(2), 1, 3),
        (day(2.1), 1, 5),
        (day(5), 1, 5),
        (day(5.1), 1, 4),
        (day(99), 1, 8),
    ],
)
def test_in_the_middle_is_what_happened_at_the_instant_or_next(at: datetime, limit: int, middle: int) -> None:
    assert around(at, limit) == [middle]
    assert around(at, limit, "desc") == [middle]


def test_the_page_around_an_instant_is_a_whole_one_wherever_it_lies() -> None:
    assert [around(day(at), 3) for at in (0, 2, 5, 99)] == [[1, 2, 3], [2, 3, 4], [4, 5, 6], [6, 7, 8]]
    assert [around(day(at), 4) for at in (0, 2, 99)] == [[1, 2, 3, 4], [1, 2, 3, 4], [5, 6, 7, 8]]
    assert around(day(2), 3, "desc") == [4, 3, 2]
    assert around(day(2), 50) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_it_lies_among_those_that_are_asked_for() -> None:
    assert around(day(2), 1, party="client") == [5]
    assert around(day(2), 1, voided=False) == [3]
    assert around(day(2), 1, party="professional") == []


@pytest.mark.parametrize(
    ("wanted", "refusal", "field"),
    [
        ({"at": day(1), "after": 0}, PageUnclear, "after"),
        ({"at": day(1), "before": 3}, PageUnclear, "before"),
        ({"after": 3, "before": 3}, PageUnclear, "after"),
        ({"after": 4, "before": 3, "order": "desc"}, PageUnclear, "after"),
        ({"from_": day(2), "to": day(2)}, WindowEmpty, "from"),
        ({"from_": day(3), "to": day(2)}, WindowEmpty, "from"),
    ],
    ids=str,
)
def test_what_does_not_go_together_is_refused(wanted: dict[str, Any], refusal: type[Any], field: str) -> None:
    with pytest.raises(refusal) as refused:
        WantedEvents(**wanted).make_sense()
    assert refused.value.field == field
    assert refused.value.detail


@LAWS
@over(stories())
def test_filters_take_out_of_the_whole_and_the_orders_mirror_each_other(told: Story) -> None:
    facts, random = told.history.facts, Random(told.seed)
    for _ in range(20):
        one = random.choice(list(facts))
        wanted: dict[str, Any] = {
            "after": random.choice([None, random.randrange(len(facts))]),
            "type": random.choice([None, one.type]),
            "party": random.choice([None, one.party]),
            "from_": random.choice([None, one.occurred_at]),
            "voided": random.choice([None, True, False]),
        }
        expected = [
            fact
            for fact in facts
            if fact.version > (wanted["after"] or 0)
            and wanted["type"] in (None, fact.type)
            and wanted["party"] in (None, fact.party)
            and (wanted["from_"] is None or fact.occurred_at >= wanted["from_"])
            and wanted["voided"] in (None, fact.version in told.history.voided)
        ]
        assert list(WantedEvents(**wanted).of(facts)) == expected
        assert list(WantedEvents(**wanted, order="desc").of(facts)) == expected[::-1]


@pytest.fixture
def life(marketplace: Marketplace) -> Marketplace:
    """Versions 1 to 9, the last of which voids the eighth."""
    marketplace.record(request(opening()))
    marketplace.record(request(match("a1", occurred_at="2026-01-06T09:00:00Z")))
    for number in range(6):
        marketplace.record(request({"command": "annotate", "note": f"remark {number}"}))
    marketplace.record(request({"command": "correct-history", "void": [8], "reason": "not so"}))
    return marketplace


@pytest.mark.parametrize("wanted", [{}, {"type": "EventAnnotated"}, {"voided": False}], ids=str)
def test_next_leads_through_all_that_is_asked_for_in_both_orders(life: Marketplace, wanted: dict[str, Any]) -> None:
    orders: tuple[Literal["asc", "desc"], ...] = ("asc", "desc")
    for order, limit in product(orders, (1, 2, 3, 500)):
        everything = list(WantedEvents(order=order, **wanted).of(life.history(ENGAGEMENT).facts))
        assert paged(life, wanted, order, limit) == versions(everything), (order, limit)


def paged(life: Marketplace, wanted: dict[str, Any], order: Literal["asc", "desc"], limit: int) -> list[int]:
    """The versions on all pages, as ``next`` leads from one to the other."""
    found: list[int] = []
    place: dict[str, Any] = {}
    while True:
        page = history_page(
            Sight(life, EVERYTHING),
            ENGAGEMENT,
            WantedEvents(order=order, **wanted, **place),
            known_at=None,
            limit=limit,
        )
        assert len(page.items) <= limit
        found += versions(page.items)
        if page.next is None:
            return found
        assert len(page.items) == limit
        place = {"after" if order == "asc" else "before": page.next}


def test_a_page_around_an_instant_goes_on_as_any_other(life: Marketplace) -> None:
    at = datetime.fromisoformat("2026-01-06T00:00:00Z")
    first = history_page(Sight(life, EVERYTHING), ENGAGEMENT, WantedEvents(at=at), known_at=None, limit=3)
    assert (versions(first.items), first.next) == ([1, 2, 3], 3)
    newest = history_page(
        Sight(life, EVERYTHING), ENGAGEMENT, WantedEvents(at=at, order="desc"), known_at=None, limit=3
    )
    assert (versions(newest.items), newest.next) == ([3, 2, 1], None)


def test_as_it_was_known_then_the_history_ends_there_and_nothing_was_voided_yet(life: Marketplace) -> None:
    facts = life.history(ENGAGEMENT).facts
    known_at = facts[7].recorded_at
    assert known_at < facts[8].recorded_at
    page = history_page(Sight(life, EVERYTHING), ENGAGEMENT, WantedEvents(), known_at=known_at, limit=50)
    assert (versions(page.items), page.next, page.position) == (list(range(1, 9)), None, facts[7].position)
    for voided, expected in ((True, []), (False, list(range(1, 9)))):
        then = history_page(
            Sight(life, EVERYTHING), ENGAGEMENT, WantedEvents(voided=voided), known_at=known_at, limit=50
        )
        assert versions(then.items) == expected
    before = history_page(
        Sight(life, EVERYTHING),
        ENGAGEMENT,
        WantedEvents(at=known_at),
        known_at=facts[0].recorded_at - timedelta(days=1),
        limit=50,
    )
    assert (before.items, before.next) == ([], None)


def test_an_engagement_that_nobody_knows_has_no_history(marketplace: Marketplace) -> None:
    with pytest.raises(UnknownEngagement):
        history_page(Sight(marketplace, EVERYTHING), ENGAGEMENT, WantedEvents(), known_at=None, limit=1)
