"""What is asked of each export: the filters of the query that answers the same page by page, without its pages."""

from dataclasses import dataclass, field, fields, make_dataclass
from functools import cache
from typing import Annotated, Any, get_type_hints

from pydantic import Field

from api.http.operations import EngagementPath
from api.http.paging import Position
from api.http.questions import ReadYourWrites
from api.queries.engagements import EventName, Sought
from api.queries.work import Within
from application.ports.at_risk import WEEK_SECONDS
from application.ports.engagement_list import Sort
from domain.clocks.life import Waited
from domain.engagement.state import Status
from domain.language.bounds import DESCRIBED
from domain.language.words import Id, Instant, Model, field_names
from domain.work.item import WorkKind
from infrastructure.events.codec import adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkExportAsked(ReadYourWrites):
    """Which of what waits."""

    __pydantic_config__ = DESCRIBED

    party: Waited | None = None
    """Whom it waits on."""
    kind: WorkKind | None = None
    """Items of this kind alone."""
    engagement_id: EngagementPath | None = None
    model: Model | None = None
    client_id: Id | None = None
    partner_id: Id | None = None
    """What belongs to this partner, to the ``platform``'s internal teams, or to independents (``independent``)."""
    due_before: Instant | None = None
    """What is due before this instant; what is not dated is left out."""
    q: Sought | None = None
    """A part of the title, or of the engagement's name, client or id, in whatever case."""
    notices: bool = True
    """Whether notices of what is to come are among it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRiskExportAsked(ReadYourWrites):
    """Which of the clocks that breach next."""

    __pydantic_config__ = DESCRIBED

    within: Within = WEEK_SECONDS
    """In how many seconds at most their goals are used up."""
    overdue: bool = False
    """Whether those that are past their goals, and have not ended, come before them, the longest overdue first."""
    party: Waited | None = None
    """Whom they wait on."""
    model: Model | None = None
    client_id: Id | None = None
    partner_id: Id | None = None
    """What belongs to this partner, to the ``platform``'s internal teams, or to independents (``independent``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListExportAsked(ReadYourWrites):
    """Which engagements."""

    __pydantic_config__ = DESCRIBED

    model: Model | None = None
    client_id: Id | None = None
    partner_id: Id | None = None
    professional_id: Id | None = None
    status: Status | None = None
    at_risk: bool | None = None
    q: Sought | None = None
    """A part of the name, the client or the id, in whatever case."""
    sort: Sort = "opened_at"
    """By when they were opened, by what breaches next or by name; what has none comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsExportAsked(ReadYourWrites):
    """Of which engagements, and whose."""

    __pydantic_config__ = DESCRIBED

    engagement_id: EngagementPath | None = None
    model: Model | None = None
    client_id: Id | None = None
    partner_id: Id | None = None
    """What belongs to this partner, to the ``platform``'s internal teams, or to independents (``independent``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsExportAsked(ReadYourWrites):
    """The events after a position, of a type or an engagement where given."""

    after: Position = 0
    type: EventName | None = None
    engagement_id: EngagementPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OcelExportAsked(ReadYourWrites):
    """The events of all engagements, or of those of a model, of a client, or of one."""

    engagement_id: EngagementPath | None = None
    model: Model | None = None
    client_id: Id | None = None


@cache
def with_mark(kind: type) -> type:
    """The same of a CSV: whether a byte-order mark stands at its beginning.

    Its fields keep their texts, which are read from the source of a class alone.
    """
    texts = {name: of.get("description") for name, of in adapter(kind).json_schema()["properties"].items()}
    hints = get_type_hints(kind, include_extras=True)
    again = [
        (each.name, Annotated[hints[each.name], Field(description=texts[each.name])], field(default=each.default))
        for each in fields(kind)
    ]
    name = kind.__name__.replace("Export", "Csv")
    its_own = [*again, ("bom", bool, field(default=False))]
    made = make_dataclass(name, its_own, bases=(kind,), frozen=True, slots=True, kw_only=True)
    made.__doc__ = kind.__doc__
    return made


def wanted(kind: type, asked: Any) -> Any:
    """What a list is asked for, by the fields of the same names."""
    return kind(**{name: getattr(asked, name) for name in field_names(kind)})
