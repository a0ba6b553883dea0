"""What the application asks of the list of engagements: its lines, filtered, in the order of (`opened_at`, id)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.list_line import Listed
from application.ports.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which engagements to list; what is `None` filters nothing."""

    model: str | None = None
    client_id: str | None = None
    partner_id: str | None = None
    professional_id: str | None = None
    status: tuple[str, ...] | None = None
    """As it was when the engagement was last written: a suspension may have come to its end since."""


@dataclass(frozen=True, slots=True)
class After:
    """Where the page before ended: exclusive."""

    opened_at: datetime
    engagement_id: UUID


class Listing(Protocol):
    """The lines as appends keep them up to date."""

    def page(self, wanted: Wanted, *, after: After | None = None, limit: int = 50) -> Page[Listed, After | None]:
        """Up to `limit` lines after `after`, and where the next page starts (`None` at the end)."""
        ...

    def one(self, engagement_id: UUID) -> Listed | None:
        """The line of one engagement."""
        ...
