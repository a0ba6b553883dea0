"""The shapes of what queries answer, where they are not those of the application: lines of the list, and pages."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.http.events import AnyEvent
from api.http.paging import ONE_PAGE, page_shape
from application.commands.listing import Status
from application.ports.log import Listed
from application.queries.audit import Step
from domain.language.words import Instant, Model


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


EngagementPage = page_shape("EngagementPage", ListedEngagement, str | None, f"A page of the list. {ONE_PAGE}")
HistoryPage = page_shape("HistoryPage", AnyEvent, int | None, f"A page of a history; next is a version. {ONE_PAGE}")
StepPage = page_shape("StepPage", Step, int | None, f"A page of the audit; next is a version. {ONE_PAGE}")
EventPage = page_shape("EventPage", AnyEvent, int, "A page of the feed; next is the last position that was looked at.")


def listed_engagement(line: Listed, at_risk: bool) -> ListedEngagement:
    shown = {name: getattr(line, name) for name in ListedEngagement.__slots__ if name != "at_risk"}
    return ListedEngagement(**shown, at_risk=at_risk)
