"""The list of engagements, page by page: each line with whether a clock of its engagement is at risk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from application.list_line import Listed, Status
from application.marketplace import Marketplace
from application.ports.engagement_list import After, Listing, Wanted
from application.ports.pages import Page
from domain.clocks.reading import clocks_of
from domain.engagement.state import EngagementHistory
from domain.language.bounds import bounds
from domain.language.words import Instant, Model

MOST_SCANNED: Final = 1_000
"""How many engagements one page looks through at most, when most of them are not what is asked for."""

Count = Annotated[int, bounds(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEngagement:
    """An engagement's line in the list; ``at_risk``: a clock of it is at risk or past its goal, and still open."""

    engagement_id: UUID
    name: str | None
    client_id: str
    partner_ids: tuple[str, ...]
    model: Model
    status: Status
    at_risk: bool
    open_cases: Count
    seats: Count
    covered_seats: Count
    version: Annotated[int, bounds(ge=1)]
    opened_at: Instant


def listing(
    marketplace: Marketplace,
    lines: Listing,
    wanted: Wanted,
    *,
    at_risk: bool | None,
    after: After | None,
    limit: int,
) -> Page[ListedEngagement, After | None]:
    """A page of at most ``limit`` engagements, those at risk or the others where asked for.

    It may hold fewer than there are: ``next`` says whether the list goes on.
    """
    now = marketplace.clock()
    items: list[ListedEngagement] = []
    scanned = 0
    while True:
        page = lines.page(wanted, after=after, limit=limit - len(items))
        shown = (listed_engagement(line, _at_risk(marketplace, line, now)) for line in page.items)
        items += [each for each in shown if at_risk in (None, each.at_risk)]
        after, scanned = page.next, scanned + len(page.items)
        if after is None or len(items) == limit or scanned >= MOST_SCANNED:
            return Page(items, after, page.position)


def listed_engagement(line: Listed, at_risk: bool) -> ListedEngagement:
    """A line as it is answered."""
    shown = {name: getattr(line, name) for name in ListedEngagement.__slots__ if name != "at_risk"}
    return ListedEngagement(**shown, at_risk=at_risk)


def _at_risk(marketplace: Marketplace, line: Listed, now: datetime) -> bool:
    return is_at_risk(marketplace.history(line.engagement_id), now)


def is_at_risk(history: EngagementHistory, now: datetime) -> bool:
    """Whether a clock of the engagement is at risk, or past its goal and still open."""
    read = clocks_of(history, now, now).readings.values()
    return any(each.at_risk or each.state == "breached" for each in read)
