"""An engagement as of an instant of its life, as known at an instant of the log: every answer resolves both here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from application.marketplace import Known
from application.queries.sight import Sight
from domain.access.may import NOTHING_SAID, Said, may
from domain.access.principal import LOCAL, Principal
from domain.engagement.state import EngagementHistory
from domain.language.bounds import DESCRIBED
from domain.language.position import Position
from domain.language.words import Instant
from domain.law.rejection import Unfit

FARTHEST: Final = timedelta(days=3653)


class AsOfTooFar(Unfit):
    """An answer is given as of at most ten years ahead."""

    remedy: ClassVar = "Ask as of an earlier instant."


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementAsOf:
    """An engagement at ``as_of``, as known then; ``history`` is None where nothing of it was known yet."""

    engagement_id: UUID
    history: EngagementHistory | None
    known: Known
    as_of: datetime
    projected: bool = False
    """Whether ``as_of`` lies after now."""
    principal: Principal | None = LOCAL
    """Who asks, to whom commands are offered; None: nobody."""

    @property
    def version(self) -> int:
        return self.history.version if self.history else 0

    def may(self, command: str, said: Said = NOTHING_SAID) -> bool:
        """Whether whoever asks may issue a command that says this; what it does not say yet is not judged."""
        return self.principal is not None and may(self.principal, command, said, self.history) is None

    def about(self) -> dict[str, Any]:
        """The fields of AboutEngagement."""
        return {
            "engagement_id": self.engagement_id,
            "version": self.version,
            "position": self.known.position,
            "as_of": self.as_of,
            "known_at": self.known.known_at,
            "projected": self.projected,
        }


@dataclass(frozen=True, kw_only=True)
class AboutEngagement:
    """What every answer about an engagement carries: how far it goes, the instants as resolved."""

    __pydantic_config__ = DESCRIBED

    engagement_id: UUID
    version: int
    position: Position
    as_of: Instant
    known_at: Instant
    projected: bool
    """Whether ``as_of`` lies after now: then it is what will be so if nothing more happens."""


def engagement_as_of(
    sight: Sight, engagement_id: UUID, as_of: datetime | None = None, known_at: datetime | None = None
) -> EngagementAsOf:
    """An engagement with its instants resolved; both default to now. Raises UnknownEngagement or AsOfTooFar.

    Where this process's clock is behind, now is the instant of the last fact known: what is recorded has happened.
    """
    now = not_too_far(sight, as_of)
    known = sight.known(known_at)
    now = max(now, known.known_at)
    return EngagementAsOf(
        engagement_id=engagement_id,
        history=sight.history_as_known(engagement_id, known),
        known=known,
        as_of=as_of or now,
        projected=as_of is not None and as_of > now,
        principal=sight.principal,
    )


def not_too_far(sight: Sight, as_of: datetime | None) -> datetime:
    """Now, by this process's clock. Raises AsOfTooFar."""
    now = sight.clock()
    if as_of and as_of > now + FARTHEST:
        raise AsOfTooFar("as_of lies more than ten years ahead", field="as_of")
    return now
