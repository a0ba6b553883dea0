"""An example of every answer: what the interface says about the one engagement of the example log."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from api.commands.answers import CommandAnswer, CommandAnswers
from api.examples.commands import command_answer, documents, history, published, state
from api.examples.exports import EXPORTS, LOG_ID
from api.examples.fleet import FLEET
from api.examples.webhooks import WEBHOOKS
from api.examples.what_if import WHAT_IF
from api.examples.work import WORK
from api.http.events import event_bytes
from api.http.health import Alive, ClockReading, LogReading, ProjectionsReading, Readiness, RecordingReading
from api.http.paging import packed
from api.http.problem_kinds import ProblemKind, kinds
from api.http.problem_routes import ProblemKinds
from api.http.strict_json import json_of
from api.http.viewed import viewed
from api.queries.answers import EngagementPage, EventPage, HistoryPage, StepPage
from api.queries.command_of_event import CommandOfEvent, told
from api.terms.routes import CalendarPage, PolicyPage
from application.marketplace import Known
from application.ports.engagement_list import ListedEngagement
from application.queries import measures
from application.queries.allowed import AllowedAnswer, allowed
from application.queries.as_of import EngagementAsOf
from application.queries.audit import steps
from application.queries.lanes import LanesAnswer, lanes
from application.queries.measures import ClocksAnswer, ExplainedClock, MetricsAnswer, ReplayAnswer, WhatIfAnswer
from application.queries.state import StateAnswer
from domain.engagement.terms.policy import Policy
from domain.law.restated import restated
from domain.metrics.what_if import Supposition
from domain.register import ENGAGEMENT
from domain.time.calendar import Calendar

SHOWN: Final = 2
"""How many items the example of a page has."""


def _plain(answer: Any) -> Any:
    return json.loads(json_of(answer))


def _page(items: list[Any], after: str | int | None) -> dict[str, Any]:
    return {"items": items, "next": after, "position": history().facts[-1].position}


def _events() -> list[Any]:
    return [json.loads(event_bytes(fact)) for fact in history().facts[:SHOWN]]


def _listed() -> Any:
    shown, seats = history().state, len(history().state.seats)
    return _plain(
        ListedEngagement(
            engagement_id=history().stream_id,
            name=shown.name,
            client_id=shown.client_id,
            partner_ids=(),
            model=shown.model,
            status=shown.status,
            suspended_on=None,
            at_risk=False,
            overdue=0,
            next_breach_at=None,
            open_cases=0,
            seats=seats,
            required_seats=seats,
            covered_seats=seats,
            version=history().version,
            opened_at=shown.opened_at,
            zone=shown.terms.calendar.zone,
        )
    )


def _calendars() -> list[dict[str, Any]]:
    return sorted(documents()["calendars"], key=lambda each: (each["code"], each["version"]))[:SHOWN]


def _steps() -> list[Any]:
    return [_plain(step) for step in steps(history().facts, viewed, after=0, limit=SHOWN)]


def _question() -> EngagementAsOf:
    """The engagement an hour after its replacement was requested, as known then."""
    request = next(fact for fact in history().facts if fact.type == "ReplacementRequested")
    return EngagementAsOf(
        engagement_id=request.stream_id,
        history=history(),
        known=Known(history().facts[-1].position, history().facts[-1].recorded_at),
        as_of=request.occurred_at + timedelta(hours=1),
    )


def _explained() -> Any:
    case = next(iter(history().state.cases))
    return _plain(measures.explained(_question(), "replace", case))


def _command_of_event() -> Any:
    report = next(fact for fact in history().facts if fact.type == "UnderperformanceReported")
    return _plain(told(report.stream_id, report.version, restated(ENGAGEMENT, history(), report.version)))


ANSWERS: Final[dict[type, Callable[[], Any]]] = {
    CommandAnswer: command_answer,
    CommandAnswers: lambda: {"answers": [command_answer()]},
    StateAnswer: state,
    ListedEngagement: _listed,
    EngagementPage: lambda: {**_page([_listed()], None), "behind_seconds": 0.0, "as_of": _plain(_question().as_of)},
    CommandOfEvent: _command_of_event,
    **EXPORTS,
    **FLEET,
    **WHAT_IF,
    HistoryPage: lambda: _page(_events(), SHOWN),
    AllowedAnswer: lambda: _plain(allowed(_question(), None)),
    EventPage: lambda: {**_page(_events(), SHOWN), "log_id": str(LOG_ID)},
    StepPage: lambda: _page(_steps(), SHOWN),
    Policy: lambda: documents()["policies"][0],
    Calendar: lambda: documents()["calendars"][0],
    PolicyPage: lambda: _page(documents()["policies"], None),
    CalendarPage: lambda: _page(_calendars(), packed([_calendars()[-1]["code"], 1])),
    LanesAnswer: lambda: _plain(lanes(_question(), None, None)),
    ClocksAnswer: lambda: _plain(measures.clocks(_question())),
    ExplainedClock: _explained,
    MetricsAnswer: lambda: _plain(measures.metrics(_question(), None, None)),
    ReplayAnswer: lambda: _plain(measures.replay(_question())),
    WhatIfAnswer: lambda: _plain(measures.what_if(_question(), Supposition(calendar=published().calendar("always")))),
    Alive: lambda: _plain(Alive()),
    Readiness: lambda: _plain(
        Readiness(
            status="ready",
            database=True,
            position=1,
            clock=ClockReading(ok=True, behind_seconds=0.0),
            log=LogReading(ok=True, log_id=LOG_ID, replaced=None),
            recording=RecordingReading(ok=True, state="able", detail=None),
            projections=ProjectionsReading(
                ok=True, position=1, behind_events=0, behind_seconds=0.0, parked=0, leading=True, detail=None
            ),
        )
    ),
    **WORK,
    **WEBHOOKS,
    ProblemKind: lambda: _plain(next(iter(kinds().values()))),
    ProblemKinds: lambda: _plain(ProblemKinds(problems=tuple(kinds().values())[:SHOWN])),
}
"""By the class of the answer."""
