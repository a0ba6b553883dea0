"""A command on its way in, and what comes back: the facts it recorded, or why it was refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from application.commands.already import Already
from application.commands.random_ids import new_id
from domain.access.principal import Principal
from domain.engagement.state import EngagementHistory
from domain.law.command import Command, Order
from domain.law.recorded import Actor, Recorded
from domain.law.rejection import Rejection


class Refused(Exception):
    """A rule forbids the command in the state it met; ``history`` is what it was judged on, None before the opening."""

    def __init__(
        self,
        rejection: Rejection,
        engagement_id: UUID,
        version: int,
        allowed: tuple[str, ...],
        history: EngagementHistory | None,
    ) -> None:
        super().__init__(str(rejection))
        self.rejection = rejection
        self.engagement_id = engagement_id
        self.version = version
        self.allowed = allowed
        self.history = history


class RefusedBefore(Exception):
    """The same key was refused before: ``problem`` is what was answered then."""

    def __init__(self, status: int, problem: bytes) -> None:
        super().__init__(f"refused before with status {status}")
        self.status = status
        self.problem = problem


class KeyReused(Exception):
    """The Idempotency-Key was used for another body."""


class AnswerForgotten(Exception):
    """The Idempotency-Key was used so long ago that its answer is no longer kept."""


class StaleVersion(Exception):
    """The engagement has gone on since the version that the command was made for."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the engagement is at version {current}")
        self.current = current


class Contended(Exception):
    """Others kept recording on this engagement while the command was decided, time and again."""


OF_ONE_COMMAND: Final = (Refused, RefusedBefore, KeyReused, AnswerForgotten, Contended)
"""What keeps one command of many away and leaves the others alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """What makes a retry recognisable: the hash of its body, and how a refusal is written down for the retry.

    ``written`` gives the status of the answer and the bytes of the problem.
    """

    body_hash: bytes
    written: Callable[[Refused], tuple[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command with its circumstances. Without ``keyed`` nothing of it is remembered but its facts."""

    command: Command[Any]
    engagement_id: UUID
    occurred_at: datetime | None = None
    actor: Actor
    on_behalf_of: Actor | None = None
    command_id: UUID = field(default_factory=new_id)
    former_id: UUID | None = None
    """The id under which an import by an earlier version would have recorded it."""
    made_id: UUID | None = None
    """What the command calls what it makes and nobody named; None: by its own id."""
    principal: Principal | None = None
    """Who asks; None: it comes from inside, where nobody has to be asked."""
    correlation_id: str | None = None
    expected_version: int | None = None
    keyed: Keyed | None = None

    def order(self, now: datetime) -> Order:
        """The command with its circumstances, as the law takes it; ``now`` is when it is judged."""
        return Order(
            command=self.command,
            occurred_at=self.occurred_at,
            actor=self.actor,
            on_behalf_of=self.on_behalf_of,
            command_id=self.command_id,
            made_id=self.made_id,
            correlation_id=self.correlation_id or str(self.command_id),
            now=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command recorded; without facts, where the engagement stood, and what stands already."""

    engagement_id: UUID
    version: int
    position: int
    recorded_at: datetime
    facts: tuple[Recorded, ...]
    stands: Callable[[], Already] | None = field(default=None, compare=False)
    """What stands already, where nothing was recorded."""
