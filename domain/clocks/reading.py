"""The reading of a clock: one measured obligation as of an instant (docs/metrics.md, *How a clock is read*)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.clocks.foreseen import elapsing
from domain.clocks.life import CaseLife, Ending, Key, Life, Stretch, Waited
from domain.clocks.recorded_late import Log
from domain.clocks.starts_and_stops import Lives
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Obligation
from domain.language.words import ActingParty, Id, Instant, Party
from domain.time.business_time import epoch_seconds, instant_at

ClockState = Literal["running", "paused", "met", "late", "breached", "completed", "cancelled", "excused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock as read at an instant.

    Instants are truncated to the second, but for ``stop_recorded_at``, which is that of the log; durations are whole
    seconds, of business or of calendar time as ``unit`` says; ``percent_elapsed`` is in percent of the goal.
    """

    clock: Obligation
    subject_id: Id
    unit: Literal["business", "calendar"]
    state: ClockState
    accountable: Party | None
    waiting_on: Waited | None
    started_at: Instant
    stopped_at: Instant | None
    ended_at: Instant | None
    breach_at: Instant | None
    goal_seconds: int | None
    elapsed_seconds: int
    remaining_seconds: int | None
    overrun_seconds: int | None
    percent_elapsed: float | None
    paused: bool
    within_calendar_hours: bool
    at_risk: bool
    beyond_calendar: bool
    recorded_late: bool
    stop_recorded_at: Instant | None
    stop_recorded_by: ActingParty | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """All clocks of an engagement as of an instant (seconds since 1970), in the order of obligation and subject."""

    as_of: int
    readings: Mapping[Key, Clock]
    lives: Mapping[Key, Life]
    cases: Mapping[str, CaseLife]
    suspensions: Sequence[Stretch]


def clocks_of(history: EngagementHistory | None, as_of: datetime, known_at: datetime) -> Clocks:
    """The clocks of what had happened by ``as_of``.

    ``history`` is what had been recorded by ``known_at``, None where that was nothing.
    """
    lives = Lives(history.until(as_of) if history else ())
    now = epoch_seconds(as_of)
    log = Log(history.facts if history else (), known_at)
    readings = {key: read(life, now, log) for key, life in sorted(lives.by_key.items())}
    return Clocks(now, readings, lives.by_key, lives.cases, lives.suspensions)


def read(life: Life, as_of: int, log: Log) -> Clock:
    """A clock as of an instant; the log tells whether it was met only because something was recorded late."""
    goal, elapsed = life.scale.goal_seconds, life.elapsed(as_of)
    waits = life.present(as_of) if life.ended_at is None else None
    paused = not life.counts(waits)
    state = _state(life, elapsed, paused)
    breach_at = _breach_at(life, as_of, state)
    stop = life.ended_by[0] if life.ending == "stopped" else None
    return Clock(
        clock=life.clock,
        subject_id=life.subject_id,
        unit="business" if life.scale.in_business_time else "calendar",
        state=state,
        accountable=life.accountable,
        waiting_on=None if life.ended_at is not None else waits.waiting_on if waits else life.waits_on,
        started_at=instant_at(life.started_at),
        stopped_at=_instant(life.ended_at if stop else None),
        ended_at=_instant(life.ended_at),
        breach_at=_instant(breach_at),
        goal_seconds=goal,
        elapsed_seconds=elapsed,
        remaining_seconds=None if goal is None else goal - elapsed,
        overrun_seconds=None if goal is None else max(0, elapsed - goal),
        percent_elapsed=100 * elapsed / goal if goal else None,
        paused=paused,
        within_calendar_hours=life.scale.time.open_at(as_of),
        at_risk=state in ("running", "paused") and _at_risk(life, elapsed),
        beyond_calendar=_beyond_calendar(life, as_of, breach_at),
        recorded_late=state == "met" and log.showed_breached(life),
        stop_recorded_at=stop.recorded_at if stop else None,
        stop_recorded_by=stop.actor.party if stop else None,
    )


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant_at(seconds)


def _state(life: Life, elapsed: int, paused: bool) -> ClockState:
    goal = life.scale.goal_seconds
    if life.ending is not None:
        return settled(life.ending, elapsed, goal)
    over = goal is not None and elapsed > goal
    return "breached" if over else "paused" if paused else "running"


def settled(ending: Ending, elapsed: int, goal: int | None) -> ClockState:
    """What became of a clock that has ended, by the seconds that it counted and those of its goal."""
    if ending == "cancelled" or ending == "excused":
        return ending
    over = goal is not None and elapsed > goal
    if ending == "overtaken":
        return "late" if over else "cancelled"
    return "completed" if goal is None else "late" if over else "met"


def _breach_at(life: Life, as_of: int, state: ClockState) -> int | None:
    """The earliest instant at which the goal is or was used up, if nothing more happens than is agreed."""
    goal = life.scale.goal_seconds
    if goal is None or state not in ("running", "paused", "breached", "late"):
        return None
    return elapsing(life, goal, as_of)


def _at_risk(life: Life, elapsed: int) -> bool:
    goal = life.scale.goal_seconds
    return goal is not None and elapsed * 100 >= goal * life.terms.policy.at_risk_percent


def _beyond_calendar(life: Life, as_of: int, breach_at: int | None) -> bool:
    """Whether what is told of it rests on dates whose holidays the calendar does not know."""
    known_until = life.scale.time.known_until
    last = max(as_of, breach_at or as_of) if life.ended_at is None else life.ended_at
    return known_until is not None and last >= known_until
