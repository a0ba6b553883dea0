"""What tables of the terminal have in common: how instants, durations, ratios and nothing are written."""

from datetime import datetime
from typing import Final

from rich.table import Table

from domain.metrics.ratio import Ratio

NOTHING: Final = "–"


def table_of(title: str, *columns: str) -> Table:
    """A table with its title on the left."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    return table


def instant(of: datetime) -> str:
    return f"{of:%Y-%m-%d %H:%M:%S}"


def duration(seconds: int) -> str:
    """Hours, minutes and seconds, such as 75:30:00."""
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' if seconds < 0 else ''}{hours}:{rest // 60:02}:{rest % 60:02}"


def percent(ratio: Ratio) -> str:
    return NOTHING if ratio.fraction is None else f"{100 * ratio.fraction:.1f} %"


def yes_or_no(fact: bool | None) -> str:
    return NOTHING if fact is None else "yes" if fact else "no"
