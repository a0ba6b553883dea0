"""What whoever adds a command or an event may forget: each is told in one sentence that says what to do."""

import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

import pytest

import domain
from domain.engagement.annotation import EventAnnotated
from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.law.command import Command
from domain.law.event import Event, Opening
from domain.law.stream import StreamKind, defined_in
from domain.register import ENGAGEMENT


def modules() -> Iterator[ModuleType]:
    """Every module of the domain."""
    for found in pkgutil.walk_packages(domain.__path__, "domain."):
        yield import_module(found.name)


def forgotten(kind: StreamKind, rooms: Iterable[ModuleType]) -> Iterator[str]:
    """What these modules define and the kind of stream does not know, or not wholly."""
    for room in rooms:
        for command in defined_in(room, Command):
            if hasattr(command, "records"):
                yield from _forgotten_of(kind, command)
            elif "command_name" in vars(command):
                yield f"{_at(command)} records nothing: give it `records`, the event that it makes"
        for event in defined_in(room, Event):
            if not _shared(event) and event not in kind.events.values():
                yield f"{_at(event)} is recorded by no command: name it in `records` or `also_records` of its command"


def _forgotten_of(kind: StreamKind, command: type[Command[Any]]) -> Iterator[str]:
    if "command_name" not in vars(command):
        if not _shared(command):
            yield f"{_at(command)} has no name outside: give it a `command_name`"
    elif command not in kind.commands.values():
        yield f"{_at(command)} is not registered: name its room in `rooms` of domain/register.py"
    elif all("possible" not in vars(base) for base in command.__mro__ if base is not Command):
        yield f"{_at(command)} is never offered: give it a classmethod `possible`, or say there that it is not"


def _shared(kind: type) -> bool:
    """Whether it is a base of others: what deeds have in common, no deed of its own."""
    heirs: list[type] = kind.__subclasses__()
    return any(each.__module__.startswith("domain.") for each in heirs) or kind in (Opening,)


def _at(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def test_nothing_that_is_defined_was_forgotten() -> None:
    assert list(forgotten(ENGAGEMENT, modules())) == []


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipLaunched(EngagementEvent):
    """Nobody registered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed(EngagementCommand):
    records: ClassVar = ShipLaunched


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchShip(EngagementCommand):
    command_name: ClassVar = "launch-ship"
    records: ClassVar = ShipLaunched


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark(EngagementCommand):
    command_name: ClassVar = "remark"
    records: ClassVar = EventAnnotated


class Wishful(EngagementCommand):
    command_name: ClassVar = "wish"


def room(*members: type) -> ModuleType:
    made = ModuleType(__name__)
    vars(made).update({each.__name__: each for each in members})
    return made


def kind_of(*rooms: ModuleType) -> StreamKind:
    return StreamKind(ENGAGEMENT.name, ENGAGEMENT.opening, ENGAGEMENT.opening_command, rooms)


def test_what_was_forgotten_is_said_in_one_sentence() -> None:
    here = __name__
    assert list(forgotten(ENGAGEMENT, [room(ShipLaunched)])) == [
        f"{here}.ShipLaunched is recorded by no command: name it in `records` or `also_records` of its command"
    ]
    assert list(forgotten(ENGAGEMENT, [room(Unnamed)])) == [
        f"{here}.Unnamed has no name outside: give it a `command_name`"
    ]
    assert list(forgotten(ENGAGEMENT, [room(LaunchShip)])) == [
        f"{here}.LaunchShip is not registered: name its room in `rooms` of domain/register.py"
    ]
    assert list(forgotten(kind_of(room(Remark)), [room(Remark)])) == [
        f"{here}.Remark is never offered: give it a classmethod `possible`, or say there that it is not"
    ]
    assert list(forgotten(ENGAGEMENT, [room(Wishful)])) == [
        f"{here}.Wishful records nothing: give it `records`, the event that it makes"
    ]
    assert list(forgotten(kind_of(room(LaunchShip)), [room(ShipLaunched)])) == []


def test_two_commands_of_one_name_are_told() -> None:
    class Again(LaunchShip):
        command_name: ClassVar = "launch-ship"

    with pytest.raises(ValueError, match="are both called launch-ship"):
        assert kind_of(room(LaunchShip, Again)).commands
