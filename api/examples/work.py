"""The examples of what waits: the one engagement of the example log, an hour after a replacement was requested."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from api.examples.commands import history
from api.http.strict_json import json_of
from api.queries.answers import AtRiskPage, WorkPage
from application.ports.at_risk import ClockAtRisk
from application.ports.work import WorkCounts, WorkItem
from domain.clocks.reading import Clock, clocks_of
from domain.clocks.starts_and_stops import Lives
from domain.language.words import field_names
from domain.metrics.chronicle import chronicle_of
from domain.time.business_time import epoch_seconds, instant_at
from domain.work.item import Item
from domain.work.scene import Scene
from domain.work.waiting import waiting


def _as_of() -> datetime:
    request = next(fact for fact in history().facts if fact.type == "ReplacementRequested")
    return request.occurred_at + timedelta(hours=1)


def _items() -> list[Item]:
    at = _as_of()
    state, timeline = history().state_at(at), history().until(at)
    assert state is not None, "the replacement was requested after the opening"
    lives, chronicle = Lives(timeline), chronicle_of(timeline)
    return list(waiting(Scene(state=state, lives=lives, chronicle=chronicle, timeline=timeline, suspended=[], at=at)))


def _instant(second: int | None) -> datetime | None:
    return None if second is None else instant_at(second)


def _told(item: Item) -> WorkItem:
    state = history().state
    return WorkItem(
        kind=item.kind,
        engagement_id=history().stream_id,
        engagement_name=state.name,
        client_id=state.client_id,
        model=state.model,
        zone=state.terms.calendar.zone,
        parked=False,
        subject_id=item.subject_id,
        seat_id=item.seat_id,
        title=item.title,
        holder=item.holder,
        since=instant_at(item.since),
        due_at=_instant(item.due_at),
        overdue=item.overdue_from is not None and item.overdue_from <= epoch_seconds(_as_of()),
        next_command=item.next_command,
        next_fields=item.next_fields,
        why=item.why,
    )


def _page() -> WorkPage:
    items = tuple(map(_told, _items()))
    overdue = sum(each.overdue for each in items)
    counts = WorkCounts(overdue=overdue, today=0, this_week=len(items) - overdue, later=0, undated=0, notices=0)
    return WorkPage(
        items=items,
        next=None,
        position=history().facts[-1].position,
        behind_seconds=0.0,
        as_of=_as_of(),
        counts=counts,
    )


def _clocks() -> AtRiskPage:
    at = _as_of()
    [item] = (each for each in _items() if each.kind == "case")
    about = _told(item)
    read = clocks_of(history(), at, at).readings["replace", item.subject_id]
    clock = ClockAtRisk(
        **{name: getattr(read, name) for name in Clock.__slots__},
        **{name: getattr(about, name) for name in field_names(ClockAtRisk) if name not in Clock.__slots__},
    )
    position = history().facts[-1].position
    return AtRiskPage(items=(clock,), next=None, position=position, behind_seconds=0.0, as_of=at)


def _plain(answer: Any) -> Any:
    return json.loads(json_of(answer))


WORK: Final[dict[type, Callable[[], Any]]] = {
    WorkPage: lambda: _plain(_page()),
    WorkItem: lambda: _plain(_page())["items"][0],
    AtRiskPage: lambda: _plain(_clocks()),
    ClockAtRisk: lambda: _plain(_clocks())["items"][0],
    WorkCounts: lambda: _plain(_page())["counts"],
}
"""By the class of the answer."""
