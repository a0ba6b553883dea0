"""An item of work: something that waits for somebody, or a notice of what is to come."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from domain.clocks.life import Waited
from domain.work.scene import Scene

WorkKind = Literal[
    "seat",
    "onboarding",
    "concern",
    "case",
    "proposal",
    "plan",
    "transfer",
    "suspension",
    "upcoming",
    "window",
]
NOTICES: Final[tuple[WorkKind, ...]] = ("upcoming", "window")
"""The kinds that ask for nothing: they say what is to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that waits; instants in seconds since 1970.

    ``since`` is from when on it is there, ``overdue_from`` from when on it is past its clock's goal or, where it has no
    clock, past ``due_at``. ``next_fields`` are the ids that the next command takes; a notice has no next command.
    ``assignment_id`` is the assignment that says whose it is among the suppliers, None where it is nobody's.
    """

    kind: WorkKind
    subject_id: str
    seat_id: str | None
    assignment_id: str | None
    holder: Waited
    since: int
    due_at: int | None
    overdue_from: int | None
    next_command: str | None
    next_fields: Mapping[str, str]
    title: str
    why: str


class Watch(NamedTuple):
    """What may wait about one subject: the item as of a scene, None where nothing does.

    Without another fact it is another one only at ``turns``, and where a suspension ends.
    """

    turns: Iterable[datetime]
    item: Callable[[Scene], Item | None]
