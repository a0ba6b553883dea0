"""What is asked of exports beside the filters of the queries that answer the same page by page."""

from dataclasses import dataclass, field, make_dataclass
from functools import cache
from typing import Any

from api.http.operations import EngagementPath
from api.http.questions import ReadYourWrites
from api.queries.engagements import EventName
from domain.language.bounds import DESCRIBED
from domain.language.position import Position
from domain.language.words import Id, Model, field_names


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
    """The same of a CSV: whether a byte-order mark stands at its beginning."""
    mark = [("bom", bool, field(default=False))]
    made = make_dataclass(f"Csv{kind.__name__}", mark, bases=(kind,), frozen=True, slots=True, kw_only=True)
    made.__doc__ = kind.__doc__
    return made


def wanted(kind: type, asked: Any) -> Any:
    """What a list is asked for, by the fields of the same names."""
    return kind(**{name: getattr(asked, name) for name in field_names(kind)})
