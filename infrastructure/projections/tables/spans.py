"""Who holds the ball in each replacement case, span by span (docs/metrics.md, *Who holds the ball*)."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.clocks.holder import held
from domain.clocks.life import CaseLife, Waited
from domain.time.intervals import EVER
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.calendar_time import seconds_until
from infrastructure.projections.tables.supplier import supplier_of


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A span [``starts_at``, ``ends_at``) of a case in which one holder has the ball, in seconds since 1970.

    The last one of an open case ends at `domain.time.intervals.EVER`. ``begun`` and ``done`` are the business seconds
    until its start and its end on the ``calendar`` of the case's clock; ``first``: the case began with it.
    """

    case_id: str
    supplier: str | None
    first: bool
    starts_at: int
    ends_at: int
    holder: Waited
    calendar: str
    begun: int | None
    done: int | None


def spans_of(seen: Seen) -> Iterator[SpanRow]:
    for case in seen.lives.cases.values():
        outgoing = seen.state.assignments.get(case.outgoing_assignment_id)
        yield from _of_case(case, seen.second, supplier_of(outgoing))


def _of_case(case: CaseLife, as_of: int, supplier: str | None) -> Iterator[SpanRow]:
    calendar = case.replace.terms.calendar
    known_until = max(case.requested_at, case.replace.known_until(as_of)) + 1
    spans = held(case, known_until)
    for number, (start, end, holder) in enumerate(spans, 1):
        lasts = case.ended_at is None and number == len(spans)
        until = EVER if lasts else end
        begun, done = seconds_until(calendar, start), seconds_until(calendar, until)
        yield SpanRow(case.case_id, supplier, number == 1, start, until, holder, calendar.name, begun, done)


SPANS = Projection(
    name="spans",
    version=2,
    row=SpanRow,
    key=("case_id", "starts_at"),
    fold=spans_of,
    parts=lambda seen: (seen.carried, seen.carried.told),
)
