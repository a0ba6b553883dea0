"""The pages of the clocks that breach next, and of those that have."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from application.ports.at_risk import ClockAtRisk, ClocksAfter, ClocksFound, WantedClocks
from application.ports.log import StoreUnavailable
from domain.access.reach import Reach
from domain.clocks.reading import Clock
from domain.time.business_time import BusinessTime, business_time
from domain.time.calendar import Calendar
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.engagement_list import holding
from infrastructure.projections.tables.work.clock_reading import read_row
from infrastructure.projections.tables.work.glance import About, Glance, Glances
from infrastructure.projections.tables.work.ticking import TICKING
from infrastructure.terms.shelf import CatalogueShelf

ClockKey = tuple[UUID, str, str]
_OF_A_CLOCK: Final = Clock.__slots__


class AtRisk:
    """Reads the clocks that have not ended, each on its calendar, which is one of the published ones.

    Which clocks a page holds is as of the first page; they are told as of the page itself, since a fact that was
    recorded meanwhile, such as a pause, says how a clock is from then on. One that has ended meanwhile is left out, and
    so is, where an engagement is parked for one of the two tables alone, one that the other tells nothing of any more.
    """

    def __init__(self, glances: Glances, terms: CatalogueShelf) -> None:
        self._glances = glances
        self._terms = terms

    def page(
        self, wanted: WantedClocks, reach: Reach, *, after: ClocksAfter | None = None, limit: int = 50
    ) -> ClocksFound:
        """Up to `limit` clocks within reach, after `after`. Raises ProjectionsMissing while they are being made."""
        with self._glances.take(after.as_of if after else None, reach) as glance:
            rows = _rows(glance, wanted, after, limit + 1)
            shown = rows[:limit]
            return ClocksFound(
                items=self._items(glance, shown),
                next=_after(shown[-1], glance) if len(rows) > limit else None,
                position=glance.snapshot.position,
                behind_seconds=glance.behind_seconds,
                as_of=glance.now,
            )

    def _items(self, glance: Glance, shown: Sequence[Any]) -> Sequence[ClockAtRisk]:
        """The clocks of some rows of a glance, as they are now."""
        whose = list({row.engagement_id for row in shown})
        now = replace(glance, as_of=glance.now)
        ticking = {_key(row): row for row in (shown if now == glance else _ticking(now, whose))}
        clocks, about = _clocks(now, whose), now.about(whose)
        times = self._times({row.calendar for row in clocks.values()})
        return [
            _item(ticking[key], clocks[key], about[key[0]], times, now.second)
            for key in map(_key, shown)
            if key in ticking and key in clocks
        ]

    def _times(self, names: Iterable[str]) -> Mapping[str, BusinessTime]:
        return {name: business_time(self._calendar(name)) for name in names}

    def _calendar(self, name: str) -> Calendar:
        found = self._terms.find("calendar", name)
        if not isinstance(found, Calendar):
            raise StoreUnavailable(f"the calendar {name}, which a clock is read on, is not published here")
        return found


def _rows(glance: Glance, wanted: WantedClocks, after: ClocksAfter | None, limit: int) -> Sequence[Any]:
    """Those past their goals first, where they are wanted; then those that are not."""
    of = partial(_part, glance, wanted)
    if after and not after.overdue:
        return of(overdue=False, after=after, limit=limit)
    past = of(overdue=True, after=after, limit=limit) if wanted.overdue else []
    return past if len(past) == limit else [*past, *of(overdue=False, after=None, limit=limit - len(past))]


def _part(
    glance: Glance, wanted: WantedClocks, *, overdue: bool, after: ClocksAfter | None, limit: int
) -> Sequence[Any]:
    table = glance.table(TICKING)
    row = table.c
    first = (row.breach_at, row.engagement_id)
    last = (glance.in_order(row.clock), glance.in_order(row.subject_id))
    past = row.over_from <= glance.second
    soon = and_(row.over_from > glance.second, row.breach_at <= glance.second + wanted.within)
    query = select(table).where(*glance.there(table), *_wanted(row, wanted), past if overdue else soon)
    if after:
        place = after.breach_at, after.engagement_id
        behind = tuple_(*last) > tuple_(after.clock, after.subject_id)
        same = and_(*(column == value for column, value in zip(first, place, strict=True)), behind)
        query = query.where(tuple_(*first) >= tuple_(*place), or_(tuple_(*first) > tuple_(*place), same))
    return glance.rows(query.order_by(*first, *last).limit(limit))


def _wanted(row: Any, wanted: WantedClocks) -> list[ColumnElement[bool]]:
    equal = {
        "waiting_on": wanted.party,
        "model": wanted.model,
        "client_id": wanted.client_id,
        "supplier": wanted.partner_id,
    }
    return [row[name] == value for name, value in equal.items() if value is not None]


def _key(row: Any) -> ClockKey:
    return row.engagement_id, row.clock, row.subject_id


def _ticking(glance: Glance, whose: Sequence[UUID]) -> Sequence[Any]:
    """What the clocks of some engagements belong to."""
    table = glance.table(TICKING)
    return glance.rows(select(table).where(table.c.engagement_id.in_(whose), *glance.there(table)))


def _clocks(glance: Glance, whose: Sequence[UUID]) -> Mapping[ClockKey, Any]:
    """The rows of the clocks of some engagements that have not ended."""
    clock = glance.table(CLOCKS)
    theirs = (clock.c.engagement_id.in_(whose), clock.c.ended_at.is_(None), holding(clock, glance.micros))
    return {_key(row): row for row in glance.rows(select(clock).where(*theirs))}


def _item(row: Any, clock: Any, about: About, times: Mapping[str, BusinessTime], now: int) -> ClockAtRisk:
    read = read_row(clock, row.waiting_on, times[clock.calendar], now)
    fields: Mapping[str, str] = json.loads(row.next_fields)
    return ClockAtRisk(
        **{name: getattr(read, name) for name in _OF_A_CLOCK},
        engagement_id=row.engagement_id,
        engagement_name=about.name,
        client_id=row.client_id,
        model=row.model,
        zone=about.zone,
        parked=about.parked,
        seat_id=row.seat_id,
        title=row.title,
        holder=row.waiting_on,
        next_command=row.next_command,
        next_fields=fields,
        why=row.why,
    )


def _after(row: Any, glance: Glance) -> ClocksAfter:
    past = row.over_from <= glance.second
    return ClocksAfter(past, row.breach_at, row.engagement_id, row.clock, row.subject_id, glance.as_of)
