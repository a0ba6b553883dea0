"""What may be recorded: what is next, with its reason, and every command in its group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.pages.commands import GROUPS, command_title
from api.pages.links import form_at
from application.ports.work import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCommand:
    """A button: what it says, the form that it leads to, and why it is next."""

    title: str
    address: str
    why: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A command of a group; None: it cannot be issued now."""

    title: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    name: str
    commands: Sequence[Offered]

    @property
    def possible(self) -> int:
        return sum(each.address is not None for each in self.commands)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    next: Sequence[NextCommand]
    more: int
    groups: Sequence[Group]


MOST_NEXT = 6


def record(engagement_id: UUID, items: Sequence[WorkItem], allowed: Sequence[str]) -> Record:
    """What may be recorded now. Two items that ask for the same are one button."""
    buttons = list(_next(engagement_id, items))
    return Record(
        next=buttons[:MOST_NEXT],
        more=max(0, len(buttons) - MOST_NEXT),
        groups=tuple(_group(engagement_id, name, commands, allowed) for name, commands in GROUPS.items()),
    )


def _next(engagement_id: UUID, items: Sequence[WorkItem]) -> Iterator[NextCommand]:
    seen: set[str] = set()
    for item in items:
        if item.next_command is None:
            continue
        address = form_at(engagement_id, item.next_command, item.next_fields)
        if address not in seen:
            seen.add(address)
            yield NextCommand(
                title=command_title(item.next_command, item.next_fields),
                address=address,
                why=item.why,
                about=item.title,
            )


def _group(engagement_id: UUID, name: str, commands: Sequence[str], allowed: Sequence[str]) -> Group:
    nothing: Mapping[str, str] = {}
    return Group(
        name=name,
        commands=tuple(
            Offered(
                title=command_title(each), address=form_at(engagement_id, each, nothing) if each in allowed else None
            )
            for each in commands
        ),
    )
