"""The groups side by side: a column each, the figures in rows under what they are about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.charts.kinds import in_order
from api.pages.fleet import cells
from api.pages.fleet.behind import Behind, Note
from api.pages.fleet.cells import Cell, Column
from api.pages.formats import NARROW, group_text
from api.queries.fleet import GroupsAsked
from api.queries.kept_figures import FleetFigures
from application.ports.fleet import Group, GroupRatio

SCALES: Final = (1, 2, 5, 10, 20, 50, 100)
"""Percent: what the whole width of a bar of what is missing may be."""


@dataclass(frozen=True, slots=True)
class Named:
    """A row: its name, what stands under it, and what is in it."""

    name: str
    under: str
    cell: Callable[[Column], Cell]


@dataclass(frozen=True, slots=True)
class Missing:
    """A row whose bars are what is missing."""

    name: str
    under: str
    path: str
    found: Callable[[Group], GroupRatio | None]


SECTIONS: Final[Sequence[tuple[str, Sequence[Named | Missing]]]] = (
    (
        "Replacement",
        (
            Named("Promised and in time", "eligible cases", cells.in_time),
            Named("Request to replaced", "median and 90 %, business days", cells.replaced),
            Named("Credited and charged", "of the cases requested", cells.paid),
            Named("Honoured", "in time, free and handed over", cells.honoured),
        ),
    ),
    (
        "Accountability",
        (
            Named("Promises kept", "met, of what had a goal and is decided", cells.kept),
            Named("… by whom", "met of decided, by party", cells.by_whom),
            Named("First answer to a concern", "median and 90 %, business time", cells.answered),
            Named("Time nobody was accountable", "calendar time with a concern or case open", cells.unowned),
            Named("Hand-offs", "of who holds the ball in a case", cells.handed_off),
        ),
    ),
    (
        "Continuity",
        (
            Missing("Coverage", "", "continuity.coverage", lambda of: of.continuity.coverage),
            Missing("Presence", "less absences", "continuity.presence", lambda of: of.continuity.presence),
            Named("Gaps", "required, and nobody active; business time", cells.gaps),
            Named("Stability", "the same person from first to last", cells.stable),
            Named("Tenure", "median of how long people stay, calendar time", cells.tenure),
            Named("Unplanned exits", "no-shows, illness, short notice …", cells.exits),
            Named("Handover overlap", "median of those that overlapped, business time", cells.overlapping),
            Named("Knowledge handed over", "verified, by weight", cells.handed_over),
            Named("Key persons", "key seats that nobody documented", cells.key_persons),
        ),
    ),
    (
        "Speed",
        (
            Named("Seat to match", "median and 90 %, calendar time", cells.matched),
            Named("Match to active", "median and 90 %, business days", cells.onboarded),
            Named("Active to productive", "median and 90 %, calendar time", cells.productive),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Head:
    """The name of a column, where it leads to, and how many there are."""

    name: str
    address: str
    note: Note


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    under: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Matrix:
    heads: Sequence[Head]
    sections: Sequence[Section]


def matrix(found: FleetFigures, asked: GroupsAsked) -> Matrix:
    """The groups of an answer side by side; models in the order in which they are told everywhere."""
    columns = [
        Column(each, Behind.of(asked, each.key, found.page.reading.as_of), promises(found, asked, each))
        for each in in_order(found.page.groups)
    ]
    sections = tuple(Section(name, tuple(_row(row, columns) for row in rows)) for name, rows in SECTIONS)
    return Matrix(tuple(_head(each, asked) for each in columns), sections)


def promises(found: FleetFigures, asked: GroupsAsked, group: Group) -> bool:
    """Whether a replacement is promised there: of a mixed group that is not known, so nothing is denied."""
    model = group.key if asked.group_by == "model" else asked.model
    return model is None or model in found.promising or group.guarantee.cases.eligible > 0


def _head(of: Column, asked: GroupsAsked) -> Head:
    group, behind = of.group, of.behind
    note: Note = (
        behind.count("open", group.open, "open"),
        " of ",
        behind.count("engagements", group.engagements),
        behind.count("seats", group.seats, "seat" if group.seats == 1 else "seats"),
    )
    return Head(group_text(asked.group_by, group.key), behind.address("engagements"), note)


def _row(of: Named | Missing, columns: Sequence[Column]) -> Row:
    if isinstance(of, Named):
        return Row(of.name, of.under, tuple(map(of.cell, columns)))
    lost = list(_lost(of, columns))
    scale = next(each for each in SCALES if each >= max(lost, default=0) or each == SCALES[-1])
    cell = cells.missing(of.path, of.found)
    bars = f"bar: what is missing, to {scale}{NARROW}%" if lost else ""
    return Row(of.name, "; ".join(filter(None, (of.under, bars))), tuple(cell(each, scale) for each in columns))


def _lost(of: Missing, columns: Sequence[Column]) -> Iterator[float]:
    """What is missing in each column, in percent."""
    for each in columns:
        ratio = of.found(each.group)
        if ratio is not None and ratio.value is not None:
            yield 100 * (1 - ratio.value)
