"""The projector: one scan of the log feeds all projections, each batch with its position in one transaction."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from eventsourcing.persistence import Notification
from sqlalchemy import Connection

from application.ports.log import LogReplaced
from infrastructure.database.database import Database
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log
from infrastructure.process.telemetry import Counters
from infrastructure.projections.folding import Failure, Folded, Folding
from infrastructure.projections.generations import Generation, Generations, Overtaken
from infrastructure.projections.of_this_log import holds
from infrastructure.projections.parking import Parking
from infrastructure.projections.traced import correlation_ids_of, projecting
from infrastructure.projections.writing import write

BATCH: Final = 500
"""How many events are folded and written together."""

MANY: Final = 20_000
"""So many events are quicker taken in by a rebuild, engagement by engagement, than in the order of the log."""

log = structlog.get_logger("standfast.projector")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the projections stand: the live generation's position, and when the event there was recorded (µs)."""

    position: int
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch took in: so many events up to a position, recorded by the requests with these correlation ids."""

    events: int
    position: int
    correlation_ids: Sequence[str]


@dataclass(slots=True)
class Projector:
    """Brings the projections up to date, batch by batch. One leads; a second one does no harm, and does nothing.

    `step` raises Overtaken where another one was quicker, LogReplaced where the log is another one or an older copy
    than the projections tell of, StoreUnavailable and SQLAlchemy's errors where a database does not answer.
    """

    source: Log
    database: Database
    counters: Counters = field(default_factory=Counters)
    generations: Generations = field(init=False)
    parking: Parking = field(init=False)
    folding: Folding = field(init=False)
    standing: Standing | None = None
    parked: dict[UUID, set[str]] = field(default_factory=dict)
    taken: Taken | None = None
    """What it took in last."""
    _live: int = 0
    until: int | None = None
    """The position that it does not go beyond; None: it takes in all there is."""

    def __post_init__(self) -> None:
        self.generations = Generations(self.database)
        self.parking = Parking(self.database)
        self.folding = Folding(self.source.streams)

    def begin(self) -> Standing:
        """Looks where the projections stand, and makes the first generation where there is none.

        Those of another version of the software, or of another log, are left alone: they are to be rebuilt.
        """
        live = self.make_room()
        self.folding.forget()
        if not self._tells_of_this_log(live):
            raise LogReplaced(live.position)
        self._live, self.parked = live.number, {}
        for each in self.parking.of(live.number):
            self.parked.setdefault(each.engagement_id, set()).add(each.projection)
        self.standing = Standing(live.position, live.recorded_at)
        return self.standing

    def step(self, within: Connection | None = None) -> int:
        """Takes in the next batch; how many events it held, 0 where there are none yet.

        It is written in a transaction of its own, or ``within`` one that is under way.
        """
        standing = self.standing or self.begin()
        batch = self._following(standing, BATCH)
        if not batch:
            return 0
        taken = Taken(len(batch), batch[-1].id, correlation_ids_of(batch))
        with projecting(batch, taken.correlation_ids):
            self._take(standing, batch, within)
        self.taken = taken
        return len(batch)

    def _take(self, standing: Standing, batch: Sequence[Notification], within: Connection | None) -> None:
        """Folds a batch and writes what follows from it. Raises Overtaken."""
        read_at = time.perf_counter()
        enveloped = [event for event in batch if isinstance(event, PlacedEvent)]
        folded = self.folding.fold(enveloped, self.parked) if enveloped else Folded()
        folded_at = time.perf_counter()
        recorded_at = enveloped[-1].recorded_at if enveloped else standing.recorded_at
        moved = Standing(batch[-1].id, recorded_at or standing.recorded_at)
        try:
            with nullcontext(within) if within else self.database.writing(durable=False) as connection:
                numbers = self.generations.moving(connection, standing.position, moved.position, moved.recorded_at)
                self._still_parked(connection, enveloped)
                for number in numbers:
                    self._put(connection, number, folded)
        except BaseException:
            self.standing = None  # what stands in the tables is to be looked at again
            raise
        self._written(folded, enveloped)
        self.standing = moved if self._live in numbers else self.begin()  # other tables are live since
        self._count(len(batch), folded_at - read_at, time.perf_counter() - folded_at)

    def retry(self, only: Collection[UUID] | None = None) -> int:
        """Tries again what is parked, or only these; how many engagements moved on."""
        standing = self.standing or self.begin()
        tried = [each for each in self.parked if only is None or each in only]
        failures: list[Failure] = []
        moved_on = sum(self._retried(engagement_id, standing, failures) for engagement_id in tried)
        if failures:
            with self.database.writing(durable=False) as connection:
                self.parking.explain(connection, failures)
        return moved_on

    def _retried(self, engagement_id: UUID, standing: Standing, failures: list[Failure]) -> bool:
        events = self.source.streams([engagement_id], standing.position)[engagement_id]
        folded = self.folding.whole(engagement_id, events)
        failures += folded.failures
        failed = {each.projection for each in folded.failures}
        freed = self.parked[engagement_id] - failed
        if not freed:
            return False
        with self.database.writing(durable=False) as connection:
            for number in self.generations.moving(
                connection, standing.position, standing.position, standing.recorded_at
            ):
                write(connection, number, self.generations.schema, folded.changes)
                self.parking.release(connection, number, engagement_id, freed)
        self.parked[engagement_id] &= failed
        if not self.parked[engagement_id]:
            del self.parked[engagement_id]
        log.info("an engagement moves on", engagement_id=str(engagement_id), projections=sorted(freed))
        return True

    def _count(self, events: int, folding: float, writing: float) -> None:
        self.counters.add("standfast_projected_batches_total")
        self.counters.add("standfast_projected_events_total", events)
        self.counters.add("standfast_projecting_seconds_total", folding, doing="folding")
        self.counters.add("standfast_projecting_seconds_total", writing, doing="writing")

    def _still_parked(self, connection: Connection, batch: Sequence[PlacedEvent]) -> None:
        """Raises Overtaken where somebody else let an engagement of the batch go on, for which nothing moves."""
        ids = self.parked.keys() & {event.originator_id for event in batch}
        waiting = {each: self.parked[each] for each in ids}
        if waiting and self.parking.waiting(connection, self._live, waiting) != waiting:
            raise Overtaken

    def _put(self, connection: Connection, number: int, folded: Folded) -> None:
        write(connection, number, self.generations.schema, folded.changes)
        self.parking.park(connection, number, folded.failures)

    def _written(self, folded: Folded, batch: Sequence[PlacedEvent]) -> None:
        self.folding.keep(folded)
        for each in folded.failures:
            self.parked.setdefault(each.engagement_id, set()).add(each.projection)
            log.error(
                "an engagement is parked",
                projection=each.projection,
                engagement_id=str(each.engagement_id),
                position=each.position,
                error=each.error,
                correlation_ids=correlation_ids_of(
                    [event for event in batch if event.originator_id == each.engagement_id]
                ),
            )

    def make_room(self) -> Generation:
        """The live generation, made empty where there is none."""
        self.generations.prepare()
        live = self.generations.live()
        if live is None:
            log_id = self.source.head().log_id
            with self.database.writing(durable=False) as connection:
                live = self.generations.first(connection, log_id)
        return live

    def goes_on_from(self, live: Generation) -> bool:
        """Whether these tables are to be brought on: of this version and of this log, and with something in them where
        much lies ahead, which is better made in bulk.
        """
        from_nothing = live.position == 0 and self.source.head().position >= MANY
        return live.current and self._tells_of_this_log(live) and not from_nothing

    def _tells_of_this_log(self, live: Generation) -> bool:
        return holds(self.source, live.log_id, live.position, live.recorded_at)

    def _following(self, standing: Standing, limit: int) -> Sequence[Notification]:
        """The events behind a place, read with the one there, which proves that the log still holds it.

        What one append recorded is not cut: half of a correction is no history.
        """
        first = standing.position - 1 if standing.position else 0
        found = self.source.between(first, self.until, limit + 1)
        if standing.position and (not found or _recorded_at(found[0]) not in (None, standing.recorded_at)):
            raise LogReplaced(standing.position)
        events = found[1:] if standing.position else found
        if len(found) <= limit:
            return events
        whole = events[: _begin_of_the_last_append(events)]
        return whole or self._following(standing, 2 * limit)


def brought_up(projector: Projector, make_anew: Callable[[], object]) -> int:
    """Takes in all there is, in tables made anew where those that are there are not to be brought on; the position that
    was reached. Raises what `Projector.step` and ``make_anew`` do.
    """
    if not projector.goes_on_from(projector.make_room()):
        make_anew()
    projector.begin()
    return caught_up(projector)


def caught_up(projector: Projector) -> int:
    """Takes in all there is; the position that was reached."""
    while projector.step():
        pass
    assert projector.standing is not None, "a step has begun it"
    return projector.standing.position


def _recorded_at(event: Notification) -> int | None:
    """None where the library wrote the event without an envelope."""
    return event.recorded_at if isinstance(event, PlacedEvent) else None


def _begin_of_the_last_append(events: Sequence[Notification]) -> int:
    """Where the events begin that were recorded with the last one: in one append, which has one instant."""
    place, last = len(events) - 1, _recorded_at(events[-1])
    while place and last is not None and _recorded_at(events[place - 1]) == last:
        place -= 1
    return place
