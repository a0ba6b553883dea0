"""What the application asks of the list of engagements: its lines, filtered, in an order, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol
from uuid import UUID

from application.ports.log import StoreUnavailable
from domain.engagement.state import Status
from domain.language.bounds import bounds
from domain.language.words import Instant, Model, Party

Sort = Literal["opened_at", "next_breach_at", "name"]
Count = Annotated[int, bounds(ge=0)]


class ProjectionsMissing(StoreUnavailable):
    """The projections are still being made from the log: try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which engagements to list; what is `None` filters nothing. ``q`` is a part of name, client or id."""

    model: str | None = None
    client_id: str | None = None
    partner_id: str | None = None
    professional_id: str | None = None
    status: Status | None = None
    at_risk: bool | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Where the page before ended, exclusive, and the instant that all pages are as of.

    ``value`` is that of the order ``sort``: of an instant whole micro- or seconds, of a name the name.
    """

    sort: Sort
    value: int | str | None
    engagement_id: UUID
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEngagement:
    """An engagement's line in the list.

    ``at_risk``: a clock of it is at risk, or past its goal and still open; ``overdue`` counts the latter, and
    ``next_breach_at`` is the earliest of those not past it. ``suspended_on`` is whom a suspension waits on, ``zone``
    that of its calendar.
    """

    engagement_id: UUID
    name: str | None
    client_id: str
    partner_ids: tuple[str, ...]
    model: Model
    status: Status
    suspended_on: Party | Literal["force_majeure"] | None
    at_risk: bool
    overdue: Count
    next_breach_at: Instant | None
    open_cases: Count
    seats: Count
    required_seats: Count
    covered_seats: Count
    version: Annotated[int, bounds(ge=1)]
    opened_at: Instant
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """Some lines as of an instant, where the next ones begin (None at the end), and the position that was read.

    ``behind_seconds`` is how long ago the first event beyond that position was recorded, 0 where there is none.
    """

    items: Sequence[ListedEngagement]
    next: After | None
    position: int
    behind_seconds: float
    as_of: datetime


class Listing(Protocol):
    """The lines as the projector keeps them."""

    def page(
        self, wanted: Wanted, *, sort: Sort = "opened_at", after: After | None = None, limit: int = 50
    ) -> ListPage:
        """Up to `limit` lines after `after`. Raises ProjectionsMissing where they are still being made."""
        ...
