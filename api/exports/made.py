"""An export as a whole: a list, all of it as of one position, in a file; or a log, in blocks of bytes as it is read."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO, Any, Final
from uuid import UUID

from api.desks import ended_by, go_on
from api.exports.asked import EventsExportAsked, OcelExportAsked
from api.exports.cloud_events import cloud_event
from api.exports.columns import columns_of, row_of
from api.exports.csv_lines import csv_blocks
from api.exports.due_dates import calendar_blocks
from api.exports.lists import ListExport
from api.exports.ocel.document import ocel_blocks
from api.exports.source import facts, histories
from api.http.events import event_bytes
from api.http.reach import Seen
from application.ports.at_risk import ClockAtRisk
from application.ports.exports import Lists
from application.ports.work import WorkItem
from application.queries.offered import offered
from domain.language.instants import instant_text
from domain.language.position import Positions
from infrastructure.exports.parquet import parquet
from infrastructure.log.reading import Head

IN_MEMORY: Final = 1_048_576
"""So many bytes of a list are kept in memory; a longer one goes to a temporary file."""

BLOCK: Final = 262_144
HEAR_EVERY: Final = 500
OFFERED_AT_ONCE: Final = 500
Hear = Callable[[int], object]
"""Hears how many rows or events are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an export is of."""

    position: int
    as_of: datetime
    log_id: UUID
    rows: int
    size: int


@dataclass(slots=True, kw_only=True)
class MadeList:
    """A list in a file that is gone once it is closed."""

    file: IO[bytes]
    told: Told
    held: ExitStack = field(repr=False)

    def blocks(self) -> Iterator[bytes]:
        self.file.seek(0)
        while block := self.file.read(BLOCK):
            yield block

    def close(self) -> None:
        self.held.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListForm:
    """How a list is written: ``base`` is the address of the server, ``mark`` asks for a byte-order mark."""

    extension: str
    base: str | None = None
    mark: bool = False


def made(standfast: Seen, export: ListExport, form: ListForm, asked: Any, hear: Hear = lambda _: None) -> MadeList:
    """A list as it is now, whole. Raises ProjectionsMissing, StoreUnavailable, and OSError where there is no room.

    The snapshot that it is read from is let go before anything is sent, however slowly that is taken.
    """
    with ExitStack() as held:
        counted = _Counted(hear)
        with standfast.lists.opened(standfast.reach) as lists:
            rows = counted.of(_offered(standfast, export, export.rows(lists, asked)))
            if form.extension == "parquet":
                file = held.enter_context(_parquet(held, export, lists, rows, standfast.positions))
            else:
                file = held.enter_context(SpooledTemporaryFile(IN_MEMORY))
                file.writelines(_texts(export, form, lists, rows))
            size = file.seek(0, 2)
            told = Told(position=lists.position, as_of=lists.as_of, log_id=lists.log_id, rows=counted.number, size=size)
        return MadeList(file=file, told=told, held=held.pop_all())


def _offered(standfast: Seen, export: ListExport, rows: Iterator[Any]) -> Iterator[Any]:
    """The rows, of what waits with the commands that whoever asks may issue."""
    if export.row not in (WorkItem, ClockAtRisk):
        yield from rows
        return
    while some := list(islice(rows, OFFERED_AT_ONCE)):
        yield from offered(standfast.sight, some)


def _texts(export: ListExport, form: ListForm, lists: Lists, rows: Iterable[Any]) -> Iterator[bytes]:
    if form.extension == "ics":
        return calendar_blocks(rows, lists.as_of, form.base)
    columns = columns_of(export.row)
    return csv_blocks((row_of(each, columns) for each in rows), columns, mark=form.mark)


def _parquet(held: ExitStack, export: ListExport, lists: Lists, rows: Iterable[Any], positions: Positions) -> IO[bytes]:
    room = held.enter_context(TemporaryDirectory(prefix="standfast-export-"))
    columns, file = columns_of(export.row), Path(room) / export.name
    position = str(positions.shown(lists.position))
    said = {"position": position, "as_of": instant_text(lists.as_of), "log_id": str(lists.log_id)}
    kinds = [(column.name, column.kind) for column in columns]
    parquet((row_of(each, columns) for each in rows), kinds, file, said, ended_by)
    return file.open("rb")


def json_lines(standfast: Seen, asked: EventsExportAsked, head: Head, hear: Hear = lambda _: None) -> Iterator[bytes]:
    """The events up to the end of the log as JSON Lines."""
    for some in _heard(facts(standfast, asked, head.position), hear):
        yield b"".join(event_bytes(fact, standfast.positions) + b"\n" for fact in some)


def cloud_events(
    standfast: Seen, asked: EventsExportAsked, head: Head, base: str | None, hear: Hear = lambda _: None
) -> Iterator[bytes]:
    """The events up to the end of the log as one batch of CloudEvents."""
    between = b"["
    for some in _heard(facts(standfast, asked, head.position), hear):
        if some:
            yield between + b",\n".join(cloud_event(fact, head.log_id, base, standfast.positions) for fact in some)
            between = b",\n"
    yield b"]" if between != b"[" else b"[]"


def ocel(standfast: Seen, asked: OcelExportAsked, head: Head, hear: Hear = lambda _: None) -> Iterator[bytes]:
    """What counts of the log up to its end, as OCEL 2.0."""
    found = _heard(histories(standfast, asked, head.position), lambda _: None)
    return ocel_blocks(found, standfast.marketplace.clock(), hear)


def _heard(parts: Iterable[Any], hear: Hear) -> Iterator[Any]:
    """The parts of a log; hears how many events they hold, and goes on as long as somebody waits for them."""
    number = 0
    for part in parts:
        go_on()
        yield part
        number += len(part)
        hear(number)


class _Counted:
    """Counts rows as they are taken, and goes on as long as somebody waits for them."""

    def __init__(self, hear: Hear) -> None:
        self.number = 0
        self._hear = hear

    def of(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            if self.number % HEAR_EVERY == 0:
                go_on()
                self._hear(self.number)
            yield row
            self.number += 1
