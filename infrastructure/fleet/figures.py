"""A figure and the rows behind it are one definition: which rows of a source count, and what each adds.

Whatever a figure says is what its rows add up to, since both are made of the same SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from application.ports.fleet import UP_TO, Bucket, Distribution, GroupRatio
from infrastructure.fleet.question import Question, text

Kind = Literal["count", "total", "ratio", "longest", "distribution", "common", "median"]
FEWEST: Final = 5
"""Below so many samples a median or a percentile says nothing."""

CLOCK: Final = "replace(clock, '_', ' ') || ' clock'"
"""What a clock is called."""

Cell = Any
"""What one figure of one group comes to, as it is read: a number, two of a ratio, fourteen of a distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``path`` is where it stands in a group; with ``{}`` in it there is one for each value of the column ``by``.

    ``member``, ``value`` and ``of`` are SQL over the columns of its source. ``across``: the rows of all values of
    ``by`` are behind each, and ``{}`` in ``value`` stands for its own.
    """

    path: str
    kind: Kind = "count"
    member: str = "TRUE"
    value: str = "1"
    of: str = "1"
    by: str | None = None
    across: bool = False

    def added(self) -> Sequence[str]:
        """What each row adds, as columns; null where it adds nothing."""
        if self.kind == "count":
            return [f"CASE WHEN {self.member} THEN 1 END"]
        values = [self.value, self.of] if self.kind == "ratio" else [self.value]
        return values if self.member == "TRUE" else [f"CASE WHEN {self.member} THEN {each} END" for each in values]

    def aggregate(self, added: Sequence[str]) -> str:
        """What the rows of a group come to, by the names of the columns that they add."""
        value = added[0]
        if self.kind == "count":
            return f"count({value})"
        if self.kind == "total":
            return f"coalesce(sum({value}), 0)"
        if self.kind == "ratio":
            return f"[coalesce(sum({value}), 0), coalesce(sum({added[1]}), 0)]"
        if self.kind == "longest":
            return f"coalesce(max({value}), 0)"
        if self.kind == "common":
            return f"CASE WHEN min({value}) = max({value}) THEN min({value}) END"
        buckets = ", ".join(f"count(*) FILTER (WHERE {value} <= {up_to})" for up_to in UP_TO)
        return (
            f"[count({value}), min({value}), quantile_disc({value}, 0.5), quantile_disc({value}, 0.9), max({value}), "
            f"{buckets}]"
        )

    def named(self, path: str) -> str | None:
        """The value of ``by`` that a path of this figure names; None where it is not one of its paths."""
        if self.by is None:
            return None
        before, after = self.path.split("{}")
        inside = path[len(before) : len(path) - len(after)]
        return inside if path == before + inside + after and inside and "." not in inside else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Rows: a SELECT of e (the number of an engagement), subject_id, seat_id, key, instant, state, and what is added.

    ``noun`` is what a row is, in words, as SQL. ``summed``: pieces that make one row of each subject.
    """

    name: str
    noun: str
    rows: Callable[[Question], str]
    figures: Sequence[Figure]
    summed: bool = False
    of_partners: bool = True
    """Whether its rows belong to partners at all."""
    at_as_of: bool = False
    """Whether it tells what is at the instant of the question, and so nothing of windows that do not hold it."""


def ratio(cell: Cell | None) -> GroupRatio:
    numerator, denominator = map(int, cell or (0, 0))
    return GroupRatio(numerator / denominator if denominator else None, numerator, denominator)


def whole(cell: Cell | None) -> int:
    return int(cell or 0)


def distribution(cell: Cell | None) -> Distribution:
    """By what `Figure.aggregate` gives."""
    count, least, median, p90, most, *upto = cell or (0, None, None, None, None, *(0 for _ in UP_TO))
    enough = count >= FEWEST
    below = [0, *upto, count]
    return Distribution(
        count=count,
        min=least,
        median=median if enough else None,
        p90=p90 if enough else None,
        max=most,
        buckets=tuple(Bucket(up_to, below[place + 1] - below[place]) for place, up_to in enumerate((*UP_TO, None))),
    )


Cells = Mapping[str, Cell]
"""The cells of one group by their paths."""


def under(cells: Cells, path: str) -> Mapping[str, Cell]:
    """The cells of a path with ``{}``, by what stands in its place, in order."""
    before, after = path.split("{}")
    found = {
        name[len(before) : len(name) - len(after)]: cell
        for name, cell in cells.items()
        if name.startswith(before) and name.endswith(after)
    }
    return dict(sorted((name, cell) for name, cell in found.items() if "." not in name))


def only(column: str, value: str) -> str:
    return f"{column} = {text(value)}"
