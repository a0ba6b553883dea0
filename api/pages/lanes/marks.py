"""Marks as they are drawn: few enough to be told apart, those that would lie on each other as one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.lanes.axis import Axis, percent
from domain.engagement.state import State
from domain.lanes.drawn import LaneMark

MOST_MARKS: Final = 300
"""On all rows together; where there are more, those of a row that lie near to each other are one."""

APART: Final = 1.4
"""Of two marks on a row, in percent of its width: nearer ones lie on each other."""

Line = Callable[[int], str]
"""Where the line of a version in the history is."""

SIGNS: Final = {"concern": "!", "breach": "▲", "correction": "✎"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMark:
    """One mark or several: where it lies, its sign or how many they are, what it leads to, and what it says."""

    kind: str
    at: str
    sign: str
    address: str
    words: str


def apart(rows: int) -> float:
    """How far two marks lie apart at least, in percent, where so many rows may have some."""
    return max(APART, 100 / max(1, MOST_MARKS // max(1, rows)))


def drawn_marks(axis: Axis, marks: Iterable[LaneMark], line: Line, least: float) -> Sequence[DrawnMark]:
    """The marks of a row, which are in the order of time."""
    return tuple(_drawn(axis, together, line) for together in _together(axis, marks, least))


def _together(axis: Axis, marks: Iterable[LaneMark], least: float) -> Iterator[Sequence[LaneMark]]:
    group: list[LaneMark] = []
    for mark in marks:
        if group and axis.at(mark.at) - axis.at(group[0].at) >= least:
            yield group
            group = []
        group.append(mark)
    if group:
        yield group


def _drawn(axis: Axis, together: Sequence[LaneMark], line: Line) -> DrawnMark:
    first, more = together[0], len(together) - 1
    return DrawnMark(
        kind=first.kind if all(each.kind == first.kind for each in together) else "concern",
        at=percent(axis.at(first.at)),
        sign=str(more + 1) if more else SIGNS[first.kind],
        address=line(first.version),
        words=f"{first.words}, and {more} more" if more else first.words,
    )


def rows_of(state: State) -> Mapping[str, str]:
    """The assignment of each concern, and the case of each proposal: on whose rows their marks lie."""
    concerns = {each.concern_id: each.assignment_id for each in state.concerns.values()}
    return concerns | {proposal: case.case_id for case in state.cases.values() for proposal in case.proposal_ids}
