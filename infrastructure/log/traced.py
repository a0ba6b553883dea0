"""Appends in traces: whose engagement, how many events, at which positions they are recorded."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final

from application.ports.log import Append, CommandRecorded, EndsElsewhere, KeyAnswered, Receipt, VersionTaken
from infrastructure.events.rows import EnvelopedEvent
from infrastructure.log.ledger import Outcome
from infrastructure.process.tracing import (
    ENGAGEMENT,
    EVENTS,
    FROM_POSITION,
    POSITION,
    UNTRACED,
    Attributes,
    Span,
    current,
)

APPENDS: Final = "standfast.appends"
_DECIDED_AGAIN: Final = (CommandRecorded, EndsElsewhere, KeyAnswered, VersionTaken)
"""With these an append fails as it is meant to."""


def appending(appends: Sequence[Append]) -> AbstractContextManager[Span]:
    """The span of appends that go together, from when they are handed over until they are durable."""
    tracing = current()
    told = {} if tracing is UNTRACED else _told(appends)
    return tracing.span("append", told, expected=_DECIDED_AGAIN)


def appended(span: Span, appends: Sequence[Append], outcomes: Sequence[Outcome]) -> None:
    """Notes where they stand, and that what has their correlation ids was recorded in this span."""
    if span.trace_id is None:
        return
    receipts = [each for each in outcomes if isinstance(each, Receipt) and each.count]
    if receipts:
        first = min(each.first_position for each in receipts)
        span.note({FROM_POSITION: first, POSITION: max(each.last_position for each in receipts)})
    current().remember(_correlation_ids(appends))


def _told(appends: Sequence[Append]) -> Attributes:
    events = [event for each in appends for event in each.events]
    engagements = {str(event.originator_id) for event in events}
    told: dict[str, str | int] = {EVENTS: len(events), APPENDS: len(appends)}
    if len(engagements) == 1:
        told[ENGAGEMENT] = engagements.pop()
    return told


def _correlation_ids(appends: Sequence[Append]) -> set[str]:
    return {
        event.correlation_id
        for each in appends
        for event in each.events
        if isinstance(event, EnvelopedEvent) and event.correlation_id
    }
