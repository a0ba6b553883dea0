"""The shapes of OCEL 2.0 in its JSON format, and the types of objects and events that there are."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from api.exports.ocel.relations import NAMED
from domain.engagement.terms.policy import Policy
from domain.language.money import Money
from domain.language.personal import personal_fields
from domain.register import EVENTS
from domain.time.calendar import Calendar

Kind = Literal["string", "time", "integer", "float", "boolean"]
Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class AttributeType:
    """An attribute that objects or events of a type may have."""

    name: str
    type: Kind


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A type of objects or of events, with its attributes."""

    name: str
    attributes: Sequence[AttributeType]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value that an attribute of an event has."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class TimedAttribute:
    """A value that an attribute of an object has from an instant on."""

    name: str
    time: str
    value: Value


@dataclass(frozen=True, slots=True)
class Relationship:
    """An object that something has to do with, and as what."""

    objectId: str  # noqa: N815 (the name is the format's)
    qualifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OcelObject:
    """Something that events are about."""

    id: str
    type: str
    attributes: Sequence[TimedAttribute]
    relationships: Sequence[Relationship]


@dataclass(frozen=True, slots=True, kw_only=True)
class OcelEvent:
    """Something that happened."""

    id: str
    type: str
    time: str
    attributes: Sequence[Attribute]
    relationships: Sequence[Relationship]


@dataclass(frozen=True, slots=True, kw_only=True)
class OcelLog:
    """A whole log."""

    objectTypes: Sequence[ObjectType]  # noqa: N815 (the name is the format's)
    eventTypes: Sequence[ObjectType]  # noqa: N815 (the name is the format's)
    events: Sequence[OcelEvent]
    objects: Sequence[OcelObject]


def _type(name: str, **attributes: Kind) -> ObjectType:
    return ObjectType(name, tuple(AttributeType(each, kind) for each, kind in attributes.items()))


OBJECT_TYPES: Final = (
    _type("engagement", model="string", work_class="string", policy="string", calendar="string", status="string"),
    _type("client"),
    _type("partner"),
    _type("professional"),
    _type(
        "seat",
        role="string",
        allocation="float",
        required_from="time",
        required_until="time",
        open_ended="boolean",
        key_role="boolean",
        status="string",
    ),
    _type(
        "assignment",
        supply_source="string",
        planned_start="time",
        day_rate="float",
        day_rate_currency="string",
        status="string",
    ),
    _type("concern", category="string", severity="string", suspected_cause="string", status="string"),
    _type("case", cause="string", eligible="boolean", status="string"),
    _type("plan", purpose="string", completeness="float", status="string"),
)

RECORDED_AT: Final = AttributeType("recorded_at", "time")
PARTY: Final = AttributeType("acting_party", "string")
"""Who acts: the party that did it, or for whom it was recorded."""

OBJECTS_NAMED: Final = (*NAMED, "engagement_id")

_KINDS: Final[Mapping[Any, Kind]] = {
    str: "string",
    date: "string",
    datetime: "time",
    int: "integer",
    float: "float",
    Decimal: "float",
    bool: "boolean",
    Policy: "string",
    Calendar: "string",
}


@cache
def attributes_of(kind: type) -> Mapping[str, Kind]:
    """The fields of an event that are attributes of it: neither ids of objects, nor lists, nor anybody's own words."""
    hints = get_type_hints(kind)
    left_out = personal_fields(kind).keys()
    found = {
        each.name: _kind(hints[each.name])
        for each in fields(kind)
        if each.name not in left_out and each.name not in OBJECTS_NAMED
    }
    return {name: told for name, told in found.items() if told is not None}


@cache
def amounts_of(kind: type) -> Sequence[str]:
    """The fields of an event that are amounts of money, of which each is two attributes."""
    hints = get_type_hints(kind)
    return tuple(each.name for each in fields(kind) if Money in (hints[each.name], *get_args(hints[each.name])))


def _kind(hint: Any) -> Kind | None:
    origin = get_origin(hint)
    if origin is Annotated:
        return _kind(get_args(hint)[0])
    if origin is Literal:
        return "string"
    if origin in (Union, types.UnionType):
        found = {_kind(each) for each in get_args(hint) if each is not types.NoneType} - {None}
        return found.pop() if found else None
    return _KINDS.get(hint)


@cache
def event_types() -> Sequence[ObjectType]:
    """The types of events, those of the register."""
    return tuple(ObjectType(name, _of_event(kind)) for name, kind in EVENTS.items())


def _of_event(kind: type) -> Sequence[AttributeType]:
    own = [AttributeType(name.rstrip("_"), of) for name, of in attributes_of(kind).items()]
    for name in amounts_of(kind):
        own += [AttributeType(name, "float"), AttributeType(f"{name}_currency", "string")]
    return (RECORDED_AT, PARTY, *own)
