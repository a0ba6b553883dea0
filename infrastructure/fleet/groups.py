"""From sources to groups: the cells of every figure are read, and put together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from queue import SimpleQueue
from typing import Any

import duckdb

from application.ports.fleet import Group, GroupSort
from infrastructure.fleet.families import accountability, continuity, guarantee, lives, productivity
from infrastructure.fleet.figures import Cell, Cells, Figure, Source, ratio, whole
from infrastructure.fleet.question import Question
from infrastructure.fleet.staying import medians

SOURCES: tuple[Source, ...] = (
    *lives.SOURCES,
    *accountability.SOURCES,
    *continuity.SOURCES,
    *guarantee.SOURCES,
    *productivity.SOURCES,
)
ORDERS: Mapping[str, str] = {
    "engagements": "engagements",
    "coverage": "continuity.coverage",
    "attainment": "guarantee.attainment",
    "fulfilment": accountability.FULFILMENT,
    "overdue": "overdue",
}
"""By which figure groups are ordered."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question put to one state of the columns. ``cursors``: several, to be read side by side."""

    cursors: Sequence[duckdb.DuckDBPyConnection]
    question: Question
    tables: Mapping[str, str]
    """As `Question.tables` gives them."""

    def begun(self, rows: str) -> str:
        """A query with a table ``rows``, to be gone on with."""
        tables = (text for name, text in self.tables.items() if f"JOIN {name} " in rows)
        return f"WITH {''.join(tables)}rows AS ({rows})"

    @property
    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self.cursors[0]

    def fetched(self, query: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.cursor.execute(query).fetchall()
        return found

    def key(self, found: str | int) -> str:
        """The key of a group; windows are known by their number."""
        return self.question.windows[int(found)].key if self.question.by_month else str(found)

    def narrowed(self, keys: Sequence[str]) -> "Asking":
        return replace(self, question=replace(self.question, keys=keys))

    def alone(self, cursor: duckdb.DuckDBPyConnection) -> "Asking":
        return replace(self, cursors=(cursor,))


Told = dict[str, dict[str, Cell]]
"""The cells of every group, by key and path."""


def cells_of(asking: Asking, sources: Iterable[Source]) -> Told:
    """The cells of the figures of some sources; groups without a row have none.

    The sources are read side by side: most of a small answer is planning its queries, which takes one core each.
    """
    free = SimpleQueue[duckdb.DuckDBPyConnection]()
    for cursor in asking.cursors:
        free.put(cursor)

    def read(source: Source) -> list[tuple[str, str, Cell]]:
        cursor = free.get()
        try:
            return list(_read(asking.alone(cursor), source))
        finally:
            free.put(cursor)

    told: Told = {}
    with ThreadPoolExecutor(len(asking.cursors)) as pool:
        for cells in pool.map(read, (each for each in sources if told_by(each, asking.question))):
            for key, path, cell in cells:
                told.setdefault(key, {})[path] = cell
    return told


def told_by(source: Source, question: Question) -> bool:
    """Whether a source tells anything of what is asked for."""
    if question.of_a_partner and not source.of_partners:
        return False
    return question.holds_as_of or not source.at_as_of


def _read(asking: Asking, source: Source) -> Iterator[tuple[str, str, Cell]]:
    rows = asking.begun(source.rows(asking.question))
    added = [each for each in source.figures if each.kind != "median" and not each.across]
    for by, figures in groupby(sorted(added, key=lambda each: each.by or ""), key=attrgetter("by")):
        yield from _aggregate(asking, rows, by, tuple(figures))
    for figure in source.figures:
        if figure.kind == "median":
            for key, seconds in medians(asking.cursor, rows).items():
                yield asking.key(key), figure.path, seconds


def _aggregate(asking: Asking, rows: str, by: str | None, figures: Sequence[Figure]) -> Iterator[tuple[str, str, Cell]]:
    there = "" if by is None else f" WHERE {by} IS NOT NULL"
    columns, aggregates = list[str](), list[str]()
    for figure in figures:
        names = [f"v{len(columns) + number}" for number, _ in enumerate(figure.added())]
        columns += (f"{added} AS {name}" for added, name in zip(figure.added(), names, strict=True))
        aggregates.append(figure.aggregate(names))
    added = f"SELECT key, {by or 'NULL'} AS of, {', '.join(columns)} FROM rows{there}"
    query = f"{rows}, added AS ({added}) SELECT key, of, {', '.join(aggregates)} FROM added GROUP BY key, of"
    for key, value, *cells in asking.fetched(query):
        for figure, cell in zip(figures, cells, strict=True):
            yield asking.key(key), figure.path.format(value), cell


def parties_of(asking: Asking) -> Mapping[str | None, set[str]]:
    """The parties that any clock names, by group; of months under None."""
    found: dict[str | None, set[str]] = {}
    query = accountability.parties(asking.question)
    for key, party in asking.fetched(f"{asking.begun('SELECT 1')} {query}"):
        found.setdefault(key, set()).add(party)
    return found


def groups_of(asking: Asking, keys: Sequence[str]) -> list[Group]:
    """The groups of these keys."""
    told, named = cells_of(asking, SOURCES), parties_of(asking)
    question = asking.question
    last = question.windows[-1].key
    return [
        group_of(
            key,
            told.get(key, {}),
            named.get(None if question.by_month else key, ()),
            of_a_partner=question.of_a_partner,
            holds_as_of=question.holds_as_of and (not question.by_month or key == last),
        )
        for key in keys
    ]


def group_of(key: str, cells: Cells, parties: Iterable[str], *, of_a_partner: bool, holds_as_of: bool) -> Group:
    """A group of its cells, with the parties that any of its clocks names; ``holds_as_of``: its window does."""
    return Group(
        key=key,
        engagements=whole(cells.get("engagements")),
        open=whole(cells.get("open")),
        seats=whole(cells.get("seats")),
        at_risk=whole(cells.get("at_risk")),
        overdue=whole(cells.get("overdue")),
        accountability=accountability.accountability(cells, parties),
        continuity=continuity.continuity(cells, of_a_partner=of_a_partner, holds_as_of=holds_as_of),
        guarantee=guarantee.guarantee(cells),
        productivity=productivity.productivity(cells),
    )


PRESENT = ("lives", "due_clocks", "running_clocks", "plans")
"""The sources that tell of which groups there is anything."""


def keys_of(asking: Asking) -> list[str]:
    """The groups to which anything belongs, by key; of months all."""
    if asking.question.by_month:
        return [each.key for each in asking.question.windows]
    there = (source for source in SOURCES if source.name in PRESENT)
    parts = " UNION ".join(f"SELECT key FROM ({each.rows(asking.question)})" for each in there)
    return sorted(str(key) for (key,) in asking.fetched(f"{asking.begun(parts)} FROM rows"))


@dataclass(frozen=True, slots=True, order=True)
class Placed:
    """Where a group stands in an order: those without the figure come last, those with the same one by key."""

    without: bool
    by: float
    key: str
    value: float | None = field(compare=False)

    @classmethod
    def of(cls, sort: GroupSort, key: str, value: float | None) -> "Placed":
        down = sort.startswith("-")
        return cls(value is None, 0.0 if value is None else -value if down else value, key, value)


def ordered(asking: Asking, keys: Sequence[str], sort: GroupSort) -> list[Placed]:
    """The keys in the order that is asked for."""
    name = sort.removeprefix("-")
    if name == "key":
        return sorted(Placed.of(sort, key, None) for key in keys)
    path = ORDERS[name]
    told = cells_of(asking, [each for each in SOURCES if any(of.path == path for of in each.figures)])
    return sorted(Placed.of(sort, key, _value(name, told.get(key, {}))) for key in keys)


def _value(name: str, cells: Cells) -> float | None:
    cell = cells.get(ORDERS[name])
    return float(whole(cell)) if name in ("engagements", "overdue") else ratio(cell).value
