"""Request bodies: the command classes themselves, with the circumstances that come along on the wire.

A body is a command's fields and ``occurred_at``; a line of a command log also names the command, the engagement, who
acts and the key; an entry of a correction names the command and for whom it is recorded.
"""

import json
from dataclasses import dataclass, field, make_dataclass
from datetime import datetime
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from api.http.headers import ACTOR_PATTERN, KEY_PATTERN, ON_BEHALF_PATTERN, actor_of
from api.http.strict_json import validated
from domain.clocks.notice import RecordBreach
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.language.bounds import bounds
from domain.language.instants import instant_text
from domain.language.words import Instant, field_names
from domain.law.command import Command
from domain.law.correction import CorrectHistory, Entry
from domain.law.recorded import Actor
from domain.register import COMMANDS
from infrastructure.events.codec import adapter

ActorText = Annotated[str, bounds(pattern=ACTOR_PATTERN)]
OnBehalfText = Annotated[str, bounds(pattern=ON_BEHALF_PATTERN)]
IdempotencyKey = Annotated[str, bounds(pattern=KEY_PATTERN)]
C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What comes with a command on the wire; None where the wire leaves it open."""

    occurred_at: datetime | None = None
    engagement_id: UUID | None = None
    actor: Actor | None = None
    on_behalf_of: Actor | None = None
    idempotency_key: str | None = None


_OCCURRED: Final = ("occurred_at", Instant | None, field(default=None))
_ON_BEHALF: Final = ("on_behalf_of", OnBehalfText | None, field(default=None))


def _with(kind: type, name: str, *fields: Any) -> type:
    made = make_dataclass(name, fields, bases=(kind,), frozen=True, slots=True, kw_only=True, repr=False, eq=False)
    made.__module__, made.__doc__ = __name__, kind.__doc__
    return made


def _entries() -> Any:
    excluded = (OpenEngagement, CorrectHistory, RecordBreach)
    kinds = [
        _with(kind, f"{kind.__name__}Entry", ("command", Literal[name]), _OCCURRED, _ON_BEHALF)
        for name, kind in COMMANDS.items()
        if kind not in excluded
    ]
    return Annotated[reduce(or_, kinds), Field(discriminator="command")]


_ENTRIES: Final = tuple[_entries(), ...]  # type: ignore[misc]  # made at run time, from the register
_RECORD: Final = ("record", Annotated[_ENTRIES, bounds(max_length=1000)], field(default=()))


def _fields_of(kind: type[Command[Any]]) -> tuple[Any, ...]:
    return (_RECORD,) if kind is CorrectHistory else ()


BODIES: Final[dict[str, type]] = {
    name: _with(kind, kind.__name__, *_fields_of(kind), _OCCURRED) for name, kind in COMMANDS.items()
}
"""The body of each command, under the command's own name: the interface shows no other."""


def _line(name: str, kind: type[Command[Any]]) -> type:
    engagement = () if kind is OpenEngagement else (("engagement_id", UUID),)
    return _with(
        kind,
        f"{kind.__name__}Line",
        *_fields_of(kind),
        ("command", Literal[name]),
        *engagement,
        _OCCURRED,
        ("actor", ActorText | None, field(default=None)),
        _ON_BEHALF,
        ("idempotency_key", IdempotencyKey | None, field(default=None)),
    )


LINES: Final = Annotated[
    reduce(or_, [_line(name, kind) for name, kind in COMMANDS.items()]), Field(discriminator="command")
]


def command_of_body(name: str, raw: bytes) -> tuple[Command[Any], Circumstances]:
    """The command of a request body. Raises Malformed or FieldsWrong."""
    body = validated(BODIES[name], raw)
    return plain(COMMANDS[name], body), Circumstances(occurred_at=body.occurred_at)


def command_of_line(raw: bytes) -> tuple[Command[Any], Circumstances]:
    """The command of one line of a command log. Raises Malformed or FieldsWrong."""
    line = validated(LINES, raw)
    return plain(COMMANDS[line.command], line), Circumstances(
        occurred_at=line.occurred_at,
        engagement_id=line.engagement_id,
        actor=actor_of(line.actor) if line.actor else None,
        on_behalf_of=actor_of(line.on_behalf_of) if line.on_behalf_of else None,
        idempotency_key=line.idempotency_key,
    )


def content_hash(command: Command[Any], wire: Circumstances) -> bytes:
    """The hash of what a body says: spelling, order and white space make no difference, nor do defaults written out."""
    said = [_said(command, wire.occurred_at), str(wire.on_behalf_of)]
    return sha256(json.dumps(said, sort_keys=True).encode()).digest()


def line_hash(command: Command[Any], wire: Circumstances, actor: Actor) -> bytes:
    """The hash of what a line says: its command, about which engagement, under which key, by whom.

    ``actor``: who acts where the line names nobody.
    """
    who = [str(wire.engagement_id), str(wire.actor or actor), wire.idempotency_key]
    return sha256(json.dumps([content_hash(command, wire).hex(), *who]).encode()).digest()


def _said(command: Command[Any], occurred_at: datetime | None) -> dict[str, Any]:
    kind = type(command)
    circumstances = {"command": kind.__name__, "occurred_at": occurred_at and instant_text(occurred_at)}
    if isinstance(command, CorrectHistory):
        record = [[_said(each.command, each.occurred_at), str(each.on_behalf_of)] for each in command.record]
        return {**circumstances, "void": command.void, "record": record, "reason": command.reason}
    said: dict[str, Any] = adapter(kind).dump_python(command, mode="json", exclude_defaults=True)
    return {**said, **circumstances}


def plain(kind: type[Command[Any]], body: Any) -> Command[Any]:
    """The command without what came along."""
    values = {name: getattr(body, name) for name in field_names(kind)}
    if kind is CorrectHistory:
        values["record"] = tuple(
            Entry(
                plain(COMMANDS[entry.command], entry),
                entry.occurred_at,
                actor_of(entry.on_behalf_of) if entry.on_behalf_of else None,
            )
            for entry in body.record
        )
    return kind(**values)
