"""Reading the log: streams, pages in the order of positions, the head, what was known when, and answers.

Every read is one short transaction over a range of keys; none holds a snapshot while its caller works.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, select, tuple_, update

from application.ports.log import SCAN, Answer, EndsElsewhere, Followed, Standing
from domain.access.reach import EVERYTHING, Everything, Named, Reach
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.database.row_security import everything_on, rows_within, sees_everything, whose
from infrastructure.database.tables import answers, events, log_identity
from infrastructure.events.rows import COLUMNS, PlacedEvent, notification, stored_event
from infrastructure.log.continuity import Continuity, Mark

_ROW = [events.c[name] for name in COLUMNS]
_LOG_ID = select(log_identity.c.log_id).scalar_subquery().label("log_id")

STREAMS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log, or of what was known at an instant: position 0 where nothing is recorded."""

    position: int
    recorded_at: datetime
    log_id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Events in the order of their positions, and the last position that was looked at for them."""

    events: Sequence[Notification]
    scanned: int


class Log:
    """The reading side of the store."""

    def __init__(self, database: Database, continuity: Continuity | None = None) -> None:
        self._database = database
        self._continuity = continuity or Continuity()

    def stream(
        self,
        originator_id: UUID | str,
        *,
        after: int | None = None,
        until: int | None = None,
        until_position: int | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """Events of one stream with `after` < version <= `until` and position <= `until_position`."""
        query = select(*_ROW).where(events.c.originator_id == originator_id)
        if after is not None:
            query = query.where(events.c.originator_version > after)
        if until is not None:
            query = query.where(events.c.originator_version <= until)
        if until_position is not None:
            query = query.where(events.c.position <= until_position)
        version = events.c.originator_version
        query = query.order_by(version.desc() if newest_first else version).limit(limit)
        return [stored_event(row) for row in self._rows(query)]

    def version(self, originator_id: UUID | str) -> int:
        """The last version of a stream; 0 where nothing is recorded."""
        query = select(func.max(events.c.originator_version)).where(events.c.originator_id == originator_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one() or 0

    def following(self, last: Followed) -> Sequence[StoredEvent]:
        """What was recorded of an engagement since an event. Raises `EndsElsewhere` where the log does not hold it."""
        mark = self._continuity.mark()
        return self.since(mark, last, self.stream(last.engagement_id, after=last.version - 1))

    def since(self, mark: Mark, last: Followed, rows: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
        """The rows after an event, of those from its version on that were read after the mark was taken.

        Raises `EndsElsewhere` where the first is another.
        """
        first = rows[0] if rows else None
        if isinstance(first, PlacedEvent) and (first.originator_version, first.salt) == (last.version, last.salt):
            return rows[1:]
        if sees_everything():  # from somebody else it may be hidden
            self._continuity.misses(mark)
        raise EndsElsewhere(last)

    def ending_with(self, lasts: Iterable[Followed]) -> set[UUID]:
        """Which engagements end with these events: the log holds them, and nothing that was recorded since."""
        mark, asked = self._continuity.mark(), list(lasts)
        held, ending = 0, set[UUID]()
        waiting = iter(asked)
        later = events.alias("later")
        version = tuple_(events.c.originator_id, events.c.originator_version)
        since = select(later.c.position).where(
            later.c.originator_id == events.c.originator_id,
            later.c.originator_version == events.c.originator_version + 1,
        )
        while some := {one.engagement_id: one for one in islice(waiting, STREAMS_AT_ONCE)}:
            wanted = [(one.engagement_id, one.version) for one in some.values()]
            query = select(events.c.originator_id, events.c.salt, since.exists().label("grown")).where(
                version.in_(wanted)
            )
            same = [row for row in self._rows(query) if row.salt == some[row.originator_id].salt]
            held += len(same)
            ending.update(row.originator_id for row in same if not row.grown)
        if held < len(asked) and sees_everything():
            self._continuity.misses(mark)
        return ending

    def streams(
        self, originator_ids: Iterable[UUID], until_position: int | None = None
    ) -> dict[UUID, list[StoredEvent]]:
        """The streams of these up to a position (default: whole), by id; empty where nothing is recorded."""
        found: dict[UUID, list[StoredEvent]] = {one: [] for one in originator_ids}
        wanted = iter(found)
        while some := list(islice(wanted, STREAMS_AT_ONCE)):
            query = select(*_ROW).where(events.c.originator_id.in_(some))
            if until_position is not None:
                query = query.where(events.c.position <= until_position)
            for row in self._rows(query.order_by(events.c.originator_version)):
                found[row[0]].append(stored_event(row))
        return found

    def openings(self, originator_ids: Iterable[UUID]) -> Iterator[PlacedEvent]:
        """The first event of each of these streams, as far as it has an envelope, in no order."""
        wanted = iter(originator_ids)
        while some := list(islice(wanted, STREAMS_AT_ONCE)):
            query = select(*_ROW).where(events.c.originator_id.in_(some), events.c.originator_version == 1)
            found = (stored_event(row) for row in self._rows(query))
            yield from (event for event in found if isinstance(event, PlacedEvent))

    def stream_sizes(self, *, after: UUID | None = None, limit: int) -> list[tuple[UUID, int]]:
        """The next streams in the order of their ids, each with how many events it holds now."""
        query = select(events.c.originator_id, func.count().label("events")).group_by(events.c.originator_id)
        if after is not None:
            query = query.where(events.c.originator_id > after)
        rows = self._rows(query.order_by(events.c.originator_id).limit(limit))
        return [(row.originator_id, row.events) for row in rows]

    def streams_from_to(self, first: UUID, last: UUID, until_position: int) -> dict[UUID, list[StoredEvent]]:
        """The streams whose ids lie between two, both included, up to a position; those that began by then."""
        found: dict[UUID, list[StoredEvent]] = {}
        query = select(*_ROW).where(events.c.originator_id.between(first, last), events.c.position <= until_position)
        for row in self._rows(query.order_by(events.c.originator_id, events.c.originator_version)):
            found.setdefault(row[0], []).append(stored_event(row))
        return found

    def streams_between(self, after: int, until: int) -> set[UUID]:
        """The ids of the streams that have an event with `after` < position <= `until`."""
        query = select(events.c.originator_id).where(events.c.position > after, events.c.position <= until)
        return {row.originator_id for row in self._rows(query.distinct())}

    def between(
        self, after: int, until: int | None, limit: int | None, topics: Sequence[str] = ()
    ) -> list[Notification]:
        """Events with `after` < position <= `until`, at most `limit`."""
        conditions: list[ColumnElement[bool]] = [events.c.position > after]
        if until is not None:
            conditions.append(events.c.position <= until)
        if topics:
            conditions.append(events.c.topic.in_(topics))
        query = select(*_ROW).where(*conditions).order_by(events.c.position).limit(limit)
        return [notification(row) for row in self._rows(query)]

    def page(
        self,
        *,
        after: int = 0,
        until: int | None = None,
        limit: int,
        types: Sequence[str] = (),
        engagement_ids: Collection[UUID] | None = None,
    ) -> Page:
        """The next events with `after` < position <= `until`, of these types and these engagements where given.

        Those that the library wrote without an envelope are passed over.
        """
        mark = self._continuity.mark()
        with self._database.reading() as connection:
            with everything_on(connection):
                end = _end(connection)
            last = end.position if until is None else min(end.position, until)
            scanned = last if engagement_ids is not None else min(last, after + max(SCAN, limit))
            query = select(*_ROW).where(events.c.position > after, events.c.position <= scanned)
            if types:
                query = query.where(events.c.topic.in_(types))
            if engagement_ids is not None:
                query = query.where(events.c.originator_id.in_(engagement_ids))
            rows = connection.execute(query.order_by(events.c.position).limit(limit)).all()
        self._continuity.ends_at(mark, end.position, end.log_id)
        found = [notification(row) for row in rows]
        seen = found[-1].id if len(found) == limit else max(scanned, after)
        return Page([event for event in found if isinstance(event, PlacedEvent)], seen)

    def standing(
        self,
        after: int,
        until: int,
        *,
        limit: int,
        types: Sequence[str] = (),
        engagement_ids: Collection[UUID] | None = None,
    ) -> list[Standing]:
        """Where the first events with `after` < position <= `until` stand, of these types and engagements where given.

        Those that the library wrote without an envelope are passed over.
        """
        query = select(events.c.position, events.c.originator_id, events.c.originator_version)
        query = query.where(events.c.position > after, events.c.position <= until, events.c.command_id.is_not(None))
        if types:
            query = query.where(events.c.topic.in_(types))
        if engagement_ids is not None:
            query = query.where(events.c.originator_id.in_(engagement_ids))
        return [Standing._make(row) for row in self._rows(query.order_by(events.c.position).limit(limit))]

    def perhaps_within(self, reach: Reach, engagement_ids: Iterable[UUID]) -> set[UUID]:
        """Of these engagements those that can be within reach, as far as that is known without their histories.

        On PostgreSQL the rows that are shown say so; on SQLite whether an event has the name in it.
        """
        wanted = (one for one in engagement_ids if reach.may_hold(one))
        if isinstance(reach, Everything | Named):
            return set(wanted)
        found: set[UUID] = set()
        while some := list(islice(wanted, STREAMS_AT_ONCE)):
            query = select(events.c.originator_id).where(events.c.originator_id.in_(some))
            if self._database.is_postgresql:
                query = query.where(events.c.originator_version == 1)
            else:
                query = query.where(func.instr(events.c.state, to_json(whose(reach))) > 0).distinct()
            found.update(row.originator_id for row in self._rows(query))
        return found

    def of_command(self, command_id: UUID) -> list[Notification]:
        """The events that a command recorded, in their order; empty where it recorded none."""
        query = select(*_ROW).where(events.c.command_id == command_id).order_by(events.c.position)
        return [notification(row) for row in self._rows(query)]

    def head(self) -> Head:
        """The end of the log as it is now, whoever asks."""
        mark = self._continuity.mark()
        with rows_within(EVERYTHING), self._database.reading() as connection:
            head = _end(connection)
        self._continuity.ends_at(mark, head.position, head.log_id)
        return head

    def recorded_after(self, position: int) -> datetime | None:
        """When the first event beyond a position was recorded; None where there is none."""
        query = select(events.c.recorded_at).where(events.c.position > position).order_by(events.c.position).limit(1)
        with rows_within(EVERYTHING), self._database.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else from_micros(found)

    def position_at(self, known_at: datetime) -> Head:
        """The last position recorded at or before `known_at`, and its own instant: ask again with that one."""
        with rows_within(EVERYTHING), self._database.reading() as connection:
            latest = select(func.max(events.c.recorded_at)).where(events.c.recorded_at <= to_micros(known_at))
            recorded_at, log_id = connection.execute(select(latest.scalar_subquery(), _LOG_ID)).one()
            if recorded_at is None:
                return Head(0, known_at, log_id)
            last = select(func.max(events.c.position)).where(events.c.recorded_at == recorded_at)
            return Head(connection.execute(last).scalar_one(), from_micros(recorded_at), log_id)

    def engagement_ids(self, *, after: UUID | None = None, limit: int | None = None) -> list[UUID]:
        """The ids of the streams with an envelope, in their own order, for walking over all of them by pages."""
        query = select(events.c.originator_id).where(events.c.originator_version == 1, events.c.command_id.is_not(None))
        if after is not None:
            query = query.where(events.c.originator_id > after)
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(events.c.originator_id).limit(limit)).scalars())

    def answer(self, command_id: UUID) -> Answer | None:
        """What was answered to a command, while it is kept."""
        with self._database.reading() as connection:
            row = connection.execute(select(answers).where(answers.c.command_id == command_id)).mappings().one_or_none()
        return None if row is None else Answer(**{**row, "recorded_at": from_micros(row["recorded_at"])})

    def forget_answers(self, older_than: datetime) -> int:
        """Drop the answers recorded before an instant; returns how many.

        A command that recorded events is recognised by them for ever, so its row goes; of any other one only the
        bytes of the problem go, so that it is recognised too.
        """
        old = answers.c.recorded_at < to_micros(older_than)
        with self._database.writing() as connection:
            if self._database.is_postgresql:  # a writer has no right on the table
                return int(connection.execute(select(func.public.forget_answers(to_micros(older_than)))).scalar_one())
            dropped = connection.execute(delete(answers).where(old, answers.c.count > 0)).rowcount
            blanked = connection.execute(
                update(answers).where(old, answers.c.problem.is_not(None)).values(problem=None)
            ).rowcount
        return dropped + blanked

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._database.reading() as connection:
            return connection.execute(query).all()


def _end(connection: Connection) -> Head:
    """The last event's place. The head row says the same, but is slow to read while somebody holds a snapshot."""
    query = select(events.c.position, events.c.recorded_at, _LOG_ID).order_by(events.c.position.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        return Head(0, from_micros(0), connection.execute(select(_LOG_ID)).scalar_one())
    return Head(row.position, from_micros(row.recorded_at), row.log_id)
