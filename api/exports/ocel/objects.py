"""The objects of one engagement, as its events make them: their values in time, and what each has to do with others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from api.exports.ocel.relations import INCOMING, NAMED, OUTGOING, Thing, engagement, related, thing
from api.exports.ocel.shape import (
    OBJECT_TYPES,
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
from domain.engagement.assignments.departure import ProfessionalDeparted
from domain.engagement.assignments.matching import MatchWithdrawn, ProfessionalMatched
from domain.engagement.assignments.onboarding import ProfessionalOnboarded
from domain.engagement.assignments.rate import RateChanged
from domain.engagement.concerns import UnderperformanceReported, UnderperformanceResolved
from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.ending import EngagementEnded
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.lifecycle.suspension import EngagementResumed, EngagementSuspended
from domain.engagement.replacement.guarantee import GuaranteeDecided, GuaranteeReviewed
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorProposed
from domain.engagement.replacement.takeover import ProfessionalReplaced
from domain.engagement.replacement.withdrawal import ReplacementWithdrawn
from domain.engagement.seats import SeatAdded, SeatAmended, SeatClosed
from domain.engagement.transfer.completion import KnowledgeTransferred
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.language.instants import instant_text
from domain.language.money import Money
from domain.language.words import UNCHANGED
from domain.law.recorded import Recorded

STATUS: Final = "status"
OVER: Final = ("ended", "replaced", "withdrawn", "cancelled")
TYPED: Final = {each.name: tuple(one.name for one in each.attributes) for each in OBJECT_TYPES}

STATUSES: Final[Mapping[type, tuple[tuple[str, str], ...]]] = {
    EngagementOpened: (("engagement", "open"),),
    EngagementSuspended: (("engagement", "suspended"),),
    EngagementResumed: (("engagement", "open"),),
    EngagementEnded: (("engagement", "ended"),),
    SeatAdded: (("seat_id", "open"),),
    SeatClosed: (("seat_id", "closed"),),
    ProfessionalMatched: (("assignment_id", "matched"),),
    SuccessorAccepted: (("assignment_id", "matched"), ("case_id", "onboarding")),
    ProfessionalOnboarded: (("assignment_id", "active"),),
    MatchWithdrawn: (("assignment_id", "ended"),),
    ProfessionalDeparted: (("assignment_id", "ended"),),
    UnderperformanceReported: (("concern_id", "open"),),
    UnderperformanceResolved: (("concern_id", "resolved"),),
    ReplacementRequested: (("case_id", "searching"),),
    ProfessionalReplaced: (("case_id", "replaced"), ("outgoing_assignment_id", "ended")),
    ReplacementWithdrawn: (("case_id", "withdrawn"),),
    KnowledgeTransferPlanned: (("plan_id", "planned"),),
    KnowledgeTransferred: (("plan_id", "transferred"),),
}
"""What an event makes of the objects that its fields name; the engagement is named by itself."""

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


SAYS: Final[Mapping[type, tuple[str, ...]]] = {
    TermsAmended: ("engagement",),
    SeatAdded: ("seat_id",),
    SeatAmended: ("seat_id",),
    ProfessionalMatched: ("assignment_id",),
    SuccessorAccepted: ("assignment_id",),
    RateChanged: ("assignment_id",),
    UnderperformanceReported: ("concern_id",),
    ReplacementRequested: ("case_id",),
    GuaranteeDecided: ("case_id",),
    GuaranteeReviewed: ("case_id",),
    KnowledgeTransferPlanned: ("plan_id",),
    KnowledgeTransferred: ("plan_id",),
}
"""Of which objects the attributes of an event are those, too."""


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

    def all(self) -> Iterator[OcelObject]:
        """The objects as they have come to be."""
        for named, found in self._found.items():
            yield OcelObject(
                id=named.id,
                type=named.type,
                attributes=tuple(found.attributes),
                relationships=tuple(found.relationships),
            )

    def _told(self, fact: Recorded) -> None:
        event, kind = fact.event, type(fact.event)
        if isinstance(event, EngagementOpened):
            self._opened(fact, event)
        made = MAKERS.get(kind)
        if made:
            self._joined(thing(self._whose, made, getattr(event, f"{made}_id")), event, BETWEEN[made])
        for name in SAYS.get(kind, ()):
            self._valued(self._named(event, name), fact, event)
        if isinstance(event, SuccessorAccepted):
            whose = thing(self._whose, "case", event.case_id)
            self._joined(whose, event, (("assignment_id", INCOMING),))
        for named, status in STATUSES.get(kind, ()):
            self._became(self._named(event, named), fact.occurred_at, status)
        if isinstance(event, EngagementEnded):
            self._ended(fact.occurred_at)

    def _opened(self, fact: Recorded, event: EngagementOpened) -> None:
        own = engagement(self._whose)
        self._valued(own, fact, event)
        self._joined(own, event, (("client_id", "for"),))
        for seat in event.seats:
            named = thing(self._whose, "seat", seat.seat_id)
            self._valued(named, fact, seat)
            self._became(named, fact.occurred_at, "open")
            self._joined(named, seat, BETWEEN["seat"])

    def _ended(self, at: datetime) -> None:
        """The end of the engagement ends assignments and cancels cases and handovers that are under way."""
        for named, found in self._found.items():
            if named.type == "assignment" and found.values.get(STATUS) not in OVER:
                self._became(named, at, "ended")
            if named.type == "case" and found.values.get(STATUS) not in OVER:
                self._became(named, at, "cancelled")
            if named.type == "plan" and found.values == {**found.values, "purpose": "handover", STATUS: "planned"}:
                self._became(named, at, "cancelled")

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

    def _valued(self, whose: Thing | None, fact: Recorded, of: object) -> None:
        for name, value in _values(of):
            if whose is not None and name in TYPED[whose.type] and name != STATUS:
                self._set(whose, fact.occurred_at, name, value)

    def _became(self, whose: Thing | None, at: datetime, status: str) -> None:
        if whose is not None:
            self._set(whose, at, STATUS, status)

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
            yield name.rstrip("_"), _plain(value)
    for name in amounts_of(kind):
        money = getattr(of, name)
        if isinstance(money, Money):
            yield name, float(money.amount)
            yield f"{name}_currency", money.currency


def _plain(value: Any) -> Value:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool | int | float | str):
        return value
    return str(getattr(value, "name", value))
