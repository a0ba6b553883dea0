"""The audit of an engagement, page by page: what each of its versions changed."""

from uuid import UUID

from application.marketplace import Marketplace
from application.ports.pages import Page
from application.queries.as_of import engagement_as_of
from application.queries.audit import Step, View, steps


def audit_page(
    marketplace: Marketplace, engagement_id: UUID, view: View, *, after: int, limit: int
) -> Page[Step, int | None]:
    """The steps of the versions ``after + 1`` to ``after + limit``. Raises UnknownEngagement."""
    now = engagement_as_of(marketplace, engagement_id)
    items = steps(now.history, view, after=after, limit=limit) if now.history else ()
    seen = after + limit
    return Page(items, seen if seen < now.version else None, now.known.position)
