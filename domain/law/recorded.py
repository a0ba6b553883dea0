"""The envelope: an event in its place, with who recorded it and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from domain.language.bounds import STRICT
from domain.language.personal import Personal
from domain.language.words import ActingParty, Id, Instant

Key = tuple[datetime, int, int]
"""A place in the timeline: ``occurred_at``, ``place``, ``version``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A party, and who of it where that is known."""

    __pydantic_config__ = STRICT

    party: ActingParty
    id: Annotated[Id | None, Personal("actor")] = None

    def __str__(self) -> str:
        return f"{self.party}:{self.id}" if self.id else self.party


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One event of one stream. Before it is stored, ``position`` is 0 and ``recorded_at`` the process's clock."""

    told: ClassVar[bool] = True
    """Whether whoever reads is told of it: else it counts, and is in no list of facts."""

    stream_id: UUID
    version: int
    place: int
    occurred_at: Instant
    recorded_at: Instant
    position: int = 0
    actor: Actor
    on_behalf_of: Actor | None = None
    command_id: UUID
    ordinal: int
    correlation_id: str | None = None
    causation_id: str | None = None
    event: object

    @property
    def type(self) -> str:
        return type(self.event).__name__

    @property
    def party(self) -> ActingParty:
        """Who acts: the party for whom it was recorded."""
        return self.on_behalf_of.party if self.on_behalf_of else self.actor.party

    @property
    def key(self) -> Key:
        """The order of the timeline."""
        return self.occurred_at, self.place, self.version

    @property
    def event_id(self) -> str:
        return f"{self.stream_id}/{self.version}"

    @property
    def causing_command(self) -> str | None:
        """The id of the command that caused it and recorded nothing itself: a correction that voids nothing.

        None: an event did, or its own command alone.
        """
        return None if self.causation_id is None or "/" in self.causation_id else self.causation_id

    @property
    def originator_id(self) -> UUID:
        return self.stream_id

    @property
    def originator_version(self) -> int:
        return self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld(Recorded):
    """A fact of which whoever reads is not told."""

    told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Abridged(Recorded):
    """A fact told without something that a rule asks for: that rule was judged when it was recorded."""
