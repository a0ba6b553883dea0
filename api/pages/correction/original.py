"""What a line of a history says, as the form of the command that recorded it holds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.http.problem_kinds import NothingHere
from api.http.reach import Seen
from api.pages.commands import has_form
from api.pages.forms.body import FOLD, NULL, Body, Given, body_of, value_text
from api.pages.forms.shape import NAME, VALUE, Branch, Rows, Shape, shape_of
from api.pages.wall_time import on_the_wall
from api.queries.command_of_event import told
from application.queries.command_of_event import command_of_event
from domain.language.instants import parse_instant
from domain.law.event import event_of
from domain.law.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The command that recorded a fact. ``given`` is what its form holds; ``versions`` are voided together.

    ``fields`` is its body, with the ids and whatever else no form asks for; ``on_behalf_of`` for whom it is recorded.
    """

    fact: Recorded
    command: str
    fields: Mapping[str, Any]
    given: Given
    on_behalf_of: str
    versions: tuple[int, ...]
    zone: str

    @property
    def has_form(self) -> bool:
        return has_form(self.command)

    def body(self, given: Given) -> Body:
        """What a form says in its place, with what no form asks for as it was."""
        shape = shape_of(self.command)
        made = body_of(shape, {**given, **dict(self._to_the_second(given))}, self.zone)
        asked = {each.name for each in shape.members}
        made.values = {**{name: each for name, each in self.fields.items() if name not in asked}, **made.values}
        return made

    def _to_the_second(self, given: Given) -> Iterator[tuple[str, str]]:
        """The instants that nobody changed: a form shows them to the second only, and once a clock showed two."""
        for name, text in self.given.items():
            wall = wall_of(text, self.zone)
            if wall and given.get(name) == wall and not given.get(name + FOLD):
                yield name, text


def original(standfast: Seen, engagement_id: UUID, version: int) -> Original:
    """The command of a version that can be voided. Raises NothingHere, UnknownEngagement or UnknownVersion."""
    history = standfast.sight.history(engagement_id)
    found = command_of_event(standfast.sight, engagement_id, version)
    fact = history.facts[version - 1]
    if not event_of(fact).voidable:
        raise NothingHere(f"version {version} is {fact.type}, which is never corrected")
    said = told(engagement_id, version, found)
    return Original(
        fact=fact,
        command=said.command,
        fields=said.fields,
        given=dict(flat(said.fields, shape_of(said.command) if has_form(said.command) else None)),
        on_behalf_of=said.on_behalf_of or "",
        versions=said.versions,
        zone=history.state.terms.calendar.zone,
    )


def flat(value: Any, of: Shape | None, name: str = "") -> Iterator[tuple[str, str]]:
    """What a body of a shape says, as fields of a form: ``day_rate.amount``, ``evidence[0].title``."""
    if isinstance(value, Mapping) and isinstance(of, Rows):
        for index, (key, each) in enumerate(value.items()):
            yield f"{name}[{index}].{NAME}", key
            yield f"{name}[{index}].{VALUE}", value_text(each)
    elif isinstance(value, Mapping):
        members = {each.name: each for each in of.members} if isinstance(of, Branch) else {}
        for key, each in value.items():
            yield from flat(each, members.get(key), f"{name}.{key}" if name else key)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from flat(each, of.row if isinstance(of, Rows) else None, f"{name}[{index}]")
    elif value is None:
        yield name + NULL, "true"
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def wall_of(text: str, zone: str) -> str | None:
    """What a clock showed at an instant that a text names; None where it names none."""
    try:
        return on_the_wall(parse_instant(text), zone)
    except ValueError:
        return None
