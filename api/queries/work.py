"""The queries about what waits over all engagements: one entry each, from what is asked to the answer."""

from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from api.http.operations import EngagementPath
from api.http.paging import Cursor, Limit, is_number, packed, unpacked, written
from api.http.questions import Question, ReadYourWrites
from api.http.reach import Seen
from api.http.strict_json import FieldsWrong, json_of
from api.queries.answers import AtRiskPage, WorkPage
from api.queries.fleet import FLEET
from application.ports.at_risk import FARTHEST_SECONDS, WEEK_SECONDS, ClocksAfter, ClocksFound, WantedClocks
from application.ports.work import Due, WantedWork, WorkAfter, WorkFound
from application.queries.offered import offered
from domain.clocks.life import Waited
from domain.language.bounds import DESCRIBED
from domain.language.position import Positions
from domain.language.words import Id, Instant, Model, field_names
from domain.work.item import WorkKind
from infrastructure.database.instants import from_micros, to_micros

Sought = Annotated[str, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFilters(ReadYourWrites):
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
    due_from: Instant | None = None
    """What is due at this instant or after it; what is not dated is left out."""
    due_before: Instant | None = None
    """What is due before this instant; what is not dated is left out."""
    due: Due | None = None
    """What one of the counts counts, as of the first page, and nothing else."""
    q: Sought | None = None
    """A part of the title, or of the engagement's name, client or id, in whatever case."""
    notices: bool = True
    """Whether notices of what is to come are among it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAsked(WorkFilters):
    """Which of what waits, page by page."""

    __pydantic_config__ = DESCRIBED

    cursor: Cursor | None = None
    limit: Limit = 50


def work(standfast: Seen, asked: WorkAsked) -> WorkFound:
    """A page of what waits. Raises FieldsWrong where the cursor is none of it."""
    wanted = WantedWork(**{name: getattr(asked, name) for name in field_names(WantedWork)})
    found: WorkFound = standfast.work.page(wanted, standfast.reach, after=work_after(asked.cursor), limit=asked.limit)
    return replace(found, items=offered(standfast.sight, found.items))


def work_cursor(after: WorkAfter | None) -> str | None:
    if after is None:
        return None
    place = after.due_at, after.since, str(after.engagement_id), after.kind, after.subject_id, to_micros(after.as_of)
    return packed(place)


def work_after(cursor: str | None) -> WorkAfter | None:
    """Where a page of what waits begins. Raises FieldsWrong where the cursor is none of it."""
    if cursor is None:
        return None
    try:
        due_at, since, engagement_id, kind, subject_id, micros = unpacked(cursor)
        if not (due_at is None or is_number(due_at)) or not is_number(since):
            raise ValueError("not the place of an item")
        return WorkAfter(due_at, since, UUID(engagement_id), written(kind), written(subject_id), from_micros(micros))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise FieldsWrong([("cursor", "a cursor is the next of a page before")]) from error


Within = Annotated[int, Field(ge=0, le=FARTHEST_SECONDS)]
"""So many seconds from now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRiskFilters(ReadYourWrites):
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
class AtRiskAsked(AtRiskFilters):
    """Which clocks, page by page."""

    __pydantic_config__ = DESCRIBED

    cursor: Cursor | None = None
    limit: Limit = 50


def at_risk(standfast: Seen, asked: AtRiskAsked) -> ClocksFound:
    """A page of the clocks that breach next. Raises FieldsWrong where the cursor is none of it."""
    wanted = WantedClocks(**{name: getattr(asked, name) for name in field_names(WantedClocks)})
    found: ClocksFound = standfast.at_risk.page(
        wanted, standfast.reach, after=clocks_after(asked.cursor), limit=asked.limit
    )
    return replace(found, items=offered(standfast.sight, found.items))


def clocks_cursor(after: ClocksAfter | None) -> str | None:
    if after is None:
        return None
    place = after.overdue, after.breach_at, str(after.engagement_id), after.clock, after.subject_id
    return packed((*place, to_micros(after.as_of)))


def clocks_after(cursor: str | None) -> ClocksAfter | None:
    """Where a page of clocks begins. Raises FieldsWrong where the cursor is none of it."""
    if cursor is None:
        return None
    try:
        overdue, breach_at, engagement_id, clock, subject_id, micros = unpacked(cursor)
        if type(overdue) is not bool or not is_number(breach_at):
            raise ValueError("not the place of a clock")
        whose, as_of = UUID(engagement_id), from_micros(micros)
        return ClocksAfter(overdue, breach_at, whose, written(clock), written(subject_id), as_of)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise FieldsWrong([("cursor", "a cursor is the next of a page before")]) from error


def at_risk_bytes(found: ClocksFound, positions: Positions) -> bytes:
    """A page of the clocks as JSON."""
    told = {**_fields(found), "items": tuple(found.items), "next": clocks_cursor(found.next)}
    return json_of(AtRiskPage(**told), positions)


def work_bytes(found: WorkFound, positions: Positions) -> bytes:
    """A page of what waits as JSON."""
    told = {**_fields(found), "items": tuple(found.items), "next": work_cursor(found.next)}
    return json_of(WorkPage(**told), positions)


def _fields(found: Any) -> dict[str, Any]:
    return {each.name: getattr(found, each.name) for each in fields(found)}


WORK: Final = (
    Question(
        path="/v1/work",
        name="list-work",
        tag=FLEET,
        text="What waits for whom over all engagements, the earliest due first; times are as of the first page.",
        asks=WorkAsked,
        gives=WorkPage,
        answer=work,
        written=work_bytes,
        projected=True,
    ),
    Question(
        path="/v1/at-risk",
        name="list-clocks-at-risk",
        tag=FLEET,
        text="The clocks whose goals are used up soon, soonest first: chosen as of the first page, told as of each.",
        asks=AtRiskAsked,
        gives=AtRiskPage,
        answer=at_risk,
        written=at_risk_bytes,
        projected=True,
    ),
)
"""The addresses of the queries, and the shapes of their answers."""
