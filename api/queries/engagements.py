"""The queries about engagements: one entry each, from what is asked to the answer."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from api.composition import Standfast
from api.http.operations import EngagementPath, Question, ReadYourWrites
from api.http.strict_json import FieldsWrong
from api.queries.answers import (
    EngagementPage,
    EventPage,
    HistoryPage,
    Position,
    StepPage,
    event_bytes,
    feed_bytes,
    json_of,
    listed_engagement,
    page_bytes,
)
from application.commands.listing import Status
from application.marketplace import Known
from application.ports.log import PositionBeyondHead
from application.queries import measures
from application.queries.audit import steps
from application.queries.state import StateAnswer, answer_of, state_answer
from domain.engagement.state import State
from domain.language.words import Id, Instant, Model
from domain.law.recorded import Recorded
from domain.register import EVENTS
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.events.codec import adapter
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.projections.engagements import After, Wanted

MOST_SCANNED: Final = 1_000
"""How many engagements one page looks through at most, when most of them are not what is asked for."""

Limit = Annotated[int, Field(ge=1, le=500)]
Cursor = Annotated[str, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAsked(ReadYourWrites):
    """Which engagements, page by page."""

    model: Model | None = None
    client_id: Id | None = None
    partner_id: Id | None = None
    professional_id: Id | None = None
    status: Status | None = None
    at_risk: bool | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsAsked(EngagementRead):
    """The versions of an engagement after one of them."""

    after: Position = 0
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAsked(ReadYourWrites):
    """The events after a position, of a type or an engagement where given."""

    after: Position = 0
    limit: Limit = 50
    type: Literal[tuple(EVENTS)] | None = None  # type: ignore[valid-type]  # the register says which
    engagement_id: EngagementPath | None = None


def listing(standfast: Standfast, asked: ListAsked) -> bytes:
    wanted = Wanted(
        model=asked.model,
        client_id=asked.client_id,
        partner_id=asked.partner_id,
        professional_id=asked.professional_id,
        status=asked.status,
    )
    now = datetime.now(UTC)
    items: list[bytes] = []
    after, position, scanned = _after(asked.cursor), 0, 0
    while True:
        page = standfast.engagements.page(wanted, after=after, limit=asked.limit - len(items))
        for line in page.items:
            at_risk = measures.at_risk(standfast.marketplace.history(line.engagement_id), now)
            if asked.at_risk in (None, at_risk):
                items.append(json_of(listed_engagement(line, at_risk)))
        after, position, scanned = page.next, page.position, scanned + len(page.items)
        if after is None or len(items) == asked.limit or scanned >= MOST_SCANNED:
            return page_bytes(items, _cursor(after), position)


def state(standfast: Standfast, asked: InstantAsked) -> bytes:
    known = standfast.marketplace.known(asked.known_at)
    history = standfast.marketplace.history_as_known(asked.engagement_id, known)
    as_of = asked.as_of or max(datetime.now(UTC), known.known_at)
    return json_of(state_answer(asked.engagement_id, history, known, as_of))


def versions(standfast: Standfast, asked: VersionsAsked) -> bytes:
    known, facts = _known_facts(standfast, asked)
    items = facts[asked.after : asked.after + asked.limit]
    return page_bytes(map(event_bytes, items), _next(asked, len(facts)), known.position)


def audit(standfast: Standfast, asked: VersionsAsked) -> bytes:
    known = standfast.marketplace.known()
    history = standfast.marketplace.history_as_known(asked.engagement_id, known)
    found = steps(history, viewed, after=asked.after, limit=asked.limit) if history else []
    return page_bytes(map(json_of, found), _next(asked, history.version if history else 0), known.position)


def feed(standfast: Standfast, asked: FeedAsked) -> bytes:
    page = standfast.recorder.log.page(
        after=asked.after,
        limit=asked.limit,
        types=(asked.type,) if asked.type else (),
        engagement_id=asked.engagement_id,
    )
    rows = [row for row in page.events if isinstance(row, PlacedEvent)]
    head = standfast.recorder.log.head()
    if asked.after > head.position:
        raise PositionBeyondHead(asked.after, head.position)
    return feed_bytes((event_bytes(recorded(row)) for row in rows), page.scanned, head.position, head.log_id)


ENGAGEMENTS: Final = "engagements"
QUESTIONS: Final = (
    Question(
        "/v1/engagements",
        "list-engagements",
        ENGAGEMENTS,
        "The engagements in the order of their opening; a page may hold fewer than there are: next says.",
        ListAsked,
        EngagementPage,
        listing,
    ),
    Question(
        "/v1/engagements/{engagement_id}",
        "show-state",
        ENGAGEMENTS,
        "An engagement's state at an instant, as known at an instant.",
        InstantAsked,
        StateAnswer,
        state,
    ),
    Question(
        "/v1/engagements/{engagement_id}/history",
        "show-history",
        ENGAGEMENTS,
        "An engagement's events in the order of their versions.",
        VersionsAsked,
        HistoryPage,
        versions,
    ),
    Question(
        "/v1/engagements/{engagement_id}/steps",
        "show-steps",
        ENGAGEMENTS,
        "The audit: each event with who, when, and what it changed in the state.",
        VersionsAsked,
        StepPage,
        audit,
    ),
    Question(
        "/v1/events",
        "read-feed",
        "events",
        "All events in the order of their positions; the next page starts after the last position looked at.",
        FeedAsked,
        EventPage,
        feed,
        refused=(409,),
    ),
)


def _known_facts(standfast: Standfast, asked: EngagementRead) -> tuple[Known, tuple[Recorded, ...]]:
    known = standfast.marketplace.known()
    history = standfast.marketplace.history_as_known(asked.engagement_id, known)
    return known, history.facts if history else ()


def _next(asked: VersionsAsked, last: int) -> int | None:
    """The version to go on after, where there are more."""
    seen = asked.after + asked.limit
    return seen if seen < last else None


def viewed(state: State | None) -> Mapping[str, Any]:
    """A state as plain values; before the opening there is none."""
    shown: dict[str, Any] = adapter(StateAnswer).dump_python(
        answer_of(state, _NOBODY, 0, Known(0, _NEVER), _NEVER), mode="json"
    )
    return shown


_NOBODY: Final = UUID(int=0)
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _cursor(after: After | None) -> str | None:
    if after is None:
        return None
    return packed([to_micros(after.opened_at), str(after.engagement_id)])


def _after(cursor: str | None) -> After | None:
    if cursor is None:
        return None
    try:
        micros, engagement_id = unpacked(cursor)
        return After(from_micros(micros), UUID(engagement_id))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise FieldsWrong([("cursor", "a cursor is the next of a page before")]) from error


def packed(place: Any) -> str:
    """A cursor: a place in a list, opaque to whoever carries it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).rstrip(b"=").decode()


def unpacked(cursor: str) -> Any:
    """The place of a cursor. Raises ValueError."""
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not a cursor") from error
