"""Batches of the projector in traces: up to where they go, and of which requests they project what was recorded."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager

from eventsourcing.persistence import Notification

from infrastructure.events.rows import EnvelopedEvent
from infrastructure.process.tracing import CORRELATION_IDS, EVENTS, FROM_POSITION, POSITION, Attributes, Span, current


def projecting(batch: Sequence[Notification], correlation_ids: Sequence[str]) -> AbstractContextManager[Span]:
    """The span of a batch, linked to those of the appends of this process that recorded it."""
    told: Attributes = {
        FROM_POSITION: batch[0].id,
        POSITION: batch[-1].id,
        EVENTS: len(batch),
        CORRELATION_IDS: correlation_ids,
    }
    return current().span("project", told, kind="consumer", about=correlation_ids)


def correlation_ids_of(events: Iterable[object]) -> list[str]:
    """The correlation ids of events in the order of their first appearance; those without an envelope have none."""
    found = (each.correlation_id for each in events if isinstance(each, EnvelopedEvent))
    return list(dict.fromkeys(filter(None, found)))
