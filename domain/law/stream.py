"""Kinds of streams: what an aggregate brings to the law."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any, TypeVar

from domain.law.command import Command, OpeningCommand
from domain.law.event import Event, Opening

T = TypeVar("T")


@dataclass(frozen=True)
class StreamKind:
    """One kind of aggregate in the log.

    Its opening makes the initial state; its base of events holds its guards (what a state forbids them all), its base
    of commands its parties. A room is registered by standing in ``rooms``: what it defines is found there, in the
    order of its text.
    """

    name: str
    opening: type[Opening[Any]]
    opening_command: type[OpeningCommand[Any]]
    rooms: tuple[ModuleType, ...]

    @cached_property
    def commands(self) -> Mapping[str, type[Command[Any]]]:
        """Every command by its name outside."""
        found = (kind for room in self.rooms for kind in defined_in(room, Command))
        return named((kind.command_name, kind) for kind in found if "command_name" in vars(kind))

    @cached_property
    def recorded_by(self) -> Mapping[type[Event[Any]], type[Command[Any]]]:
        """The command whose first event an event is."""
        return {kind.records: kind for kind in self.commands.values()}

    @cached_property
    def events(self) -> Mapping[str, type[Event[Any]]]:
        """Every event that a command records, by the name it is stored under: that of its class."""
        recorded = (kind for command in self.commands.values() for kind in (command.records, *command.also_records))
        return named((kind.__name__, kind) for kind in recorded)


def named(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """By their names. Raises ValueError where two have one name."""
    found: dict[str, T] = {}
    for name, kind in pairs:
        if found.setdefault(name, kind) is not kind:
            raise ValueError(f"{found[name]} and {kind} are both called {name}")
    return found


def defined_in(room: ModuleType, base: type[T]) -> Iterator[type[T]]:
    """What a module defines of a kind, in the order of its text."""
    for value in vars(room).values():
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == room.__name__:
            yield value
