"""Events and their exact bytes: JSON by registered name and schema version."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import ValidationError

from domain.language.words import UNCHANGED
from domain.law.event import Event
from domain.register import EVENTS

SCHEMA_VERSIONS: Mapping[str, int] = dict.fromkeys(EVENTS, 1)
"""The version that is written now; a shape once shipped is read for ever."""

UPCASTERS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From the data of one version of a type to that of the next."""


class UnknownEventType(Exception):
    """No event of this name and schema version is registered."""


class UnreadableEvent(Exception):
    """Stored bytes that are not an event of their type."""


def encode(event: object) -> tuple[str, int, bytes]:
    """The registered name, the schema version and the bytes of an event. Raises UnknownEventType."""
    name = type(event).__name__
    if EVENTS.get(name) is not type(event):
        raise UnknownEventType(name)
    return name, SCHEMA_VERSIONS[name], event_json(event)


def event_json(event: object) -> bytes:
    """The data of an event as JSON; a field that an amendment leaves alone is left out."""
    kind: Any = type(event)
    left_alone = {name for name in _amendable(kind) if getattr(event, name) is UNCHANGED}
    return adapter(kind).dump_json(event, by_alias=True, exclude=left_alone or None)


@cache
def _amendable(kind: Any) -> tuple[str, ...]:
    """The fields that an amendment may leave alone."""
    return tuple(each.name for each in fields(kind) if each.default is UNCHANGED)


def decode(type_name: str, schema_version: int, data: bytes) -> Event[Any]:
    """The event that bytes hold. Raises UnknownEventType or UnreadableEvent."""
    if type_name not in EVENTS or not 1 <= schema_version <= SCHEMA_VERSIONS[type_name]:
        raise UnknownEventType(f"{type_name} {schema_version}")
    try:
        event: Event[Any] = adapter(EVENTS[type_name]).validate_json(_upcast(type_name, schema_version, data))
    except (ValidationError, ValueError) as error:
        raise UnreadableEvent(f"{type_name} {schema_version}: {error}") from error
    return event


def _upcast(type_name: str, schema_version: int, data: bytes) -> bytes:
    if schema_version == SCHEMA_VERSIONS[type_name]:
        return data
    shape = json.loads(data)
    for version in range(schema_version, SCHEMA_VERSIONS[type_name]):
        shape = UPCASTERS[type_name, version](shape)
    return json.dumps(shape).encode()


def adapter(kind: Any) -> TypeAdapter[Any]:
    """What reads and writes a type strictly, built once."""
    return _built(kind)


@cache
def _built(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
