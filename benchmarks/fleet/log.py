"""The log of a large fleet, made of real command histories.

Some hundred engagements of the demo are told through the rules. Every engagement of the fleet is the beginning of one
of them, of any length, which is a lawful history by itself; it has ids, a client and a name of its own. All of them
are written in the order in which they were recorded, past the append function: that would take its time for each.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from api.composition import Standfast, assemble
from api.terminal.demonstration import populated
from infrastructure.database.database import Database
from infrastructure.events.rows import PlacedEvent
from infrastructure.process.settings import Settings

TEMPLATES = 300
LONGEST = 48
"""How many events an engagement of the fleet has at most; half of it on average."""

CLIENTS = 2_000
_COLUMNS = (
    "position", "originator_id", "originator_version", "topic", "state", "salt", "recorded_at", "place",
    "schema_version", "occurred_at", "actor_party", "actor_id", "on_behalf_party", "on_behalf_id", "command_id",
    "ordinal", "correlation_id", "causation_id",
)  # fmt: skip

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """The events of one engagement, and how many of them make a whole number of appends."""

    events: Sequence[PlacedEvent]
    cuts: Sequence[int]

    @staticmethod
    def of(events: Sequence[StoredEvent]) -> "Template":
        placed = [event for event in events if isinstance(event, PlacedEvent)][:LONGEST]
        ends = [n for n in range(1, len(placed)) if placed[n].recorded_at != placed[n - 1].recorded_at]
        return Template(placed, ends or [len(placed)])


def templates(seed: int) -> list[Template]:
    """The engagements of a demo, told through the rules in memory."""
    told = populated(Settings(database_url="sqlite://"), seed, TEMPLATES, datetime.now(UTC))
    try:
        log = told.recorder.log
        return [Template.of(events) for events in log.streams(log.engagement_ids()).values()]
    finally:
        told.close()


def write(standfast: Standfast, engagements: int, seed: int = 1) -> int:
    """Writes the log of a fleet into a database that has none; how many events it has."""
    known, random = templates(seed), Random(seed)
    streams = [_clone(random.choice(known), number, random) for number in range(1, engagements + 1)]
    rows = _placed(merge(*streams, key=lambda row: row[6]))
    database = standfast.database
    count, last_at = _copied(database, rows) if database.is_postgresql else _inserted(database, rows)
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE head SET position = {count}, recorded_at = {last_at} WHERE id = 1")
    return count


def _clone(template: Template, number: int, random: Random) -> Iterator[Row]:
    """The beginning of a template as an engagement of its own, with the instants at which it was recorded."""
    engagement_id, commands = UUID(int=(number << 64) | random.getrandbits(62)), dict[UUID, UUID]()
    for event in template.events[: random.choice(template.cuts)]:
        command_id = commands.setdefault(event.command_id, UUID(int=(number << 64) | len(commands) | 1 << 126))
        state = _renamed(event.state, number) if event.originator_version == 1 else event.state
        yield (
            0, engagement_id, event.originator_version, event.topic, state, random.randbytes(16), event.recorded_at,
            event.place, event.schema_version, event.occurred_at, event.actor_party, event.actor_id,
            event.on_behalf_party, event.on_behalf_id, command_id, event.ordinal, None, None,
        )  # fmt: skip


def _renamed(opening: bytes, number: int) -> bytes:
    said = json.loads(opening)
    said |= {"client_id": f"client-{number % CLIENTS}", "name": f"Client {number % CLIENTS}: project {number}"}
    return json.dumps(said, separators=(",", ":")).encode()


def _placed(rows: Iterator[Row]) -> Iterator[Row]:
    """With positions, and instants that rise from one append to the next."""
    last_at, append = 0, None
    for position, row in enumerate(rows, 1):
        if (row[1], row[6]) != append:
            last_at, append = max(last_at + 1, row[6]), (row[1], row[6])
        yield (position, *row[1:6], last_at, *row[7:])


def _copied(database: Database, rows: Iterator[Row]) -> tuple[int, int]:
    count = last_at = 0
    with database.own_connection() as connection, connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(f"COPY events ({', '.join(_COLUMNS)}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
                count, last_at = row[0], row[6]
        cursor.execute("ANALYZE events")
    return count, last_at


def _inserted(database: Database, rows: Iterator[Row]) -> tuple[int, int]:
    count = last_at = 0
    statement = f"INSERT INTO events ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    while some := list(islice(rows, 10_000)):
        with database.writing() as connection:
            connection.exec_driver_sql(statement, [_in_sqlite(row) for row in some])
        count, last_at = some[-1][0], some[-1][6]
    return count, last_at


def _in_sqlite(row: Row) -> Row:
    return (row[0], row[1].hex, *row[2:14], row[14].hex, *row[15:])


def opened(url: str) -> Standfast:
    """A marketplace on the database at an address, which is made where it is missing."""
    return assemble(Settings(database_url=url))
