"""Whether the log is still the one that projections tell of."""

from uuid import UUID

from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log


def holds(log: Log, log_id: UUID, position: int, recorded_at: int) -> bool:
    """Whether this log holds the event that was recorded at a position at an instant (microseconds; 0: at none).

    An older copy has the same id; one that has grown past the position again has another event there. What the library
    wrote without an envelope has no instant, and is known by its position alone.
    """
    if log.head().log_id != log_id:
        return False
    if not position:
        return True
    there = log.between(position - 1, position, 1)
    return bool(there) and (not isinstance(there[0], PlacedEvent) or there[0].recorded_at == recorded_at)
