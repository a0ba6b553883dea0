"""From a batch of the log to what it changes: every engagement concerned is folded once, on what is known of it.

What comes late, is voided or is corrected needs nothing of its own: rows follow from the whole history as it is now,
and the law of the history takes in whatever comes (`domain.law.history`).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.engagement.state import EngagementHistory
from domain.law.event import event_of
from domain.law.recorded import Recorded
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.projections.projection import Parts, Row, same
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.seen import Carried, Seen, seen
from infrastructure.projections.writing import Change, Rows

MOST_FACTS: Final = 60_000
"""How many facts of the engagements last touched are kept at hand."""

Streams = Callable[[Iterable[UUID], int], Mapping[UUID, Sequence[StoredEvent]]]
"""The whole streams of engagements up to a position."""


@dataclass(frozen=True, slots=True)
class Known:
    """An engagement as it was folded last, with the rows that stand in the tables."""

    history: EngagementHistory
    rows: Rows
    carried: Carried | None
    """What was collected of it, where nothing of it lies ahead."""
    parts: Mapping[str, Parts]
    """What the rows of each projection were made of, where nothing of it lies ahead."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An engagement that a projection could not fold."""

    projection: str
    engagement_id: UUID
    position: int
    error: str


@dataclass(slots=True)
class Folded:
    """What a batch changes, what of it could not be folded, and what is known once it is written."""

    changes: list[Change] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)


class Folding:
    """Folds batches, in their order; what it remembers is true once `keep` was called after the write."""

    def __init__(self, streams: Streams, most_facts: int = MOST_FACTS) -> None:
        self._streams = streams
        self._most_facts = most_facts
        self._facts = 0
        self._known: OrderedDict[UUID, Known] = OrderedDict()

    def fold(self, batch: Sequence[PlacedEvent], parked: Mapping[UUID, set[str]]) -> Folded:
        """What a batch changes. ``parked`` are the projections that leave an engagement as it is.

        Raises StoreUnavailable and SQLAlchemy's errors where the streams of engagements cannot be read.
        """
        by_engagement: dict[UUID, list[PlacedEvent]] = {}
        for event in batch:
            assert isinstance(event.originator_id, UUID), "the store names streams so"
            by_engagement.setdefault(event.originator_id, []).append(event)
        unknown = [each for each, events in by_engagement.items() if not self._begins(each, events)]
        streams = self._streams(unknown, batch[-1].id) if unknown else {}
        folded = Folded()
        for engagement_id, events in by_engagement.items():
            whole, left = streams.get(engagement_id), parked.get(engagement_id, set())
            self._take(folded, engagement_id, whole or events, left, events[0].id)
        return folded

    def whole(self, engagement_id: UUID, events: Sequence[StoredEvent]) -> Folded:
        """An engagement from its whole stream, whatever was known of it."""
        folded = Folded()
        self.forget(engagement_id)
        self._take(folded, engagement_id, events, set(), 0)
        return folded

    def keep(self, folded: Folded) -> None:
        """Remembers what was written."""
        for failure in folded.failures:
            self.forget(failure.engagement_id)
        for known in folded.known:
            self._remember(known)

    def forget(self, engagement_id: UUID | None = None) -> None:
        """Forgets an engagement, or all of them."""
        if engagement_id is None:
            self._known.clear()
            self._facts = 0
        elif engagement_id in self._known:
            self._facts -= self._known.pop(engagement_id).history.version

    def _begins(self, engagement_id: UUID, events: Sequence[PlacedEvent]) -> bool:
        """Whether these events follow what is known of an engagement."""
        known = self._known.get(engagement_id)
        return events[0].originator_version == (known.history.version if known else 0) + 1

    def _take(self, folded: Folded, engagement_id: UUID, events: Sequence[Any], parked: set[str], at: int) -> None:
        known = self._known.get(engagement_id) if events[0].originator_version > 1 else None
        try:
            facts = [recorded(event) for event in events]
            history = known.history.extended(facts) if known else EngagementHistory.of(facts)
            stretches = _seen(history, known, facts)
        except Exception as error:  # whatever it is, only this engagement waits for it
            left = (each.name for each in PROJECTIONS if each.name not in parked)
            folded.failures += (Failure(name, engagement_id, at, _told(error)) for name in left)
            return
        rows: dict[str, frozenset[Row]] = {}
        parts: dict[str, Parts] = {}
        [only] = stretches if len(stretches) == 1 else [None]
        for projection in PROJECTIONS:
            if projection.name in parked:
                continue
            try:
                made_of = parts[projection.name] = projection.parts(only) if only else ()
                standing = _standing(projection.name, made_of, known)
                rows[projection.name] = projection.rows(stretches) if standing is None else standing
            except Exception as error:  # as above
                folded.failures.append(Failure(projection.name, engagement_id, at, _told(error)))
        folded.changes.append(Change(engagement_id, rows, known.rows if known else None))
        if len(rows) == len(PROJECTIONS):
            folded.known.append(Known(history, rows, only.carried if only else None, parts))

    def _remember(self, known: Known) -> None:
        engagement_id = known.history.stream_id
        self.forget(engagement_id)
        self._known[engagement_id] = known
        self._facts += known.history.version
        while self._facts > self._most_facts and len(self._known) > 1:
            _, dropped = self._known.popitem(last=False)
            self._facts -= dropped.history.version


def _seen(history: EngagementHistory, known: Known | None, new: Sequence[Recorded]) -> list[Seen]:
    """The sights of an engagement; where its new facts lie behind all others, what is known is carried on."""
    stretches = list(seen(history))
    if len(stretches) > 1 or known is None or known.carried is None:
        return stretches
    last = history.timeline[len(known.history.timeline) :]
    if {fact.version for fact in last} != {fact.version for fact in new} or any(
        event_of(fact).takes_back() for fact in new
    ):
        return stretches
    return [replace(stretches[0], before=known.carried, new=last)]


def _standing(name: str, made_of: Parts, known: Known | None) -> frozenset[Row] | None:
    """The rows that stand, where they are made of the same; None where that is not sure."""
    return known.rows[name] if known and made_of and known.parts[name] and same(made_of, known.parts[name]) else None


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
