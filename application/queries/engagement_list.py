"""The list of engagements, page by page: each line with whether a clock of its engagement is at risk."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from application.list_line import Listed, Status, status_of
from application.marketplace import Marketplace
from application.ports.engagement_list import After, Listing, Wanted
from application.ports.pages import Page
from domain.clocks.reading import clocks_of
from domain.engagement.state import EngagementHistory
from domain.language.bounds import bounds
from domain.language.words import Instant, Model

MOST_SCANNED: Final = 1_000
"""How many engagements one page looks through at most, when most of them are not what is asked for."""

WRITTEN: Final[Mapping[Status, tuple[Status, ...]]] = {
    "open": ("open", "suspended"),
    "suspended": ("suspended",),
    "ended": ("ended",),
}
"""What the lines of a status may say: a suspension with an end is over by itself."""

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
    status: Status | None = None,
    at_risk: bool | None = None,
    after: After | None,
    limit: int,
) -> Page[ListedEngagement, After | None]:
    """A page of at most ``limit`` engagements, those of a status, at risk or the others where asked for.

    It may hold fewer than there are: ``next`` says whether the list goes on.
    """
    now = marketplace.clock()
    wanted = wanted if status is None else replace(wanted, status=WRITTEN[status])
    items: list[ListedEngagement] = []
    scanned = 0
    while True:
        page = lines.page(wanted, after=after, limit=limit - len(items))
        shown = (_listed_now(marketplace, line, now) for line in page.items)
        items += [each for each in shown if at_risk in (None, each.at_risk) and status in (None, each.status)]
        after, scanned = page.next, scanned + len(page.items)
        if after is None or len(items) == limit or scanned >= MOST_SCANNED:
            return Page(items, after, page.position)


def listed_engagement(line: Listed, status: Status, at_risk: bool) -> ListedEngagement:
    """A line as it is answered."""
    written = {name: getattr(line, name) for name in ListedEngagement.__slots__ if name not in ("status", "at_risk")}
    return ListedEngagement(**written, status=status, at_risk=at_risk)


def _listed_now(marketplace: Marketplace, line: Listed, now: datetime) -> ListedEngagement:
    history = marketplace.history(line.engagement_id)
    return listed_engagement(line, status_of(history.state.reached(now)), is_at_risk(history, now))


def is_at_risk(history: EngagementHistory, now: datetime) -> bool:
    """Whether a clock of the engagement is at risk, or past its goal and still open."""
    read = clocks_of(history, now, now).readings.values()
    return any(each.at_risk or each.state == "breached" for each in read)
