"""What the page of an engagement is asked for, all of it in its address."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from api.http.paging import Version
from api.queries.engagements import InstantAsked
from domain.language.bounds import DESCRIBED

WallTime = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$")]


Span = Literal["month", "quarter", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementPageAsked(InstantAsked):
    """An engagement as of an instant, as known at one."""

    __pydantic_config__ = DESCRIBED

    before: Version | None = None
    """The version before which the history goes on."""
    seats: Literal["all"] | None = None
    clocks: Literal["all"] | None = None
    span: Span | None = None
    """How much time the axis has; None: all."""
    recorded: Version | None = None
    """The version that a form has just recorded."""
    go: WallTime | None = None
    """A time on the clocks of the engagement's zone to go to."""
    known: Literal["today", "then"] = "today"
    """As known today, or as known at the time to go to."""
