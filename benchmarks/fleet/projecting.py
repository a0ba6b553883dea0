"""How fast projections are made in bulk, in one process and in one a core, beside reading and decoding alone."""

import time

from api.composition import Standfast
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent

PAGE = 5_000


def reading(standfast: Standfast, events: int) -> float:
    """Events per second of the first so many, read by pages and decoded, and nothing else done with them."""
    log, after, start = standfast.recorder.log, 0, time.perf_counter()
    while after < events:
        for event in log.between(after, events, PAGE):
            assert isinstance(event, PlacedEvent), "the fleet has no others"
            recorded(event)
            after = event.id
    return events / (time.perf_counter() - start)


def rebuilding(standfast: Standfast, workers: int) -> float:
    """Events per second of a rebuild of all projections without the proof, from its begin to its swap."""
    events = standfast.recorder.log.head().position
    projections = standfast.projections
    with projections.database.writing() as connection:
        projections.projector.generations.disown(connection)  # so that nothing is compared
    start = time.perf_counter()
    rebuilt = projections.rebuilding(workers).run()
    assert rebuilt.swapped, "nothing was to be compared"
    assert not rebuilt.parked, "the fleet is lawful"
    return events / (time.perf_counter() - start)


def proved(standfast: Standfast, workers: int) -> float:
    """Seconds of a rebuild with the proof that both generations agree."""
    start = time.perf_counter()
    rebuilt = standfast.projections.rebuilding(workers).run()
    assert rebuilt.swapped, "a rebuild agrees with what was projected"
    assert rebuilt.not_compared is None, rebuilt.not_compared
    return time.perf_counter() - start
