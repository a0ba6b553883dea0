"""What a writer was told, line by line in a file that outlives it: whoever kills it knows what must be there."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from domain.law.command import Command
from domain.register import COMMAND_NAMES, COMMANDS
from infrastructure.events.codec import adapter, event_json

Kind = Literal["recorded", "nothing", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One command and its answer; `version` is the engagement's after it, of a refusal the one it met."""

    key: str
    engagement: int
    kind: Kind
    version: int
    first_position: int = 0
    count: int = 0
    rule: str = ""
    name: str = ""
    body: str = ""

    @property
    def command(self) -> Command[Any]:
        command: Command[Any] = adapter(COMMANDS[self.name]).validate_json(self.body)
        return command


class Diary:
    """The file of one process. A line is written by one call, so it is there whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, decision: Decision) -> None:
        values = [getattr(decision, name) for name in Decision.__slots__]
        os.write(self._file, json.dumps(values).encode() + b"\n")

    def close(self) -> None:
        os.close(self._file)


def written(command: Command[Any]) -> dict[str, str]:
    """A command as a decision keeps it."""
    return {"name": COMMAND_NAMES[type(command)], "body": event_json(command).decode()}


def read(paths: Iterable[Path]) -> Iterator[Decision]:
    """All decisions of some diaries."""
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield Decision(**dict(zip(Decision.__slots__, json.loads(line), strict=True)))
