"""Which engagements are within reach, by all that is recorded of them: where the projections are not asked."""

from collections.abc import Collection
from itertools import islice
from typing import Final
from uuid import UUID

from domain.access.reach import Everything, Named, Reach
from domain.engagement.state import EngagementHistory
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log

AT_ONCE: Final = 100
"""How many histories are read together."""


def reached(log: Log, reach: Reach, engagement_ids: Collection[UUID]) -> set[UUID]:
    """Those of these engagements that are within reach. Raises MapperDeserialisationError, and as the log does."""
    if isinstance(reach, Everything):
        return set(engagement_ids)
    if isinstance(reach, Named):
        return set(reach.engagement_ids.intersection(engagement_ids))
    found: set[UUID] = set()
    waiting = iter(engagement_ids)
    while some := list(islice(waiting, AT_ONCE)):
        for engagement_id, rows in log.streams(some).items():
            facts = [recorded(row) for row in rows if isinstance(row, PlacedEvent)]
            if facts and reach.holds(EngagementHistory.of(facts)):
                found.add(engagement_id)
    return found
