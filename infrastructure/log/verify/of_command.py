"""What the commands of kept answers recorded: the events with their ids, and those of the entries of corrections.

An entry of a correction is a command of its own, with an id made from that of the correction, and caused by it. It was
recorded in the same append, and no other append has its instant.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select

from domain.law.correction import entry_id
from infrastructure.database.database import Database
from infrastructure.database.tables import events

_Rows = Sequence[Row[Any]]

_MOST_ENTRIES: Final = 100_000
"""More than a body of the largest size can hold."""

_EVENTS: Final[Select[Any]] = select(
    events.c.position,
    events.c.originator_id.label("stream"),
    events.c.originator_version.label("version"),
    events.c.command_id,
    events.c.causation_id,
    events.c.recorded_at,
).order_by(events.c.position)


def recorded_by(database: Database, answers: _Rows) -> Mapping[UUID, _Rows]:
    """The events of each answer's command, in the order of their positions; none where it recorded none."""
    instants = _instants(database, answers)
    told = {at for answer in answers for at in _told(answer, instants)}
    caused_then = and_(events.c.recorded_at.in_(told), events.c.causation_id.is_not(None))
    wanted = or_(events.c.command_id.in_([answer.command_id for answer in answers]), caused_then)
    own: dict[UUID, list[Row[Any]]] = defaultdict(list)
    caused: dict[tuple[str, int], list[Row[Any]]] = defaultdict(list)
    with database.reading() as connection:
        for event in connection.execute(_EVENTS.where(wanted)):
            own[event.command_id].append(event)
            caused[event.causation_id, event.recorded_at].append(event)
    return {
        answer.command_id: _with_entries(answer.command_id, own[answer.command_id], caused, _told(answer, instants))
        for answer in answers
    }


def _instants(database: Database, answers: _Rows) -> Mapping[int, int]:
    """When the events were recorded that the answers point at, by their positions."""
    positions = {at for answer in answers for at in (answer.first_position, answer.position) if at}
    with database.reading() as connection:
        query = select(events.c.position, events.c.recorded_at).where(events.c.position.in_(positions))
        return {event.position: event.recorded_at for event in connection.execute(query)}


def _told(answer: Row[Any], instants: Mapping[int, int]) -> set[int]:
    """Every instant that an answer tells of: its own, and those of the events it points at."""
    pointed = (instants.get(answer.first_position), instants.get(answer.position))
    return {answer.recorded_at, *(at for at in pointed if at is not None)}


def _with_entries(
    command_id: UUID, own: _Rows, caused: Mapping[tuple[str, int], list[Row[Any]]], instants: set[int]
) -> _Rows:  # fmt: skip
    """A command's own events and those of its entries, which its id or an event of its own caused at these instants."""
    causes = [str(command_id), *(f"{event.stream}/{event.version}" for event in own)]
    candidates = [event for cause in causes for at in instants for event in caused.get((cause, at), ())]
    entries = set(_entry_ids(command_id, {event.command_id for event in candidates}))
    found = {event.position: event for event in [*own, *(each for each in candidates if each.command_id in entries)]}
    return [found[position] for position in sorted(found)]


def _entry_ids(correction_id: UUID, among: set[UUID]) -> Iterator[UUID]:
    """Those that a correction gives its entries."""
    left = set(among)
    for index in range(_MOST_ENTRIES):
        if not left:
            return
        if (made := entry_id(correction_id, index)) in left:
            left.remove(made)
            yield made
