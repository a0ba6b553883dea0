"""Charts as a page shows them: whether they can be drawn, their words, and the addresses of their pictures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.charts.figures import MOST_LINES, MOST_MARKS
from api.pages.charts.kinds import CHARTS, Chart, in_order
from api.pages.formats import group_text
from api.pages.links import Here
from application.ports.fleet import Group, GroupBy
from infrastructure.process.drawing.draughtsmen import Draughtsmen

PARAMETERS: Final = ("group_by", "from", "to", "model", "client_id", "partner_id", "key", "min_position")
HOW_TO: Final = "Charts are drawn where Standfast is installed with its extra: pip install 'standfast[charts]'."

LARGEST_OF: Final[Mapping[str, str]] = {"client": "clients", "partner": "suppliers"}
"""By what there may be more groups than a chart has lines."""

MEDIAN: Final = "◆ is the median"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartShown:
    """A chart on a page: ``alt`` says in words what it shows.

    There is a picture for each scheme and width, since a picture sees no style sheet; of those ``svg`` is the one to
    keep.
    """

    name: str
    title: str
    note: str
    alt: str
    svg: str
    png: str
    json: str
    dark: str
    narrow: str
    narrow_dark: str


def charts_shown(
    draughtsmen: Draughtsmen, query: Mapping[str, str], groups: Sequence[Group], group_by: GroupBy = "model"
) -> Sequence[ChartShown]:
    """The charts of a page that shows these groups by this query; none where they cannot be drawn (say `HOW_TO`)."""
    if not draughtsmen.there:
        return ()
    kept = {"group_by": group_by, **{name: query[name] for name in PARAMETERS if query.get(name)}}
    return tuple(_shown(chart, kept, groups, group_by) for chart in CHARTS.values())


def _shown(chart: Chart, query: Mapping[str, str], groups: Sequence[Group], group_by: GroupBy) -> ChartShown:
    svg = Here(f"/charts/{chart.name}.svg", query)
    return ChartShown(
        name=chart.name,
        title=chart.title,
        note=_note(chart, groups, group_by),
        alt=f"{chart.title}, in {chart.unit}. {' '.join(_told(chart, groups, group_by))}",
        svg=svg.now,
        png=Here(f"/charts/{chart.name}.png", query).now,
        json=Here(f"/charts/{chart.name}.json", query).now,
        dark=svg.but(scheme="dark"),
        narrow=svg.but(size="narrow"),
        narrow_dark=svg.but(scheme="dark", size="narrow"),
    )


def _note(chart: Chart, groups: Sequence[Group], group_by: GroupBy) -> str:
    """How it is read."""
    if group_by in LARGEST_OF:
        of = f"{MOST_LINES} {LARGEST_OF[group_by]} with the most engagements"
        return f"At most the {of}. {MEDIAN}."
    few = sum(chart.distribution(each).count for each in groups) <= MOST_MARKS
    mark = f"Each tick is one {chart.one}" if few else f"Each bar is as high as there are {chart.several} in that time"
    dashed = " The dashed line is the promise." if any(chart.goal_seconds(each) is not None for each in groups) else ""
    return f"{mark}; {MEDIAN}.{dashed}"


def _told(chart: Chart, groups: Sequence[Group], group_by: GroupBy) -> Iterator[str]:
    """What a line of the chart says, each; of clients and suppliers a page tells others, in another order."""
    if group_by in LARGEST_OF:
        yield f"A line for each of the {LARGEST_OF[group_by]} with the most engagements; the table tells its figures."
        return
    for group in in_order(groups[-MOST_LINES:]):
        found, goal = chart.distribution(group), chart.goal_seconds(group)
        counted = f"{found.count:,} {chart.one if found.count == 1 else chart.several}" if found.count else "none"
        median = "" if found.median is None else f", median {chart.units(found.median):.1f}"
        slowest = "" if found.p90 is None else f", 90 % within {chart.units(found.p90):.1f}"
        promised = "" if goal is None else f", promised {chart.units(goal):.1f}"
        yield f"{group_text(group_by, group.key)}: {counted}{median}{slowest}{promised}."
