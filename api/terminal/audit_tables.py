"""The audit in the terminal: a replay as tables, and a clock's life told interval by interval."""

from typing import Final

from rich.markup import escape
from rich.table import Table

from api.terminal.measure_tables import accountability_table, cases_table, continuity_table
from api.terminal.tables import NOTHING, duration, instant, table_of
from application.queries.measures import ClocksAnswer, ExplainedClock, ReplayAnswer
from application.queries.state import StateAnswer
from domain.clocks.reading import Clock

STYLES: Final = {"met": "green", "completed": "green", "late": "red", "breached": "bold red", "excused": "yellow"}


def explanation(clock: ExplainedClock) -> Table:
    """A clock from its start to its end: each interval, whether it counted, why, and whom it waited on."""
    table = Table(title=_headline(clock), caption=_footline(clock), show_footer=True)
    counted = sum(each.counted_seconds for each in clock.intervals)
    lasted = sum(each.seconds for each in clock.intervals)
    table.add_column("from (UTC)", "in all", no_wrap=True)
    table.add_column("to (UTC)", no_wrap=True)
    table.add_column("lasted", duration(lasted), justify="right", no_wrap=True)
    table.add_column("counted", duration(counted), justify="right", no_wrap=True)
    for name in ("reason", "waiting on", "recorded by"):
        table.add_column(name)
    for each in clock.intervals:
        reason = f"{each.reason} {each.date}" if each.date else each.reason
        table.add_row(
            instant(each.from_),
            instant(each.to),
            duration(each.seconds),
            duration(each.counted_seconds) if each.counted else NOTHING,
            reason.replace("_", " "),
            each.waiting_on,
            each.recorded_by or "",
            style=None if each.counted else "dim",
        )
    return table


def _headline(clock: ExplainedClock) -> str:
    style = STYLES.get(clock.state, "bold")
    about = escape(f"{clock.clock} of {clock.subject_id}")
    return f"{about}: [{style}]{clock.state}[/] · accountable: {clock.accountable or 'nobody'}"


def _footline(clock: ExplainedClock) -> str:
    goal = "no goal" if clock.goal_seconds is None else f"goal {duration(clock.goal_seconds)}"
    told = [f"elapsed {duration(clock.elapsed_seconds)}", goal]
    if clock.remaining_seconds is not None:
        told.append(f"remaining {duration(clock.remaining_seconds)}")
    if clock.breach_at:
        told.append(f"goal used up at {instant(clock.breach_at)} (UTC)")
    if clock.recorded_late:
        told.append("met only by what was recorded late")
    return f"{' · '.join(told)}\nas of {instant(clock.as_of)}, as known at {instant(clock.known_at)} (UTC)"


def replayed(replay: ReplayAnswer, clocks: tuple[Clock, ...]) -> list[Table | str]:
    """An engagement at an instant: its state, its clocks and its metrics."""
    state, metrics = replay.state, replay.metrics
    title = f"{state.client_id} · {state.model} · {state.status}" if state.status else "not opened yet"
    return [
        f"[bold]{replay.engagement_id}[/] {escape(title)}",
        f"as of {instant(replay.as_of)}, as known at {instant(replay.known_at)} (UTC; position {replay.position:,})",
        seats_table(state),
        clocks_table(clocks),
        accountability_table(metrics.accountability),
        continuity_table(metrics.continuity),
        cases_table(metrics.guarantee),
    ]


def all_clocks(answer: ClocksAnswer) -> list[Table | str]:
    """The clocks of an engagement at an instant."""
    about = f"as of {instant(answer.as_of)}, as known at {instant(answer.known_at)} (UTC)"
    return [f"[bold]{answer.engagement_id}[/] {about}", clocks_table(answer.clocks)]


def seats_table(state: StateAnswer) -> Table:
    table = table_of("Seats", "seat", "role", "allocation", "professional", "since (UTC)", "open case")
    holders = {each.assignment_id: each for each in state.assignments}
    for seat in state.seats:
        holder = holders.get(seat.assignment_id or "")
        table.add_row(
            escape(seat.seat_id),
            escape(seat.role),
            f"{seat.allocation:f}",
            f"{escape(holder.professional_id)} ({holder.state})" if holder else "closed" if seat.closed_at else NOTHING,
            instant(holder.active_at or holder.matched_at) if holder else "",
            escape(seat.case_id or ""),
        )
    return table


def clocks_table(clocks: tuple[Clock, ...]) -> Table:
    table = table_of("Clocks", "clock", "of", "state", "accountable", "elapsed", "goal", "due or used up at (UTC)")
    for each in clocks:
        table.add_row(
            each.clock,
            escape(each.subject_id),
            each.state,
            each.accountable or "nobody",
            duration(each.elapsed_seconds),
            NOTHING if each.goal_seconds is None else duration(each.goal_seconds),
            instant(each.breach_at) if each.breach_at else "",
            style=STYLES.get(each.state),
        )
    return table
