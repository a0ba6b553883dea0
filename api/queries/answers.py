"""The shapes of answers, and their JSON: an event is its envelope, flat, with `type` beside `data`."""

from collections.abc import Iterable
from dataclasses import dataclass, make_dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, RootModel
from pydantic_core import to_json

from application.commands.listing import Status
from application.commands.request import Outcome
from application.ports.log import Listed
from application.queries.audit import Step
from domain.engagement.terms.policy import Policy
from domain.language.words import Instant, Model, instant_text
from domain.law.event import Event
from domain.law.recorded import Actor, Recorded
from domain.register import EVENTS
from domain.time.calendar import Calendar
from infrastructure.events.codec import SCHEMA_VERSIONS, adapter, event_json

Position = Annotated[int, Field(ge=0, le=2**63 - 1)]


def _event(name: str, kind: type[Event]) -> type:
    shape = {
        "position": Annotated[int, Field(ge=1)],
        "engagement_id": UUID,
        "version": Annotated[int, Field(ge=1)],
        "place": Annotated[int, Field(ge=1)],
        "type": Literal[name],
        "schema_version": Annotated[int, Field(ge=1)],
        "occurred_at": Instant,
        "recorded_at": Instant,
        "actor": Actor,
        "on_behalf_of": Actor | None,
        "command_id": UUID,
        "correlation_id": str | None,
        "causation_id": str | None,
        "data": kind,
    }
    made = make_dataclass(f"{name}Event", shape.items(), frozen=True, slots=True, kw_only=True)
    made.__doc__ = kind.__doc__
    return made


EVENT_SHAPES: Final = {name: _event(name, kind) for name, kind in EVENTS.items()}


class AnyEvent(RootModel[Annotated[reduce(or_, EVENT_SHAPES.values()), Field(discriminator="type")]]):  # type: ignore[misc]  # the register says which
    """An event in its envelope."""

    model_config = ConfigDict(defer_build=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What a command recorded: nothing, where its effect stood, with the engagement's last version and position."""

    engagement_id: UUID
    version: Annotated[int, Field(ge=1)]
    position: Annotated[int, Field(ge=1)]
    recorded_at: Instant
    events: tuple[AnyEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEngagement:
    """An engagement's line in the list; ``at_risk``: a clock of it is at risk or past its goal, and still open."""

    engagement_id: UUID
    name: str | None
    client_id: str
    partner_ids: tuple[str, ...]
    model: Model
    status: Status
    at_risk: bool
    open_cases: Annotated[int, Field(ge=0)]
    seats: Annotated[int, Field(ge=0)]
    covered_seats: Annotated[int, Field(ge=0)]
    version: Annotated[int, Field(ge=1)]
    opened_at: Instant


def _page(name: str, items: Any, after: Any, text: str) -> type:
    shape = {"items": tuple[items, ...], "next": after, "position": Position}
    made = make_dataclass(name, shape.items(), frozen=True, slots=True, kw_only=True)
    made.__doc__ = text
    return made


ONE_PAGE: Final = "The position is that of the log's end; without a next one this is the last page."
EngagementPage = _page("EngagementPage", ListedEngagement, str | None, f"A page of the list. {ONE_PAGE}")
HistoryPage = _page("HistoryPage", AnyEvent, int | None, f"A page of a history; next is a version. {ONE_PAGE}")
StepPage = _page("StepPage", Step, int | None, f"A page of the audit; next is a version. {ONE_PAGE}")
PolicyPage = _page("PolicyPage", Policy, str | None, f"A page of the policies. {ONE_PAGE}")
CalendarPage = _page("CalendarPage", Calendar, str | None, f"A page of the calendars. {ONE_PAGE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A page of the feed; next is the last position that was looked at. The log's id was made with it."""

    items: tuple[AnyEvent, ...]
    next: int
    position: Position
    log_id: UUID


def json_of(answer: Any) -> bytes:
    """An answer as JSON, under the names of the interface."""
    return adapter(type(answer)).dump_json(answer, by_alias=True)


def event_bytes(fact: Recorded) -> bytes:
    """A recorded event as JSON."""
    name = fact.type
    envelope = (
        f'{{"engagement_id":"{fact.engagement_id}","version":{fact.version},"place":{fact.place}'
        f',"occurred_at":"{instant_text(fact.occurred_at)}","recorded_at":"{instant_text(fact.recorded_at)}"'
        f',"position":{fact.position},"actor":{_actor_json(fact.actor)},"on_behalf_of":{_actor_json(fact.on_behalf_of)}'
        f',"command_id":"{fact.command_id}","correlation_id":{to_json(fact.correlation_id).decode()}'
        f',"causation_id":{to_json(fact.causation_id).decode()},"type":"{name}","schema_version":{SCHEMA_VERSIONS[name]}'
        ',"data":'
    )
    return envelope.encode() + event_json(fact.event) + b"}"


@lru_cache(1024)
def _actor_json(actor: Actor | None) -> str:
    return adapter(Actor | None).dump_json(actor).decode()


def command_bytes(outcome: Outcome) -> bytes:
    """The answer of a command as JSON."""
    about = (
        f'{{"engagement_id":"{outcome.engagement_id}","version":{outcome.version},"position":{outcome.position}'
        f',"recorded_at":"{instant_text(outcome.recorded_at)}","events":['
    )
    return about.encode() + b",".join(map(event_bytes, outcome.facts)) + b"]}"


def page_bytes(items: Iterable[bytes], after: str | int | None, position: int) -> bytes:
    """A page as JSON."""
    rest = f'],"next":{adapter(type(after)).dump_json(after).decode()},"position":{position}}}'
    return b'{"items":[' + b",".join(items) + rest.encode()


def feed_bytes(items: Iterable[bytes], after: int, position: int, log_id: UUID) -> bytes:
    """A page of the feed as JSON."""
    return page_bytes(items, after, position)[:-1] + f',"log_id":"{log_id}"}}'.encode()


def listed_engagement(line: Listed, at_risk: bool) -> ListedEngagement:
    shown = {name: getattr(line, name) for name in ListedEngagement.__slots__ if name != "at_risk"}
    return ListedEngagement(**shown, at_risk=at_risk)
