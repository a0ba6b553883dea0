"""What becomes of a delivery after a try: pure, with given instants. Instants are microseconds since the epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from application.ports.webhooks import DeliveryState

SECOND: Final = 1_000_000
WAITS: Final = (60, 900, 14_400, 70_200)
"""Seconds between one try and the next: a minute, a quarter of an hour, four hours, and what is left of a day."""

TRIES: Final = len(WAITS) + 1
JITTER: Final = 0.1
"""By which part of it a wait is longer or shorter, so that many that failed together do not come back together."""

LONGEST_WAIT: Final = 86_400
"""For how many seconds a receiver may put off the next try."""

GONE: Final = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a try came to: the status that was answered, or why nothing was; ``retry_after`` in seconds.

    ``withheld``: nothing was sent, and nothing may be.
    """

    answered: int | None = None
    error: str | None = None
    retry_after: int | None = None
    withheld: bool = False

    @property
    def taken(self) -> bool:
        return self.answered is not None and 200 <= self.answered < 300

    @property
    def gone(self) -> bool:
        return self.answered == GONE


@dataclass(frozen=True, slots=True)
class Verdict:
    """In which state a delivery is after a try, and when it is tried next (None: not any more)."""

    state: DeliveryState
    due_at: int | None


def judged(outcome: Outcome, tries: int, now: int, chance: Callable[[], float]) -> Verdict:
    """What becomes of a delivery after that many tries; ``chance`` gives 0 to 1."""
    if outcome.taken:
        return Verdict("delivered", None)
    if outcome.gone or outcome.withheld or tries >= TRIES:
        return Verdict("dead", None)
    wait = WAITS[tries - 1] * (1 + JITTER * (2 * chance() - 1))
    asked = min(outcome.retry_after or 0, LONGEST_WAIT)
    return Verdict("waiting", now + int(max(wait, asked) * SECOND))


def seconds_of(retry_after: str | None, now: datetime) -> int | None:
    """How many seconds a Retry-After asks to wait, in either of its forms; None for what is neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return int(text[:12])
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, int((at - now).total_seconds()))
    except (ValueError, OverflowError):
        return None
