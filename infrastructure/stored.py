"""What a row of the event table is in Python: the library's stored event with the envelope's columns."""

from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from sqlalchemy import RowMapping


@dataclass(frozen=True, kw_only=True)
class EnvelopedEvent(StoredEvent):
    """An event with its envelope. Instants are microseconds since the epoch; `topic` is the registered type name.

    `recorded_at` is given by the store, and `None` before it is stored. Not slotted: the library's class is not.
    """

    place: int
    schema_version: int
    occurred_at: int
    actor_party: str
    actor_id: str | None
    on_behalf_party: str | None
    on_behalf_id: str | None
    command_id: UUID
    ordinal: int
    correlation_id: str | None
    causation_id: str | None
    recorded_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class PlacedEvent(EnvelopedEvent, Notification):
    """The same as it was read: with its position in the log, as `id`, and its `recorded_at`."""


ENVELOPE = (
    "place",
    "schema_version",
    "occurred_at",
    "actor_party",
    "actor_id",
    "on_behalf_party",
    "on_behalf_id",
    "command_id",
    "ordinal",
    "correlation_id",
    "causation_id",
    "recorded_at",
)
"""The envelope's columns, in the order of the fields above."""


def stored_event(row: RowMapping) -> StoredEvent:
    """The event of a row: a `PlacedEvent`, or a plain one of the library where it was stored without an envelope."""
    if row["command_id"] is None:
        return StoredEvent(row["originator_id"], row["originator_version"], row["topic"], row["state"])
    return notification(row)


def notification(row: RowMapping) -> Notification:
    """The same, where the library needs the position even without an envelope."""
    core = (row["originator_id"], row["originator_version"], row["topic"], row["state"], row["position"])
    if row["command_id"] is None:
        return Notification(*core)
    return PlacedEvent(*core, **{column: row[column] for column in ENVELOPE})
