"""The seats of an engagement as they are answered."""

from dataclasses import dataclass
from datetime import datetime

from domain.engagement.nouns.seat import Seat
from domain.engagement.replacement.about import successor_of
from domain.engagement.state import State
from domain.language.bounds import DESCRIBED
from domain.language.words import Allocation, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAnswer:
    """A seat; ``assignment_id`` is whose it is (a successor's once it has replaced), ``case_id`` its open case."""

    __pydantic_config__ = DESCRIBED

    seat_id: str
    role: str
    allocation: Allocation
    required_from: Instant | None
    required_until: Instant | None
    key_role: bool
    closed_at: Instant | None
    assignment_id: str | None
    case_id: str | None
    uncovered_since: Instant | None
    """Since when the seat, which is required, has had nobody active on it.

    Null where somebody is active, or where it is not required: before its start, after its end, while suspended. After
    a suspension it counts from the resumption, as the gaps of the metrics do.
    """


def seat_answer(state: State, seat: Seat, uncovered_since: datetime | None) -> SeatAnswer:
    """A seat with whose it is."""
    case = state.open_case_on(seat.seat_id)
    successor = successor_of(state, case) if case else None
    holder = next((each for each in state.live_on_seat(seat.seat_id) if each is not successor), None)
    return SeatAnswer(
        seat_id=seat.seat_id,
        role=seat.spec.role,
        allocation=seat.spec.allocation,
        required_from=seat.spec.required_from,
        required_until=seat.spec.required_until,
        key_role=seat.spec.key_role,
        closed_at=seat.closed_at,
        assignment_id=holder.assignment_id if holder else None,
        case_id=case.case_id if case else None,
        uncovered_since=uncovered_since,
    )
