"""The shapes of pages that queries answer; every other answer is a class of the application."""

from dataclasses import dataclass
from uuid import UUID

from api.http.events import AnyEvent
from api.http.paging import ONE_PAGE, Position, page_shape
from application.queries.audit import Step
from application.queries.engagement_list import ListedEngagement

EngagementPage = page_shape("EngagementPage", ListedEngagement, str | None, f"A page of the list. {ONE_PAGE}")
HistoryPage = page_shape("HistoryPage", AnyEvent, int | None, f"A page of a history; next is a version. {ONE_PAGE}")
StepPage = page_shape("StepPage", Step, int | None, f"A page of the audit; next is a version. {ONE_PAGE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A page of the feed; next is the last position that was looked at. The log's id was made with it."""

    items: tuple[AnyEvent, ...]
    next: int
    position: Position
    log_id: UUID
