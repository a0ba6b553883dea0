"""Appends to try the store with. The states are no events of the domain: the store keeps bytes."""

import hashlib
from uuid import UUID, uuid4

from application.ports.log import Append, Key
from infrastructure.events.rows import EnvelopedEvent


def event(
    stream: UUID, version: int, *, command_id: UUID | None = None, ordinal: int = 0, topic: str = "SeatAdded"
) -> EnvelopedEvent:
    return EnvelopedEvent(
        originator_id=stream,
        originator_version=version,
        topic=topic,
        state=b'{"seat_id":"s-1"}',
        place=version,
        schema_version=1,
        occurred_at=1_700_000_000_000_000 + version,
        actor_party="platform",
        actor_id="local",
        on_behalf_party=None,
        on_behalf_id=None,
        command_id=command_id or uuid4(),
        ordinal=ordinal,
        correlation_id=None,
        causation_id=None,
    )


def append(stream: UUID, version: int, *, count: int = 1, key: UUID | None = None, body: bytes = b"{}") -> Append:
    """`count` events of one command from `version` on, with the key of that command where there is one."""
    command_id = key or uuid4()
    events = tuple(event(stream, version + n, command_id=command_id, ordinal=n) for n in range(count))
    return Append(events=events, key=asked(command_id, body, version + count - 1) if key else None)


def asked(command_id: UUID, body: bytes = b"{}", version: int | None = None) -> Key:
    return Key(command_id=command_id, body_hash=hashlib.sha256(body).digest(), status=200, version=version)
