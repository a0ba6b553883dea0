"""The rows of the fleet's page as they are and as they would be, written as there, and how they differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, get_args

from pydantic import TypeAdapter
from pydantic_core import to_json

from api.pages.fleet import cells
from api.pages.fleet.behind import Behind, Note, Shown
from api.pages.fleet.cells import Cell, Column
from api.pages.fleet.figures import amount, writing
from api.pages.fleet.matrix import SECTIONS, Missing, Named
from api.pages.formats import NARROW, NOTHING, money
from application.ports.fleet import Group
from domain.language.words import Party

Told = Mapping[str, Any]
"""A group as the interface tells it."""

GROUP: Final = TypeAdapter(Group)
NONE: Final = "none"
"""The word of a cell for a figure that is nought."""

ELIGIBLE: Final = "guarantee.cases.eligible"
LEAST_POINTS: Final = Decimal("0.1")
"""What is less of a difference between two shares is said to be less, and not marked."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its label, and what is in a cell of it."""

    label: str
    cell: Callable[[Column], Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellShown:
    """What is shown of a figure: its text and that of its note, its exact value (None: there is none), and its path.

    ``figures`` (several, where it is money of several currencies) and ``beside`` are the same with their addresses;
    empty where they have none.
    """

    told: str
    note: str
    value: Any
    path: str
    title: str
    figures: Sequence[Shown] = ()
    beside: Note = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure as it is, as it would be, and the difference (empty: none); a tiny one is not ``marked``."""

    label: str
    path: str
    actual: CellShown
    hypothetical: CellShown
    difference: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """Two groups as the interface tells them, and whether the terms of each promise a replacement.

    ``behind`` leads from the figures as they are to their rows; None: there is no page of those.
    """

    actual: Told
    hypothetical: Told
    promised: bool
    would_be_promised: bool
    behind: Behind | None


def compared(both: Both) -> Mapping[str, Sequence[Compared]]:
    """All figures of two groups, section by section."""
    leads, nowhere = both.behind, Behind({})
    now = Column(_group(both.actual), leads or nowhere, both.promised)
    then = Column(_group(both.hypothetical), nowhere, both.would_be_promised)
    return {
        name: [_compared(line, now, then, leads=leads is not None) for row in rows for line in _lines(row)]
        for name, rows in SECTIONS
    }


def _group(told: Told) -> Group:
    return GROUP.validate_json(to_json(told))


def _lines(row: Named | Missing) -> Iterator[Line]:
    """The lines of a row of the fleet's page: one, or one for each of several figures in its cell."""
    if isinstance(row, Missing):
        missing = cells.missing(row.path, row.found)
        yield Line(row.name, lambda column: missing(column, 100))
    elif row.cell is cells.by_whom:
        for party in get_args(Party):
            yield Line(f"… by the {party}", _kept_by(party))
    elif row.cell is cells.paid:
        yield Line("Credited", _money("guarantee.credit", lambda of: of.guarantee.credit))
        yield Line(
            "Charged to the client", _money("guarantee.charge_to_client", lambda of: of.guarantee.charge_to_client)
        )
    else:
        yield Line(row.name, row.cell)
        if row.cell is cells.honoured:
            yield Line("… eligible", _eligible)
            yield Line("… broken", _broken)


def _kept_by(party: str) -> Callable[[Column], Cell]:
    def cell(of: Column) -> Cell:
        found = of.group.accountability.parties.get(party)
        if found is None:
            return Cell()
        fulfilment = found.fulfilment
        path = f"accountability.parties.{party}.fulfilment"
        shown = of.behind.ratio(path, fulfilment)
        if shown is None:
            timed = found.open + found.excused + found.cancelled
            return Cell(word=NOTHING if timed else cells.NO_PROMISE)
        return Cell(shown=shown, note=(of.behind.parts(path, fulfilment),))

    return cell


def _money(path: str, found: Callable[[Group], Mapping[str, str]]) -> Callable[[Column], Cell]:
    return lambda of: Cell(word=NONE, amounts=tuple(of.behind.money(path, found(of.group), "")))


def _eligible(of: Column) -> Cell:
    """Under terms that promise nothing a case is eligible only because a review of it said so."""
    count = of.group.guarantee.cases.eligible
    note = () if of.promises or not count else ("by a recorded review",)
    return Cell(shown=of.behind.count(ELIGIBLE, count), note=note)


def _broken(of: Column) -> Cell:
    return Cell(shown=of.behind.count("guarantee.cases.broken", of.group.guarantee.cases.broken))


def _compared(line: Line, actual: Column, hypothetical: Column, *, leads: bool) -> Compared:
    now, then = _shown(line.cell(actual), leads=leads), _shown(line.cell(hypothetical), leads=False)
    path = now.path or then.path
    difference, marked = _difference(path, now, then)
    return Compared(label=line.label, path=path, actual=now, hypothetical=then, difference=difference, marked=marked)


def _shown(cell: Cell, *, leads: bool) -> CellShown:
    figures = [cell.shown] if cell.shown else cell.amounts
    if cell.amounts:
        value: Any = {each.path.rpartition(".")[2]: each.value for each in cell.amounts}
    else:
        value = cell.shown.value if cell.shown else 0 if cell.word == NONE else None
    return CellShown(
        told=", ".join(each.text for each in figures) or cell.word,
        note=_said(cell.note),
        value=value,
        path=figures[0].path if figures else "",
        title=figures[0].title if figures else "",
        figures=figures if leads else (),
        beside=cell.note if leads else (),
    )


def _said(note: Note) -> str:
    """What stands under a figure, as the fleet's page says it, without its links."""
    said = ""
    for place, each in enumerate(note):
        if isinstance(each, str):
            said += each
        else:
            dot = " · " if place and isinstance(note[place - 1], Shown) else ""
            said += f"{dot}{each.text}{' ' if each.after else ''}{each.after}"
    return said


def _difference(path: str, now: CellShown, then: CellShown) -> tuple[str, bool]:
    """What is more or less, with its sign, and whether that is marked; of few values told as a range there is none."""
    same = (now.told, now.note) == (then.told, then.note)
    if now.value is None or then.value is None or now.value == then.value:
        return "", not same
    unit, kind = writing(path).unit, writing(path).kind
    if unit == "money":
        return ", ".join(_of_money(now.value or {}, then.value or {})), True
    more = Decimal(str(then.value)) - Decimal(str(now.value))
    sign = "+" if more > 0 else "−"
    if kind == "ratio":
        points = 100 * abs(more)
        if points < LEAST_POINTS / 2:
            return f"<{NARROW}{LEAST_POINTS}{NARROW}points", False
        return f"{sign}{points:.1f}{NARROW}points", True
    if any(each.value and each.told != amount(path, each.value) for each in (now, then)):
        return "", not same
    return f"{sign}{amount(path, str(abs(more)))}", True


def _of_money(now: Mapping[str, str], then: Mapping[str, str]) -> Iterator[str]:
    for currency in sorted({*now, *then}):
        more = Decimal(then.get(currency, "0")) - Decimal(now.get(currency, "0"))
        if more:
            yield f"{'+' if more > 0 else '−'}{money({'amount': str(abs(more)), 'currency': currency})}"
