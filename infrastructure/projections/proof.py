"""Whether the projections say what the log says: each row against a fresh fold of its engagement."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, select

from infrastructure.log.reading import Log
from infrastructure.projections.folding import Folding
from infrastructure.projections.of_this_log import holds
from infrastructure.projections.parking import Parking
from infrastructure.projections.projection import Projection, Row
from infrastructure.projections.reading import ProjectionReader, Snapshot
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.tables.work.tally import agrees
from infrastructure.projections.writing import Rows

AT_ONCE = 200
"""How many engagements are folded and compared together."""

Advance = Callable[[int], object]
"""Told how many engagements are compared."""


def differing(reader: ProjectionReader, log: Log, advance: Advance = lambda _: None) -> Iterator[str]:
    """What the live generation says otherwise than the log up to its position, and what is parked in it.

    Raises ProjectionsMissing, StoreUnavailable.
    """
    with reader.snapshot() as snapshot:
        if not holds(log, snapshot.log_id, snapshot.position, snapshot.recorded_at):
            yield "they tell of another log than this, or of more than it holds: standfast rebuild makes them anew"
            return
        parked = Parking(reader.database).read(snapshot.connection, snapshot.generation)
        yield from (f"{each.projection} of {each.engagement_id} is parked: {each.error}" for each in parked)
        apart = {(each.projection, each.engagement_id) for each in parked}
        found: dict[str, int] = dict.fromkeys((each.name for each in PROJECTIONS), 0)
        compared, after = 0, None
        while ids := log.engagement_ids(after=after, limit=AT_ONCE):
            after = ids[-1]
            fresh = _fresh(log, ids, snapshot.position)
            for projection in PROJECTIONS:
                standing = _standing(snapshot, projection, ids)
                found[projection.name] += sum(map(len, standing.values()))
                for one in ids:
                    told = fresh.get(one, {}).get(projection.name, frozenset())
                    if (projection.name, one) not in apart and told != standing.get(one, frozenset()):
                        yield f"{projection.name} of {one} differ from its history"
            compared += len(ids)
            advance(compared)
        for projection in PROJECTIONS:
            count = snapshot.connection.execute(
                select(func.count()).select_from(snapshot.table(projection))
            ).scalar_one()
            if count != found[projection.name]:
                yield f"{projection.name} hold {count - found[projection.name]} rows of no engagement"
        if not agrees(snapshot.connection, snapshot.generation, snapshot.schema):
            yield "the tally of what waits differs from its rows: standfast rebuild adds it up anew"


def _fresh(log: Log, ids: Sequence[UUID], position: int) -> dict[UUID, Rows]:
    """The rows of engagements by a fold from zero; none of those that cannot be folded or began later."""
    fresh: dict[UUID, Rows] = {}
    folding = Folding(log.streams)
    for engagement_id, events in log.streams(ids, position).items():
        if events:
            fresh |= {change.engagement_id: change.rows for change in folding.whole(engagement_id, events).changes}
    return fresh


def _standing(snapshot: Snapshot, projection: Projection, ids: Sequence[UUID]) -> dict[UUID, frozenset[Row]]:
    table = snapshot.table(projection)
    rows: dict[UUID, set[Row]] = {}
    for row in snapshot.connection.execute(select(table).where(table.c.engagement_id.in_(ids))):
        rows.setdefault(row.engagement_id, set()).add(tuple(row))
    return {engagement_id: frozenset(found) for engagement_id, found in rows.items()}
