"""What the application asks of a what-if over the fleet: what is supposed of whom, and a job where that is many."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from application.ports.engagement_list import Count
from application.ports.fleet import Group
from domain.access.eyes import Eyes
from domain.access.reach import Reach
from domain.clocks.reading import ClockState
from domain.language.bounds import STRICT
from domain.language.position import Position
from domain.language.words import Id, Instant, Model
from domain.metrics.what_if import Supposition

AT_ONCE: Final = 200
"""Up to so many engagements are answered at once; more are a job."""

MOST_WAITING: Final = 20
FIRST: Final = 100
"""How many of the cases that flip are told."""

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which engagements are supposed to be otherwise; what is None chooses all."""

    __pydantic_config__ = STRICT

    model: Model | None = None
    client_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSupposed:
    """What is supposed of whom, within whose reach and for whose eyes, as of an instant (None: now)."""

    supposition: Supposition
    chosen: Chosen
    reach: Reach
    eyes: Eyes
    as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """How a case went: eligible, honoured (null: undecided), and the state of its ``replace`` clock."""

    eligible: bool
    honoured: bool | None
    replace: ClockState


@dataclass(frozen=True, slots=True, kw_only=True)
class FlippedCase:
    """A case that would have gone otherwise."""

    engagement_id: UUID
    case_id: Id
    actual: Fate
    hypothetical: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Flipped:
    """How many cases would have gone otherwise, and the first of them, in the order of engagement and case."""

    total: Count
    first: tuple[FlippedCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWhatIf:
    """The figures of some engagements as they are and as they would be; ``not_applicable`` were left out."""

    engagements: Count
    not_applicable: Count
    actual: Group
    hypothetical: Group
    flipped: Flipped
    position: Position
    as_of: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A what-if that is worked out in the background: how many of its engagements are done, and what came of it."""

    job_id: UUID
    state: JobState
    done: Count
    total: Count
    started_at: Instant | None
    error: str | None
    result: Any | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOnce:
    """What makes a repeated question recognisable: the id that its actor's key makes, and the hash of its body."""

    key_id: UUID
    body_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswer:
    """What a question was answered, as it went out: its status, the address that it named, and its bytes."""

    status: int = 200
    location: str | None = None
    body: bytes


class TooManyJobs(Exception):
    """As many jobs wait as may."""


class NoJob(LookupError):
    """There is no such job, or no longer."""
