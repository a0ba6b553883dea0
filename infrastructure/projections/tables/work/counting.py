"""How many items wait, by when they are due: from the tally of those that stay, and the rows of the others."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, not_, or_, select, union_all

from application.ports.work import Due, WantedWork, WorkCounts
from domain.access.reach import Everything
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER
from domain.work.item import NOTICES
from infrastructure.database.row_security import sees_everything
from infrastructure.projections.tables.work.glance import Glance
from infrastructure.projections.tables.work.rows import WORK
from infrastructure.projections.tables.work.tally import DAY, tally_of

NEVER: Final = EVER // DAY
"""The day of what has no instant."""

Condition = ColumnElement[bool]


def counts_of(glance: Glance, wanted: WantedWork, chosen: Sequence[Condition]) -> WorkCounts:
    """The counts of the rows that are ``chosen``, which are those that are ``wanted``.

    The instant is that of a first page, so not before the last fact of any engagement.
    """
    counts = dict.fromkeys(WorkCounts.__slots__, 0)
    for name, count in glance.rows(union_all(*counting(glance, wanted, chosen))):
        counts[name] += int(count) if wanted.due in (None, name) else 0
    return WorkCounts(**counts)


def counting(glance: Glance, wanted: WantedWork, chosen: Sequence[Condition]) -> Iterator[Select[*tuple[Any, ...]]]:
    """Queries that together see every item once, each for the names of some counts and how many.

    What the tally does not tell apart is counted row by row.
    """
    beyond_the_tally = wanted.q or not isinstance(glance.reach, Everything) or not sees_everything()
    if beyond_the_tally or wanted.client_id is not None or wanted.engagement_id is not None:
        yield _of_rows(glance, chosen)
        return
    yield _of_tally(glance, wanted)
    for apart in _beside_the_tally(glance, wanted):
        yield _of_rows(glance, [*chosen, apart])


def whole_seconds(bound: datetime) -> int:
    """What is due in the second of an instant with a fraction is due before it."""
    return epoch_seconds(bound) + (bound.microsecond > 0)


def _of_tally(glance: Glance, wanted: WantedWork) -> Select[*tuple[Any, ...]]:
    """Days tell of all of them what their instants would."""
    table, today = tally_of(glance.snapshot.schema), _today(glance)
    row = table.c
    equal = {
        row.holder: wanted.party,
        row.kind: wanted.kind,
        row.model: wanted.model,
        row.supplier: wanted.partner_id,
    }
    conditions = [row.generation == glance.snapshot.generation, row.stays_from < today, row.overdue_from != today]
    conditions += [column == value for column, value in equal.items() if value is not None]
    if wanted.due_from is not None:
        conditions += [row.due_at >= -(-whole_seconds(wanted.due_from) // DAY), row.due_at < NEVER]
    if wanted.due_before is not None:
        conditions.append(row.due_at < whole_seconds(wanted.due_before) // DAY)
    if not wanted.notices:
        conditions.append(row.kind.not_in(NOTICES))
    group = _named(glance, table, past=row.overdue_from < today, undated=row.overdue_from == NEVER, day=1)
    return select(group, func.sum(row.many)).where(*conditions).group_by(group)


def _beside_the_tally(glance: Glance, wanted: WantedWork) -> Iterator[Condition]:
    """The items that go by themselves, came to stay today, come to be overdue today, or are due on the day of a bound
    that is asked for.
    """
    row, midnight = glance.table(WORK).c, _today(glance) * DAY
    yield row.stays_from == EVER
    yield and_(row.stays_from >= midnight, row.stays_from <= glance.second)
    stays, turns = row.stays_from < midnight, row.overdue_from.between(midnight, midnight + DAY - 1)
    yield and_(stays, turns)
    bounds = (whole_seconds(bound) for bound in (wanted.due_from, wanted.due_before) if bound is not None)
    days = {bound // DAY for bound in bounds if bound % DAY}
    if days:
        of_a_bound = or_(*(row.due_at.between(day * DAY, day * DAY + DAY - 1) for day in sorted(days)))
        yield and_(stays, not_(turns), of_a_bound)


def _of_rows(glance: Glance, conditions: Sequence[Condition]) -> Select[*tuple[Any, ...]]:
    table, now = glance.table(WORK), glance.second
    overdue_from = table.c.overdue_from
    group = _named(glance, table, past=overdue_from <= now, undated=overdue_from == EVER, day=DAY)
    return select(group, func.count()).where(*glance.there(table), *conditions).group_by(group)


def _named(glance: Glance, table: FromClause, *, past: Condition, undated: Condition, day: int) -> ColumnElement[str]:
    """The name of the count that an item belongs to; ``due_at`` is in units of which ``day`` are one."""
    tomorrow = (_today(glance) + 1) * day
    return case(
        (table.c.kind.in_(NOTICES), "notices"),
        (past, "overdue"),
        (undated, "undated"),
        (table.c.due_at < tomorrow, "today"),
        (table.c.due_at < tomorrow + (6 - glance.as_of.weekday()) * day, "this_week"),
        else_="later",
    )


def due_then(glance: Glance, due: Due) -> Sequence[Condition]:
    """What one of the counts counts, as `_named` names it: in conditions for which there are indexes."""
    row = glance.table(WORK).c
    tomorrow = (_today(glance) + 1) * DAY
    monday = tomorrow + (6 - glance.as_of.weekday()) * DAY
    if due == "notices":
        return [row.kind.in_(NOTICES)]
    there: Mapping[Due, Sequence[Condition]] = {
        "overdue": [row.overdue_from <= glance.second],
        "undated": [row.overdue_from == EVER],
        "today": [row.due_at < tomorrow],
        "this_week": [row.due_at >= tomorrow, row.due_at < monday],
        "later": [row.due_at >= monday],
    }
    dated = [] if due in ("overdue", "undated") else [row.overdue_from > glance.second, row.overdue_from != EVER]
    return [row.kind.not_in(NOTICES), *dated, *there[due]]


def _today(glance: Glance) -> int:
    return glance.second // DAY
