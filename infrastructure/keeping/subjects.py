"""What breaches are about, in words: whose engagement, its name, and the item that the clock belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select

from application.ports.breaches import Breach
from infrastructure.database.instants import to_micros
from infrastructure.projections.reading import Snapshots
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS, holding
from infrastructure.projections.tables.work.ticking import TICKING

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """What a breach is about; None: not known, as of who is parked, or a name there is not."""

    client_id: str | None = None
    engagement_name: str | None = None
    title: str | None = None


def subjects(snapshots: Snapshots, breaches: Sequence[Breach], as_of: datetime) -> Mapping[Breach, Subject]:
    """What each of these breaches is about as of an instant. Raises ProjectionsMissing, StoreUnavailable."""
    micros, whose = to_micros(as_of), sorted({each.engagement_id for each in breaches})
    with snapshots.snapshot() as snapshot:
        line, ticks = snapshot.table(ENGAGEMENTS), snapshot.table(TICKING)
        there = holding(ticks, micros), ticks.c.there_from <= micros, ticks.c.there_until > micros
        titled = select(ticks.c.engagement_id, ticks.c.clock, ticks.c.subject_id, ticks.c.title).where(*there)
        named = select(line.c.engagement_id, line.c.client_id, line.c.name).where(holding(line, micros))

        def rows(query: Select[Any], engagement_id: Any) -> Iterator[Any]:
            for first in range(0, len(whose), AT_ONCE):
                yield from snapshot.connection.execute(query.where(engagement_id.in_(whose[first : first + AT_ONCE])))

        titles = {tuple(row[:3]): row.title for row in rows(titled, ticks.c.engagement_id)}
        names: dict[UUID, Any] = {row.engagement_id: row for row in rows(named, line.c.engagement_id)}
    return {each: _subject(names.get(each.engagement_id), titles.get(_key(each))) for each in breaches}


def _key(breach: Breach) -> tuple[UUID, str, str]:
    return breach.engagement_id, breach.clock, breach.subject_id


def _subject(line: Any, title: str | None) -> Subject:
    return Subject(line.client_id, line.name, title) if line else Subject(title=title)
