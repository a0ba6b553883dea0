"""The projections as they are told to somebody from whom something is hidden: the same folds of masked histories.

They are made in memory of the histories within reach, up to the position of the projections that everybody shares, and
follow them: whatever is read of them, rows, counts, filters and figures, hides the same as the histories do.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Final
from uuid import UUID
from weakref import finalize

import structlog
from eventsourcing.persistence import StoredEvent
from sqlalchemy import func, select

from application.ports.engagement_list import ProjectionsMissing
from domain.access.eyes import Eyes
from domain.access.hiding.masked import masked
from domain.access.reach import Reach
from domain.engagement.state import EngagementHistory
from infrastructure.database.database import Database
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log
from infrastructure.projections.folding import Failure
from infrastructure.projections.generations import FOLDS, Generations
from infrastructure.projections.parking import Parking
from infrastructure.projections.reading import ProjectionReader, Snapshot, Snapshots, parked_of
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.seen import seen
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from infrastructure.projections.tables.reached import within
from infrastructure.projections.writing import Change, write

AT_ONCE: Final = 50
"""How many histories are folded and written together."""

PATIENCE_SECONDS: Final = 4.0
"""So long whoever asks waits for what is still to be folded; what was folded by then is kept for the next one."""

NAMES: Final = tuple(each.name for each in PROJECTIONS)
NOT_YET: Final = "the projections of what you may see are still being made from the log"

log = structlog.get_logger("standfast.told")


@dataclass(frozen=True, slots=True)
class _Standing:
    """The projections that everybody shares, as they were looked at: ``parked`` from which position on, by engagement.

    ``within`` are the engagements within reach.
    """

    generation: int
    log_id: UUID
    position: int
    recorded_at: int
    parked: Mapping[UUID, int]
    within: frozenset[UUID]

    def follows(self, before: "_Standing") -> bool:
        """Whether it can be brought on from there: both tell of the same log."""
        return (self.generation, self.log_id) == (before.generation, before.log_id) and self.position >= before.position


@dataclass(eq=False)
class ToldProjections:
    """Those of one reach for the eyes of one reader. ``key``: the secret by which ids are hidden.

    Raises ProjectionsMissing where they, or those that everybody shares, are still being made; StoreUnavailable.
    """

    shared: Snapshots
    log: Log
    reach: Reach
    eyes: Eyes
    key: Callable[[], bytes]
    patience: float = PATIENCE_SECONDS
    _looked: _Standing | None = None
    _due: set[UUID] = field(default_factory=set)
    """The engagements whose rows are not yet those of what was looked at."""
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state of them, as far as those that everybody shares; while it is read, nobody brings them on."""
        with ExitStack() as held:
            if not self._lock.acquire(timeout=self.patience):
                raise ProjectionsMissing(NOT_YET)
            try:
                self._bring_up()
                snapshot = held.enter_context(ProjectionReader(self._database, FOLDS).snapshot())
            finally:
                self._lock.release()
            yield snapshot

    @property
    def engagements(self) -> int:
        """How many engagements they tell of."""
        return len(self._looked.within) if self._looked else 0

    @cached_property
    def _database(self) -> Database:
        """It goes with whoever reads it last."""
        database = Database("sqlite://")
        finalize(self, database.close)
        return database

    @cached_property
    def _generations(self) -> Generations:
        generations = Generations(self._database)
        generations.prepare()
        return generations

    def _bring_up(self) -> None:
        with self.shared.snapshot() as snapshot:
            now = _looked_at(snapshot, self.reach)
        if now == self._looked and not self._due:
            return
        self._note(now)
        deadline = time.monotonic() + self.patience
        while self._due:
            if time.monotonic() > deadline:
                raise ProjectionsMissing(NOT_YET)
            self._fold(now, sorted(self._due)[:AT_ONCE])
        self._move(now)

    def _note(self, now: _Standing) -> None:
        """Notes what has to be folded since it was looked last."""
        before = self._looked
        if before is None or not now.follows(before):
            self._start_over(now)
            self._due = set(now.within)
        elif now != before:
            changed = self.log.streams_between(before.position, now.position)
            changed |= {one for one, _ in before.parked.items() ^ now.parked.items()}
            self._due = (self._due | changed & now.within) | (before.within ^ now.within)
        self._looked = now

    def _start_over(self, now: _Standing) -> None:
        """Another generation, with nothing in it."""
        with self._generations.database.writing() as connection:
            for old in self._generations.seen(connection):
                self._generations.drop(connection, old)
            self._generations.make(connection, "live", now.log_id)

    def _fold(self, now: _Standing, engagement_ids: Collection[UUID]) -> None:
        """Takes in some engagements as they are told; those beyond the reach have no rows."""
        streams = self.log.streams(engagement_ids, now.position)
        changes = {one: self._change(now, one, events) for one, events in streams.items()}
        parking, live = Parking(self._database), self._generations.live()
        assert live is not None, "it was made before anything was folded"
        with self._database.writing() as connection:
            write(connection, live.number, None, [each for each in changes.values() if each])
            for one in changes:
                parking.release(connection, live.number, one, NAMES)
            waiting = (one for one, change in changes.items() if change is None or one in now.parked)
            parking.park(connection, live.number, (_waits(one, now) for one in waiting))
        self._due.difference_update(engagement_ids)

    def _change(self, now: _Standing, engagement_id: UUID, events: Sequence[StoredEvent]) -> Change | None:
        """The rows of an engagement as it is told, of one that is parked as it was before it had to wait.

        None where it cannot be folded: the rows that are there stay.
        """
        until = now.parked.get(engagement_id, now.position + 1)
        there = [each for each in events if isinstance(each, PlacedEvent) and each.id < until]
        if engagement_id not in now.within or not there:
            return Change(engagement_id, dict.fromkeys(NAMES, frozenset()), None)
        try:
            history = EngagementHistory.of([recorded(each) for each in there])
            stretches = list(seen(masked(history, self.eyes, self.key()).history))
            return Change(engagement_id, {each.name: each.rows(stretches) for each in PROJECTIONS}, None)
        except Exception:  # whatever it is, only this engagement waits for it
            log.exception("an engagement cannot be told", engagement_id=str(engagement_id), eyes=self.eyes.kind)
            return None

    def _move(self, now: _Standing) -> None:
        """They tell of all up to there."""
        live = self._generations.live()
        if live and (live.position, live.recorded_at) != (now.position, now.recorded_at):
            with self._database.writing() as connection:
                self._generations.moving(connection, live.position, now.position, now.recorded_at)


def _looked_at(snapshot: Snapshot, reach: Reach) -> _Standing:
    lines, parked = snapshot.table(ENGAGEMENTS), parked_of(snapshot.schema)
    reached = select(lines.c.engagement_id).distinct().where(*within(reach, snapshot, lines, lines.c.engagement_id))
    waiting = select(parked.c.engagement_id, func.min(parked.c.position)).group_by(parked.c.engagement_id)
    waiting = waiting.where(parked.c.generation == snapshot.generation)
    return _Standing(
        generation=snapshot.generation,
        log_id=snapshot.log_id,
        position=snapshot.position,
        recorded_at=snapshot.recorded_at,
        parked={row[0]: row[1] for row in snapshot.connection.execute(waiting)},
        within=frozenset(snapshot.connection.execute(reached).scalars()),
    )


def _waits(engagement_id: UUID, now: _Standing) -> Failure:
    """That an engagement waits, told of its line: why stands with those that everybody shares, and in the log."""
    return Failure(ENGAGEMENTS.name, engagement_id, now.parked.get(engagement_id, now.position), "it waits")
