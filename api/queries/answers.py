"""The shapes of pages that queries answer; every other answer is a class of the application."""

from dataclasses import dataclass
from uuid import UUID

from api.http.events import AnyEvent
from api.http.paging import ONE_PAGE, page_shape
from application.ports.at_risk import ClockAtRisk
from application.ports.engagement_list import ListedEngagement
from application.ports.work import WorkCounts, WorkItem
from application.queries.audit import Step
from domain.language.bounds import DESCRIBED
from domain.language.position import Position
from domain.language.words import Instant

HistoryPage = page_shape("HistoryPage", AnyEvent, int | None, f"A page of a history; next is a version. {ONE_PAGE}")
StepPage = page_shape("StepPage", Step, int | None, f"A page of the audit; next is a version. {ONE_PAGE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementPage:
    """A page of the list as of an instant; without a next one this is the last page.

    The position is the one up to which the projections tell; what lies beyond it was recorded so many seconds ago.
    """

    items: tuple[ListedEngagement, ...]
    next: str | None
    position: Position
    behind_seconds: float
    as_of: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """A page of what waits, as of an instant; without a next one this is the last page. The rest is as in the list."""

    __pydantic_config__ = DESCRIBED

    items: tuple[WorkItem, ...]
    next: str | None
    position: Position
    behind_seconds: float
    as_of: Instant
    counts: WorkCounts | None
    """What there is on all pages together; with the first one alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRiskPage:
    """A page of the clocks that breach next, as of the instant of this page; the rest is as in the list."""

    items: tuple[ClockAtRisk, ...]
    next: str | None
    position: Position
    behind_seconds: float
    as_of: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A page of the feed; next is the last position that was looked at. The log's id was made with it."""

    items: tuple[AnyEvent, ...]
    next: Position
    position: Position
    log_id: UUID
