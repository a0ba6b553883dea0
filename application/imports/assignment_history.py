"""Assignment histories: who held which role of which team from when to when, as a table of lines (CSV).

A team is an engagement and a role has as many seats as were ever held at once. Read here, line by line, into what
happened, in order; `application.imports.retelling` makes the commands of it. A line that says something impossible is
refused with its number and a reason; the others are read all the same.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from application.imports.refused_lines import LineRefused
from domain.language.instants import parse_instant

COLUMNS: Final = ("team", "role", "professional", "partner", "started_at", "ended_at", "succeeded_by")
LONGEST_ID: Final = 64
LONGEST_ROLE: Final = 58  # room for the number of the seat
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9._:-]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class NotAnAssignmentHistory(Exception):
    """The first line does not name the columns of an assignment history."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What happens at one instant on one seat: ``outgoing`` leaves it, ``incoming`` takes it, or one succeeds the
    other."""

    at: datetime
    seat_id: str
    outgoing: Row | None = None
    incoming: Row | None = None

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Who leaves makes room for who comes; lines that say nothing else of it keep their order."""
        kind = 0 if self.incoming is None else 1 if self.outgoing else 2
        row = self.incoming or self.outgoing
        return self.at, kind, row.line if row else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One engagement to be: its seats with their roles and first use, and what happened, in order."""

    name: str
    seats: Mapping[str, tuple[str, datetime]]
    moves: Sequence[Move]

    @property
    def engagement_id(self) -> UUID:
        return uuid5(NAMESPACE_URL, self.name)

    @property
    def client_id(self) -> str:
        return as_id(self.name)

    @property
    def opened_at(self) -> datetime:
        return self.moves[0].at


@dataclass(frozen=True, slots=True)
class AssignmentHistory:
    """What a file tells: its teams, the lines refused and those of which less was read than they say."""

    teams: Sequence[Team]
    refused: Sequence[LineRefused]
    remarks: Sequence[LineRefused]
    lines: int


@dataclass(slots=True)
class _Reading:
    """The lines read so far: the good ones, and of the bad ones whose they were where that could be read."""

    rows: dict[int, Row] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    remarks: dict[int, str] = field(default_factory=dict)
    broken: set[tuple[str, str, str]] = field(default_factory=set)

    def refuse(self, row: Row, reason: str) -> None:
        self.refused[row.line] = reason
        self.broken.add((row.team, row.role, row.professional))
        self.rows.pop(row.line, None)


def as_id(name: str) -> str:
    """A name as an id: every character outside the pattern of ids is written as ``-``."""
    return _FOREIGN.sub("-", name)


def made_id(kind: str, row: Row) -> str:
    """An id that follows from what the line says, so that the same line always makes the same one."""
    parts = (kind, row.team, row.role, row.professional, row.started_at.isoformat())
    return str(uuid5(NAMESPACE_URL, "\x1f".join(parts)))


def read(raw: bytes) -> AssignmentHistory:
    """What a file tells. Raises NotAnAssignmentHistory where its first line does not name the columns."""
    lines = raw.removeprefix(b"\xef\xbb\xbf").splitlines()
    order = _columns(lines[0] if lines else b"")
    reading = _Reading()
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            _read_line(reading, number, line, order)
    for column in ("team", "role", "professional", "partner"):
        _refuse_same_ids(reading, column)
    _refuse_repeated(reading)
    successors = dict(_successions(reading))
    teams: dict[str, list[Row]] = defaultdict(list)
    for row in reading.rows.values():
        teams[row.team].append(row)
    return AssignmentHistory(
        teams=[_team(name, rows, successors) for name, rows in teams.items()],
        refused=_numbered(reading.refused),
        remarks=_numbered(reading.remarks),
        lines=len(reading.rows) + len(reading.refused),
    )


def has_columns(first_line: bytes) -> bool:
    """Whether this is the first line of an assignment history."""
    try:
        _columns(first_line.removeprefix(b"\xef\xbb\xbf"))
    except NotAnAssignmentHistory:
        return False
    return True


def _columns(first_line: bytes) -> list[str]:
    names = [name.strip() for name in next(csv.reader([first_line.decode(errors="replace")]), [])]
    if sorted(names) != sorted(COLUMNS):
        missing = [name for name in COLUMNS if name not in names]
        what = f"lacks {', '.join(missing)}" if missing else f"has more than {', '.join(COLUMNS)}"
        raise NotAnAssignmentHistory(f"the first line of an assignment history names its columns; this one {what}")
    return names


def _read_line(reading: _Reading, number: int, line: bytes, order: Sequence[str]) -> None:
    try:
        [values] = csv.reader([line.decode()], strict=True)
    except UnicodeDecodeError:
        reading.refused[number] = "the line is not UTF-8"
        return
    except csv.Error as error:
        reading.refused[number] = f"the line cannot be read: {error}"
        return
    if len(values) != len(order):
        reading.refused[number] = f"the line has {len(values)} values, not {len(order)}"
        return
    told = dict(zip(order, (value.strip() for value in values), strict=True))
    try:
        reading.rows[number] = _row(number, told)
    except ValueError as error:
        reading.refused[number] = str(error)
        reading.broken.add((told["team"], told["role"], told["professional"]))


def _row(number: int, told: Mapping[str, str]) -> Row:
    """Raises ValueError with the reason why the line is refused."""
    for column in ("team", "role", "professional", "started_at"):
        if not told[column]:
            raise ValueError(f"{column} is missing")
    for column in ("team", "role", "professional", "partner", "succeeded_by"):
        longest = LONGEST_ROLE if column == "role" else LONGEST_ID
        if len(told[column]) > longest:
            raise ValueError(f"{column} is longer than {longest} characters")
        if _CONTROL.search(told[column]):
            raise ValueError(f"{column} has a control character")
    started_at = _instant("started_at", told)
    ended_at = _instant("ended_at", told) if told["ended_at"] else None
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


def _instant(column: str, told: Mapping[str, str]) -> datetime:
    try:
        return parse_instant(told[column])
    except ValueError as error:
        raise ValueError(f"{column} is {told[column]!r}: {error}") from error


def _refuse_same_ids(reading: _Reading, column: str) -> None:
    """Two names of one column that would become the same id are told apart by nothing afterwards."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in reading.rows.values():
        for name in _names(row, column):
            names[as_id(name)].add(name)
    doubled = {name: same for same in names.values() if len(same) > 1 for name in same}
    for row in list(reading.rows.values()):
        for name in _names(row, column):
            if name in doubled and row.line in reading.rows:
                both = " and ".join(repr(each) for each in sorted(doubled[name]))
                reading.refuse(row, f"{both} of column {column} would become the same id {as_id(name)}")


def _names(row: Row, column: str) -> Iterator[str]:
    if column == "professional":
        yield row.professional
        if row.succeeded_by:
            yield row.succeeded_by
    elif name := getattr(row, column):
        yield name


def _refuse_repeated(reading: _Reading) -> None:
    first: dict[str, int] = {}
    for row in list(reading.rows.values()):
        known = first.setdefault(row.assignment_id, row.line)
        if known != row.line:
            reading.refuse(row, f"line {known} tells the same assignment")


def _successions(reading: _Reading) -> Iterator[tuple[int, Row]]:
    """The lines that are succeeded, each with the line of its successor."""
    starts = {(row.team, row.role, row.professional, row.started_at): row for row in reading.rows.values()}
    succeeded: dict[int, int] = {}
    found: dict[int, Row] = {}
    for row in list(reading.rows.values()):
        if row.succeeded_by is None or row.ended_at is None:
            continue
        successor = starts.get((row.team, row.role, row.succeeded_by, row.ended_at))
        if successor is None:
            if (row.team, row.role, row.succeeded_by) in reading.broken:
                reading.remarks[row.line] = _end_only(row)
            else:
                reading.refuse(
                    row,
                    f"unknown successor: no line starts {row.succeeded_by} as {row.role} of {row.team} at ended_at",
                )
        elif (known := succeeded.setdefault(successor.line, row.line)) != row.line:
            reading.refuse(row, f"line {known} is succeeded by the same assignment (line {successor.line})")
        else:
            found[row.line] = successor
    for line, successor in found.items():
        if line in reading.rows and successor.line in reading.rows:
            yield line, successor
        elif line in reading.rows:
            reading.remarks[line] = _end_only(reading.rows[line])


def _end_only(row: Row) -> str:
    return f"the line of its successor {row.succeeded_by} is refused: the end is imported as a departure"


def _team(name: str, rows: Iterable[Row], successors: Mapping[int, Row]) -> Team:
    roles: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        roles[row.role].append(row)
    seats: dict[str, tuple[str, datetime]] = {}
    moves: list[Move] = []
    for role, held in roles.items():
        for move in _seated(role, held, successors):
            seats.setdefault(move.seat_id, (role, move.at))
            moves.append(move)
    return Team(name=name, seats=seats, moves=sorted(moves, key=lambda move: move.order))


def _seated(role: str, rows: Sequence[Row], successors: Mapping[int, Row]) -> Iterator[Move]:
    """The moves of one role: a successor takes the seat over, everybody else the first that is free."""
    incoming = {row.line for row in successors.values()}
    unseated = [Move(at=row.started_at, seat_id="", incoming=row) for row in rows if row.line not in incoming]
    unseated += [
        Move(at=row.ended_at, seat_id="", outgoing=row, incoming=successors.get(row.line))
        for row in rows
        if row.ended_at
    ]
    free: list[int] = []
    seats = 0
    on: dict[int, int] = {}
    for move in sorted(unseated, key=lambda each: each.order):
        if move.outgoing:
            seat = on.pop(move.outgoing.line)
        elif free:
            seat = free.pop(0)
        else:
            seats += 1
            seat = seats
        if move.incoming:
            on[move.incoming.line] = seat
        else:
            free = sorted([*free, seat])
        yield Move(at=move.at, seat_id=f"{as_id(role)}-{seat}", outgoing=move.outgoing, incoming=move.incoming)


def _numbered(reasons: Mapping[int, str]) -> list[LineRefused]:
    return [LineRefused(line, reason) for line, reason in sorted(reasons.items())]
