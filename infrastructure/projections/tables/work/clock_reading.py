"""The reading of a clock from its row: what `domain.clocks.reading.read` says of one that has not ended.

Between two facts a clock follows from stored instants and its calendar, so that no history is read for it.
"""

from datetime import datetime
from typing import Any

from domain.clocks.life import Waited
from domain.clocks.reading import Clock, ClockState
from domain.time.business_time import BusinessTime, instant_at


def read_row(row: Any, waiting_on: Waited, time: BusinessTime, now: int) -> Clock:
    """The clock of a row (`ClockRow`) that has not ended, as of a second not before its last fact."""
    counting = row.counts_from is not None and row.counts_from <= now
    elapsed, goal = row.counted_seconds + _since(row, time, now), row.goal_seconds
    over = row.over_from is not None and row.over_from <= now
    risky = row.at_risk_from is not None and row.at_risk_from <= now
    state: ClockState = "breached" if over else "running" if counting else "paused"
    return Clock(
        clock=row.clock,
        subject_id=row.subject_id,
        unit="business" if row.in_business_time else "calendar",
        state=state,
        accountable=row.accountable,
        waiting_on=waiting_on,
        started_at=instant_at(row.started_at),
        stopped_at=None,
        ended_at=None,
        breach_at=_instant(row.breach_at),
        goal_seconds=goal,
        elapsed_seconds=elapsed,
        remaining_seconds=None if goal is None else goal - elapsed,
        overrun_seconds=None if goal is None else max(0, elapsed - goal),
        percent_elapsed=100 * elapsed / goal if goal else None,
        paused=not counting,
        within_calendar_hours=time.open_at(now),
        at_risk=risky and not over,
        beyond_calendar=time.known_until is not None and max(now, row.breach_at or now) >= time.known_until,
        recorded_late=False,
        stop_recorded_at=None,
        stop_recorded_by=None,
    )


def _since(row: Any, time: BusinessTime, now: int) -> int:
    """What has counted since the last fact."""
    if row.counts_from is None or row.counts_from >= now:
        return 0
    return time.between(row.counts_from, now) if row.in_business_time else now - row.counts_from


def _instant(second: int | None) -> datetime | None:
    return None if second is None else instant_at(second)
