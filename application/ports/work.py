"""What the application asks of the work over all engagements: everything open, for whom, and what is next about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from application.ports.engagement_list import Count
from domain.clocks.life import Waited
from domain.language.bounds import DESCRIBED
from domain.language.words import Instant, Model
from domain.work.item import WorkKind

Due = Literal["overdue", "today", "this_week", "later", "undated", "notices"]
"""What is counted apart, by when it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedWork:
    """Which items; what is `None` filters nothing.

    ``party`` is who holds them, ``partner_id`` whose they are among the suppliers (`platform` its internal teams,
    `independent` those of nobody); ``due_from`` and ``due_before`` leave out what has no date, ``due`` all that
    one of the counts does not count; ``q`` is a part of the title, or of the engagement's name, client or id.
    """

    party: Waited | None = None
    kind: WorkKind | None = None
    engagement_id: UUID | None = None
    model: Model | None = None
    client_id: str | None = None
    partner_id: str | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    due: Due | None = None
    q: str | None = None
    notices: bool = True


@dataclass(frozen=True, slots=True)
class WorkAfter:
    """The item after which the next page begins, by its place in the order, and the instant that all are as of.

    ``due_at`` and ``since`` are seconds since 1970; what has no ``due_at`` comes last.
    """

    due_at: int | None
    since: int
    engagement_id: UUID
    kind: str
    subject_id: str
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """Something that waits for its ``holder``, or a notice of what is to come.

    It is there since ``since``, truncated to the second.
    """

    __pydantic_config__ = DESCRIBED

    kind: WorkKind
    """What it is."""
    engagement_id: UUID
    engagement_name: str | None
    """The engagement, in words; null: it has no name."""
    client_id: str
    model: Model
    zone: str
    """That of the engagement's calendar, an IANA name."""
    parked: bool
    """Whether the engagement waits for its events to become readable: then this is how it was before them."""
    subject_id: str
    """The id of the seat, assignment, concern, case, proposal or plan; ``exit``, or ``engagement``."""
    seat_id: str | None
    title: str
    """What it is, in words."""
    holder: Waited
    """Whom it waits on."""
    since: Instant
    """Since when it is there."""
    due_at: Instant | None
    """When the goal of its clock is used up; a seat's required start, a notice's instant; null: at no time."""
    overdue: bool
    """Whether it is past the goal of its clock or, where it has no clock, past ``due_at``."""
    next_command: str | None
    """What is to be done, allowed now; null for a notice, and where whoever asks is not told of it."""
    next_fields: Mapping[str, str]
    """The fields of that command that are known: ids, and the item of an onboarding."""
    why: str
    """Why that is next, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCounts:
    """How many items there are, each counted once; days and weeks, which begin on Monday, are those of UTC."""

    __pydantic_config__ = DESCRIBED

    overdue: Count
    """How many are past the goal of their clock or, without a clock, past their ``due_at``."""
    today: Count
    """How many are due by the end of the day, and not overdue."""
    this_week: Count
    """How many are due after today, by the end of the week."""
    later: Count
    """How many are due after the week."""
    undated: Count
    """How many are due at no time."""
    notices: Count
    """How many notices of what is to come there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFound:
    """Some items as of an instant, where the next ones begin (None at the end), and the position that was read.

    ``counts`` are those of all pages, told with the first one. ``behind_seconds`` is how long ago the first event
    beyond that position was recorded, 0 where there is none.
    """

    items: Sequence[WorkItem]
    next: WorkAfter | None
    position: int
    behind_seconds: float
    as_of: datetime
    counts: WorkCounts | None


class WorkList(Protocol):
    """What waits, as the projector keeps it."""

    def page(self, wanted: WantedWork, *, after: WorkAfter | None = None, limit: int = 50) -> WorkFound:
        """Up to `limit` items after `after`. Raises ProjectionsMissing where they are still being made."""
        ...
