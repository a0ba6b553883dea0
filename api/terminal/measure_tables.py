"""The four families of metrics in the terminal, and what they would be under other terms."""

from collections.abc import Iterator, Mapping

from rich.markup import escape
from rich.table import Table

from api.terminal.tables import NOTHING, duration, instant, percent, table_of, yes_or_no
from application.queries.measures import MetricsAnswer, WhatIfAnswer
from domain.metrics.accountability import Accountability
from domain.metrics.continuity import Continuity
from domain.metrics.engagement import Metrics
from domain.metrics.guarantee import CaseRecord, GuaranteeRecord
from domain.metrics.productivity import Productivity


def measured(metrics: MetricsAnswer) -> list[Table | str]:
    """The metrics of an engagement over a window."""
    starts = instant(metrics.from_) if metrics.from_ else "its opening"
    return [
        f"[bold]{metrics.engagement_id}[/] from {starts} to {instant(metrics.to)}, "
        f"as of {instant(metrics.as_of)}, as known at {instant(metrics.known_at)} (UTC)",
        accountability_table(metrics.accountability),
        continuity_table(metrics.continuity),
        cases_table(metrics.guarantee),
        *productivity_tables(metrics.productivity),
    ]


def accountability_table(of: Accountability) -> Table:
    table = table_of("Accountability", "party", "met", "late", "breached", "excused", "cancelled", "open", "fulfilment")
    for party, each in of.parties.items():
        counts = (each.met, each.late, each.breached, each.excused, each.cancelled, each.open)
        table.add_row(party, *map(str, counts), percent(each.fulfilment))
    return table


def continuity_table(of: Continuity) -> Table:
    columns = ("coverage", "presence", "gaps", "in gaps", "stability", "transferred", "unplanned exits")
    table = table_of("Continuity", *columns)
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
    table = table_of("Guarantee", "case", "seat", "eligible", "honoured", "credit", "waited on")
    for each in of.cases:
        waited = ", ".join(f"{holder} {duration(seconds)}" for holder, seconds in each.waiting_seconds.items())
        table.add_row(
            escape(each.case_id),
            escape(each.seat_id),
            yes_or_no(each.eligible),
            yes_or_no(each.honoured),
            credit(each),
            waited,
        )
    return table


def productivity_tables(of: Productivity) -> Iterator[Table]:
    filled = table_of("Seats filled", "seat", "to match", "to onboard")
    for seat in of.seats:
        filled.add_row(escape(seat.seat_id), _or_nothing(seat.to_match_seconds), _or_nothing(seat.to_onboard_seconds))
    yield filled
    ramps = table_of("Ramp-up", "assignment", "until productive")
    for each in of.assignments:
        ramps.add_row(escape(each.assignment_id), _or_nothing(each.ramp_up_seconds))
    yield ramps
    effort = table_of("Effort", "party", "kind", "time")
    for party, kinds in of.effort.minutes.items():
        for kind, minutes in kinds.items():
            effort.add_row(party, kind, duration(60 * minutes))
    yield effort


def compared(answer: WhatIfAnswer) -> list[Table | str]:
    """What is beside what would be; the cases that would have gone otherwise stand out."""
    title = f"[bold]{answer.engagement_id}[/] as it is, and as it would be"
    return [title, _parties_compared(answer.actual, answer.hypothetical), _cases_compared(answer)]


def _parties_compared(actual: Metrics, hypothetical: Metrics) -> Table:
    table = table_of("Accountability", "party", "", "met", "late", "breached", "excused", "open", "fulfilment")
    for which, metrics in (("is", actual), ("would be", hypothetical)):
        for party, each in metrics.accountability.parties.items():
            counts = (each.met, each.late, each.breached, each.excused, each.open)
            table.add_row(party, which, *map(str, counts), percent(each.fulfilment))
    return table


def _cases_compared(answer: WhatIfAnswer) -> Table:
    table = table_of("Guarantee", "case", "", "eligible", "honoured", "replace", "credit", "flips")
    would_be: Mapping[str, CaseRecord] = {each.case_id: each for each in answer.hypothetical.guarantee.cases}
    for case in answer.actual.guarantee.cases:
        flips = case.case_id in answer.flipped
        for which, each in (("is", case), ("would be", would_be[case.case_id])):
            table.add_row(
                escape(case.case_id),
                which,
                yes_or_no(each.eligible),
                yes_or_no(each.honoured),
                ", ".join(clock.state for clock in each.clocks if clock.clock == "replace") or NOTHING,
                credit(each),
                yes_or_no(flips),
                style="bold" if flips else None,
            )
    return table


def credit(case: CaseRecord) -> str:
    return f"{case.credit.amount} {case.credit.currency}" if case.credit else NOTHING


def _or_nothing(seconds: int | None) -> str:
    return NOTHING if seconds is None else duration(seconds)
