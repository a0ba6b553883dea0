"""What the application asks of the log and what the log answers: appends, keys, receipts, refusals.

The store in `infrastructure` implements it; nothing here knows SQL. Instants are aware datetimes in UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent

from domain.language.position import NUMBERS, Positions

SCAN: Final = 100_000
"""How many positions one page looks through at most, when a filter, or what is not told, lets most of them pass by."""


class Standing(NamedTuple):
    """Where an event stands: in the log, and in the history of its engagement."""

    position: int
    engagement_id: UUID
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What to remember of a command that came with an Idempotency-Key: recorded in the transaction of its events.

    `version` is the engagement's version after the command, `None` where it was refused; `position` is only given where
    the command recorded nothing (then: the engagement's last one, 0 where it was refused or there is no engagement);
    `problem` holds the bytes of a refusal.
    """

    command_id: UUID
    body_hash: bytes
    status: int
    version: int | None = None
    position: int | None = None
    problem: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered to a command; the events from `first_position` on, `count` of them, are its body.

    `position` is the last position of the command, or what its key said where it recorded nothing.
    """

    command_id: UUID
    body_hash: bytes
    status: int
    version: int | None
    position: int
    first_position: int | None
    count: int
    problem: bytes | None
    recorded_at: datetime

    @property
    def forgotten(self) -> bool:
        """Whether a refusal is recognised, but its bytes were dropped after the time that answers are kept."""
        return self.status >= 400 and self.problem is None


@dataclass(frozen=True, slots=True)
class Followed:
    """The event that an append follows: the last one of the history that it was decided on.

    The salt is drawn for each event, so that of two events with one version (one of them in a copy of the log that
    was put aside) each is known by its own.
    """

    engagement_id: UUID
    version: int
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """All events of one command (or of one correction) and its key: all of it or nothing.

    It is refused unless the log holds the event that it `follows`; without events, that is all that it asks. `salts`
    are one an event where whoever appends has drawn them, to say what comes next before this is recorded.
    """

    events: Sequence[StoredEvent] = ()
    key: Key | None = None
    follows: Followed | None = None
    salts: Sequence[bytes] = ()

    def __post_init__(self) -> None:
        """Raises ValueError where the events do not begin just after the one that they follow."""
        if self.follows and self.events and self.events[0].originator_version != self.follows.version + 1:
            raise ValueError(f"version {self.events[0].originator_version} does not follow {self.follows.version}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an append stands: its `count` events have the positions from `first_position` on, one `recorded_at`.

    An append without events has the position of the head, and count 0.
    """

    first_position: int
    count: int
    recorded_at: datetime

    @property
    def last_position(self) -> int:
        return self.first_position + self.count - 1 if self.count else self.first_position


class VersionTaken(IntegrityError):
    """Another append took this version of the engagement first: decide again on fresh state."""

    def __init__(self, engagement_id: UUID | str, version: int) -> None:
        super().__init__(f"version {version} of {engagement_id} is already recorded")
        self.engagement_id = engagement_id
        self.version = version


class EndsElsewhere(IntegrityError):
    """The log does not hold the event that is followed: decide again on what it holds now."""

    def __init__(self, followed: Followed) -> None:
        super().__init__(f"version {followed.version} of {followed.engagement_id} is not what it was")
        self.followed = followed


class KeyAnswered(IntegrityError):
    """This command was answered before: `answer` is what it was told."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"command {answer.command_id} was answered before")
        self.answer = answer


class CommandRecorded(IntegrityError):
    """Events of this command are recorded, though its answer is not kept any more: find them by `command_id`."""

    def __init__(self, command_id: UUID) -> None:
        super().__init__(f"events of command {command_id} are already recorded")
        self.command_id = command_id


class PositionBeyondHead(Exception):
    """The log does not reach that far: it may be an older copy, put in the place of the log that did."""

    def __init__(self, after: int, head: int, positions: Positions = NUMBERS) -> None:
        super().__init__(f"the log ends at position {positions.shown(head)}, before {positions.shown(after)}")
        self._after = after
        self._head = head

    def told_by(self, positions: Positions) -> "PositionBeyondHead":
        """The same as somebody is told of positions."""
        return PositionBeyondHead(self._after, self._head, positions)


class StoreUnavailable(OperationalError):
    """The database cannot be used for now: try again later."""


class LogReplaced(StoreUnavailable):
    """The log is not the one any more that was followed: another one, or an older copy, is in its place."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"the log that was followed up to position {position} was replaced by another or an older copy"
        )


class NotTaken(StoreUnavailable):
    """The database did not take the append, and nothing of it is recorded: try again later."""


class StoreUnsafe(StoreUnavailable):
    """The database could lose what it acknowledges: nothing is recorded until its settings are put right."""


class StoreReadOnly(StoreUnavailable):
    """The database may only be read here, and nothing can be recorded: try another server, or another role."""


class StoreStandby(StoreReadOnly):
    """The database is a standby, which can only be read: nothing can be recorded until it is the primary."""


class StoreSchemaDiffers(StoreUnavailable):
    """The schema of the database is not the one that this version needs: try again when it has been migrated."""


class OutcomeUnknown(StoreUnavailable):
    """The database was lost after the append was sent: asking again with the same key tells what became of it."""


class StoreBusy(StoreUnavailable):
    """More waits for the database than it takes, nothing of this is recorded: try again in `retry_after` seconds."""

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("too much is waiting for the database")
        self.retry_after = retry_after


class StoreClosed(StoreUnavailable):
    """The store was closed before it accepted this."""
