"""The lines of an assignment history: one assignment each, or the reason why a line is refused."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, tzinfo
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from application.imports.csv_table import Record
from application.imports.names_as_ids import LONGEST_ID, composed
from application.imports.refused_lines import LineRefused
from domain.language.instants import parse_day, parse_instant

LONGEST_ROLE: Final = 58
"""Characters: an id has room for the number of the seat behind it."""
NAMES: Final = ("team", "role", "professional", "partner", "succeeded_by")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_AS_A_DATE: Final = (
    "Write it with its offset, or as a date alone, such as 2026-10-30; "
    "in a spreadsheet, format the column as YYYY-MM-DD or as text"
)


class _CellWrong(ValueError):
    """A cell says nothing that can be imported; ``remedy``: what to do, where that does not follow from the reason."""

    def __init__(self, column: str, wrong: str, remedy: str | None = None) -> None:
        super().__init__(f"{column} {wrong}")
        self.column = column
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One assignment as its line tells it. The names are the file's own; ``line`` counts from 1."""

    line: int
    team: str
    role: str
    professional: str
    partner: str | None
    started_at: datetime
    ended_at: datetime | None
    succeeded_by: str | None

    @property
    def assignment_id(self) -> str:
        return made_id("assignment", self)


@dataclass(slots=True)
class Reading:
    """The lines read so far: the good ones, and of the bad ones whose they were where that could be read."""

    rows: dict[int, Row] = field(default_factory=dict)
    refused: dict[int, LineRefused] = field(default_factory=dict)
    remarks: dict[int, LineRefused] = field(default_factory=dict)
    broken: set[tuple[str, str, str]] = field(default_factory=set)

    def refuse(self, row: Row, reason: str) -> None:
        self.refused[row.line] = LineRefused(row.line, reason)
        self.broken.add((row.team, row.role, row.professional))
        self.rows.pop(row.line, None)


def made_id(kind: str, row: Row) -> str:
    """An id that follows from what the line says, so that the same line always makes the same one."""
    parts = (kind, row.team, row.role, row.professional, row.started_at.isoformat())
    return str(uuid5(NAMESPACE_URL, "\x1f".join(parts)))


def rows_of(records: Iterable[Record | LineRefused], zone: tzinfo) -> Reading:
    """The rows of a table; a date without a time is midnight in that zone."""
    reading = Reading()
    for record in records:
        if isinstance(record, LineRefused):
            reading.refused[record.line] = record
        else:
            _read(reading, *record, zone)
    return reading


def _read(reading: Reading, number: int, cells: Mapping[str, str], zone: tzinfo) -> None:
    told = {column: composed(cell) if column in NAMES else cell for column, cell in cells.items()}
    try:
        reading.rows[number] = _row(number, told, zone)
    except _CellWrong as wrong:
        _refuse(reading, LineRefused(number, str(wrong), field=wrong.column, remedy=wrong.remedy), told)
    except ValueError as error:
        _refuse(reading, LineRefused(number, str(error)), told)


def _refuse(reading: Reading, refused: LineRefused, told: Mapping[str, str]) -> None:
    reading.refused[refused.line] = refused
    reading.broken.add((told["team"], told["role"], told["professional"]))


def _row(number: int, told: Mapping[str, str], zone: tzinfo) -> Row:
    """Raises ValueError with the reason why the line is refused, _CellWrong where it is one cell."""
    for column in ("team", "role", "professional", "started_at"):
        if not told[column]:
            raise _CellWrong(column, "is missing")
    for column in NAMES:
        longest = LONGEST_ROLE if column == "role" else LONGEST_ID
        if len(told[column]) > longest:
            raise _CellWrong(column, f"is longer than {longest} characters")
        if _CONTROL.search(told[column]):
            raise _CellWrong(column, "has a control character")
    started_at = _instant("started_at", told, zone)
    ended_at = _instant("ended_at", told, zone) if told["ended_at"] else None
    if ended_at and ended_at <= started_at:
        raise ValueError(f"ended_at ({told['ended_at']}) is not after started_at ({told['started_at']})")
    if told["succeeded_by"] and not ended_at:
        raise ValueError("succeeded_by is there, but ended_at is missing")
    if told["succeeded_by"] == told["professional"]:
        raise ValueError("nobody succeeds themselves")
    return Row(
        line=number,
        team=told["team"],
        role=told["role"],
        professional=told["professional"],
        partner=told["partner"] or None,
        started_at=started_at,
        ended_at=ended_at,
        succeeded_by=told["succeeded_by"] or None,
    )


def _instant(column: str, told: Mapping[str, str], zone: tzinfo) -> datetime:
    """The instant in a cell; a date alone is midnight in that zone. Raises _CellWrong."""
    text = told[column]
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(parse_day(text), time(), zone).astimezone(UTC)
        return parse_instant(text)
    except OverflowError:
        wrong = f"is {text!r}: an instant lies between the years 1 and 9999 in UTC"
        raise _CellWrong(column, wrong, _AS_A_DATE) from None
    except ValueError as error:
        raise _CellWrong(column, f"is {text!r}: {error}", _AS_A_DATE) from error
