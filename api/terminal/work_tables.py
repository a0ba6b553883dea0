"""What waits, and what breaches next, as tables of the terminal: narrow enough for 80 columns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from rich.markup import escape
from rich.table import Table

from api.queries.work import clocks_cursor, work_cursor
from api.terminal.tables import NOTHING, duration, table_of
from application.ports.at_risk import ClockAtRisk, ClocksFound
from application.ports.work import WorkCounts, WorkFound, WorkItem

OVERDUE: Final = "yellow"
WIDTH: Final = 41
"""How wide the last column is at most: with an instant, whoever is waited on and the lines between them, 80."""


def work_table(found: WorkFound) -> Table:
    """A page of what waits: of each item what it is, in which engagement, and what is next."""
    table = _table("What waits", "due (UTC)")
    for item in found.items:
        what = [item.title, _where(item), _next(item.next_command, item.next_fields)]
        _add(table, item.due_at, item.holder, what, overdue=item.overdue)
    return table


def clock_table(found: ClocksFound) -> Table:
    """A page of the clocks that breach next."""
    table = _table("What breaches next", "breaches (UTC)")
    for clock in found.items:
        what = [clock.title, _where(clock), _read(clock), _next(clock.next_command, clock.next_fields)]
        _add(table, clock.breach_at, clock.holder, what, overdue=clock.state == "breached")
    return table


def _table(title: str, due: str) -> Table:
    table = table_of(title, due, "waits on", "what, where, and what is next")
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    table.columns[2].max_width = WIDTH
    table.columns[2].overflow = "fold"
    return table


def _add(table: Table, due_at: datetime | None, holder: str, what: list[str], *, overdue: bool) -> None:
    due = f"{due_at:%Y-%m-%d %H:%M}" if due_at else NOTHING
    lines = "\n".join(escape(each) for each in what if each)
    table.add_row(f"{due}\noverdue" if overdue else due, holder, lines, style=OVERDUE if overdue else None)


def _where(of: WorkItem | ClockAtRisk) -> str:
    parked = " (parked: as it was)" if of.parked else ""
    return f"{of.client_id}: {of.engagement_name or of.engagement_id}{parked}"


def _next(command: str | None, fields: Mapping[str, str]) -> str:
    return " ".join([command, *(f"{name}={value}" for name, value in fields.items())]) if command else ""


def _read(clock: ClockAtRisk) -> str:
    goal = duration(clock.goal_seconds) if clock.goal_seconds is not None else NOTHING
    return f"{clock.clock}: {duration(clock.elapsed_seconds)} of {goal}, {clock.state}"


def counted(counts: WorkCounts) -> str:
    """How much there is in all."""
    parts = ((name.replace("_", " "), getattr(counts, name)) for name in WorkCounts.__slots__)
    return ", ".join(f"{count} {name}" for name, count in parts)


def more_work(found: WorkFound) -> str:
    return f"more: the same with --cursor {work_cursor(found.next)}"


def more_clocks(found: ClocksFound) -> str:
    return f"more: the same with --cursor {clocks_cursor(found.next)}"
