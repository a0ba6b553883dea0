"""The clocks that can be past their goals: for each time in which what they belong to stays as it is, that."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.clocks.life import Waited
from domain.engagement.terms.policy import Obligation
from domain.language.words import Model
from domain.work.waiting import Ticking, ticking
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.supplier import supplier_of
from infrastructure.projections.tables.work.rows import fields_of, or_ever, there


@dataclass(frozen=True, slots=True, kw_only=True)
class TickingRow:
    """A clock that has not ended, as of [``there_from``, ``there_until``), microseconds since 1970.

    ``breach_at`` and ``over_from`` are seconds, `domain.time.intervals.EVER` for never. How it is read follows from
    its row among the clocks; ``waiting_on`` is whom it waits on, the rest what the item it belongs to says.
    """

    clock: Obligation
    subject_id: str
    there_from: int
    there_until: int
    breach_at: int
    over_from: int
    waiting_on: Waited
    supplier: str | None
    model: Model
    client_id: str
    seat_id: str | None
    next_command: str | None
    next_fields: str
    title: str
    why: str


def ticking_of(seen: Seen) -> Iterator[TickingRow]:
    return (_row(seen, each) for each in ticking(seen.scene))


def _row(seen: Seen, told: Ticking) -> TickingRow:
    clock, subject_id = told.key
    item, ahead = told.lasting.item, seen.scene.foreseen(seen.lives.by_key[told.key])
    there_from, there_until = there(told.lasting)
    return TickingRow(
        clock=clock,
        subject_id=subject_id,
        there_from=there_from,
        there_until=there_until,
        breach_at=or_ever(ahead.breach_at),
        over_from=or_ever(ahead.over_from),
        waiting_on=told.waiting_on,
        supplier=supplier_of(seen.state.assignments.get(item.assignment_id or "")),
        model=seen.state.model,
        client_id=seen.state.client_id,
        seat_id=item.seat_id,
        next_command=item.next_command,
        next_fields=fields_of(item),
        title=item.title,
        why=item.why,
    )


TICKING = Projection(
    name="ticking",
    version=1,
    row=TickingRow,
    key=("clock", "subject_id", "there_from"),
    fold=ticking_of,
    parts=lambda seen: (seen,),
    indexes=(("breach_at", "over_from", "engagement_id"),),
)
