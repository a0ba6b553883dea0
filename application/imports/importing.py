"""Imports: what a file tells, through the same rules as everything else, and what came of it.

Every command's id follows from what its line says, so a file may be imported again, after a change or because the
process was killed half-way: what is recorded already stays as it is, and the rest is recorded.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from application.commands.request import Outcome, Request
from application.imports.assignment_history import AssignmentHistory
from application.imports.refused_lines import LineRefused, line_refused
from application.imports.retelling import MandatoryItems, Retelling, Seats
from application.many_commands import RecordAll, Result
from domain.language.words import Model

LINES_AT_ONCE = 1_000
NumberedRequest = tuple[int, Request]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of a file. ``commands`` counts what took effect now, ``before`` what had taken effect already."""

    head: int
    """The position of the log's end when the import began."""
    lines: int = 0
    commands: int = 0
    events: int = 0
    before: int = 0
    engagements: set[UUID] = field(default_factory=set)
    refused: list[LineRefused] = field(default_factory=list)
    remarks: list[LineRefused] = field(default_factory=list)

    @property
    def refused_lines(self) -> int:
        """Several commands of one line may be refused; it counts once."""
        return len({refused.line for refused in self.refused})

    @property
    def imported(self) -> int:
        return self.lines - self.refused_lines

    def count(self, result: Result) -> None:
        """Counts what is recorded; who refuses a line is told by whoever reads it."""
        if not isinstance(result, Outcome):
            return
        self.engagements.add(result.engagement_id)
        if result.facts and result.position > self.head:
            self.commands += 1
            self.events += len(result.facts)
        else:
            self.before += 1


def import_commands(
    lines: Iterable[NumberedRequest | LineRefused], record_all: RecordAll, tally: Tally, told: Callable[[int], None]
) -> None:
    """Records the commands of a log; ``told`` hears how many lines are done each time some are."""
    waiting = iter(lines)
    while some := list(islice(waiting, LINES_AT_ONCE)):
        good = [line for line in some if not isinstance(line, LineRefused)]
        tally.refused += [line for line in some if isinstance(line, LineRefused)]
        results = record_all([request for _, request in good])
        for (number, _), result in zip(good, results, strict=True):
            tally.count(result)
            if not isinstance(result, Outcome):
                tally.refused.append(line_refused(number, result))
        tally.lines += len(some)
        tally.refused.sort(key=lambda refused: refused.line)
        told(tally.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTerms:
    """What an assignment history does not say: the model and calendar of its engagements, and what is recorded."""

    model: Model
    calendar: str
    items: MandatoryItems
    seats: Seats


def import_history(
    history: AssignmentHistory,
    terms: HistoryTerms,
    record_all: RecordAll,
    tally: Tally,
    told: Callable[[int], None],
) -> None:
    """Records the assignments of a history; ``told`` hears how many lines are done each time one is."""
    tally.lines = len(history.refused)
    tally.refused += history.refused
    tally.remarks += history.remarks

    def line_done() -> None:
        tally.lines += 1
        told(tally.lines)

    def counted(requests: Sequence[Request]) -> Sequence[Result]:
        results = record_all(requests)
        for result in results:
            tally.count(result)
        return results

    retelling = Retelling(
        model=terms.model,
        calendar=terms.calendar,
        items=terms.items,
        seats=terms.seats,
        refused=tally.refused.append,
        line_done=line_done,
    )
    retelling.of(history.teams, counted)
    tally.refused.sort(key=lambda refused: refused.line)
