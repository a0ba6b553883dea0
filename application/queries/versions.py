"""The versions of an engagement, page by page: its events, and the audit of what each of them changed."""

from uuid import UUID

from application.marketplace import Marketplace
from application.ports.pages import Page
from application.queries.as_of import EngagementAsOf, engagement_as_of
from application.queries.audit import Step, View, steps
from domain.law.recorded import Recorded


def history_page(
    marketplace: Marketplace, engagement_id: UUID, *, after: int, limit: int
) -> Page[Recorded, int | None]:
    """The events of the versions ``after + 1`` to ``after + limit``. Raises UnknownEngagement."""
    now = engagement_as_of(marketplace, engagement_id)
    items = now.history.facts[after : after + limit] if now.history else ()
    return Page(items, _next(now, after + limit), now.known.position)


def audit_page(
    marketplace: Marketplace, engagement_id: UUID, view: View, *, after: int, limit: int
) -> Page[Step, int | None]:
    """The steps of the same versions. Raises UnknownEngagement."""
    now = engagement_as_of(marketplace, engagement_id)
    items = steps(now.history, view, after=after, limit=limit) if now.history else ()
    return Page(items, _next(now, after + limit), now.known.position)


def _next(now: EngagementAsOf, seen: int) -> int | None:
    """The version to go on after, where there are more."""
    return seen if seen < now.version else None
