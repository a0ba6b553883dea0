"""The figures of a chart: those of the groups as the interface tells them, and the values behind them where few."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from api.http.reach import Seen
from api.pages.charts.kinds import Chart, in_order
from api.pages.formats import group_text
from api.queries.fleet import FleetAsked, GroupsAsked, RowsAsked, rows
from application.ports.fleet import Bucket, Group, GroupBy, GroupSort, GroupsPage
from domain.language.bounds import DESCRIBED, STRICT
from domain.language.position import Position
from domain.language.words import Instant, field_names

MOST_MARKS: Final = 300
"""Up to so many values are drawn one by one; more are counted in the buckets of their distribution."""

MOST_LINES: Final = 24

Scheme = Literal["light", "dark"]
Size = Literal["wide", "narrow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartAsked(FleetAsked):
    """The question of a chart: that of the page beside it, and how it is drawn."""

    __pydantic_config__ = DESCRIBED

    group_by: GroupBy = "model"
    scheme: Scheme = "light"
    size: Size = "wide"

    def about_groups(self) -> GroupsAsked:
        """The question of the page beside it; the largest groups where there may be many of them."""
        sort: GroupSort = "-engagements" if self.group_by in ("client", "partner") else "key"
        return GroupsAsked(**self.question(), sort=sort)

    def about_rows(self, chart: Chart, key: str, as_of: datetime) -> RowsAsked:
        """The values behind a group's figure, as of the instant of that."""
        about = {**self.question(), "key": key, "min_position": None}
        return RowsAsked(**about, figure=chart.figure, as_of=as_of, limit=MOST_MARKS)

    def question(self) -> dict[str, Any]:
        """Which groups, over which window, however it is drawn."""
        return {name: getattr(self, name) for name in field_names(FleetAsked)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group of a chart, in whole seconds. ``values`` are all of them, None where the chart has too many to draw."""

    __pydantic_config__ = STRICT

    key: str
    name: str
    count: int
    median: int | None
    p90: int | None
    goal_seconds: int | None
    values: tuple[int, ...] | None
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFigures:
    """The figures of a chart, as of one instant and one position; ``left_out``: whether there are more groups."""

    __pydantic_config__ = STRICT

    chart: str
    figure: str
    group_by: GroupBy
    from_: Instant | None
    to: Instant
    as_of: Instant
    position: Position
    behind_seconds: float
    lines: tuple[Line, ...]
    left_out: bool

    @property
    def drawn_one_by_one(self) -> bool:
        return all(each.values is not None for each in self.lines)


def figures_of(standfast: Seen, chart: Chart, asked: ChartAsked, page: GroupsPage) -> ChartFigures:
    """The figures that are asked for, of the groups of their page. Raises FieldsWrong and what the fleet raises."""
    told = page.groups[-MOST_LINES:] if asked.group_by == "month" else in_order(page.groups[:MOST_LINES])
    lines = [_line(chart, asked.group_by, group) for group in told if _shown(chart, asked.group_by, group)]
    if sum(each.count for each in lines) <= MOST_MARKS:
        lines = list(_with_values(standfast, chart, asked, page, lines))
    return ChartFigures(
        chart=chart.name,
        figure=chart.figure,
        group_by=asked.group_by,
        from_=page.from_,
        to=page.to,
        as_of=page.reading.as_of,
        position=page.reading.position,
        behind_seconds=page.reading.behind_seconds,
        lines=tuple(lines),
        left_out=page.next is not None or len(told) < len(page.groups),
    )


def _shown(chart: Chart, group_by: GroupBy, group: Group) -> bool:
    """Of clients and partners those that have a value; of the others every one, since its absence would be missed."""
    return group_by not in ("client", "partner") or chart.distribution(group).count > 0


def _line(chart: Chart, group_by: GroupBy, group: Group) -> Line:
    found = chart.distribution(group)
    return Line(
        key=group.key,
        name=group_text(group_by, group.key),
        count=found.count,
        median=found.median,
        p90=found.p90,
        goal_seconds=chart.goal_seconds(group),
        values=None,
        buckets=found.buckets,
    )


def _with_values(
    standfast: Seen, chart: Chart, asked: ChartAsked, page: GroupsPage, lines: Sequence[Line]
) -> Iterator[Line]:
    """The lines with their values, where these still come to the figures that were read."""
    for line in lines:
        found = rows(standfast, asked.about_rows(chart, line.key, page.reading.as_of)) if line.count else None
        if found and (found.total, found.sums.median) != (line.count, line.median):
            yield line
        else:
            yield replace(line, values=tuple(sorted(int(each.value) for each in found.items)) if found else ())
