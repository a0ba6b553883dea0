"""What a row of the event table is in Python: the library's stored event with the envelope's columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent


@dataclass(frozen=True, kw_only=True)
class EnvelopedEvent(StoredEvent):
    """An event with its envelope. Instants are microseconds since the epoch; `topic` is the registered type name.

    `recorded_at` and `salt` are given by the store, and `None` before. Not slotted: the library's class is not.
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
    salt: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class PlacedEvent(EnvelopedEvent, Notification):
    """The same as it was read: with its position in the log, as `id`, its `recorded_at` and its salt."""


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
    "salt",
)
"""The envelope's columns, in the order of the fields above."""


COLUMNS = ("originator_id", "originator_version", "topic", "state", "position", *ENVELOPE)
"""What is read of a row, in this order."""

_CORE = 5
_FIELDS = (*COLUMNS[: _CORE - 1], "id", *ENVELOPE)
_COMMAND_ID = COLUMNS.index("command_id")


def stored_event(row: Sequence[Any]) -> StoredEvent:
    """The event of a row of COLUMNS: a `PlacedEvent`, or a plain one of the library where it has no envelope."""
    return StoredEvent(*row[: _CORE - 1]) if row[_COMMAND_ID] is None else notification(row)


def notification(row: Sequence[Any]) -> Notification:
    """The same, where the library needs the position even without an envelope."""
    if row[_COMMAND_ID] is None:
        return Notification(*row[:_CORE])
    placed = object.__new__(PlacedEvent)
    vars(placed).update(zip(_FIELDS, row, strict=True))  # its own __init__ sets the frozen fields one by one
    return placed
