"""The audit in the terminal: a replay as tables, and a clock's life told interval by interval."""

from datetime import datetime
from typing import Final

from rich.markup import escape
from rich.table import Table

from api.composition import Standfast
from api.terminal.inspection import engagement_named
from api.terminal.speech import Unable
from application.queries.as_of import EngagementAsOf, engagement_as_of
from application.queries.measures import ExplainedClock, ReplayAnswer
from application.queries.state import StateAnswer
from domain.clocks.reading import Clock
from domain.language.instants import parse_instant
from domain.metrics.accountability import Accountability
from domain.metrics.continuity import Continuity
from domain.metrics.guarantee import GuaranteeRecord
from domain.metrics.ratio import Ratio

NOTHING: Final = "–"
STYLES: Final = {"met": "green", "completed": "green", "late": "red", "breached": "bold red", "excused": "yellow"}


def question_of(standfast: Standfast, engagement: str, as_of: str | None, known_at: str | None) -> EngagementAsOf:
    """What is asked about, from the words of a command line. Raises Unable."""
    engagement_id = engagement_named(standfast, engagement)
    happened, recorded = _instant_named("--as-of", as_of), _instant_named("--known-at", known_at)
    return engagement_as_of(standfast.marketplace, engagement_id, happened, recorded)


def _instant_named(name: str, text: str | None) -> datetime | None:
    try:
        return parse_instant(text) if text else None
    except ValueError as error:
        raise Unable(f"{name} {text}: {error}.") from error


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
        told.append(f"goal used up at {instant(clock.breach_at)}")
    if clock.recorded_late:
        told.append("met only by what was recorded late")
    return f"{' · '.join(told)}\nas of {instant(clock.as_of)}, as known at {instant(clock.known_at)}"


def replayed(replay: ReplayAnswer, clocks: tuple[Clock, ...]) -> list[Table | str]:
    """An engagement at an instant: its state, its clocks and its metrics."""
    state, metrics = replay.state, replay.metrics
    title = f"{state.client_id} · {state.model} · {state.status}" if state.status else "not opened yet"
    return [
        f"[bold]{replay.engagement_id}[/] {escape(title)}",
        f"as of {instant(replay.as_of)}, as known at {instant(replay.known_at)} (position {replay.position:,})",
        seats_table(state),
        clocks_table(clocks),
        accountability_table(metrics.accountability),
        continuity_table(metrics.continuity),
        cases_table(metrics.guarantee),
    ]


def seats_table(state: StateAnswer) -> Table:
    table = _table("Seats", "seat", "role", "allocation", "professional", "since", "open case")
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
    table = _table("Clocks", "clock", "of", "state", "accountable", "elapsed", "goal", "due or used up at")
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


def accountability_table(of: Accountability) -> Table:
    table = _table("Accountability", "party", "met", "late", "breached", "excused", "cancelled", "open", "fulfilment")
    for party, each in of.parties.items():
        counts = (each.met, each.late, each.breached, each.excused, each.cancelled, each.open)
        table.add_row(party, *map(str, counts), percent(each.fulfilment))
    return table


def continuity_table(of: Continuity) -> Table:
    columns = ("coverage", "presence", "gaps", "in gaps", "stability", "transferred", "unplanned exits")
    table = _table("Continuity", *columns)
    table.add_row(
        percent(of.coverage),
        percent(of.presence),
        str(of.gaps.count),
        duration(of.gaps.total_seconds),
        percent(of.stability),
        percent(of.transfer_completeness),
        str(of.unplanned_exits),
    )
    return table


def cases_table(of: GuaranteeRecord) -> Table:
    table = _table("Guarantee", "case", "seat", "eligible", "honoured", "credit", "waited on")
    for each in of.cases:
        waited = ", ".join(f"{holder} {duration(seconds)}" for holder, seconds in each.waiting_seconds.items())
        table.add_row(
            escape(each.case_id),
            escape(each.seat_id),
            yes_or_no(each.eligible),
            yes_or_no(each.honoured),
            f"{each.credit.amount} {each.credit.currency}" if each.credit else NOTHING,
            waited,
        )
    return table


def _table(title: str, *columns: str) -> Table:
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
