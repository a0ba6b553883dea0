"""Many groups, one line each: clients, partners or months, in the order of a figure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from api.pages.fleet import cells
from api.pages.fleet.behind import Behind
from api.pages.fleet.cells import Cell, Column
from api.pages.fleet.matrix import promises
from api.pages.fleet.windows import months_back
from api.pages.formats import group_text, machine_text
from api.pages.links import Here
from api.queries.fleet import GroupsAsked
from api.queries.kept_figures import FleetFigures
from application.ports.fleet import Group, GroupRatio, GroupSort

LEADS: Final[Mapping[str, str]] = {"client": "Client", "partner": "Supplier", "month": "Month"}


@dataclass(frozen=True, slots=True)
class Heading:
    """``address`` orders by it; ``order`` is how it is ordered by now, as a reader's tools say it."""

    name: str
    address: str | None
    order: str | None


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    address: str
    cells: Sequence[tuple[str, Cell]]


@dataclass(frozen=True, slots=True)
class Table:
    headings: Sequence[Heading]
    lines: Sequence[Line]


def table(found: FleetFigures, asked: GroupsAsked, here: Here) -> Table:
    """The groups of an answer, in its order."""
    names = ((LEADS[asked.group_by], "key"), *((name, sort) for name, sort, _ in FIGURES))
    lines = tuple(_line(each, found, asked, here) for each in found.page.groups)
    return Table(tuple(_heading(name, sort, asked.sort, here) for name, sort in names), lines)


def _heading(name: str, sort: str | None, now: GroupSort, here: Here) -> Heading:
    """Of figures the largest come first, of names the first."""
    if sort is None:
        return Heading(name, None, None)
    first, other = (sort, f"-{sort}") if sort == "key" else (f"-{sort}", sort)
    if sort == "key":
        other = first
    address = here.but(sort=other if now == first else first, cursor=None)
    order = "descending" if now == f"-{sort}" else "ascending" if now == sort else None
    return Heading(name, address, order)


def _line(group: Group, found: FleetFigures, asked: GroupsAsked, here: Here) -> Line:
    column = Column(group, Behind.of(asked, group.key, found.page.reading.as_of), promises(found, asked, group))
    told = tuple((name, cell(column)) for name, _, cell in FIGURES)
    return Line(group_text(asked.group_by, group.key), _nearer(group.key, asked, here), told)


def _nearer(key: str, asked: GroupsAsked, here: Here) -> str:
    """The models side by side, of that group alone."""
    changes: dict[str, str | None] = {"group_by": None, "sort": None, "cursor": None, "key": None}
    if asked.group_by != "month":
        return here.but(**changes, **{f"{asked.group_by}_id": key})
    year, _, month = key.partition("-")
    first = datetime.fromisoformat(f"{year}-{month}-01T00:00:00+00:00")
    edges = max(filter(None, (first, asked.from_))), min(filter(None, (months_back(first, -1), asked.to)))
    return here.but(**changes, from_=machine_text(edges[0]), to=machine_text(edges[1]), window=None)


def _engagements(of: Column) -> Cell:
    group, behind = of.group, of.behind
    return Cell(shown=behind.count("engagements", group.engagements), note=(behind.count("open", group.open, "open"),))


def _overdue(of: Column) -> Cell:
    group, behind = of.group, of.behind
    note = (behind.count("at_risk", group.at_risk, "at risk"),) if group.at_risk else ()
    return Cell(shown=behind.count("overdue", group.overdue), note=note, grave=group.overdue > 0)


def _in_time(of: Column) -> Cell:
    return _counted(cells.in_time(of), of.behind, "guarantee.attainment", of.group.guarantee.attainment)


def _kept(of: Column) -> Cell:
    return _counted(cells.kept(of), of.behind, cells.FULFILMENT, of.group.accountability.fulfilment)


def _counted(cell: Cell, behind: Behind, path: str, ratio: GroupRatio) -> Cell:
    """With the counts alone beside it: a line has little room."""
    note = (behind.parts(path, ratio),) if cell.shown else ()
    return replace(cell, note=note, bar=())


def _covered(of: Column) -> Cell:
    coverage = of.group.continuity.coverage
    return Cell(shown=of.behind.ratio("continuity.coverage", coverage))


FIGURES: Final[Sequence[tuple[str, str | None, Callable[[Column], Cell]]]] = (
    ("Engagements", "engagements", _engagements),
    ("In time", "attainment", _in_time),
    ("Promises kept", "fulfilment", _kept),
    ("Coverage", "coverage", _covered),
    ("Gaps", None, cells.gaps),
    ("First answer", None, cells.answered),
    ("Request to replaced", None, cells.replaced),
    ("Overdue", "overdue", _overdue),
)
"""The eight figures of a line: each with the figure that lines are ordered by, where there is one."""
