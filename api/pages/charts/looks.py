"""How charts look: the colours of the pages in each scheme, written out, since a picture sees no style sheet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.pages.charts.figures import Scheme, Size

FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
"""Named in full: a PNG drawn with ``inherit`` has no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    surface: str
    ink: str
    quiet: str
    grid: str
    mark: str
    goal: str


COLOURS: Final[Mapping[Scheme, Colours]] = {
    "light": Colours(surface="#ffffff", ink="#1a1d21", quiet="#545a61", grid="#d8d9d6", mark="#1d5fb8", goal="#b4213c"),
    "dark": Colours(surface="#1c1f23", ink="#e9eaec", quiet="#a6adb5", grid="#363b41", mark="#7db3ff", goal="#ff7188"),
}
"""As in ``static/standfast.css``."""

WIDTHS: Final[Mapping[Size, int]] = {"wide": 440, "narrow": 200}
NAMES: Final[Mapping[Size, int]] = {"wide": 170, "narrow": 136}
"""How many pixels the name of a group may take."""

WIDEST_LETTER: Final = 7
"""A picture is measured with one font and may be shown with another: so many pixels a letter has in a wide one."""

PADDING: Final = {"left": 4, "right": 16, "top": 4, "bottom": 4}


def room(names: Iterable[str], size: Size) -> int:
    """How many pixels are kept for the names of groups."""
    return min(NAMES[size], max((WIDEST_LETTER * len(each) for each in names), default=0))


def config(colours: Colours, size: Size, names: Iterable[str]) -> dict[str, Any]:
    """The settings of a chart with groups of these names.

    No mark carries words for assistive technology: the page says them once.
    """
    axis = {
        "domain": False,
        "gridColor": colours.grid,
        "labelColor": colours.quiet,
        "labelFlush": False,
        "labelFontSize": 12,
        "tickColor": colours.grid,
        "titleColor": colours.quiet,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        "aria": False,
        "mark": {"aria": False},
        "font": FONT,
        "view": {"stroke": None},
        "axis": {**axis, "aria": False},
        "axisY": {
            "labelColor": colours.ink,
            "labelLimit": NAMES[size],
            "labelPadding": 8,
            "minExtent": room(names, size) + 8,
            "grid": False,
            "ticks": False,
        },
        "text": {"color": colours.ink, "fontSize": 12},
    }
