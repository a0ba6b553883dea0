"""The feed: all events in the order of their positions, of a type or an engagement where asked for."""

from dataclasses import dataclass
from uuid import UUID

from application.marketplace import Marketplace
from application.ports.log import PositionBeyondHead
from application.ports.pages import Page
from domain.law.recorded import Recorded


@dataclass(frozen=True, slots=True)
class FeedPage(Page[Recorded, int]):
    """Some events; ``next`` is the last position that was looked at for them, ``log_id`` was made with the log."""

    log_id: UUID


def feed(
    marketplace: Marketplace, *, after: int, limit: int, type_name: str | None, engagement_id: UUID | None
) -> FeedPage:
    """The next events after a position. Raises PositionBeyondHead where the log does not reach that far."""
    log, types = marketplace.store.log, (type_name,) if type_name else ()
    page = log.page(after=after, limit=limit, types=types, engagement_id=engagement_id)
    head = log.head()
    if after > head.position:
        raise PositionBeyondHead(after, head.position)
    return FeedPage(marketplace.read(page.events), page.scanned, head.position, head.log_id)
