"""The feed: all events in the order of their positions, of a type or an engagement where asked for."""

from dataclasses import dataclass
from uuid import UUID

from application.ports.log import PositionBeyondHead
from application.ports.pages import Page
from application.queries.sight import Sight
from domain.law.recorded import Recorded


@dataclass(frozen=True, slots=True)
class FeedPage(Page[Recorded, int]):
    """Some events; ``next`` is the last position that was looked at for them, ``log_id`` was made with the log."""

    log_id: UUID


def feed(sight: Sight, *, after: int, limit: int, type_name: str | None, engagement_id: UUID | None) -> FeedPage:
    """The next events after a position. Raises PositionBeyondHead where the log does not reach that far."""
    types = (type_name,) if type_name else ()
    page = sight.page(after=after, limit=limit, types=types, engagement_id=engagement_id)
    head = sight.head()
    if after > head.position:
        raise PositionBeyondHead(after, head.position)
    return FeedPage(page.facts, page.scanned, head.position, head.log_id)
