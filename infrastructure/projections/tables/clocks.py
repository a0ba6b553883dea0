"""The clocks of every engagement: what is settled of them, and the instants they come to by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.clocks.foreseen import NOTHING, foreseen
from domain.clocks.life import Ending, Key, Life
from domain.clocks.recorded_late import Log
from domain.engagement.terms.policy import Obligation
from domain.language.words import Party
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock, instants in seconds since 1970.

    Of one that has ended ``elapsed_seconds`` and ``recorded_late`` are told; of one that has not, when it is at risk,
    its goal is used up and it is past it (docs/metrics.md, *How a clock is read*).
    """

    clock: Obligation
    subject_id: str
    seat_id: str | None
    assignment_id: str | None
    case_id: str | None
    accountable: Party | None
    in_business_time: bool
    goal_seconds: int | None
    started_at: int
    ended_at: int | None
    ending: Ending | None
    elapsed_seconds: int | None
    recorded_late: bool
    at_risk_from: int | None
    breach_at: int | None
    over_from: int | None


def clocks_of(seen: Seen) -> Iterator[ClockRow]:
    log = Log(seen.history.facts, seen.history.facts[-1].recorded_at)
    settled: dict[Key, ClockRow] = seen.carried.settled
    for key, life in seen.lives.by_key.items():
        row = settled.get(key) or _row(life, seen.second, log)
        if life.ended_at is not None:
            settled[key] = row
        yield row


def _row(life: Life, as_of: int, log: Log) -> ClockRow:
    ahead = foreseen(life, as_of) if life.ended_at is None else NOTHING
    elapsed = None if life.ended_at is None else life.elapsed(life.ended_at)
    goal = life.scale.goal_seconds
    met = life.ending == "stopped" and elapsed is not None and goal is not None and elapsed <= goal
    return ClockRow(
        clock=life.clock,
        subject_id=life.subject_id,
        seat_id=life.seat_id,
        assignment_id=life.assignment_id,
        case_id=life.case_id,
        accountable=life.accountable,
        in_business_time=life.scale.in_business_time,
        goal_seconds=goal,
        started_at=life.started_at,
        ended_at=life.ended_at,
        ending=life.ending,
        elapsed_seconds=elapsed,
        recorded_late=met and log.showed_breached(life),
        at_risk_from=ahead.at_risk_from,
        breach_at=ahead.breach_at,
        over_from=ahead.over_from,
    )


CLOCKS = Projection(
    name="clocks",
    version=1,
    row=ClockRow,
    key=("clock", "subject_id"),
    fold=clocks_of,
    parts=lambda seen: (seen.carried, seen.carried.told),
    indexes=(("over_from",), ("breach_at",)),
)
