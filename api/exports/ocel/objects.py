"""The objects of one engagement: their values in time, as its fold has them, and what each has to do with others.

What an event makes of objects that it does not name, such as the cases of a seat that is closed, only the fold knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from api.exports.ocel.relations import INCOMING, NAMED, OUTGOING, Thing, engagement, related, thing
from api.exports.ocel.shape import (
    PARTY,
    RECORDED_AT,
    Attribute,
    OcelEvent,
    OcelObject,
    Relationship,
    TimedAttribute,
    Value,
    amounts_of,
    attributes_of,
)
from api.exports.ocel.values import changed, plain
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.concerns import UnderperformanceReported
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorProposed
from domain.engagement.seats import SeatAdded
from domain.engagement.state import State
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.language.instants import instant_text
from domain.language.money import Money
from domain.language.words import UNCHANGED
from domain.law.event import event_of
from domain.law.recorded import Recorded
from domain.law.timeline import opened, trusted

BETWEEN: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "seat": (("engagement", "of"),),
    "assignment": (("seat_id", "on"), ("professional_id", "of"), ("partner_id", "supplied-by")),
    "concern": (("assignment_id", "about"),),
    "case": (("seat_id", "on"), ("concern_id", "because-of"), ("outgoing_assignment_id", OUTGOING)),
    "plan": (
        ("engagement", "of"),
        ("seat_id", "on"),
        ("case_id", "for"),
        ("from_assignment_id", OUTGOING),
        ("to_assignment_id", INCOMING),
    ),
}
"""What an object has to do with others that the event which makes it names."""

MAKERS: Final[Mapping[type, str]] = {
    SeatAdded: "seat",
    ProfessionalMatched: "assignment",
    SuccessorAccepted: "assignment",
    UnderperformanceReported: "concern",
    ReplacementRequested: "case",
    KnowledgeTransferPlanned: "plan",
}


@dataclass(slots=True)
class _Object:
    values: dict[str, Value] = field(default_factory=dict)
    attributes: list[TimedAttribute] = field(default_factory=list)
    relationships: dict[Relationship, None] = field(default_factory=dict)


class Objects:
    """Takes the facts of one engagement in the order of its timeline."""

    def __init__(self, engagement_id: UUID) -> None:
        self._whose = engagement_id
        self._found: dict[Thing, _Object] = {}
        self._case_of: dict[str, str] = {}
        self._state: State | None = None

    def happened(self, fact: Recorded) -> OcelEvent:
        """The event of a fact; what it says of its objects is kept."""
        event: Any = fact.event
        if isinstance(event, SuccessorProposed):
            self._case_of[event.proposal_id] = event.case_id
        about = dict.fromkeys(related(fact, self._case_of))
        for each in about:
            self._found.setdefault(each.thing, _Object())
        self._told(fact)
        return OcelEvent(
            id=fact.event_id,
            type=fact.type,
            time=instant_text(fact.occurred_at),
            attributes=tuple(_attributes(fact)),
            relationships=tuple(Relationship(each.thing.id, each.qualifier) for each in about),
        )

    def counted(self, fact: Recorded) -> None:
        """The step that a fact makes in the fold of its engagement, also one that is withheld."""
        if self._state is None:
            self._stepped(opened(fact), fact.occurred_at)
        elif event_of(fact).ordered:
            self._stepped(trusted(self._reached(self._state, fact.occurred_at), fact), fact.occurred_at)

    def all(self) -> Iterator[OcelObject]:
        """The objects as they have come to be."""
        for named, found in self._found.items():
            yield OcelObject(
                id=named.id,
                type=named.type,
                attributes=tuple(found.attributes),
                relationships=tuple(found.relationships),
            )

    def ended(self, at: datetime) -> None:
        """The log ends at an instant: what was agreed to be over by then is over."""
        if self._state is not None:
            self._reached(self._state, at)

    def _told(self, fact: Recorded) -> None:
        event, made = fact.event, MAKERS.get(type(fact.event))
        if isinstance(event, EngagementOpened):
            self._opened(event)
        if made:
            self._joined(thing(self._whose, made, getattr(event, f"{made}_id")), event, BETWEEN[made])
        if isinstance(event, SuccessorAccepted):
            whose = thing(self._whose, "case", event.case_id)
            self._joined(whose, event, (("assignment_id", INCOMING),))
        self.counted(fact)

    def _opened(self, event: EngagementOpened) -> None:
        self._joined(engagement(self._whose), event, (("client_id", "for"),))
        for seat in event.seats:
            self._joined(thing(self._whose, "seat", seat.seat_id), seat, BETWEEN["seat"])

    def _reached(self, state: State, at: datetime) -> State:
        """The state once an instant has come; a suspension is over when that was agreed, not when something happens."""
        reached, pause = state.reached(at), state.suspension
        if reached is not state:
            self._stepped(reached, pause.until if pause and pause.until and not reached.suspension else at)
        return reached

    def _stepped(self, after: State, at: datetime) -> None:
        for worth in changed(self._state, after):
            whose = engagement(self._whose) if worth.id is None else thing(self._whose, worth.type, worth.id)
            for name, value in worth.values.items():
                self._set(whose, at, name, value)
        self._state = after

    def _named(self, event: object, field: str) -> Thing | None:
        if field == "engagement":
            return engagement(self._whose)
        named = getattr(event, field, None)
        return None if named is None else thing(self._whose, NAMED[field][0], named)

    def _joined(self, whose: Thing, event: object, others: Sequence[tuple[str, str]]) -> None:
        for name, qualifier in others:
            other = self._named(event, name)
            if other is not None:
                self._found.setdefault(whose, _Object()).relationships[Relationship(other.id, qualifier)] = None

    def _set(self, whose: Thing, at: datetime, name: str, value: Value) -> None:
        found = self._found.setdefault(whose, _Object())
        if found.values.get(name) != value:
            found.values[name] = value
            found.attributes.append(TimedAttribute(name, instant_text(at), value))


def _attributes(fact: Recorded) -> Iterator[Attribute]:
    yield Attribute(RECORDED_AT.name, instant_text(fact.recorded_at))
    yield Attribute(PARTY.name, fact.party)
    for name, value in _values(fact.event):
        yield Attribute(name, value)


def _values(of: Any) -> Iterator[tuple[str, Value]]:
    """What something says by its fields, as far as they are attributes."""
    kind: Any = type(of)
    for name in attributes_of(kind):
        value = getattr(of, name)
        if value is not None and value is not UNCHANGED:
            yield name.rstrip("_"), plain(value)
    for name in amounts_of(kind):
        money = getattr(of, name)
        if isinstance(money, Money):
            yield name, float(money.amount)
            yield f"{name}_currency", money.currency
