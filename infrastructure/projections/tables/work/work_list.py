"""The pages of what waits over all engagements, in the order in which it is due."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, tuple_

from application.ports.work import WantedWork, WorkAfter, WorkFound, WorkItem
from domain.access.reach import Reach
from domain.time.business_time import instant_at
from domain.time.intervals import EVER
from domain.work.item import NOTICES
from infrastructure.projections.tables.engagement_list import folded
from infrastructure.projections.tables.work.counting import counts_of, due_then, whole_seconds
from infrastructure.projections.tables.work.glance import About, Glance, Glances
from infrastructure.projections.tables.work.rows import WORK, or_ever


class Work:
    """Reads what waits."""

    def __init__(self, glances: Glances) -> None:
        self._glances = glances

    def page(self, wanted: WantedWork, reach: Reach, *, after: WorkAfter | None = None, limit: int = 50) -> WorkFound:
        """Up to `limit` items within reach, after `after`. Raises ProjectionsMissing while they are being made."""
        with self._glances.take(after.as_of if after else None, reach) as glance:
            rows = _rows(glance, wanted, after, limit + 1)
            about = glance.about(list({row.engagement_id for row in rows}))
            shown = rows[:limit]
            return WorkFound(
                items=[_item(row, about[row.engagement_id], glance.second) for row in shown],
                next=_after(shown[-1], glance) if len(rows) > limit else None,
                position=glance.snapshot.position,
                behind_seconds=glance.behind_seconds,
                as_of=glance.as_of,
                counts=None if after else counts_of(glance, wanted, _wanted(glance, wanted)),
            )


def _rows(glance: Glance, wanted: WantedWork, after: WorkAfter | None, limit: int) -> Sequence[Row[Any]]:
    table = glance.table(WORK)
    first = (table.c.due_at, table.c.since, table.c.engagement_id)
    last = (glance.in_order(table.c.kind), glance.in_order(table.c.subject_id))
    query = select(table).where(*glance.there(table), *_wanted(glance, wanted))
    if after:
        place = or_ever(after.due_at), after.since, after.engagement_id
        behind = tuple_(*last) > tuple_(after.kind, after.subject_id)
        same = and_(*(column == value for column, value in zip(first, place, strict=True)), behind)
        query = query.where(tuple_(*first) >= tuple_(*place), or_(tuple_(*first) > tuple_(*place), same))
    return glance.rows(query.order_by(*first, *last).limit(limit))


def _wanted(glance: Glance, wanted: WantedWork) -> list[ColumnElement[bool]]:
    table = glance.table(WORK)
    equal = {
        "holder": wanted.party,
        "kind": wanted.kind,
        "engagement_id": wanted.engagement_id,
        "model": wanted.model,
        "client_id": wanted.client_id,
        "supplier": wanted.partner_id,
    }
    conditions = [table.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.due_from is not None:
        conditions += [table.c.due_at >= whole_seconds(wanted.due_from), table.c.due_at < EVER]
    if wanted.due_before is not None:
        conditions.append(table.c.due_at < whole_seconds(wanted.due_before))
    if wanted.due is not None:
        conditions += due_then(glance, wanted.due)
    if wanted.q:
        conditions.append(table.c.sought.contains(folded(wanted.q), autoescape=True))
    if not wanted.notices:
        conditions.append(table.c.kind.not_in(NOTICES))
    return conditions


def _item(row: Row[Any], about: About, second: int) -> WorkItem:
    fields: Mapping[str, str] = json.loads(row.next_fields)
    return WorkItem(
        kind=row.kind,
        engagement_id=row.engagement_id,
        engagement_name=about.name,
        client_id=row.client_id,
        model=row.model,
        zone=about.zone,
        parked=about.parked,
        subject_id=row.subject_id,
        seat_id=row.seat_id,
        title=row.title,
        holder=row.holder,
        since=instant_at(row.since),
        due_at=None if row.due_at >= EVER else instant_at(row.due_at),
        overdue=row.overdue_from <= second,
        next_command=row.next_command,
        next_fields=fields,
        why=row.why,
    )


def _after(row: Row[Any], glance: Glance) -> WorkAfter:
    due_at = None if row.due_at >= EVER else row.due_at
    return WorkAfter(due_at, row.since, row.engagement_id, row.kind, row.subject_id, glance.as_of)
