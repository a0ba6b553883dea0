"""Who folds the shards of a rebuild: this process, or several at once, which the rebuild starts and outlives.

A worker takes a shard, reads its streams, folds them and writes the rows together with the word that it is done, in
one transaction: whoever is killed when, each shard is there once or is still to be done. A worker whose rebuild is
gone hears its pipe close, and ends.
"""

import gc
import os
import signal
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from infrastructure.database.database import Database
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log
from infrastructure.projections.bulk import fill
from infrastructure.projections.folding import Failure, Folding
from infrastructure.projections.generations import Generation, Generations
from infrastructure.projections.parking import Parking
from infrastructure.projections.projection import Row
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.shards import Shard, Shards

LOOK_SECONDS: Final = 0.2
"""How often it is looked whether the rebuild was cancelled."""

NICE: Final = 5
"""By how much workers stand back behind whoever serves, where a processor is short."""

COLLECT_AFTER: Final = (100_000, 50, 100)
"""How many new objects the cycle collector waits for: what is folded has no cycles."""


class Cancelled(Exception):
    """The rebuild was told to stop; what it has done is kept."""


class WorkerLost(Exception):
    """A process that folded shards has ended; the text says why, where it said so. What is done is kept."""


class ShardGone(Exception):
    """Somebody else has done this shard, or has dropped what is being built."""


@dataclass(frozen=True, slots=True)
class Done:
    """A shard that was done: how many events it held, and what of it could not be folded."""

    events: int
    failures: Sequence[Failure]


class Folder:
    """Folds shards into one generation."""

    def __init__(self, log: Log, database: Database, generation: Generation) -> None:
        self._log = log
        self._database = database
        self._generation = generation
        self._tables = Generations(database).tables(generation.number)
        self._shards = Shards(database)
        self._parking = Parking(database)
        self._folding = Folding(log.streams)

    def do(self, shard: Shard) -> Done:
        """Folds and writes a shard. Raises ShardGone, StoreUnavailable and SQLAlchemy's errors."""
        events, failures = 0, list[Failure]()
        rows: list[list[Row]] = [[] for _ in PROJECTIONS]
        for engagement_id, stream in self._log.streams_from_to(
            shard.first, shard.last, self._generation.position
        ).items():
            events += len(stream)
            if not isinstance(stream[0], PlacedEvent):  # the library's own, of no engagement
                continue
            folded = self._folding.whole(engagement_id, stream)
            failures += (Failure(each.projection, engagement_id, stream[0].id, each.error) for each in folded.failures)
            for change in folded.changes:
                for projection, found in zip(PROJECTIONS, rows, strict=True):
                    found += change.rows.get(projection.name, ())
        with self._database.writing(durable=False) as connection:
            self._soon(connection)
            if not self._shards.finish(connection, self._generation.number, shard, events):
                raise ShardGone(f"shard {shard.number} of generation {self._generation.number}")
            for table, found in zip(self._tables, rows, strict=True):
                fill(connection, table, found)
            self._parking.park(connection, self._generation.number, failures)
        return Done(events, failures)

    def _soon(self, connection: Connection) -> None:
        """PostgreSQL may write this commit to the disk a moment later: if it is lost, the shard is still to be done."""
        if self._database.is_postgresql:
            connection.execute(text("SET LOCAL synchronous_commit = off"))


@dataclass(frozen=True, slots=True)
class Work:
    """What a process is told in order to fold shards: where the log is, where the tables are, and which ones."""

    log: URL
    projections: URL
    generation: Generation


def folded_here(folder: Folder, shards: Sequence[Shard], stopped: Callable[[], bool]) -> Iterator[Done]:
    """Does shards one after the other. Raises Cancelled, and as `Folder.do`."""
    for shard in shards:
        if stopped():
            raise Cancelled
        yield folder.do(shard)


def folded_by(workers: int, work: Work, shards: Sequence[Shard], stopped: Callable[[], bool]) -> Iterator[Done]:
    """Does shards in so many processes. Raises Cancelled, WorkerLost."""
    left = iter(shards)
    with _processes(min(workers, len(shards)), work) as pipes:
        busy = [pipe for pipe in pipes if _given(pipe, next(left, None))]
        while busy:
            if stopped():
                raise Cancelled
            for pipe in wait(busy, LOOK_SECONDS):
                assert isinstance(pipe, Pipe), "there are only pipes"
                yield _heard(pipe)
                if not _given(pipe, next(left, None)):
                    busy.remove(pipe)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def may_have_workers() -> bool:
    """Whether this process may start others: one that ends with its parent may not."""
    return not current_process().daemon


def _given(pipe: Pipe, shard: Shard | None) -> bool:
    if shard is None:
        return False
    try:
        pipe.send(shard)
    except OSError as error:
        raise WorkerLost("a process that folds has ended") from error
    return True


def _heard(pipe: Pipe) -> Done:
    try:
        said: Done | str = pipe.recv()
    except (EOFError, OSError) as error:
        raise WorkerLost("a process that folds has ended") from error
    if isinstance(said, str):
        raise WorkerLost(said)
    return said


@contextmanager
def _processes(count: int, work: Work) -> Iterator[Sequence[Pipe]]:
    """Processes that fold, by their pipes; they end with the shard that they are at."""
    context = get_context("spawn")  # a fork would share open databases
    started: list[tuple[SpawnProcess, Pipe]] = []
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, work), name="standfast-rebuild", daemon=True)
            process.start()
            theirs.close()
            started.append((process, ours))
        yield [pipe for _, pipe in started]
    finally:
        for _, pipe in started:
            pipe.close()
        for process, _ in started:
            process.join()


def _work(pipe: Pipe, work: Work) -> None:
    """What a worker does until its pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the rebuild says when to end
    gc.set_threshold(*COLLECT_AFTER)
    zoneinfo.reset_tzpath([])  # as in the process that serves
    os.nice(NICE)
    try:
        _fold_for(pipe, work)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as error:  # whatever it is, the rebuild says it
        with suppress(OSError):  # or is gone
            pipe.send(f"{type(error).__name__}: {error}")


def _fold_for(pipe: Pipe, work: Work) -> None:
    # The one who started this process has looked whether the server's settings are safe.
    log = Database(work.log, unsafe_settings=True, pool_size=1)
    database = log if work.projections == work.log else Database(work.projections, unsafe_settings=True, pool_size=1)
    folder = Folder(Log(log), database, work.generation)
    while True:
        pipe.send(folder.do(pipe.recv()))
