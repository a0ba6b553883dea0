"""Assignment histories: who held which role of which team from when to when, as a table of lines (CSV).

A team is an engagement and a role has as many seats as were ever held at once. Read here, line by line, into what
happened, in order; `application.imports.retelling` makes the commands of it. A line that says something impossible is
refused with its number and a reason; the others are read all the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from application.imports.assignment_rows import LONGEST_ROLE, Reading, Row, rows_of
from application.imports.csv_table import OtherColumns, Table, table_of
from application.imports.names_as_ids import as_ids, formerly
from application.imports.refused_lines import LineRefused

COLUMNS: Final = ("team", "role", "professional", "partner", "started_at", "ended_at", "succeeded_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """The ids that the names of a file become, by column."""

    teams: Mapping[str, str]
    roles: Mapping[str, str]
    professionals: Mapping[str, str]
    partners: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat to be. ``former_id``: what versions before called it."""

    role: str
    first_held: datetime
    former_id: str


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
    """One engagement to be: its seats, and what happened, in order."""

    name: str
    ids: Ids
    seats: Mapping[str, Seat]
    moves: Sequence[Move]

    @property
    def engagement_id(self) -> UUID:
        return uuid5(NAMESPACE_URL, self.name)

    @property
    def client_id(self) -> str:
        return self.ids.teams[self.name]

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


def table(lines: Sequence[bytes]) -> Table:
    """The lines as the table of an assignment history. Raises OtherColumns where it is none."""
    return table_of(lines, COLUMNS)


def has_columns(lines: Sequence[bytes]) -> bool:
    """Whether these are the first lines of an assignment history."""
    try:
        table(lines)
    except OtherColumns:
        return False
    return True


def read(told: Table, zone: tzinfo) -> AssignmentHistory:
    """What a file tells; a date without a time is midnight in that zone, the calendar's."""
    reading = rows_of(told.records(), zone)
    ids = _ids(reading.rows.values())
    _refuse_repeated(reading)
    successors = dict(_successions(reading))
    teams: dict[str, list[Row]] = defaultdict(list)
    for row in reading.rows.values():
        teams[row.team].append(row)
    return AssignmentHistory(
        teams=[_team(name, ids, rows, successors) for name, rows in teams.items()],
        refused=_in_order(reading.refused),
        remarks=_in_order(reading.remarks),
        lines=len(reading.rows) + len(reading.refused),
    )


def _ids(rows: Iterable[Row]) -> Ids:
    rows = list(rows)
    professionals = (name for row in rows for name in (row.professional, row.succeeded_by) if name)
    return Ids(
        teams=as_ids({row.team: None for row in rows}),
        roles=as_ids({row.role: None for row in rows}, LONGEST_ROLE),
        professionals=as_ids(dict.fromkeys(professionals)),
        partners=as_ids({row.partner: None for row in rows if row.partner}),
    )


def _refuse_repeated(reading: Reading) -> None:
    first: dict[str, int] = {}
    for row in list(reading.rows.values()):
        known = first.setdefault(row.assignment_id, row.line)
        if known != row.line:
            reading.refuse(row, f"line {known} tells the same assignment")


def _successions(reading: Reading) -> Iterator[tuple[int, Row]]:
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


def _end_only(row: Row) -> LineRefused:
    return LineRefused(
        row.line, f"the line of its successor {row.succeeded_by} is refused: the end is imported as a departure"
    )


def _team(name: str, ids: Ids, rows: Iterable[Row], successors: Mapping[int, Row]) -> Team:
    roles: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        roles[row.role].append(row)
    seats: dict[str, Seat] = {}
    moves: list[Move] = []
    for role, held in roles.items():
        for number, move in _seated(held, successors):
            seat_id = f"{ids.roles[role]}-{number}"
            seats.setdefault(seat_id, Seat(role=role, first_held=move.at, former_id=f"{formerly(role)}-{number}"))
            moves.append(replace(move, seat_id=seat_id))
    return Team(name=name, ids=ids, seats=seats, moves=sorted(moves, key=lambda move: move.order))


def _seated(rows: Sequence[Row], successors: Mapping[int, Row]) -> Iterator[tuple[int, Move]]:
    """The moves of one role with the number of the seat: a successor takes it over, others the first that is free."""
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
        yield seat, move


def _in_order(refused: Mapping[int, LineRefused]) -> list[LineRefused]:
    return [refused[line] for line in sorted(refused)]
