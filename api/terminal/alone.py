"""The projector or the keeper alone: a process that does nothing else until it is told to end."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final

import structlog

from api.composition import Standfast, assemble
from infrastructure.process.exporting import traces_exported
from infrastructure.process.settings import Settings

LOOK_SECONDS: Final = 1.0


def project(settings: Settings) -> None:
    """Projects until SIGTERM or SIGINT. Ends with 1 where its thread has ended by a defect, so that it is started anew.

    Raises StoreUnavailable where the database cannot be used at the start.
    """
    log = structlog.get_logger("standfast.projector")
    with _opened_until_told(settings) as (standfast, told):
        standfast.projections.start()
        log.info("projecting, or ready to take over")
        while not told.wait(LOOK_SECONDS):
            if not standfast.projections.running:
                sys.exit(1)
    log.info("the projector has ended")


def keep(settings: Settings) -> None:
    """Keeps the deadlines in the same way. Raises the same."""
    log = structlog.get_logger("standfast.keeper")
    with _opened_until_told(settings) as (standfast, told):
        standfast.keeper.start()
        log.info("keeping the deadlines, or ready to take over")
        while not told.wait(LOOK_SECONDS):
            if not standfast.keeper.alive:
                sys.exit(1)
    log.info("the keeper has ended")


@contextmanager
def _opened_until_told(settings: Settings) -> Iterator[tuple[Standfast, Event]]:
    """The open marketplace, and what a signal to end sets."""
    told = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: told.set())
    with traces_exported():
        standfast = assemble(settings)
        try:
            yield standfast, told
        finally:
            standfast.close()
