"""The projector at work: in a thread of its own, leading or ready to take over."""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from application.ports.engagement_list import ProjectionsMissing
from application.ports.log import StoreUnavailable
from infrastructure.projections.generations import Overtaken
from infrastructure.projections.leading import PULL_SECONDS, Lead
from infrastructure.projections.positions import Positions
from infrastructure.projections.projector import BATCH, Projector
from infrastructure.projections.reading import ProjectionReader
from infrastructure.projections.rebuild.alone import RebuildUnderWay
from infrastructure.projections.rebuild.worker import Cancelled, WorkerLost
from infrastructure.projections.retrying import Retries

RETRY_PARKED_SECONDS: Final = 60.0
GATHER_SECONDS: Final = 0.02
"""How long what is recorded gathers before it is taken in, unless somebody waits for it or much lies ahead."""

UNDER_WAY_SECONDS: Final = 5.0
"""How long it is waited for somebody else's rebuild before it is looked again."""

END_SECONDS: Final = 5.0
"""How long the batch under way is waited for at the end."""

SOON_SECONDS: Final = 0.02
"""How often a process looks that is not told what another one projects, while somebody waits for it."""

MOST_TOLD: Final = 20
"""Of how many commands a line of the log says the correlation id: behind the log a batch has hundreds."""

log = structlog.get_logger("standfast.projector")


class Running:
    """Keeps the projections up to date, or (``leads`` False) only follows how far somebody else has brought them.

    `rebuild` is called, in its own turn, where the projections are those of another version or of another log; it asks
    now and then whether it is to stop.
    """

    def __init__(
        self,
        projector: Projector,
        reader: ProjectionReader,
        lead: Lead,
        positions: Positions,
        rebuild: Callable[[Callable[[], bool]], object],
        *,
        leads: bool = True,
    ) -> None:
        self.leading = False
        self._projector = projector
        self._reader = reader
        self._lead = lead
        self._positions = positions
        self._rebuild = rebuild
        self._may_lead = leads
        self._stopping = Event()
        self._overtaken = False
        self._retry_at = self._look_at = 0.0
        self._retries = Retries(projector.database)
        self._thread = Thread(target=self._run, name="standfast-projector", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the batch under way. One that a database keeps waiting for long is left: nothing is half done."""
        self._stopping.set()
        self._lead.wake()
        if self._thread.is_alive():
            self._thread.join(END_SECONDS)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn_or_fall()
            except Exception:  # also of what is done where a turn has failed: the thread outlives it
                log.exception("the projector failed, and begins again")
                self._stopping.wait(PULL_SECONDS)
        self._lead.give_up()

    def _turn_or_fall(self) -> None:
        """One turn; what ends it is told, and the next one begins anew."""
        try:
            self._turn()
        except Overtaken:
            self._projector.standing, self._overtaken = None, True
        except Cancelled:
            log.info("the projections are made anew from where they are at the next start")
        except RebuildUnderWay:
            log.info("somebody else makes the projections anew")
            self._stopping.wait(UNDER_WAY_SECONDS)
        except (StoreUnavailable, WorkerLost, SQLAlchemyError, psycopg.Error, OSError) as error:
            log.warning("the projector waits for the database", error=f"{type(error).__name__}: {error}")
            self._fell_over()
        except Exception:
            log.exception("the projector failed, and begins again")
            self._fell_over()

    def _turn(self) -> None:
        """One batch, or a wait for one."""
        if self._overtaken:
            self._make_way()
            self._overtaken = False
        if not (self._may_lead and self._lead.held()):
            self._follow()
            return
        if not self.leading:
            self._begin()
        if time.monotonic() >= self._retry_at:
            self._retry_at = time.monotonic() + RETRY_PARKED_SECONDS
            if self._projector.parked:
                self._projector.retry()
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + PULL_SECONDS
            self._retries.answer(self._projector)
        events = self._projector.step()
        self._reached()
        if events and (taken := self._projector.taken):
            told = taken.correlation_ids[:MOST_TOLD]
            log.info("projected", events=taken.events, position=taken.position, correlation_ids=told)
        if not events:
            self._lead.wait(True, PULL_SECONDS)
        elif events < BATCH and not self._positions.awaited:
            self._stopping.wait(GATHER_SECONDS)

    def _begin(self) -> None:
        """Takes the lead: looks where the projections stand, and has them made anew where they are not usable."""
        if not self._projector.goes_on_from(self._projector.make_room()):
            log.info("the projections are made anew from the log")
            self._rebuild(self._stopping.is_set)
        standing = self._projector.begin()
        self.leading, self._retry_at = True, 0.0
        log.info("the projections are kept up to date here", position=standing.position)
        self._reached()

    def _make_way(self) -> None:
        """Leads no more where another version of the software has put its own tables in the place of these."""
        live = self._projector.generations.live()
        if self.leading and live is not None and not live.current:
            log.warning("another version has made the projections anew, and they are left to it")
            self._may_lead = False
            self._lead.give_up()

    def _reached(self) -> None:
        """Tells where the projections have moved, by whomever."""
        standing = self._projector.standing
        if standing is not None and standing.position != self._positions.position:
            self._positions.seen(standing.position)
            self._lead.tell()

    def _follow(self) -> None:
        """Sees how far the leader is, and waits to hear of it again."""
        self.leading = False
        try:
            self._positions.seen(self._reader.position())
        except ProjectionsMissing:
            self._positions.seen(0)
        told = self._projector.database.is_postgresql
        self._lead.wait(False, PULL_SECONDS if told or not self._positions.awaited else SOON_SECONDS)

    def _fell_over(self) -> None:
        self.leading, self._projector.standing = False, None
        self._projector.folding.forget()
        self._lead.give_up()
        self._stopping.wait(PULL_SECONDS)
