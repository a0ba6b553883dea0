"""The projections of one log: where they are kept, how they are read, and who keeps them up to date."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from uuid import UUID

import structlog
from sqlalchemy.engine import URL

from application.ports.engagement_list import ProjectionsMissing
from application.ports.log import StoreUnavailable
from infrastructure.database.database import Database
from infrastructure.database.sqlite import PROJECTIONS, path_of
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.signal import Signal
from infrastructure.projections.generations import FOLDS, NOBODYS
from infrastructure.projections.leading import PROJECTING, Lead, LeadOfFile, LeadOfServer, Office
from infrastructure.projections.parking import Parking
from infrastructure.projections.positions import Positions
from infrastructure.projections.projector import Projector, brought_up
from infrastructure.projections.reading import ProjectionReader, Snapshot
from infrastructure.projections.rebuild.pace import Pace
from infrastructure.projections.rebuild.rebuild import Hear, Rebuild
from infrastructure.projections.rebuild.worker import processors
from infrastructure.projections.retrying import Retried, retried
from infrastructure.projections.running import Running
from infrastructure.projections.standing import Behind

log = structlog.get_logger("standfast.projector")


class Projections:
    """On PostgreSQL in a schema of the same database, on SQLite in a file of their own: it has a writer of its own,
    and whatever is in it can be made again from the log.
    """

    def __init__(self, of: Database, recorder: LogRecorder) -> None:
        self.positions = Positions(recorder.counters)
        self._of = of
        self._recorder = recorder
        self._running: Running | None = None

    @cached_property
    def database(self) -> Database:
        """Where they are. Raises StoreUnavailable."""
        return self._of if self._of.is_postgresql else Database(address_of_projections(self._of))

    @cached_property
    def reader(self) -> ProjectionReader:
        return ProjectionReader(self.database, FOLDS)

    @cached_property
    def projector(self) -> Projector:
        return Projector(self._recorder.log, self.database, self._recorder.counters)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """As `ProjectionReader.snapshot`."""
        with self.reader.snapshot() as snapshot:
            yield snapshot

    def make_room(self) -> None:
        """Makes what is missing; where that may not be done here, whoever may does it at its own start."""
        try:
            self.projector.make_room()
        except StoreUnavailable as error:
            log.warning("the projections are not made here", reason=str(error))

    def start(self, *, leads: bool = True) -> None:
        """Has them kept up to date in the background, or only looks how far somebody else brings them."""
        self._running = Running(self.projector, self.reader, self.lead(), self.positions, self._made_anew, leads=leads)
        self._running.start()

    def rebuilding(
        self, workers: int, stopped: Callable[[], bool] = lambda: False, hear: Hear = lambda _: None
    ) -> Rebuild:
        """A rebuild of them all, in so many processes (1: in this one)."""
        return Rebuild(
            source=self._recorder.log,
            of=self._of,
            database=self.database,
            workers=workers,
            stopped=stopped,
            hear=hear,
        )

    def _made_anew(self, stopped: Callable[[], bool]) -> None:
        rebuilt = self.rebuilding(processors(), stopped, Pace().heard).run()
        log.info("the projections are made anew", position=rebuilt.position, parked=rebuilt.parked)

    def catch_up(self) -> None:
        """Brings them up to date here, unless somebody else leads and does, or they are those of another version.

        Raises StoreUnavailable.
        """
        lead = self.lead()
        try:
            if lead.held() and self.projector.make_room().folds in (FOLDS, NOBODYS):
                self.positions.seen(brought_up(self.projector, partial(self._made_anew, lambda: False)))
        finally:
            lead.give_up()

    def retry_parked(self, engagement_id: UUID | None = None) -> Retried:
        """Has one engagement, or all that are parked (None), tried again now, by whoever leads or here.

        Raises StoreUnavailable, among them LogReplaced, and psycopg's and the system's errors.
        """
        return retried(self.projector, self.lead(), engagement_id)

    def behind(self, head: int) -> Behind:
        """How far they are behind a head of the log, and what is parked.

        Raises ProjectionsMissing, StoreUnavailable.
        """
        with self.snapshot() as snapshot:
            position = snapshot.position
            parked = Parking(self.database).counted(snapshot.connection, snapshot.generation)
        events = max(0, head - position)
        return Behind(position, events, self.behind_seconds(position) if events else 0.0, parked)

    @property
    def running(self) -> bool:
        """Whether the thread of the background lives: it ends only with `close`, or by a defect of ours."""
        return self._running is not None and self._running.alive

    @property
    def leading(self) -> bool:
        """Whether this process brings them up to date."""
        return self._running is not None and self._running.leading

    def seconds_beyond(self, snapshot: Snapshot) -> float:
        """The same of what lies beyond a snapshot. Raises ProjectionsMissing where it tells of another log."""
        head = self._recorder.log.head()
        if head.log_id != snapshot.log_id or head.position < snapshot.position:
            raise ProjectionsMissing("the projections tell of another log, and are being made anew")
        return self.behind_seconds(snapshot.position) if head.position > snapshot.position else 0.0

    def behind_seconds(self, position: int) -> float:
        """How long ago the first event beyond a position was recorded; 0 where there is none."""
        recorded_at = self._recorder.log.recorded_after(position)
        return 0.0 if recorded_at is None else max(0.0, (datetime.now(UTC) - recorded_at).total_seconds())

    def close(self) -> None:
        if self._running is not None:
            self._running.stop()
        opened = vars(self).get("database")
        if opened is not None and opened is not self._of:
            opened.close()

    def lead(self) -> Lead:
        """The lead over them, which is woken by what is recorded and projected."""
        if self.database.is_postgresql:
            return LeadOfServer(self.database, PROJECTING)
        return LeadOfFile(self.database, self._recorder.recorded, PROJECTING)

    def lead_in(self, office: Office) -> Lead:
        """The lead in another office, which another process may have than the one that projects; nothing wakes it."""
        if self.database.is_postgresql:
            return LeadOfServer(self.database, office, hears=())
        return LeadOfFile(self.database, Signal(), office)

    @property
    def log_url(self) -> URL:
        """The address of the log that they are made from."""
        return self._of.url


class ProjectionsToRead(Projections):
    """For somebody who changes nothing: those that are kept, where they tell of all that is recorded; otherwise they
    are made in memory once they are asked for.
    """

    @cached_property
    def database(self) -> Database:
        kept = kept_projections(self._of)
        if kept is None:
            return self._made()
        try:
            with ProjectionReader(kept, FOLDS).snapshot() as snapshot:
                current = snapshot.tells_of(self._recorder.log.head())
        except ProjectionsMissing:
            current = False
        if current:
            return kept
        if kept is not self._of:
            kept.close()
        return self._made()

    def _made(self) -> Database:
        made = Database("sqlite://")
        anew = Rebuild(source=self._recorder.log, of=self._of, database=made)
        brought_up(Projector(self._recorder.log, made), anew.run)
        return made


def kept_projections(of: Database) -> Database | None:
    """Where the projections of a database are kept, opened to be read; None where there is no such file."""
    if of.is_postgresql:
        return of
    if of.in_memory or not path_of(address_of_projections(of)).exists():
        return None
    return Database(address_of_projections(of), to_read=True)


def address_of_projections(of: Database) -> URL:
    """The file beside the file of a SQLite database."""
    return of.url if of.in_memory else of.url.set(database=f"{of.url.database}{PROJECTIONS}")
