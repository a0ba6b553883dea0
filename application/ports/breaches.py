"""What the application asks of the clocks that are past their goals: those of which nobody was given notice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from domain.engagement.terms.policy import Obligation

Timeliness = Literal["due", "old"]
"""Whether notice is due, or the breach is old: its goal was used up before it was recorded that its clock started."""

DUE: Final[tuple[Timeliness, ...]] = ("due",)
OLD: Final[tuple[Timeliness, ...]] = ("old",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A clock past its goal of which no notice was given.

    ``due_at`` is its `breach_at`, ``past_from`` the first second at which it was past it.
    """

    engagement_id: UUID
    clock: Obligation
    subject_id: str
    due_at: datetime
    past_from: datetime
    timeliness: Timeliness


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachesFound:
    """Breaches in the order of the instants at which they happened, and the position of the log that they are as of."""

    items: Sequence[Breach]
    position: int


class Breaches(Protocol):
    """The breaches without a notice, as the projector keeps them; not those of engagements whose clocks are parked."""

    def found(self, as_of: datetime, wanted: Collection[Timeliness], limit: int) -> BreachesFound:
        """The first that have happened by an instant. Raises ProjectionsMissing, StoreUnavailable."""
        ...

    def counted(self, as_of: datetime) -> Mapping[Timeliness, int]:
        """How many have happened by then. Raises the same."""
        ...
