"""The rows of three projections as they are told outside: clocks, assignments and cases as of an instant.

They come from the database one batch at a time, whatever their number.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, select

from application.ports.exports import ExportedAssignment, ExportedCase, ExportedClock, WantedRows
from domain.clocks.reading import settled
from domain.language.money import CURRENCIES
from domain.time.business_time import BusinessTime, business_time, instant_at
from domain.time.calendar import Calendar
from infrastructure.projections.tables.assignments import ASSIGNMENTS
from infrastructure.projections.tables.cases import CASES
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS, holding
from infrastructure.projections.tables.work.clock_reading import read_row
from infrastructure.projections.tables.work.glance import Glance
from infrastructure.projections.tables.work.ticking import TICKING

BATCH: Final = 1_000
CALENDARS_AT_HAND: Final = 256


def clocks(glance: Glance, wanted: WantedRows, calendar_of: Callable[[str], Calendar]) -> Iterator[ExportedClock]:
    """Every clock that had started, by engagement. Raises what ``calendar_of`` raises where a calendar is not there."""
    clock, ticks = glance.table(CLOCKS), glance.table(TICKING)
    same = and_(*(clock.c[name] == ticks.c[name] for name in ("engagement_id", "clock", "subject_id")))
    times = lru_cache(CALENDARS_AT_HAND)(lambda name: business_time(calendar_of(name)))
    query = _told(glance, clock, wanted, ticks.c.waiting_on).outerjoin(ticks, and_(same, *glance.there(ticks)))
    for row in _batched(glance, query, clock, CLOCKS.key):
        yield _ended(row) if row.ended_at is not None else _open(row, times(row.calendar), glance.second)


def assignments(glance: Glance, wanted: WantedRows) -> Iterator[ExportedAssignment]:
    """Every assignment, by engagement."""
    table = glance.table(ASSIGNMENTS)
    for row in _batched(glance, _told(glance, table, wanted), table, ASSIGNMENTS.key):
        yield _assignment(row)


def cases(glance: Glance, wanted: WantedRows) -> Iterator[ExportedCase]:
    """Every replacement case, by engagement."""
    table = glance.table(CASES)
    for row in _batched(glance, _told(glance, table, wanted), table, CASES.key):
        yield _case(row)


def _told(glance: Glance, table: Table, wanted: WantedRows, *beside: ColumnElement[Any]) -> Select[Any]:
    """The rows with the client and the model of their engagement."""
    line = glance.table(ENGAGEMENTS)
    theirs = and_(line.c.engagement_id == table.c.engagement_id, holding(line, glance.micros))
    equal = {
        line.c.model: wanted.model,
        line.c.client_id: wanted.client_id,
        table.c.engagement_id: wanted.engagement_id,
        table.c.supplier: wanted.partner_id,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    told = select(table, line.c.client_id, line.c.model, *beside).join_from(table, line, theirs)
    return told.where(holding(table, glance.micros), *glance.within(table), *conditions)


def _batched(glance: Glance, query: Select[Any], table: Table, key: tuple[str, ...]) -> Iterator[Any]:
    """The rows in an order that is the same each time."""
    ordered = query.order_by(table.c.engagement_id, *(glance.in_order(table.c[name]) for name in key))
    yield from glance.snapshot.connection.execute(ordered, execution_options={"yield_per": BATCH})


def _of_row(row: Any) -> dict[str, Any]:
    return {"engagement_id": row.engagement_id, "client_id": row.client_id, "model": row.model}


def _ended(row: Any) -> ExportedClock:
    goal, elapsed = row.goal_seconds, row.elapsed_seconds
    return ExportedClock(
        **_of_row(row),
        **_of_clock(row),
        waiting_on=None,
        state=settled(row.ending, elapsed, goal),
        breach_at=None,
        elapsed_seconds=elapsed,
        overrun_seconds=None if goal is None else max(0, elapsed - goal),
        at_risk=False,
        recorded_late=row.recorded_late,
    )


def _open(row: Any, time: BusinessTime, now: int) -> ExportedClock:
    """One that has not ended; whom it waits on is not kept of one that has no goal and is paused."""
    read = read_row(row, row.waits_on, time, now)
    return ExportedClock(
        **_of_row(row),
        **_of_clock(row),
        waiting_on=row.waiting_on or (None if read.paused else row.waits_on),
        state=read.state,
        breach_at=read.breach_at,
        elapsed_seconds=read.elapsed_seconds,
        overrun_seconds=read.overrun_seconds,
        at_risk=read.at_risk,
        recorded_late=False,
    )


def _of_clock(row: Any) -> dict[str, Any]:
    names = ("clock", "subject_id", "seat_id", "assignment_id", "case_id", "accountable", "calendar", "goal_seconds")
    return {
        **{name: getattr(row, name) for name in names},
        "supplier": row.supplier,
        "unit": "business" if row.in_business_time else "calendar",
        "started_at": instant_at(row.started_at),
        "ended_at": _instant(row.ended_at),
    }


def _assignment(row: Any) -> ExportedAssignment:
    same = ("assignment_id", "seat_id", "professional_id", "supply_source", "end_reason", "unplanned")
    return ExportedAssignment(
        **_of_row(row),
        **{name: getattr(row, name) for name in same},
        supplier=row.supplier or None,
        state="ended" if row.ended_at is not None else "active" if row.active_at is not None else "matched",
        matched_at=instant_at(row.matched_at),
        active_at=_instant(row.active_at),
        ended_at=_instant(row.ended_at),
        departure_cause=row.cause,
        leaves_at=_instant(row.leaves_at),
        guarantee_ends_at=_instant(row.window_ends_at),
        ramp_up_calendar_seconds=row.ramp_up_seconds,
        missing_onboarding_item=row.undone_item,
    )


def _case(row: Any) -> ExportedCase:
    same = ("case_id", "seat_id", "cause", "concern_id", "outgoing_assignment_id", "incoming_assignment_id", "outcome")
    numbers = ("eligible", "qualified_declines", "unqualified_declines", "charge_currency", "billed_transfer_minutes")
    phases = ("detect", "acknowledge", "search", "decide", "onboard", "transfer", "rest")
    return ExportedCase(
        **_of_row(row),
        **{name: getattr(row, name) for name in (*same, *numbers)},
        **{f"{name}_seconds": getattr(row, name) for name in phases},
        supplier=row.supplier,
        requested_at=instant_at(row.requested_at),
        closed_at=_instant(row.closed_at),
        waiting_on_during_pause=row.paused_on,
        charge_amount=_amount(row.charge, row.charge_currency),
        most_credit_amount=_amount(row.credit_most, row.credit_currency),
        most_credit_currency=row.credit_currency,
        client_transfer_minutes=row.client_transfer_minutes,
        overlap_business_seconds=row.overlap_seconds,
    )


def _amount(smallest: str | None, currency: str | None) -> Decimal | None:
    """An amount in units of its currency, with all of its digits."""
    if smallest is None or currency is None:
        return None
    return Decimal(smallest).scaleb(-CURRENCIES[currency])


def _instant(second: int | None) -> datetime | None:
    return None if second is None else instant_at(second)
