"""How fast a rebuild goes, for the log."""

import time
from dataclasses import dataclass, field
from typing import Final

import structlog

from infrastructure.projections.rebuild.rebuild import Step

SECONDS_BETWEEN_LINES: Final = 5.0

log = structlog.get_logger("standfast.projector")


@dataclass(slots=True)
class Pace:
    """Says now and then how far a rebuild is: how many events it takes in a second, and how many seconds are left."""

    _first: int = 0
    _since: float = field(default_factory=time.monotonic)
    _said: float = field(default_factory=time.monotonic)

    def heard(self, step: Step) -> None:
        now = time.monotonic()
        if step.resumed:
            self._first = step.done
            log.info("a rebuild goes on from where it was left", done=step.done, total=step.total)
        if now - self._said < SECONDS_BETWEEN_LINES:
            return
        self._said = now
        speed = (step.done - self._first) / (now - self._since)
        left = round((step.total - step.done) / speed) if speed else None
        log.info(
            "the projections are being made anew",
            done=step.done,
            total=step.total,
            events_per_second=round(speed),
            seconds_left=left,
        )
