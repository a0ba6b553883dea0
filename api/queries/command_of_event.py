"""The address of the command of a recorded event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID

from api.http.paging import Version
from api.http.questions import Question
from api.http.reach import Seen
from api.queries.engagements import ENGAGEMENTS, EngagementRead
from application.queries.command_of_event import command_of_event
from domain.language.bounds import DESCRIBED
from domain.language.instants import instant_text
from domain.language.words import UNCHANGED
from domain.law.command import Command
from domain.law.correction import CorrectHistory, Entry
from domain.law.recorded import Actor
from domain.law.restated import Restated
from domain.register import COMMAND_NAMES
from infrastructure.events.codec import adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAsked(EngagementRead):
    """One event of an engagement."""

    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOfEvent:
    """The command that recorded an event, as it would be issued again, with the ids and defaults that were filled in.

    To correct the event, void its version and record `{"command": …, "on_behalf_of": …, …fields}` in one
    correct-history.
    """

    __pydantic_config__ = DESCRIBED

    engagement_id: UUID
    version: int
    """The version of the event."""
    command: str
    """The name of the command, as in its address."""
    fields: Mapping[str, Any]
    """A body of that command: its fields, with `occurred_at`. What is null and may be left out is left out."""
    on_behalf_of: str | None
    """For whom the platform would issue it again, as a correction writes it: who acted; null: the platform itself."""
    versions: tuple[int, ...]
    """The versions of all events that the command recorded: they are voided together."""


def asked_about(standfast: Seen, asked: EventAsked) -> CommandOfEvent:
    """The command of an event. Raises UnknownEngagement or UnknownVersion."""
    found = command_of_event(standfast.sight, asked.engagement_id, asked.version)
    return told(asked.engagement_id, asked.version, found)


def told(engagement_id: UUID, version: int, of: Restated) -> CommandOfEvent:
    return CommandOfEvent(
        engagement_id=engagement_id,
        version=version,
        command=COMMAND_NAMES[type(of.command)],
        fields={**fields_of(of.command), "occurred_at": instant_text(of.occurred_at)},
        on_behalf_of=_whom(of.on_behalf_of),
        versions=of.versions,
    )


def fields_of(command: Command[Any]) -> dict[str, Any]:
    """The fields of a command as a body has them."""
    if isinstance(command, CorrectHistory):
        return {"void": command.void, "record": [_entry(each) for each in command.record], "reason": command.reason}
    kind: Any = type(command)
    said: dict[str, Any] = adapter(kind).dump_python(
        command, mode="json", by_alias=True, exclude=set(_left_out(command)) or None
    )
    return said


def _entry(of: Entry) -> dict[str, Any]:
    """One command of a correction."""
    at = {"occurred_at": instant_text(of.occurred_at)} if of.occurred_at else {}
    whom = {"on_behalf_of": _whom(of.on_behalf_of)} if of.on_behalf_of else {}
    return {"command": COMMAND_NAMES[type(of.command)], **fields_of(of.command), **at, **whom}


def _left_out(command: Command[Any]) -> Iterator[str]:
    """The fields that say nothing: those that an amendment leaves alone, and nulls that mean as much as no field."""
    kind: Any = command
    for each in fields(kind):
        value = getattr(command, each.name)
        if value is UNCHANGED or (value is None and each.default is None):
            yield each.name


def _whom(of: Actor | None) -> str | None:
    return str(of) if of else None


COMMANDS_OF_EVENTS: Final = (
    Question(
        path="/v1/engagements/{engagement_id}/history/{version}/command",
        name="show-command-of-event",
        tag=ENGAGEMENTS,
        text="The command that recorded an event, as it would be issued again: what a correction of it begins with.",
        asks=EventAsked,
        gives=CommandOfEvent,
        answer=asked_about,
    ),
)
