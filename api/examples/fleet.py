"""The examples of the fleet's figures: a group of one engagement, the one of the example log."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from api.examples.commands import history
from api.http.strict_json import json_of
from api.queries.fleet import FigureRowPage, GroupsAnswer
from application.ports.fleet import FigureRow, Group, RowSums
from domain.language.words import Instant
from infrastructure.fleet.groups import group_of

CELLS: Final[Mapping[str, Any]] = {
    "engagements": 1,
    "open": 1,
    "seats": 2,
    "accountability.parties.platform.met": 1,
    "accountability.waiting_seconds.platform": 12_600,
    "continuity.coverage": (396_000, 480_000),
    "guarantee.cases.requested": 1,
    "guarantee.cases.eligible": 1,
    "guarantee.cases.open": 1,
}


def example_as_of() -> Instant:
    request = next(fact for fact in history().facts if fact.type == "ReplacementRequested")
    return request.occurred_at + timedelta(hours=1)


def example_group() -> Group:
    return group_of(history().state.model, CELLS, ["platform"], of_a_partner=False, holds_as_of=True)


def _groups() -> GroupsAnswer:
    return GroupsAnswer(
        group_by="model",
        from_=None,
        to=example_as_of(),
        as_of=example_as_of(),
        position=history().facts[-1].position,
        behind_seconds=0.0,
        groups=(example_group(),),
        next=None,
    )


def _rows() -> FigureRowPage:
    case = next(iter(history().state.cases.values()))
    row = FigureRow(
        engagement_id=history().stream_id,
        engagement_name=history().state.name,
        subject_id=case.case_id,
        seat_id=case.seat_id,
        value=1,
        of=None,
        state="open",
        at=case.requested_at,
        words=f"case {case.case_id} on {case.seat_id}: open",
    )
    return FigureRowPage(
        items=(row,),
        total=1,
        sums=RowSums(value=1, of=None, min=None, median=None, max=None),
        next=None,
        position=history().facts[-1].position,
        behind_seconds=0.0,
        as_of=example_as_of(),
    )


FLEET: Final[Mapping[type, Callable[[], Any]]] = {
    GroupsAnswer: lambda: json.loads(json_of(_groups())),
    FigureRowPage: lambda: json.loads(json_of(_rows())),
}
