"""The list of engagements: a line's columns, how it is folded, and its pages in every order.

What depends on the time follows from the instants that a line holds, and where they have passed, from the clocks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, case, collate, func, or_, select

from application.ports.engagement_list import After, ListedEngagement, ListPage, ProjectionsMissing, Sort, Wanted
from domain.access.reach import Reach
from domain.clocks.foreseen import foreseen
from domain.language.words import Model
from domain.time.business_time import instant_at
from domain.time.intervals import EVER
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.projections.projection import Projection
from infrastructure.projections.reading import Snapshot, Snapshots
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.cover import COVER
from infrastructure.projections.tables.people import PEOPLE
from infrastructure.projections.tables.reached import within


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An engagement in the list. Instants of its life are microseconds since 1970, those of its clocks seconds.

    ``sought`` is what a search looks through, ``ordered_name`` the name as it is ordered by. ``next_breach_at`` holds
    until ``turns_at``, when the first clock comes to be past its goal; from ``settled_from`` on all are.
    """

    name: str | None
    ordered_name: str | None
    sought: str
    client_id: str
    model: Model
    zone: str
    opened_at: int
    ended_at: int | None
    suspended_at: int | None
    suspended_until: int | None
    suspended_on: str | None
    open_cases: int
    seats: int
    version: int
    at_risk_from: int | None
    next_breach_at: int | None
    turns_at: int | None
    settled_from: int | None


def line_of(seen: Seen) -> tuple[Line]:
    """The line of an engagement."""
    state, paused = seen.state, seen.state.suspension
    ahead = [foreseen(life, seen.second) for life in seen.lives.by_key.values() if life.ended_at is None]
    waiting = [
        (each.over_from or EVER, each.breach_at)
        for each in ahead
        if each.breach_at is not None and (each.over_from or EVER) > seen.second
    ]
    return (
        Line(
            name=state.name,
            ordered_name=folded(state.name) if state.name else None,
            sought="\n".join((folded(state.name or ""), folded(state.client_id), str(seen.engagement_id))),
            client_id=state.client_id,
            model=state.model,
            zone=state.terms.calendar.zone,
            opened_at=to_micros(state.opened_at),
            ended_at=_micros(state.ended_at),
            suspended_at=_micros(paused.since if paused else None),
            suspended_until=_micros(paused.until if paused else None),
            suspended_on=paused.waiting_on if paused else None,
            open_cases=sum(case.open for case in state.cases.values()),
            seats=sum(seat.closed_at is None for seat in state.seats.values()),
            version=seen.history.version,
            at_risk_from=min((each.at_risk_from for each in ahead if each.at_risk_from is not None), default=None),
            next_breach_at=min((breach_at for _, breach_at in waiting), default=None),
            turns_at=min((over_from for over_from, _ in waiting), default=None),
            settled_from=max((over_from for over_from, _ in waiting), default=None),
        ),
    )


def folded(text: str) -> str:
    """A text as a search looks through it, whatever its case."""
    return normalize("NFC", normalize("NFC", text).casefold())


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else to_micros(instant)


ENGAGEMENTS: Final = Projection(
    name="engagements",
    version=1,
    row=Line,
    key=(),
    fold=line_of,
    parts=lambda seen: (seen,),
    indexes=(("opened_at", "engagement_id"), ("client_id", "opened_at", "engagement_id")),
)


UNSEEN_SECONDS: Final = 5.0
"""From which age of the first event on an empty list would be taken for one of no engagements."""


class Engagements:
    """Reads the lines. ``clock`` tells the instant that the first page is as of, unless it is behind what was recorded;
    the others are as of the same.

    ``behind_seconds`` tells how old what lies beyond a position is.
    """

    def __init__(
        self, snapshots: Snapshots, clock: Callable[[], datetime], behind_seconds: Callable[[Snapshot], float]
    ) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._behind_seconds = behind_seconds

    def page(
        self, wanted: Wanted, reach: Reach, *, sort: Sort = "opened_at", after: After | None = None, limit: int = 50
    ) -> ListPage:
        """Up to `limit` lines within reach, after `after`. Raises ProjectionsMissing while they are being made."""
        with self._snapshots.snapshot() as snapshot:
            behind_seconds = self._behind_seconds(snapshot)
            if not snapshot.position and behind_seconds > UNSEEN_SECONDS:
                raise ProjectionsMissing("the projections are still being made from the log")
            as_of = after.as_of if after else max(self._clock(), from_micros(snapshot.recorded_at))
            found = _Lines(snapshot, as_of, reach).page(wanted, sort, after, limit)
            items = found[:limit]
            return ListPage(
                items=_answered(snapshot, as_of, items),
                next=_after(sort, items[-1], as_of) if len(found) > limit else None,
                position=snapshot.position,
                behind_seconds=behind_seconds,
                as_of=as_of,
            )


def _after(sort: Sort, last: Row[Any], as_of: datetime) -> After:
    return After(sort, last.ordered_by, last.engagement_id, as_of)


class _Lines:
    """The lines of a snapshot as of an instant, within a reach."""

    def __init__(self, snapshot: Snapshot, as_of: datetime, reach: Reach) -> None:
        self._snapshot = snapshot
        self._micros = to_micros(as_of)
        self._second = self._micros // 1_000_000
        self._table = snapshot.table(ENGAGEMENTS)
        self._reached = within(reach, snapshot, self._table, self._table.c.engagement_id)

    def page(self, wanted: Wanted, sort: Sort, after: After | None, limit: int) -> Sequence[Row[Any]]:
        """One line more than the limit, where there is one."""
        line, next_breach_at = self._table.c, self._next_breach_at()
        by: Mapping[Sort, ColumnElement[Any]] = {
            "opened_at": line.opened_at,
            "next_breach_at": next_breach_at,
            "name": collate(line.ordered_name, "C") if self._snapshot.is_postgresql else line.ordered_name,
        }
        query: Select[Any] = select(
            self._table, next_breach_at.label("next_now"), self._status().label("status"), by[sort].label("ordered_by")
        ).where(holding(self._table, self._micros), *self._reached, *self._conditions(wanted))
        if after:
            query = query.where(_behind(by[sort], line.engagement_id, after))
        query = query.order_by(by[sort].asc().nulls_last(), line.engagement_id).limit(limit + 1)
        return self._snapshot.connection.execute(query).all()

    def _next_breach_at(self) -> ColumnElement[Any]:
        """The stored instant while it holds; then what the clocks say, unless all of them are past their goals."""
        line, clock = self._table.c, self._snapshot.table(CLOCKS)
        still = or_(clock.c.over_from.is_(None), clock.c.over_from > self._second)
        told = (
            select(func.min(clock.c.breach_at))
            .where(clock.c.engagement_id == line.engagement_id, holding(clock, self._micros), still)
            .scalar_subquery()
        )
        return case((line.turns_at > self._second, line.next_breach_at), (line.settled_from > self._second, told))

    def _status(self) -> ColumnElement[Any]:
        line = self._table.c
        lasting = or_(line.suspended_until.is_(None), line.suspended_until > self._micros)
        suspended = and_(line.suspended_at.is_not(None), lasting)
        return case((line.ended_at.is_not(None), "ended"), (suspended, "suspended"), else_="open")

    def _conditions(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        line = self._table.c
        equal = {"model": wanted.model, "client_id": wanted.client_id}
        conditions = [line[column] == value for column, value in equal.items() if value is not None]
        if wanted.status is not None:
            conditions.append(self._status() == wanted.status)
        if wanted.at_risk is not None:
            risky = func.coalesce(line.at_risk_from <= self._second, False)
            conditions.append(risky if wanted.at_risk else ~risky)
        if wanted.q:
            conditions.append(line.sought.contains(folded(wanted.q), autoescape=True))
        people = {"partner": wanted.partner_id, "professional": wanted.professional_id}
        return conditions + [self._with(kind, who) for kind, who in people.items() if who is not None]

    def _with(self, kind: str, who: str) -> ColumnElement[bool]:
        people = self._snapshot.table(PEOPLE)
        theirs = select(people.c.engagement_id).where(
            people.c.kind == kind, people.c.who == who, holding(people, self._micros)
        )
        return self._table.c.engagement_id.in_(theirs)


def _behind(by: ColumnElement[Any], engagement_id: ColumnElement[Any], after: After) -> ColumnElement[bool]:
    """What comes after a place in the order, in which nulls are last."""
    if after.value is None:
        return and_(by.is_(None), engagement_id > after.engagement_id)
    same = and_(by == after.value, engagement_id > after.engagement_id)
    return or_(by > after.value, same, by.is_(None))


def holding(table: Table, micros: int) -> ColumnElement[bool]:
    """The rows that hold at an instant."""
    return and_(table.c.valid_from <= micros, table.c.valid_until > micros)


def _answered(snapshot: Snapshot, as_of: datetime, lines: Sequence[Row[Any]]) -> list[ListedEngagement]:
    """The lines with what other tables tell of their engagements."""
    beside = _Beside(snapshot, as_of, [line.engagement_id for line in lines])
    partners, overdue = beside.partners(), beside.overdue()
    required, covered = beside.required(), beside.required(covered=True)
    return [
        ListedEngagement(
            engagement_id=line.engagement_id,
            name=line.name,
            client_id=line.client_id,
            partner_ids=tuple(sorted(partners.get(line.engagement_id, ()))),
            model=line.model,
            status=line.status,
            suspended_on=line.suspended_on if line.status == "suspended" else None,
            at_risk=line.at_risk_from is not None and line.at_risk_from <= beside.second,
            overdue=overdue.get(line.engagement_id, 0),
            next_breach_at=None if line.next_now is None else instant_at(line.next_now),
            open_cases=line.open_cases,
            seats=line.seats,
            required_seats=required.get(line.engagement_id, 0),
            covered_seats=covered.get(line.engagement_id, 0),
            version=line.version,
            opened_at=from_micros(line.opened_at),
            zone=line.zone,
        )
        for line in lines
    ]


class _Beside:
    """What the other tables tell of some engagements as of an instant."""

    def __init__(self, snapshot: Snapshot, as_of: datetime, engagement_ids: Sequence[UUID]) -> None:
        self.micros = to_micros(as_of)
        self.second = self.micros // 1_000_000
        self._snapshot = snapshot
        self._connection: Connection = snapshot.connection
        self._ids = engagement_ids

    def partners(self) -> Mapping[UUID, list[str]]:
        people = self._snapshot.table(PEOPLE)
        found: dict[UUID, list[str]] = {}
        theirs = select(people.c.engagement_id, people.c.who)
        for engagement_id, who in self._of(people, theirs, people.c.kind == "partner"):
            found.setdefault(engagement_id, []).append(who)
        return found

    def overdue(self) -> Mapping[UUID, int]:
        """How many clocks are past their goal and open."""
        clocks = self._snapshot.table(CLOCKS)
        return self._counted(clocks, clocks.c.over_from <= self.second)

    def required(self, *, covered: bool = False) -> Mapping[UUID, int]:
        """How many seats are required now, and of these covered."""
        cover = self._snapshot.table(COVER)
        now = and_(cover.c.starts_at <= self.second, cover.c.ends_at > self.second)
        return self._counted(cover, and_(now, cover.c.covered) if covered else now)

    def _counted(self, table: Table, condition: ColumnElement[bool]) -> Mapping[UUID, int]:
        counted = select(table.c.engagement_id, func.count()).group_by(table.c.engagement_id)
        return dict(self._of(table, counted, condition))

    def _of(self, table: Table, query: Select[Any], condition: ColumnElement[bool]) -> Sequence[tuple[Any, ...]]:
        if not self._ids:
            return ()
        of_these = query.where(table.c.engagement_id.in_(self._ids), holding(table, self.micros), condition)
        return [tuple(row) for row in self._connection.execute(of_these)]
