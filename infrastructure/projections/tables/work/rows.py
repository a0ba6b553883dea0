"""What waits in every engagement: for each time in which an item stays as it is, that item."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.clocks.life import Waited
from domain.language.words import Model
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER
from domain.work.item import Item, WorkKind
from domain.work.waiting import Lasting, lasting
from infrastructure.database.instants import to_micros
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.engagement_list import folded
from infrastructure.projections.tables.supplier import supplier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """An item, there in [``there_from``, ``there_until``), microseconds since 1970.

    The other instants are seconds; ``due_at`` and ``overdue_from`` of what has none are `domain.time.intervals.EVER`,
    so that it comes last. ``stays_from``: from which second on it is there for good if nothing more happens, 0 where
    that is from the last fact on, `EVER` where it goes by itself. ``supplier``: whose it is among those who supply
    professionals. ``next_fields`` are JSON, ``sought`` is what a search looks through. Numbers stand before texts,
    since many rows are only counted.
    """

    there_from: int
    there_until: int
    due_at: int
    since: int
    overdue_from: int
    stays_from: int
    kind: WorkKind
    subject_id: str
    holder: Waited
    supplier: str | None
    model: Model
    client_id: str
    seat_id: str | None
    next_command: str | None
    next_fields: str
    title: str
    why: str
    sought: str


def work_of(seen: Seen) -> Iterator[WorkRow]:
    return (_row(seen, each) for each in lasting(seen.scene))


def _row(seen: Seen, told: Lasting) -> WorkRow:
    item, state = told.item, seen.state
    there_from, there_until = there(told)
    return WorkRow(
        kind=item.kind,
        subject_id=item.subject_id,
        there_from=there_from,
        there_until=there_until,
        due_at=or_ever(item.due_at),
        since=item.since,
        overdue_from=or_ever(item.overdue_from),
        stays_from=_stays_from(seen, told),
        holder=item.holder,
        supplier=supplier_of(state.assignments.get(item.assignment_id or "")),
        model=state.model,
        client_id=state.client_id,
        seat_id=item.seat_id,
        next_command=item.next_command,
        next_fields=fields_of(item),
        title=item.title,
        why=item.why,
        sought=folded("\n".join((item.title, state.name or "", state.client_id, str(seen.engagement_id)))),
    )


def there(told: Lasting) -> tuple[int, int]:
    """From when until when, in microseconds; what is there already begins with itself, so that its row stays."""
    begins = told.item.since * 1_000_000 if told.from_ is None else to_micros(told.from_)
    return begins, _micros(told.until)


def _stays_from(seen: Seen, told: Lasting) -> int:
    if told.until is not None or (seen.from_, seen.until) != (0, EVER):
        return EVER
    return 0 if told.from_ is None else epoch_seconds(told.from_)


def _micros(instant: datetime | None) -> int:
    return EVER if instant is None else to_micros(instant)


def or_ever(second: int | None) -> int:
    return EVER if second is None else second


def fields_of(item: Item) -> str:
    return json.dumps(dict(item.next_fields), separators=(",", ":"))


WORK = Projection(
    name="work",
    version=3,
    row=WorkRow,
    key=("there_from", "kind", "subject_id"),
    fold=work_of,
    parts=lambda seen: (seen,),
    indexes=(
        ("due_at", "since", "engagement_id"),
        ("client_id", "due_at", "since", "engagement_id"),
        ("holder", "due_at", "since", "engagement_id"),
        ("stays_from", "there_until"),
        ("overdue_from",),
    ),
)
