"""Since when seats that are required have had nobody active on them.

The definitions: docs/metrics.md, *Required and covered*.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.engagement.lifecycle.suspension import EngagementResumed, EngagementSuspended
from domain.engagement.nouns.seat import Seat
from domain.engagement.state import State
from domain.law.recorded import Recorded


def uncovered_seats(state: State, timeline: Sequence[Recorded], as_of: datetime) -> dict[str, datetime]:
    """The seats that are required at ``as_of`` with nobody active on them, and since when, at full precision.

    ``state`` is what the timeline of what had happened by ``as_of`` comes to. A seat is required from
    ``required_from``, or from its start where that is later or nothing was said, until the first of
    ``required_until``, its closing and the engagement's end, by its last amended values, and never while the
    engagement is suspended. Since when: the start of that uncovered piece of required time, as a gap has it: the last
    of the seat's required start, the end of its last active assignment, and the end of the last suspension.
    """
    if state.suspension or state.ended_at:
        return {}
    empty = [seat for seat in state.seats.values() if _required(seat, as_of) and not _covered(state, seat)]
    resumed_at = last_resumed(timeline) if empty and state.was_suspended else None
    return {seat.seat_id: _since(state, seat, resumed_at) for seat in empty}


def _starts(seat: Seat) -> datetime:
    return max(seat.spec.required_from or seat.starts_at, seat.starts_at)


def _required(seat: Seat, as_of: datetime) -> bool:
    ends = seat.spec.required_until
    return seat.closed_at is None and _starts(seat) <= as_of and (ends is None or as_of < ends)


def _covered(state: State, seat: Seat) -> bool:
    return any(each.active for each in state.on_seat(seat.seat_id))


def _since(state: State, seat: Seat, resumed_at: datetime | None) -> datetime:
    """An assignment that ended at the instant at which it became active covered nothing."""
    ends = (each.ended_at for each in state.on_seat(seat.seat_id) if each.active_at and each.active_at != each.ended_at)
    return max(filter(None, (_starts(seat), resumed_at, *ends)))


def last_resumed(timeline: Sequence[Recorded]) -> datetime | None:
    """When the last suspension that lasted any time ended; None where there was none.

    It ends with the resumption, and at its ``until`` by itself. Read from the end on, as far as needed.
    """
    resumed: datetime | None = None
    for fact in reversed(timeline):
        if isinstance(fact.event, EngagementResumed):
            resumed = fact.occurred_at
        elif isinstance(fact.event, EngagementSuspended):
            ended = min(filter(None, (resumed, fact.event.until)), default=None)
            if ended and ended > fact.occurred_at:
                return ended
    return None
