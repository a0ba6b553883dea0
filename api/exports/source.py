"""What goes out: the one place where exports read, within the reach of whoever asks."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from api.exports.asked import EventsExportAsked, OcelExportAsked
from api.http.reach import Seen
from application.ports.log import PositionBeyondHead
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.law.recorded import Recorded
from infrastructure.log.reading import Head

PAGE: Final = 1_000
ENGAGEMENTS: Final = 20
"""How many engagements are read at once."""


def head_after(standfast: Seen, after: int) -> Head:
    """The end of the log now. Raises PositionBeyondHead where it ends before a position."""
    head = standfast.recorder.log.head()
    if after > head.position:
        raise PositionBeyondHead(after, head.position, standfast.positions)
    return head


def facts(standfast: Seen, asked: EventsExportAsked, until: int) -> Iterator[Sequence[Recorded]]:
    """The events up to a position in the order of positions, some at a time; none where a filter lets all pass by."""
    after, types = asked.after, (asked.type,) if asked.type else ()
    while after < until:
        page = standfast.sight.page(
            after=after, until=until, limit=PAGE, types=types, engagement_id=asked.engagement_id
        )
        yield page.facts
        after = page.scanned


def histories(standfast: Seen, asked: OcelExportAsked, until: int) -> Iterator[Sequence[Recorded]]:
    """What was recorded up to a position of each engagement, in the order of versions."""
    log = standfast.recorder.log
    for ids in _engagements(standfast, asked):
        streams = {one: standfast.marketplace.read(rows) for one, rows in log.streams(ids, until).items()}
        yield from (found for found in standfast.sight.whole(streams) if _wanted(found[0], asked))


def _engagements(standfast: Seen, asked: OcelExportAsked) -> Iterator[Sequence[UUID]]:
    if asked.engagement_id is not None:
        yield [asked.engagement_id]
        return
    after: UUID | None = None
    while ids := standfast.recorder.log.engagement_ids(after=after, limit=ENGAGEMENTS):
        yield ids
        after = ids[-1]


def _wanted(opening: Recorded, asked: OcelExportAsked) -> bool:
    event = opening.event
    assert isinstance(event, EngagementOpened), "a history begins with its opening"
    return asked.model in (None, event.model) and asked.client_id in (None, event.client_id)
