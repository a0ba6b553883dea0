"""The queries about engagements: one entry each, from what is asked to the answer."""

from dataclasses import dataclass, fields
from functools import partial
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from api.http.events import event_bytes
from api.http.operations import EngagementPath
from api.http.paging import AfterVersion, Cursor, Limit, Version, packed, page_bytes, unpacked
from api.http.questions import Question, ReadYourWrites
from api.http.reach import Seen
from api.http.strict_json import FieldsWrong, json_of
from api.http.viewed import viewed
from api.queries.answers import EngagementPage, EventPage, HistoryPage, StepPage
from application.ports.engagement_list import After, ListPage, Sort, Wanted
from application.ports.log import PositionBeyondHead
from application.ports.pages import Page
from application.queries.allowed import AllowedAnswer, allowed
from application.queries.as_of import EngagementAsOf, engagement_as_of
from application.queries.feed import FeedPage, feed
from application.queries.history import Order, WantedEvents, history_page
from application.queries.state import StateAnswer, state_answer
from application.queries.versions import audit_page
from domain.engagement.state import Status
from domain.language.bounds import DESCRIBED
from domain.language.position import Position, Positions
from domain.language.words import ActingParty, Id, Instant, Model, Party, field_names
from domain.register import EVENTS
from infrastructure.database.instants import from_micros, to_micros

Sought = Annotated[str, Field(min_length=1, max_length=200)]
EventName: TypeAlias = Literal[tuple(EVENTS)]  # type: ignore[valid-type]  # the register says which


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilters(ReadYourWrites):
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
class ListAsked(ListFilters):
    """Which engagements, page by page."""

    __pydantic_config__ = DESCRIBED

    cursor: Cursor | None = None
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementRead(ReadYourWrites):
    """An engagement."""

    engagement_id: EngagementPath


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantAsked(EngagementRead):
    """An engagement as of an instant of its life, as known at an instant of the log; both default to now."""

    as_of: Instant | None = None
    known_at: Instant | None = None

    @property
    def replaying(self) -> bool:
        """Whether it is asked how something was, and not how it is."""
        return self.as_of is not None or self.known_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsAsked(EngagementRead):
    """The versions of an engagement after one of them."""

    __pydantic_config__ = DESCRIBED

    after: AfterVersion = 0
    """The version after which the page lies; with a limit of 1, that of one event is asked for after the one before."""
    limit: Limit = 50
    known_at: Instant | None = None
    """As it was known then: what had been recorded by then, and voided by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryAsked(EngagementRead):
    """Which events of an engagement, and where among them the page lies."""

    __pydantic_config__ = DESCRIBED

    order: Order = "asc"
    """By version: the oldest first, or the newest."""
    after: AfterVersion | None = None
    """The version after which the page lies: the ``next`` of the page before, where the oldest come first."""
    before: Version | None = None
    """The version before which the page lies: the ``next`` of the page before, where the newest come first."""
    at: Instant | None = None
    """The page around an instant, instead of one after or before a version.

    In its middle is the event that happened at that instant, or next after it (or last of all, where none did), of
    those asked for. The page goes on as others do: with ``after`` or ``before`` in place of ``at``.
    """
    type: EventName | None = None
    """Events of this type alone."""
    party: ActingParty | None = None
    """What this party recorded, or what was recorded on its behalf."""
    from_: Instant | None = None
    """What happened at this instant or later."""
    to: Instant | None = None
    """What happened before this instant."""
    voided: bool | None = None
    """Voided events alone, or those alone that count; without it both."""
    known_at: Instant | None = None
    """The history as it was known then: what had been recorded by then, and voided by then."""
    limit: Limit = 50

    def wanted(self) -> WantedEvents:
        return WantedEvents(**{name: getattr(self, name) for name in field_names(WantedEvents)})


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedAsked(EngagementRead):
    """What may be done now, by one party where it is named."""

    party: Party | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAsked(ReadYourWrites):
    """The events after a position, of a type or an engagement where given."""

    after: Position = 0
    limit: Limit = 50
    type: EventName | None = None
    engagement_id: EngagementPath | None = None


def about(standfast: Seen, asked: InstantAsked) -> EngagementAsOf:
    """The engagement that is asked about, its instants resolved."""
    return engagement_as_of(standfast.sight, asked.engagement_id, asked.as_of, asked.known_at)


def wanted(asked: ListAsked) -> Wanted:
    """Which lines of the list are asked for."""
    return Wanted(**{name: getattr(asked, name) for name in field_names(Wanted)})


def listed(standfast: Seen, asked: ListAsked) -> ListPage:
    """A page of the list. Raises FieldsWrong where the cursor is none of the list in this order."""
    after = after_of(asked.cursor, asked.sort)
    return standfast.engagements.page(wanted(asked), standfast.reach, sort=asked.sort, after=after, limit=asked.limit)


def cursor_of(after: After | None) -> str | None:
    return packed([after.sort, after.value, str(after.engagement_id), to_micros(after.as_of)]) if after else None


def after_of(cursor: str | None, sort: Sort) -> After | None:
    """Where a page of the list begins. Raises FieldsWrong where the cursor is none of the list in this order."""
    if cursor is None:
        return None
    try:
        of, value, engagement_id, micros = unpacked(cursor)
        if of != sort or not (value is None or _in_order(sort, value)):
            raise ValueError("a cursor of another order")
        return After(sort, value, UUID(engagement_id), from_micros(micros))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise FieldsWrong([("cursor", "a cursor is the next of a page before, in the same order")]) from error


def _in_order(sort: Sort, value: object) -> bool:
    """Whether a database can hold this value of the order. Raises ValueError for a text that cannot be written."""
    if sort == "name":
        return isinstance(value, str) and b"\0" not in value.encode()
    return type(value) is int and abs(value) < 1 << 63


def list_bytes(page: ListPage, positions: Positions) -> bytes:
    """A page of the list as JSON."""
    told = {**_fields(page), "items": tuple(page.items), "next": cursor_of(page.next)}
    return json_of(EngagementPage(**told), positions)


def _fields(page: ListPage) -> dict[str, Any]:
    return {each.name: getattr(page, each.name) for each in fields(page)}


def fed(standfast: Seen, asked: FeedAsked) -> FeedPage:
    """A page of the feed. Raises PositionBeyondHead."""
    try:
        return feed(
            standfast.sight,
            after=asked.after,
            limit=asked.limit,
            type_name=asked.type,
            engagement_id=asked.engagement_id,
        )
    except PositionBeyondHead as beyond:
        raise beyond.told_by(standfast.positions) from beyond


def feed_bytes(page: FeedPage, positions: Positions) -> bytes:
    """A page of the feed as JSON."""
    told = Page(page.items, positions.shown(page.next), page.position)
    return events_bytes(told, positions)[:-1] + f',"log_id":"{page.log_id}"}}'.encode()


events_bytes = partial(page_bytes, item_bytes=event_bytes)
ENGAGEMENTS: Final = "engagements"
QUESTIONS: Final = (
    Question(
        path="/v1/engagements",
        name="list-engagements",
        tag=ENGAGEMENTS,
        text="The engagements, filtered and ordered, as projected when a page is read; times are as of the first page.",
        asks=ListAsked,
        gives=EngagementPage,
        answer=listed,
        written=list_bytes,
        projected=True,
    ),
    Question(
        path="/v1/engagements/{engagement_id}",
        name="show-state",
        tag=ENGAGEMENTS,
        text="An engagement's state at an instant, as known at an instant.",
        asks=InstantAsked,
        gives=StateAnswer,
        answer=lambda standfast, asked: state_answer(about(standfast, asked)),
    ),
    Question(
        path="/v1/engagements/{engagement_id}/history",
        name="show-history",
        tag=ENGAGEMENTS,
        text="An engagement's events in the order of their versions: all, or those asked for.",
        asks=HistoryAsked,
        gives=HistoryPage,
        answer=lambda standfast, asked: history_page(
            standfast.sight,
            asked.engagement_id,
            asked.wanted(),
            known_at=asked.known_at,
            limit=asked.limit,
        ),
        written=events_bytes,
    ),
    Question(
        path="/v1/engagements/{engagement_id}/allowed",
        name="show-allowed",
        tag=ENGAGEMENTS,
        text="What may be done now: each command about each of its subjects, and who may issue it.",
        asks=AllowedAsked,
        gives=AllowedAnswer,
        answer=lambda standfast, asked: allowed(engagement_as_of(standfast.sight, asked.engagement_id), asked.party),
    ),
    Question(
        path="/v1/engagements/{engagement_id}/steps",
        name="show-steps",
        tag=ENGAGEMENTS,
        text="The audit: each event with who, when, and what it changed in the state.",
        asks=VersionsAsked,
        gives=StepPage,
        answer=lambda standfast, asked: audit_page(
            standfast.sight,
            asked.engagement_id,
            viewed,
            known_at=asked.known_at,
            after=asked.after,
            limit=asked.limit,
        ),
        written=page_bytes,
    ),
    Question(
        path="/v1/events",
        name="read-feed",
        tag="events",
        text="All events in the order of their positions; the next page starts after the last position looked at.",
        asks=FeedAsked,
        gives=EventPage,
        answer=fed,
        written=feed_bytes,
        refused=(409,),
    ),
)
