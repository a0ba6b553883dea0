"""The addresses of the answers: clocks, metrics, replay, and what would be under other terms."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.composition import Standfast
from api.desks import go_on
from api.http.headers import HEADERS, headers_of
from api.http.operations import EngagementAsked, Gives, Operation, Takes, asked, body_of
from api.http.questions import Question, answer_of
from api.http.reach import Seen, seen_in
from api.http.strict_json import FieldsWrong, json_of, validated
from api.queries.asking_once import answered_once, asked_once, response_of
from api.queries.engagements import InstantAsked, about
from api.terms.drafts import CalendarDraft, PolicyDraft, calendar_of, policy_of
from application.ports.what_if import FirstAnswer
from application.queries import measures
from application.queries.as_of import engagement_as_of
from application.queries.measures import ClocksAnswer, ExplainedClock, MetricsAnswer, ReplayAnswer, WhatIfAnswer
from domain.engagement.terms.policy import Obligation, Policy, TermsName
from domain.language.bounds import STRICT
from domain.language.words import Id, Instant, Model
from domain.metrics.what_if import Supposition
from domain.time.calendar import Calendar
from domain.time.calendar import problems as calendar_problems
from infrastructure.terms.shelf import Kind

TAG: Final = "measures"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAsked(InstantAsked):
    """One clock."""

    clock: Obligation
    subject_id: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsAsked(InstantAsked):
    """The metrics over the window [from, to), ``from`` before ``to`` and not after ``as_of``.

    By default from the opening to ``as_of``.
    """

    from_: Instant | None = None
    to: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfBody:
    """Another model, with its default policy unless one is named, and other terms.

    These each as ``code@n``, as a bare code (its newest version) or as a whole document.
    """

    __pydantic_config__ = STRICT

    model: Model | None = None
    policy: TermsName | Policy | PolicyDraft | None = None
    calendar: TermsName | Calendar | CalendarDraft | None = None
    as_of: Instant | None = None


MEASURES: Final = (
    Question(
        path="/v1/engagements/{engagement_id}/clocks",
        name="read-clocks",
        tag=TAG,
        text="All clocks of an engagement, read at an instant, as known at an instant.",
        asks=InstantAsked,
        gives=ClocksAnswer,
        answer=lambda standfast, asked: measures.clocks(about(standfast, asked)),
    ),
    Question(
        path="/v1/engagements/{engagement_id}/clocks/{clock}/{subject_id}",
        name="explain-clock",
        tag=TAG,
        text="One clock with its whole life, interval by interval: what counted, what did not, and why.",
        asks=ClockAsked,
        gives=ExplainedClock,
        answer=lambda standfast, asked: measures.explained(about(standfast, asked), asked.clock, asked.subject_id),
    ),
    Question(
        path="/v1/engagements/{engagement_id}/metrics",
        name="show-metrics",
        tag=TAG,
        text="Accountability, continuity, guarantee and productivity over a window.",
        asks=MetricsAsked,
        gives=MetricsAnswer,
        answer=lambda standfast, asked: measures.metrics(about(standfast, asked), asked.from_, asked.to),
    ),
    Question(
        path="/v1/engagements/{engagement_id}/replay",
        name="replay",
        tag=TAG,
        text="State and metrics at an instant, as known at an instant.",
        asks=InstantAsked,
        gives=ReplayAnswer,
        answer=lambda standfast, asked: measures.replay(about(standfast, asked)),
    ),
)


def what_if_operations(standfast: Standfast) -> Iterator[Operation]:
    """The supposition, which records nothing."""
    yield Operation(
        method="POST",
        path="/v1/engagements/{engagement_id}/what-if",
        name="what-if",
        tag=TAG,
        text="The metrics under another model, policy or calendar, beside the actual ones. Records nothing.",
        asks=EngagementAsked,
        takes=Takes(schema=WhatIfBody),
        gives=(Gives(status=200, text="Both figures, and the cases that flip.", schema=WhatIfAnswer),),
        problems=(400, 404, 409, 413, 415, 422, 503),
        endpoint=partial(suppose, standfast),
        headers=HEADERS,
    )


async def suppose(standfast: Standfast, http: HttpRequest) -> Response:
    """Answers what a request supposes."""
    engagement_id = asked(EngagementAsked, http).engagement_id
    headers, raw = headers_of(http), await body_of(http)
    body = validated(WhatIfBody, raw)
    seen = seen_in(standfast, http)
    once = asked_once(headers, f"/v1/engagements/{engagement_id}/what-if", raw, seen.reach)

    def answer() -> FirstAnswer:
        seen.sight.demand(engagement_id)  # also where it was answered before
        return answered_once(standfast, once, lambda: json_of(supposed(seen, engagement_id, body), seen.positions))

    return response_of(await answer_of(standfast, http, answer))


def supposed(standfast: Seen, engagement_id: UUID, body: WhatIfBody) -> WhatIfAnswer:
    """What would be under other terms. Raises FieldsWrong, and what `measures.what_if` and `engagement_as_of` raise."""
    question = engagement_as_of(standfast.sight, engagement_id, body.as_of)
    return measures.what_if(question, supposition_of(standfast, body), go_on)


def supposition_of(standfast: Standfast, body: WhatIfBody) -> Supposition:
    """What a body supposes, its terms found. Raises FieldsWrong."""
    policy = _document(standfast, "policy", body.policy or body.model, policy_of)
    calendar = _document(standfast, "calendar", body.calendar, calendar_of)
    if isinstance(calendar, Calendar) and (wrong := calendar_problems(calendar)):
        raise FieldsWrong([(f"calendar.{field}", message) for field, message in wrong])
    return Supposition(model=body.model, policy=policy, calendar=calendar)


def _document(standfast: Standfast, kind: Kind, named: Any, published: Callable[[Any], Any]) -> Any:
    """The document that is named or given. Raises FieldsWrong where none of that name is published."""
    if named is None or isinstance(named, Policy | Calendar):
        return named
    if not isinstance(named, str):
        return published(named)
    found = standfast.terms.find(kind, named)
    if found is None:
        raise FieldsWrong([(kind, f"no {kind} {named} has been published")])
    return found
