"""The projector alone: a process that keeps the projections up to date until it is told to end."""

import signal
import sys
from threading import Event
from typing import Final

import structlog

from api.composition import assemble
from infrastructure.process.settings import Settings

LOOK_SECONDS: Final = 1.0
log = structlog.get_logger("standfast.projector")


def project(settings: Settings) -> None:
    """Projects until SIGTERM or SIGINT. Ends with 1 where its thread has ended by a defect, so that it is started anew.

    Raises StoreUnavailable where the database cannot be used at the start.
    """
    told = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: told.set())
    standfast = assemble(settings)
    try:
        standfast.projections.start()
        log.info("projecting, or ready to take over")
        while not told.wait(LOOK_SECONDS):
            if not standfast.projections.running:
                sys.exit(1)
    finally:
        standfast.close()
    log.info("the projector has ended")
