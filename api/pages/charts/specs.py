"""Charts as Vega-Lite specs with their data in them: whatever is counted has been counted before."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from json import dumps, loads
from typing import Any, Final

from api.http.strict_json import json_of
from api.pages.charts.figures import ChartAsked, ChartFigures, Line
from api.pages.charts.kinds import DAY, Chart
from api.pages.charts.looks import COLOURS, NAMES, PADDING, WIDTHS, Colours, config
from api.pages.formats import duration_text
from application.ports.fleet import UP_TO
from domain.language.position import Positions

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
DAYS_OF: Final = "business days (bd) of 8 hours"
STEP: Final = 34
"""How many pixels high a line is."""

EDGES: Final = (0, *UP_TO)
BEYOND: Final = len(EDGES)
"""The place on the axis where the last bucket ends, which holds whatever is beyond the last edge."""

Layer = dict[str, Any]


def spec_of(chart: Chart, figures: ChartFigures, asked: ChartAsked, positions: Positions) -> dict[str, Any]:
    """The chart; its ``usermeta`` are the figures, so that one document holds both."""
    colours = COLOURS[asked.scheme]
    one_by_one = figures.drawn_one_by_one
    layers = _ticks(chart, figures, asked) if one_by_one else _bars(chart, figures, asked)
    return {
        "$schema": SCHEMA,
        "title": None,
        "description": chart.title,
        "usermeta": {"figures": loads(json_of(figures, positions))},
        "background": colours.surface,
        "width": WIDTHS[asked.size],
        "height": {"step": STEP} if one_by_one else STEP * max(1, len(figures.lines)),
        "padding": PADDING,
        "layer": list(layers),
        "config": config(colours, asked.size, [each.name for each in figures.lines]),
    }


def _ticks(chart: Chart, figures: ChartFigures, asked: ChartAsked) -> Iterator[Layer]:
    """A tick a value; the median as a diamond with its number, the goal as a dashed line."""
    lines, colours = figures.lines, COLOURS[asked.scheme]
    order = [each.name for each in lines]
    axis = {"title": _title(chart.unit, chart.span, asked), "tickCount": 8 if asked.size == "wide" else 4}
    across = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"nice": True, "zero": True}}
    line = {"field": "group", "type": "nominal", "axis": {"title": None}, "scale": {"domain": order}, "sort": order}
    values = [_told(chart, each, seconds) for each in lines for seconds in each.values or ()]
    yield {
        "data": {"values": values},
        "mark": {"type": "tick", "color": colours.mark, "opacity": 0.7, "size": 14, "thickness": 1.5},
        "encoding": {"x": across, "y": line},
    }
    if goals := [_told(chart, each, each.goal_seconds) for each in lines if each.goal_seconds is not None]:
        ends = {"y": {**line, "bandPosition": 0}, "y2": {"field": "group", "bandPosition": 1}}
        yield {
            "data": {"values": goals},
            "mark": {"type": "rule", "color": colours.goal, "strokeDash": [4, 3], "strokeWidth": 1.5},
            "encoding": {"x": across, **ends},
        }
    if medians := [_told(chart, each, each.median) for each in lines if each.median is not None]:
        yield from _medians(medians, {"x": across, "y": line}, colours)


def _title(unit: str, span: str, asked: ChartAsked) -> str | list[str]:
    """What an axis counts, on two lines where there is little room."""
    return f"{unit} {span}" if asked.size == "wide" else [unit, span]


def _medians(medians: Sequence[dict[str, Any]], encoding: dict[str, Any], colours: Colours) -> Iterator[Layer]:
    mark = {"type": "point", "shape": "diamond", "filled": True, "size": 70, "color": colours.ink, "opacity": 1}
    yield {
        "data": {"values": medians},
        "mark": {**mark, "stroke": colours.surface, "strokeWidth": 1},
        "encoding": encoding,
    }
    yield {
        "data": {"values": medians},
        "mark": {"type": "text", "dy": -13, "fontSize": 11},
        "encoding": {**encoding, "text": {"field": "told", "type": "nominal"}},
    }


def _told(chart: Chart, line: Line, seconds: int) -> dict[str, Any]:
    value = chart.units(seconds)
    return {"group": line.name, "seconds": seconds, "value": value, "told": f"{value:.1f}"}


def _bars(chart: Chart, figures: ChartFigures, asked: ChartAsked) -> Iterator[Layer]:
    """How many values are in each bucket, as bars on an axis that gives each bucket as much room."""
    lines, colours = figures.lines, COLOURS[asked.scheme]
    labels = ["0", *(duration_text(each, DAY) for each in UP_TO), "more"]
    label = f"{dumps(labels)}[datum.value]"
    axis = {
        "title": _title(DAYS_OF, chart.span, asked),
        "values": [*range(BEYOND + 1)],
        "labelExpr": label,
        "grid": True,
    }
    scale = {"domain": [0, BEYOND], "nice": False}
    across = {"field": "start", "type": "quantitative", "axis": axis, "scale": scale}
    depth = {"domain": [0, max(1, len(lines))], "reverse": True, "nice": False}
    line = {"field": "foot", "type": "quantitative", "axis": {"title": None, "labels": False}, "scale": depth}
    yield {
        "data": {"values": [each for row, line in enumerate(lines) for each in _counted(row, line)]},
        "mark": {"type": "rect", "color": colours.mark, "opacity": 0.4},
        "encoding": {"x": across, "x2": {"field": "end"}, "y": line, "y2": {"field": "head"}},
    }
    names = [{"start": 0, "foot": row + 0.6, "group": each.name} for row, each in enumerate(lines)]
    yield {
        "data": {"values": names},
        "mark": {"type": "text", "align": "right", "dx": -8, "limit": NAMES[asked.size]},
        "encoding": {"x": across, "y": line, "text": {"field": "group", "type": "nominal"}},
    }
    if goals := [_on_axis(row, each, each.goal_seconds) for row, each in enumerate(lines) if each.goal_seconds]:
        yield {
            "data": {"values": goals},
            "mark": {"type": "rule", "color": colours.goal, "strokeDash": [4, 3], "strokeWidth": 1.5},
            "encoding": {"x": across, "y": {**line, "field": "top"}, "y2": {"field": "bottom"}},
        }
    medians = [_on_axis(row, each, each.median) for row, each in enumerate(lines) if each.median is not None]
    if medians:
        yield from _medians(medians, {"x": across, "y": line}, colours)


def _counted(row: int, line: Line) -> Iterator[dict[str, Any]]:
    """The bars of a line: each as high as its bucket's share of the largest one."""
    most = max((each.count for each in line.buckets), default=0)
    for place, bucket in enumerate(line.buckets):
        if bucket.count:
            yield {
                "group": line.name,
                "up_to": bucket.up_to,
                "count": bucket.count,
                "start": place + 0.05,
                "end": place + 0.95,
                "foot": row + 0.95,
                "head": round(row + 0.95 - 0.7 * bucket.count / most, 4),
            }


def _on_axis(row: int, line: Line, seconds: int) -> dict[str, Any]:
    place = {"start": place_of(seconds), "foot": row + 0.8, "top": row + 0.1, "bottom": row + 1}
    return {"group": line.name, "seconds": seconds, **place, "told": duration_text(seconds, DAY)}


def place_of(seconds: int) -> float:
    """Where so many seconds are on the axis of buckets: in proportion within theirs, in the middle of the last one."""
    after = bisect_left(EDGES, seconds)
    if after == len(EDGES):
        return BEYOND - 0.5
    if after == 0:
        return 0.0
    low, high = EDGES[after - 1], EDGES[after]
    return round(after - 1 + (seconds - low) / (high - low), 4)
