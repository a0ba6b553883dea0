"""What the application asks of the clocks over all engagements: which of them breach next, and which have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from domain.clocks.life import Waited
from domain.clocks.reading import Clock
from domain.language.bounds import DESCRIBED
from domain.language.words import Model

WEEK_SECONDS: Final = 604_800
FARTHEST_SECONDS: Final = 315_576_000
"""Ten years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedClocks:
    """Which clocks; what is `None` filters nothing. ``within`` is in seconds.

    ``overdue``: those that are past their goals too. ``partner_id`` is whose they are among the suppliers (`platform`
    its internal teams, `independent` those of nobody).
    """

    within: int = WEEK_SECONDS
    overdue: bool = False
    party: Waited | None = None
    model: Model | None = None
    client_id: str | None = None
    partner_id: str | None = None


@dataclass(frozen=True, slots=True)
class ClocksAfter:
    """The clock after which the next page begins, by its place in the order, and the instant of the first page, as of
    which clocks are chosen and ordered.

    ``overdue``: it is past its goal; ``breach_at`` is in seconds since 1970.
    """

    overdue: bool
    breach_at: int
    engagement_id: UUID
    clock: str
    subject_id: str
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAtRisk(Clock):
    """A clock that has not ended, with the engagement it is in and the item of work that it belongs to."""

    __pydantic_config__ = DESCRIBED

    engagement_id: UUID
    engagement_name: str | None
    """The engagement, in words; null: it has no name."""
    client_id: str
    model: Model
    zone: str
    """That of the engagement's calendar, an IANA name."""
    parked: bool
    """Whether the engagement waits for its events to become readable: then this is how it was before them."""
    seat_id: str | None
    title: str
    """What it belongs to, in words."""
    holder: Waited
    """Whom it waits on."""
    next_command: str | None
    """What is to be done, allowed now."""
    next_fields: Mapping[str, str]
    """The fields of that command that are known: ids, and the item of an onboarding."""
    why: str
    """Why that is next, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksFound:
    """Some clocks as of this page, where the next ones begin (None at the end), and the position that was
    read. What is recorded between two pages is in the second: a clock whose goal it moves may be told twice or missed.

    ``behind_seconds`` is how long ago the first event beyond that position was recorded, 0 where there is none.
    """

    items: Sequence[ClockAtRisk]
    next: ClocksAfter | None
    position: int
    behind_seconds: float
    as_of: datetime


class ClockList(Protocol):
    """The clocks that have not ended, as the projector keeps them."""

    def page(self, wanted: WantedClocks, *, after: ClocksAfter | None = None, limit: int = 50) -> ClocksFound:
        """Up to `limit` clocks after `after`. Raises ProjectionsMissing where they are still being made."""
        ...
