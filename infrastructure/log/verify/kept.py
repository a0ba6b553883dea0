"""Whether what is kept beside the events is as they say: answers and the catalogue.

Everything is read by pages of keys. What an answer points at is looked up after it: both were committed together, and
events stay.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, Row, Select, select, tuple_

from infrastructure.database import tables
from infrastructure.database.database import Database
from infrastructure.database.tables import events
from infrastructure.log.verify.finding import Finding
from infrastructure.log.verify.of_command import recorded_by

_PAGE = 2_000
_REFUSED = 400

_Rows = Sequence[Row[Any]]

_ANSWERS = select(tables.answers, tables.answers.c.count.label("number"))  # a row's own `count` is a method


def answers(database: Database) -> Iterator[Finding]:
    """Every kept answer must tell of all events of its own command and of no others, or be a refusal all through."""
    for page in _pages(database, _ANSWERS, (tables.answers.c.command_id,)):
        recorded = recorded_by(database, page)
        standing = _versions(database, [row.position for row in page if not row.number])
        for answer in page:
            for wrong in _wrong(answer, recorded[answer.command_id], standing):
                yield Finding("answers", f"command {answer.command_id} {wrong}")


def catalogue(database: Database) -> Iterator[Finding]:
    """Every document must have its digest, and every version one before it."""
    documents = tables.catalogue
    last: dict[tuple[str, str], int] = {}
    for page in _pages(database, select(documents), (documents.c.kind, documents.c.code, documents.c.version)):
        for row in page:
            named, before = f"{row.kind} {row.code}@{row.version}", last.get((row.kind, row.code), 0)
            if not isinstance(row.document, bytes) or hashlib.sha256(row.document).digest() != row.digest:
                yield Finding("catalogue", f"{named} is not the document of its digest")
            if row.version != before + 1:
                yield Finding("catalogue", f"{named} follows version {before}")
            last[row.kind, row.code] = row.version


def _pages(database: Database, query: Select[Any], key: Sequence[Column[Any]]) -> Iterator[_Rows]:
    """The rows of a query in the order of a key, so many at a time."""
    page_query = query.order_by(*key).limit(_PAGE)
    while True:
        with database.reading() as connection:
            page = connection.execute(page_query).all()
        if not page:
            return
        yield page
        last = tuple_(*(getattr(page[-1], column.name) for column in key), types=[column.type for column in key])
        page_query = query.where(tuple_(*key) > last).order_by(*key).limit(_PAGE)


def _versions(database: Database, positions: Sequence[int]) -> Mapping[int, int]:
    """Which version the event at each of these positions has; nothing where there is none."""
    query = select(events.c.position, events.c.originator_version).where(events.c.position.in_(positions))
    with database.reading() as connection:
        return {row.position: row.originator_version for row in connection.execute(query)}


def _wrong(answer: Row[Any], recorded: _Rows, standing: Mapping[int, int]) -> Iterator[str]:
    """What is wrong with an answer, to be said behind the id of its command."""
    if recorded:
        yield from _wrongly_told(answer, recorded)
    elif answer.number or answer.first_position is not None:
        yield f"is answered with {_span(answer.first_position, answer.position)}, but recorded none"
    if answer.status >= _REFUSED:
        yield from _no_refusal(answer)
    elif answer.problem is not None or answer.version is None:
        yield f"was refused, but is answered as a success ({answer.status})"
    elif not answer.number and answer.position and standing.get(answer.position) != answer.version:
        yield f"is answered with version {answer.version} at {answer.position}, where another event is or none"


def _wrongly_told(answer: Row[Any], recorded: _Rows) -> Iterator[str]:
    """An answer to a command that recorded events, which are in the order of their positions."""
    first, last, number = recorded[0], recorded[-1], len(recorded)
    if (answer.first_position, answer.number, answer.position) != (first.position, number, last.position):
        said = _span(answer.first_position, answer.position) if answer.number else "no event"
        yield (
            f"is answered with {said} (a count of {answer.number}), but recorded "
            f"{_span(first.position, last.position)} (a count of {number})"
        )
    if answer.version != last.version:
        yield f"is answered with version {answer.version}, but recorded {last.version}"
    if answer.recorded_at != last.recorded_at:
        yield "is answered with another instant than that of its events"
    if any(not _follows(event, before) for before, event in pairwise(recorded)):
        yield f"recorded {_span(first.position, last.position)}, but not in one piece"


def _follows(event: Row[Any], before: Row[Any]) -> bool:
    """Whether both can be of one append: of one stream and one instant, nothing between them."""
    return (event.stream, event.recorded_at, event.position, event.version) == (
        before.stream, before.recorded_at, before.position + 1, before.version + 1,
    )  # fmt: skip


def _no_refusal(answer: Row[Any]) -> Iterator[str]:
    if answer.number or answer.position:
        yield f"recorded events or had its effect, but is answered as refused ({answer.status})"
    elif answer.problem is not None and _status(answer.problem) not in (None, answer.status):
        yield f"is answered as refused ({answer.status}), its problem says otherwise"


def _status(problem: bytes) -> object:
    """The status that a problem speaks of; `None` where it speaks of none."""
    try:
        said = json.loads(problem)
    except (ValueError, RecursionError):
        return None
    return said.get("status") if isinstance(said, dict) else None


def _span(first: int | None, last: int) -> str:
    return f"events {first} to {last}"
