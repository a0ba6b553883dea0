"""The audit of an engagement, page by page: what each of its versions changed."""

from datetime import datetime
from uuid import UUID

from application.ports.pages import Page
from application.queries.audit import Step, View, steps
from application.queries.sight import Sight


def audit_page(
    sight: Sight, engagement_id: UUID, view: View, *, known_at: datetime | None, after: int, limit: int
) -> Page[Step, int | None]:
    """The steps of the versions ``after + 1`` to ``after + limit``, as known at an instant (default: now).

    Raises UnknownEngagement.
    """
    known = sight.known(known_at)
    facts = sight.facts_as_known(engagement_id, known)
    items = steps(facts, view, after=after, limit=limit)
    seen = after + limit
    return Page(items, seen if seen < len(facts) else None, known.position)
