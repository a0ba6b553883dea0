"""A rebuild: new tables beside the live ones, filled in bulk, caught up, proved against them and put in their place.

Its states are those of the generation that it makes, so it is taken up again wherever it was left: *building* with
shards, which are to be folded up to its position; *building* without, which is to catch up; *joined*, which the
projector moves together with the live one, so that both can be compared.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import structlog

from infrastructure.database.database import Database
from infrastructure.database.instants import to_micros
from infrastructure.log.reading import Head, Log
from infrastructure.projections.bulk import complete
from infrastructure.projections.generations import NOBODYS, Generation, Generations, GenerationState, Overtaken
from infrastructure.projections.of_this_log import holds
from infrastructure.projections.parking import Parking
from infrastructure.projections.projection import Projection
from infrastructure.projections.rebuild.agreement import Difference, differences
from infrastructure.projections.rebuild.alone import rebuilding_alone
from infrastructure.projections.rebuild.beside import Beside
from infrastructure.projections.rebuild.sweeping import sweep
from infrastructure.projections.rebuild.worker import (
    Cancelled,
    Done,
    Folder,
    Work,
    folded_by,
    folded_here,
    may_have_workers,
)
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.shards import EVENTS_OF_A_SHARD, Shard, Shards, planned
from infrastructure.projections.tables.work.tally import add_up

WORTH_A_PROCESS: Final = 10_000
"""With fewer events left to fold, they are done before another process has started."""

OF_ANOTHER_LOG: Final = "the tables in use tell of another log"

Swap = Literal["proved", "anyway", "never"]
"""Whether the new tables take the place of the live ones: where both agree, whatever they say, or not at all."""

log = structlog.get_logger("standfast.projector")


@dataclass(frozen=True, slots=True)
class Step:
    """How far a rebuild is: of how many events it has taken in how many. ``resumed``: that is where it began."""

    done: int
    total: int
    resumed: bool = False


Hear = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What came of a rebuild. ``not_compared`` says why the new tables were not compared with the live ones."""

    position: int
    not_compared: str | None
    differences: Sequence[Difference] = ()
    swapped: bool = False
    parked: int = 0
    resumed: bool = False


@dataclass(slots=True, kw_only=True)
class Rebuild:
    """One rebuild of all projections of a log. ``stopped`` is asked now and then whether it is cancelled.

    `run` raises RebuildUnderWay, Cancelled, WorkerLost, StoreUnavailable, SQLAlchemy's, psycopg's and the system's
    errors; whatever it raises, the next one goes on from there.
    """

    source: Log
    of: Database
    database: Database
    workers: int = 1
    compared: Sequence[Projection] = PROJECTIONS
    stopped: Callable[[], bool] = lambda: False
    hear: Hear = lambda _: None
    events_of_a_shard: int = EVENTS_OF_A_SHARD
    worth_a_process: int = WORTH_A_PROCESS
    _generations: Generations = field(init=False)
    _shards: Shards = field(init=False)

    def __post_init__(self) -> None:
        self._generations = Generations(self.database)
        self._shards = Shards(self.database)

    def run(self, swap: Swap = "proved") -> Rebuilt:
        """Rebuilds, and swaps where it may."""
        self._generations.prepare()
        with rebuilding_alone(self.database):
            head, live = self.source.head(), self._generations.live()
            apart = self._why_incomparable(live)
            if apart and swap == "never":
                return Rebuilt(position=live.position if live else 0, not_compared=apart)
            if apart == OF_ANOTHER_LOG:
                with self.database.writing(durable=False) as connection:
                    self._generations.disown(connection)  # until the swap nothing is better than what they say
            built = self._left_off(live, apart)
            made = built or self._begun(live, head, apart)
            try:
                self._fill(made, resumed=built is not None)
                rebuilt = self._ended(made, swap, apart)
            except (Cancelled, KeyboardInterrupt):
                self._apart_again(made)
                raise
            return replace(rebuilt, resumed=built is not None)

    def _why_incomparable(self, live: Generation | None) -> str | None:
        """Why nothing made now can be compared with the live tables; None where it can."""
        if live is None:
            return "there are no tables in use"
        if live.folds == NOBODYS or not self._holds(live):
            return OF_ANOTHER_LOG
        if not live.current:
            return "the tables in use are those of another version of the folds"
        if not live.position:
            return "nothing stands in the tables in use"
        return None

    def _holds(self, generation: Generation) -> bool:
        """Whether the log is still the one that a generation tells of."""
        return holds(self.source, generation.log_id, generation.position, generation.recorded_at)

    def _left_off(self, live: Generation | None, apart: str | None) -> Generation | None:
        """What an earlier rebuild left to be finished, where it still can be; everything else is dropped."""
        begun = [each for each in self._generations.all() if each.state in ("building", "joined")]
        usable = [
            each
            for each in begun
            if each.current and self._holds(each) and self._generations.owned(each)
            if apart or (live is not None and each.position <= live.position)
        ]
        kept = usable[-1] if usable else None
        with self.database.writing(durable=False) as connection:
            for each in begun:
                self._generations.put(connection, each.number, each.state, "building" if each == kept else "old")
        sweep(self._generations)
        return kept

    def _begun(self, live: Generation | None, head: Head, apart: str | None) -> Generation:
        """A new generation with the shards that are to fill it, up to the live one's position or to the head."""
        position, recorded_at = head.position, to_micros(head.recorded_at)
        if apart is None and live is not None:
            position, recorded_at = live.position, live.recorded_at
        shards = list(planned(self.source, self.events_of_a_shard)) if position else []
        with self.database.writing(durable=False) as connection:
            made = self._generations.make(connection, "building", head.log_id, position, recorded_at)
            self._shards.plan(connection, made.number, shards)
            for table in () if shards else self._generations.tables(made.number):
                complete(connection, table)
        return made

    def _fill(self, made: Generation, *, resumed: bool) -> None:
        """Does the shards that are left, and makes the indexes once all are done."""
        done = self._shards.done(made.number)
        if done is None:
            return
        self.hear(Step(done, made.position, resumed))
        for each in self._folded(made, self._shards.waiting(made.number), made.position - done):
            done += each.events
            _tell_of(each)
            self.hear(Step(done, made.position))
        for table in self._generations.tables(made.number):  # one by one: on SQLite the projector waits for each
            with self.database.writing(durable=False) as connection:
                complete(connection, table)
        with self.database.writing(durable=False) as connection:
            add_up(connection, made.number, self._generations.schema)
            self._shards.forget(connection, made.number)

    def _folded(self, made: Generation, waiting: Sequence[Shard], events: int) -> Iterator[Done]:
        """Does shards, here or in processes of their own, where that is worth it and can be."""
        alone = self.workers < 2 or events < self.worth_a_process or len(waiting) < 2
        if alone or not (may_have_workers() and self.of.for_many_processes and self.database.for_many_processes):
            yield from folded_here(Folder(self.source, self.database, made), waiting, self.stopped)
        else:
            work = Work(self.of.url, self.database.url, made)
            yield from folded_by(self.workers, work, waiting, self.stopped)

    def _catch_up(self, beside: Beside, made: Generation, until: int | None) -> None:
        """Takes in what was recorded since, up to a position or to the end."""
        done = made.position
        total = max(done, self.source.head().position if until is None else until)

        def taken(count: int) -> None:
            nonlocal done
            done += count
            self.hear(Step(done, max(done, total)))
            if self.stopped():
                raise Cancelled

        beside.catch_up(until, taken)

    def _ended(self, made: Generation, swap: Swap, apart: str | None) -> Rebuilt:
        """Catches up, compares with the live generation where that can be, and swaps where it may."""
        beside = Beside(self.source, self.database, made.number)
        found: Sequence[Difference] = ()
        if apart is None:
            live = self._generations.live()
            self._catch_up(beside, made, live.position if live else None)
            beside.join()
            found = self._differences(made.number)
        else:
            self._catch_up(beside, made, None)
        swapped = swap != "never" and (swap == "anyway" or not found)
        position = self._put_in_place(made, "joined" if apart is None else "building", swapped=swapped)
        parked = len(Parking(self.database).of(made.number))
        sweep(self._generations)
        return Rebuilt(position=position, not_compared=apart, differences=found, swapped=swapped, parked=parked)

    def _differences(self, number: int) -> Sequence[Difference]:
        """What a generation that has joined the live one says otherwise. Raises Overtaken where it did not."""
        with self.database.one_snapshot() as connection:
            seen = {each.state: each for each in self._generations.seen(connection)}
            live, other = seen.get("live"), seen.get("joined")
            if live is None or other is None or (other.number, other.position) != (number, live.position):
                raise Overtaken
            return list(differences(connection, self._generations.schema, live, other, self.compared))

    def _put_in_place(self, made: Generation, state: GenerationState, *, swapped: bool) -> int:
        """Makes the new generation the live one, or gives it up; the position that it stands at."""
        with self.database.writing(durable=False) as connection:
            live = self._generations.hold(connection)
            if swapped and live is not None:
                self._generations.put(connection, live.number, "live", "old")
            self._generations.put(connection, made.number, state, "live" if swapped else "old")
            return next(each.position for each in self._generations.seen(connection) if each.number == made.number)

    def _apart_again(self, made: Generation) -> None:
        """A rebuild that was cancelled costs the projector nothing more."""
        with self.database.writing(durable=False) as connection:
            states = {each.number: each.state for each in self._generations.seen(connection)}
            if states.get(made.number) == "joined":
                self._generations.put(connection, made.number, "joined", "building")


def _tell_of(done: Done) -> None:
    for each in done.failures:
        log.error(
            "an engagement is parked",
            projection=each.projection,
            engagement_id=str(each.engagement_id),
            position=each.position,
            error=each.error,
        )
