"""Between an event in its place and its row: named by `MAPPER_TOPIC=infrastructure.events.mapper:RecordedMapper`.

The library's own mapper reads an event's attributes from `__dict__`, which the slotted `Recorded` has not.
"""

from typing import cast
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent

from domain.language.words import ActingParty
from domain.law.recorded import Actor, Recorded
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.events import codec
from infrastructure.events.rows import EnvelopedEvent, PlacedEvent


class RecordedMapper(Mapper[UUID]):
    """Writes `Recorded` as an enveloped event with the codec's exact bytes, and reads it back with its position."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        if not isinstance(domain_event, Recorded):
            return super().to_stored_event(domain_event)
        return enveloped(domain_event)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        if not isinstance(stored_event, PlacedEvent):
            return super().to_domain_event(stored_event)
        return recorded(stored_event)


def enveloped(recorded: Recorded) -> EnvelopedEvent:
    """The row to write for an event: without position and `recorded_at`, which the store gives."""
    type_name, schema_version, data = codec.encode(recorded.event)
    on_behalf_of = recorded.on_behalf_of
    return EnvelopedEvent(
        originator_id=recorded.stream_id,
        originator_version=recorded.version,
        topic=type_name,
        state=data,
        place=recorded.place,
        schema_version=schema_version,
        occurred_at=to_micros(recorded.occurred_at),
        actor_party=recorded.actor.party,
        actor_id=recorded.actor.id,
        on_behalf_party=on_behalf_of.party if on_behalf_of else None,
        on_behalf_id=on_behalf_of.id if on_behalf_of else None,
        command_id=recorded.command_id,
        ordinal=recorded.ordinal,
        correlation_id=recorded.correlation_id,
        causation_id=recorded.causation_id,
    )


def recorded(row: PlacedEvent) -> Recorded:
    """The event that a row holds. Raises `MapperDeserialisationError` where the codec cannot read it."""
    try:
        return _recorded(row)
    except (codec.UnknownEventType, codec.UnreadableEvent, OverflowError) as error:  # the last: no instant
        raise MapperDeserialisationError(f"event {row.id} ({row.topic}) cannot be read: {error}") from error


def _recorded(row: PlacedEvent) -> Recorded:
    return Recorded(
        stream_id=cast(UUID, row.originator_id),
        version=row.originator_version,
        place=row.place,
        occurred_at=from_micros(row.occurred_at),
        recorded_at=from_micros(row.recorded_at or 0),
        position=row.id,
        actor=_actor(row.actor_party, row.actor_id),
        on_behalf_of=_actor(row.on_behalf_party, row.on_behalf_id) if row.on_behalf_party else None,
        command_id=row.command_id,
        ordinal=row.ordinal,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        event=codec.decode(row.topic, row.schema_version, row.state),
    )


def _actor(party: str, who: str | None) -> Actor:
    return Actor(party=cast(ActingParty, party), id=who)
