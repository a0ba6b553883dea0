"""The clocks of every engagement: what is settled of them, and the instants they come to by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.clocks.foreseen import NOTHING, foreseen
from domain.clocks.life import Ending, Key, Life, Waited
from domain.clocks.notice import of_an_imported_past
from domain.clocks.recorded_late import Log
from domain.engagement.terms.policy import Obligation
from domain.language.words import Party
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.calendar_time import seconds_until
from infrastructure.projections.tables.supplier import supplier_of


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock, instants in seconds since 1970.

    Of one that has ended ``elapsed_seconds`` and ``recorded_late`` are told; of one that has not, when it is at risk,
    its goal is used up and it is past it (docs/metrics.md, *How a clock is read*), and what it had counted by the last
    fact about clocks, ``counted_seconds``, to which all that its ``calendar`` has from ``counts_from`` on is added:
    that is later where a pause ends by itself, and null where none does. ``counts_begun`` are the business seconds
    until then. ``supplier``: whose it is among those who supply professionals.

    A notice of its breach is due from ``due_from`` on, which is its ``over_from`` as long as none was given for its
    ``breach_at``; of a breach that is old (`of_an_imported_past`), ``old_due_from`` says that instead. ``noticed_at``:
    when the last notice of any was recorded, in microseconds.
    """

    clock: Obligation
    subject_id: str
    seat_id: str | None
    assignment_id: str | None
    case_id: str | None
    supplier: str | None
    accountable: Party | None
    waits_on: Waited
    calendar: str
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
    counted_seconds: int | None
    counts_from: int | None
    counts_begun: int | None
    due_from: int | None
    old_due_from: int | None
    noticed_at: int | None


def clocks_of(seen: Seen) -> Iterator[ClockRow]:
    log = Log(seen.history.facts, seen.history.facts[-1].recorded_at)
    settled: dict[Key, ClockRow] = seen.carried.settled
    for key, life in seen.lives.by_key.items():
        row = settled.get(key) or _row(seen, life, log)
        if life.ended_at is not None:
            settled[key] = row
        yield row


def _row(seen: Seen, life: Life, log: Log) -> ClockRow:
    # Not the instant of the last fact of all: what says nothing of clocks leaves their rows as they are.
    as_of, open_still = seen.carried.told_at, life.ended_at is None
    ahead = foreseen(life, as_of) if open_still else NOTHING
    elapsed = life.elapsed(life.until(as_of))
    goal = life.scale.goal_seconds
    met = life.ending == "stopped" and goal is not None and elapsed <= goal
    counts_from = life.counts_from(as_of) if open_still else None
    noticed = seen.carried.noticed.get(life.key, {})
    due_from = None if ahead.breach_at is None or ahead.breach_at in noticed else ahead.over_from
    old = ahead.breach_at is not None and of_an_imported_past(life, ahead.breach_at)
    return ClockRow(
        clock=life.clock,
        subject_id=life.subject_id,
        seat_id=life.seat_id,
        assignment_id=life.assignment_id,
        case_id=life.case_id,
        supplier=_supplier(seen, life),
        accountable=life.accountable,
        waits_on=life.waits_on,
        calendar=life.terms.calendar.name,
        in_business_time=life.scale.in_business_time,
        goal_seconds=goal,
        started_at=life.started_at,
        ended_at=life.ended_at,
        ending=life.ending,
        elapsed_seconds=None if open_still else elapsed,
        recorded_late=met and log.showed_breached(life),
        at_risk_from=ahead.at_risk_from,
        breach_at=ahead.breach_at,
        over_from=ahead.over_from,
        counted_seconds=elapsed if open_still else None,
        counts_from=counts_from,
        counts_begun=None if counts_from is None else seconds_until(life.terms.calendar, counts_from),
        due_from=None if old else due_from,
        old_due_from=due_from if old else None,
        noticed_at=max(noticed.values(), default=None),
    )


def _supplier(seen: Seen, life: Life) -> str | None:
    """Of an onboarding and a concern that of their assignment, of a case that of the one who is to be replaced."""
    case = seen.state.cases.get(life.case_id or "")
    return supplier_of(seen.state.assignments.get(case.outgoing_assignment_id if case else life.assignment_id or ""))


CLOCKS = Projection(
    name="clocks",
    version=4,
    row=ClockRow,
    key=("clock", "subject_id"),
    fold=clocks_of,
    parts=lambda seen: (seen.carried, seen.carried.told),
    indexes=(("over_from",), ("breach_at",), ("due_from",), ("old_due_from",), ("noticed_at",)),
)
