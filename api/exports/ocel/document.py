"""An OCEL 2.0 log in JSON, engagement by engagement: its events as they are read, its objects once they are all there.

In memory is what one batch of engagements says. The objects wait in a file, and whom several engagements name is known
by another, so that a log of any length takes as much memory as a short one.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import IO, Final

from pydantic import TypeAdapter

from api.exports.ocel.objects import Objects
from api.exports.ocel.relations import OF_ALL
from api.exports.ocel.shape import OBJECT_TYPES, ObjectType, OcelEvent, OcelObject, event_types
from domain.law.recorded import Recorded
from domain.law.timeline import timeline_of

BLOCK: Final = 262_144
_TYPES: Final = TypeAdapter(Sequence[ObjectType])
_EVENT: Final = TypeAdapter(OcelEvent)
_OBJECT: Final = TypeAdapter(OcelObject)


def ocel_blocks(
    histories: Iterable[Sequence[Recorded]], as_of: datetime, hear: Callable[[int], object] = lambda _: None
) -> Iterator[bytes]:
    """The log of what counts in these histories, each that of one engagement, whole and in the order of versions.

    Voided facts are left out, and events are as of when they happened; objects are as they are at ``as_of``, which no
    event is after. What is withheld counts in the objects, and is no event. ``hear`` is told how many events there are
    so far. Raises OSError where there is no room.
    """
    yield b'{"objectTypes":' + _TYPES.dump_json(OBJECT_TYPES) + b',"eventTypes":' + _TYPES.dump_json(event_types())
    yield b',"events":['
    with tempfile.TemporaryFile() as waiting, closing(_ElsewhereNamed()) as named:
        between, number = b"", 0
        for facts in histories:
            objects = Objects(facts[0].stream_id)
            events = [_EVENT.dump_json(each) for each in _happened(objects, facts)]
            objects.ended(as_of)
            if events:
                yield between + b",".join(events)
                between = b","
            number += len(events)
            hear(number)
            _put(waiting, (each for each in objects.all() if named.first(each)))
        yield b'],"objects":['
        yield from _taken(waiting)
    yield b"]}"


def _happened(objects: Objects, facts: Sequence[Recorded]) -> Iterator[OcelEvent]:
    for fact in timeline_of(facts):
        if fact.told:
            yield objects.happened(fact)
        else:
            objects.counted(fact)


def _put(waiting: IO[bytes], objects: Iterable[OcelObject]) -> None:
    for each in objects:
        if waiting.tell():
            waiting.write(b",")
        waiting.write(_OBJECT.dump_json(each))


def _taken(waiting: IO[bytes]) -> Iterator[bytes]:
    waiting.seek(0)
    while block := waiting.read(BLOCK):
        yield block


class _ElsewhereNamed:
    """Which objects that belong to no single engagement came already: in a file that SQLite keeps for itself."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._kept.execute("CREATE TABLE named (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._kept.execute("BEGIN")

    def first(self, found: OcelObject) -> bool:
        """Whether it is to be told of now."""
        if found.type not in OF_ALL:
            return True
        return self._kept.execute("INSERT OR IGNORE INTO named VALUES (?)", (found.id,)).rowcount == 1

    def close(self) -> None:
        self._kept.close()
