"""The list of engagements: the filter of those at risk, page by page, and how far one page looks."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from uuid import UUID

import pytest
from sqlalchemy.engine import URL

from application.list_line import Status
from application.marketplace import Marketplace
from application.ports.engagement_list import After, Wanted
from application.queries import engagement_list as query
from application.queries.engagement_list import ListedEngagement, listing
from infrastructure.database.database import Database
from infrastructure.projections.engagement_list import Engagements
from tests.application.requests import match, opening, request

RISKY = (2, 3, 7)
STATUSES: tuple[Status, ...] = ("open", "suspended", "ended")


def identity(number: int) -> UUID:
    return UUID(int=number, version=4)


@pytest.fixture
def lines(marketplace: Marketplace, database_url: URL) -> Iterator[Engagements]:
    """Eight engagements, opened one after the other; in three of them somebody has long been due."""
    for number in range(8):
        here = {"engagement_id": str(identity(number)), "occurred_at": f"2026-01-05T09:0{number}:00Z"}
        marketplace.record(request(opening(model="managed_marketplace", **here)))
        if number in RISKY:
            marketplace.record(request(match("a1", **here)))
    database = Database(database_url)
    yield Engagements(database)
    database.close()


def pages(
    marketplace: Marketplace, lines: Engagements, at_risk: bool | None, limit: int
) -> Iterator[list[ListedEngagement]]:
    after: After | None = None
    while True:
        page = listing(marketplace, lines, Wanted(), at_risk=at_risk, after=after, limit=limit)
        yield list(page.items)
        if page.next is None:
            return
        after = page.next


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
@pytest.mark.parametrize(
    ("at_risk", "numbers"),
    [(True, RISKY), (False, (0, 1, 4, 5, 6)), (None, range(8))],
    ids=["at risk", "not at risk", "all"],
)
def test_pages_of_any_size_hold_what_is_asked_for_once_and_in_order(
    marketplace: Marketplace, lines: Engagements, at_risk: bool | None, numbers: range, limit: int
) -> None:
    found = list(pages(marketplace, lines, at_risk, limit))
    assert all(len(page) <= limit for page in found)
    assert [line.engagement_id for page in found for line in page] == [identity(number) for number in numbers]
    if at_risk is not None:
        assert {line.at_risk for page in found for line in page} == {at_risk}


def test_a_page_looks_through_so_many_and_says_that_the_list_goes_on(
    marketplace: Marketplace, lines: Engagements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "MOST_SCANNED", 2)
    found = [len(page) for page in islice(pages(marketplace, lines, True, 2), 9)]
    assert found == [0, 2, 0, 1], "two engagements a page, whoever they are"


def test_a_page_says_where_the_log_ends(marketplace: Marketplace, lines: Engagements) -> None:
    page = listing(marketplace, lines, Wanted(client_id="nobody"), at_risk=None, after=None, limit=1)
    assert (page.items, page.next, page.position) == ([], None, marketplace.known().position)


@pytest.mark.parametrize(("later", "suspended"), [(timedelta(0), [1]), (timedelta(hours=3), [])])
def test_a_suspension_that_came_to_its_end_is_over_in_the_list(
    marketplace: Marketplace,
    lines: Engagements,
    monkeypatch: pytest.MonkeyPatch,
    later: timedelta,
    suspended: list[int],
) -> None:
    now = marketplace.clock()
    until = {"waiting_on": "client", "reason": "budget", "until": f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"}
    marketplace.record(request({"command": "suspend-engagement", "engagement_id": str(identity(1)), **until}))
    monkeypatch.setattr(marketplace, "clock", lambda: now + later)
    found = {status: listing(marketplace, lines, Wanted(), status=status, after=None, limit=5) for status in STATUSES}
    assert [line.engagement_id for line in found["suspended"].items] == [identity(each) for each in suspended]
    assert (identity(1) in {line.engagement_id for line in found["open"].items}) is not bool(suspended)
    assert {line.status for page in found.values() for line in page.items} <= {"open", "suspended"}
    assert found["ended"].items == []
