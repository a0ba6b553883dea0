"""The feed: all events in the order of their positions, of a type or an engagement where asked for."""

from uuid import UUID

from application.marketplace import Marketplace
from application.ports.pages import Page
from domain.law.recorded import Recorded


def feed(
    marketplace: Marketplace, *, after: int, limit: int, type_name: str | None, engagement_id: UUID | None
) -> Page[Recorded, int]:
    """The next events after a position; ``next`` is the last position that was looked at for them."""
    types = (type_name,) if type_name else ()
    page = marketplace.store.log.page(after=after, limit=limit, types=types, engagement_id=engagement_id)
    return Page(marketplace.read(page.events), page.scanned, marketplace.known().position)
