"""The queries about the figures of the whole fleet: one entry each, from what is asked to the answer."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import Field

from api.http.paging import Cursor, is_number, packed, unpacked, written
from api.http.questions import Question, ReadYourWrites
from api.http.reach import Seen
from api.http.strict_json import FieldsWrong, json_of
from application.ports.fleet import (
    FigureRow,
    FleetWanted,
    Group,
    GroupBy,
    GroupsAfter,
    GroupSort,
    GroupsPage,
    NotAsked,
    RowPlace,
    RowsAfter,
    RowsPage,
    RowSums,
)
from application.queries.as_of import not_too_far
from domain.language.bounds import DESCRIBED, STRICT
from domain.language.position import Position, Positions
from domain.language.words import Id, Instant, Model, field_names
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.process.tracing import POSITION, Span, current

Found = TypeVar("Found")
Key = Annotated[str, Field(min_length=1, max_length=200)]
Path = Annotated[str, Field(min_length=1, max_length=200)]
FLEET: Final = "fleet"
AHEAD: Final = timedelta(hours=1)
"""By so much the clocks of two processes may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetAsked(ReadYourWrites):
    """Which engagements, in which groups, over which window [from, to)."""

    __pydantic_config__ = DESCRIBED

    group_by: GroupBy = "all"
    from_: Instant | None = None
    """The start of the window; without it each engagement's own opening."""
    to: Instant | None = None
    """The end of the window; without it now, which then belongs to the window."""
    model: Model | None = None
    client_id: Id | None = None
    partner_id: Id | None = None
    """What belongs to a partner, to ``platform`` or to ``independent`` alone."""
    key: Key | None = None

    def wanted(self) -> FleetWanted:
        return FleetWanted(**{name: getattr(self, name) for name in field_names(FleetWanted)})


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsAsked(FleetAsked):
    """The figures of each group."""

    __pydantic_config__ = DESCRIBED

    sort: GroupSort = "key"
    """By the key, or by a figure; with ``-`` the largest first. Groups without that figure come last."""
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """How many groups at most; months are told all at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAsked(FleetAsked):
    """The rows behind one figure of one group."""

    __pydantic_config__ = DESCRIBED

    figure: Path
    """The path of a figure in a group, such as ``guarantee.attainment``."""
    state: Key | None = None
    """Rows in this state alone."""
    as_of: Instant | None = None
    """As of which instant: that of the figure, whose rows then add up to it; without it now. A cursor has its own."""
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsAnswer:
    """The figures of some groups over the window [from, to), as of one instant and one position.

    What lies beyond that position was recorded so many seconds ago; without a next page these are the last groups.
    """

    __pydantic_config__ = STRICT

    group_by: GroupBy
    from_: Instant | None
    to: Instant
    as_of: Instant
    position: Position
    behind_seconds: float
    groups: tuple[Group, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRowPage:
    """Some rows behind a figure, of ``total``, as of one instant and one position; without a next one the last page.

    ``sums`` is what all of them add up to, those of other pages too. What lies beyond that position was recorded so
    many seconds ago.
    """

    items: tuple[FigureRow, ...]
    total: int
    sums: RowSums
    next: str | None
    position: Position
    behind_seconds: float
    as_of: Instant


def groups(standfast: Seen, asked: GroupsAsked) -> GroupsPage:
    """The figures that are asked for. Raises FieldsWrong."""
    after = _after(standfast, asked.cursor, order_of(asked), partial(_group_after, asked.sort))
    try:
        with _asking("groups", asked) as span:
            page = standfast.fleet.groups(
                asked.wanted(), standfast.reach, sort=asked.sort, after=after, limit=asked.limit
            )
            span.note({"standfast.groups": len(page.groups), POSITION: page.reading.position})
            return page
    except NotAsked as error:
        raise FieldsWrong([(error.field, str(error))]) from error


def rows(standfast: Seen, asked: RowsAsked) -> RowsPage:
    """The rows that are asked for. Raises FieldsWrong, AsOfTooFar."""
    not_too_far(standfast.sight, asked.as_of)
    after = _after(standfast, asked.cursor, asked.figure, _row_after)
    try:
        with _asking("rows", asked) as span:
            page = standfast.fleet.rows(
                asked.wanted(),
                asked.figure,
                standfast.reach,
                state=asked.state,
                as_of=asked.as_of,
                after=after,
                limit=asked.limit,
            )
            span.note({"standfast.rows": len(page.items), POSITION: page.reading.position})
            return page
    except NotAsked as error:
        raise FieldsWrong([(error.field, str(error))]) from error


def _asking(what: str, asked: FleetAsked) -> AbstractContextManager[Span]:
    """A question to the fleet in the trace of its request: how it is grouped, and not whose figures are sought."""
    return current().span(f"ask the fleet: {what}", {"standfast.group_by": asked.group_by}, expected=(NotAsked,))


def order_of(asked: GroupsAsked) -> str:
    """What a cursor of the groups holds for."""
    return f"{asked.group_by} {asked.sort}"


def _after(
    standfast: Seen, cursor: str | None, order: str, made: Callable[[datetime, Sequence[Any]], Found]
) -> Found | None:
    """Where a page begins. Raises FieldsWrong where the cursor is none of this order."""
    if cursor is None:
        return None
    try:
        of, micros, place = unpacked(cursor)
        if of != order:
            raise ValueError("a cursor of another order")
        as_of = from_micros(micros)
        if as_of > standfast.marketplace.clock() + AHEAD:
            raise ValueError("an instant that no page was as of")
        return made(as_of, place)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise FieldsWrong([("cursor", "a cursor is the next of a page before, in the same order")]) from error


def _group_after(sort: GroupSort, as_of: datetime, place: Sequence[Any]) -> GroupsAfter:
    value, key = place
    if not (value is None or type(value) in (int, float)):
        raise ValueError("not what a group is ordered by")
    return GroupsAfter(sort, value, written(key), as_of)


def _row_after(as_of: datetime, place: Sequence[Any]) -> RowsAfter:
    engagement_id, subject_id, noun, instant, state, nth = place
    if not (is_number(instant) and is_number(nth)):
        raise ValueError("not the place of a row")
    row = RowPlace(UUID(engagement_id), written(subject_id), written(noun), instant, written(state), nth)
    return RowsAfter(row, as_of)


def groups_cursor(asked: GroupsAsked, after: GroupsAfter | None) -> str | None:
    return None if after is None else packed([order_of(asked), to_micros(after.as_of), [after.value, after.key]])


def rows_cursor(asked: RowsAsked, after: RowsAfter | None) -> str | None:
    if after is None:
        return None
    place = after.place
    told = str(place.engagement_id), place.subject_id, place.noun, place.instant, place.state, place.nth
    return packed([asked.figure, to_micros(after.as_of), told])


def groups_bytes(asked: GroupsAsked, page: GroupsPage, positions: Positions) -> bytes:
    """The figures as JSON."""
    return json_of(
        GroupsAnswer(
            group_by=asked.group_by,
            from_=page.from_,
            to=page.to,
            as_of=page.reading.as_of,
            position=page.reading.position,
            behind_seconds=page.reading.behind_seconds,
            groups=tuple(page.groups),
            next=groups_cursor(asked, page.next),
        ),
        positions,
    )


def rows_bytes(asked: RowsAsked, page: RowsPage, positions: Positions) -> bytes:
    """The rows as JSON."""
    return json_of(
        FigureRowPage(
            items=tuple(page.items),
            total=page.total,
            sums=page.sums,
            next=rows_cursor(asked, page.next),
            position=page.reading.position,
            behind_seconds=page.reading.behind_seconds,
            as_of=page.reading.as_of,
        ),
        positions,
    )


def written_before(answer: bytes, _positions: Positions) -> bytes:
    """What needs the question to be written is written with the answer."""
    return answer


FIGURES: Final = (
    Question(
        path="/v1/metrics",
        name="show-fleet",
        tag=FLEET,
        text="Accountability, continuity, guarantee and productivity of all engagements, in groups, over a window.",
        asks=GroupsAsked,
        gives=GroupsAnswer,
        answer=lambda standfast, asked: groups_bytes(asked, groups(standfast, asked), standfast.positions),
        written=written_before,
        projected=True,
        costly=lambda _: True,
    ),
    Question(
        path="/v1/metrics/rows",
        name="show-rows",
        tag=FLEET,
        text="The rows behind one figure of a group: as many as it counts, and adding up to it.",
        asks=RowsAsked,
        gives=FigureRowPage,
        answer=lambda standfast, asked: rows_bytes(asked, rows(standfast, asked), standfast.positions),
        written=written_before,
        projected=True,
        costly=lambda _: True,
    ),
)
