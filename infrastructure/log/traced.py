"""Appends in traces: whose engagement, how many events, at which positions they are recorded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def appending(appends: Sequence[Append]) -> Iterator[Span]:
    """The span of appends that go together, from when they are handed over until they are durable.

    That what has their correlation ids is recorded in it is noted first: it may be projected before this ends.
    """
    tracing = current()
    told = {} if tracing is UNTRACED else _told(appends)
    with tracing.span("append", told, expected=_DECIDED_AGAIN) as span:
        if span.trace_id is not None:
            tracing.remember(_correlation_ids(appends))
        yield span


def appended(span: Span, outcomes: Sequence[Outcome]) -> None:
    """Notes where they stand."""
    if span.trace_id is None:
        return
    receipts = [each for each in outcomes if isinstance(each, Receipt) and each.count]
    if receipts:
        first = min(each.first_position for each in receipts)
        span.note({FROM_POSITION: first, POSITION: max(each.last_position for each in receipts)})


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
